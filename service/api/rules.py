"""GET /v1/rules…: what is judged by, as JSON."""

from typing import Any

import orjson
from flask import Blueprint, Response

from service.api.body import JSON
from service.api.catalogue import HTML, page
from service.api.conditional import tagged
from service.api.negotiate import acceptable
from service.api.problems import Problem
from service.api.state import loaded
from service.core.packs import Pack
from service.rulebook.shape import KINDS, schema

routes = Blueprint("rules", __name__)
VARY = {"Vary": "Accept"}
SCHEMA = "application/schema+json"


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
    """One pack, whole, as JSON or as a page; the entity tag of the JSON is the digest of the pack."""
    found = pack_named(pack)
    if acceptable(JSON, HTML) == HTML:
        return tagged(Response(page(found, loaded().files), content_type=f"{HTML}; charset=utf-8", headers=VARY))
    metrics = {card.metric: card.shown for card in found.cards}
    reports = {mapping.report: mapping.shown for mapping in found.reports}
    return shown({"digest": found.digest, **found.shown, "reports": reports, "metrics": metrics}, found.digest)


@routes.get("/v1/rules/<pack>/metrics/<metric>")
def metric_card(pack: str, metric: str) -> Response:
    """One card."""
    cards = {card.metric: card for card in pack_named(pack).cards}
    if metric not in cards:
        raise Problem("not_found", "No such metric in this pack.")
    return shown(dict(cards[metric].shown), cards[metric].digest)


@routes.get("/v1/schemas/<kind>")
def rule_schema(kind: str) -> Response:
    """The JSON Schema (draft-07) of one kind of rule file, for editors."""
    if kind not in KINDS:
        raise Problem("not_found", f"No such kind of rule file; there are: {', '.join(KINDS)}.")
    return tagged(Response(orjson.dumps(schema(kind)), content_type=acceptable(SCHEMA, JSON)))


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
    acceptable(JSON)
    return tagged(Response(orjson.dumps(value), content_type=JSON, headers=VARY), tag)
