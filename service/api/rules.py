"""GET /v1/rules…: what is judged by, as JSON."""

from typing import Any

import orjson
from flask import Blueprint, Response

from service.api.body import JSON
from service.api.conditional import tagged
from service.api.negotiate import require_acceptable
from service.api.problems import Problem
from service.api.state import loaded
from service.core.packs import Pack

routes = Blueprint("rules", __name__)


@routes.get("/v1/rules")
def rules() -> Response:
    """The packs, with their metrics and actions; the entity tag is the digest of the rulebook."""
    rulebook = loaded().rulebook
    packs = [
        {
            "pack": pack.pack,
            "title": pack.title,
            "digest": pack.digest,
            "marketplaces": list(pack.marketplaces),
            "metrics": [{"metric": card.metric, "title": card.shown["title"]} for card in pack.cards],
            "actions": list(pack.catalogue),
        }
        for pack in rulebook.packs
    ]
    return shown({"digest": rulebook.digest, "packs": packs}, rulebook.digest)


@routes.get("/v1/rules/<pack>")
def rule_pack(pack: str) -> Response:
    """One pack, whole; the entity tag is the digest of the pack."""
    found = pack_named(pack)
    metrics = {card.metric: card.shown for card in found.cards}
    return shown({"digest": found.digest, **found.shown, "metrics": metrics}, found.digest)


@routes.get("/v1/rules/<pack>/metrics/<metric>")
def metric_card(pack: str, metric: str) -> Response:
    """One card."""
    cards = {card.metric: card for card in pack_named(pack).cards}
    if metric not in cards:
        raise Problem("not_found", "No such metric in this pack.")
    return shown(dict(cards[metric].shown), cards[metric].digest)


def pack_named(name: str) -> Pack:
    """A pack of the rulebook.

    Raises:
        Problem: not_found.
    """
    for pack in loaded().rulebook.packs:
        if pack.pack == name:
            return pack
    raise Problem("not_found", "No such pack.")


def shown(value: dict[str, Any], tag: str) -> Response:
    """A JSON answer with its entity tag."""
    require_acceptable(JSON)
    return tagged(Response(orjson.dumps(value), content_type=JSON), tag)
