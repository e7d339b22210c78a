"""What attempts to break the service share: rules loaded, a figure judged, a batch posted, memory."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from flask import Flask

from service.api.state import Loaded
from service.app import create_app, load
from service.core.cards import Edition
from service.core.ladder import rung_of
from service.rulebook.folder import snapshot
from service.settings import Settings
from tests.batches import Record, batch, said

RULES = Path(__file__).resolve().parent.parent / "rules"
SHARE = "amazon/metrics/late_shipment_rate@2000-01-01"
GROWTH_KIB = 40_000


def service() -> Flask:
    """An application on the shipped rules."""
    return create_app(Settings(RULES))


def loaded() -> Loaded:
    """The shipped rulebook and its engine."""
    return load(snapshot(RULES))


def edition(held: Loaded, address: str) -> Edition:
    """One edition of the rulebook."""
    cards = [card for pack in held.rulebook.packs for card in pack.cards]
    return next(edition for card in cards for edition in card.editions if edition.address == address)


def level(held: Loaded, value: Fraction, address: str = SHARE) -> str:
    """The level of a share."""
    rung = rung_of(edition(held, address), value, (), held.engine.decide)
    assert rung
    return rung.level


def post(app: Flask, **tables: Any) -> Record:
    """The answer to a batch."""
    reply = app.test_client().post("/v1/verdicts", json=batch(**tables))
    assert reply.status_code == 200, reply.get_data(as_text=True)
    return said(reply)


def resident() -> int:
    """The memory of this process in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
