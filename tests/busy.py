"""A busy month of several sellers: sound records of many kinds, made from a seed, told in any order and form."""

import random
from datetime import datetime, timedelta
from typing import Any

from tests.batches import TOP, Record

NOON = datetime.fromisoformat("2026-11-22T12:00:00Z")
SELLERS = ("A1", "a1", "\u00c4", "\U0001f600", "10", "9")
MARKETPLACES = ("amazon.com", "ATVPDKIKX0DER", "amazon.de")
CATEGORIES = ("toys", "books", "\u00e4")
OFTEN = 0.4
HALF = 0.5
CLAIMS = ("pending", "granted", "seller_refunded", "denied")
Lots = random.Random


def ago(chance: Lots, least: float, most: float) -> str:
    """An instant so many days ago; whole hours, so that many are the same."""
    return (NOON - timedelta(hours=round(chance.uniform(least * 24, most * 24)))).isoformat().replace("+00:00", "Z")


def sometimes(chance: Lots, share: float, **fields: Any) -> Record:
    """Some fields, or none of them."""
    return fields if chance.random() < share else {}


def order(chance: Lots, place: int) -> Record:
    """One order, often late, cancelled or of a business."""
    status = chance.choice(["shipped", "shipped", "cancelled", "unshipped"])
    return {
        "order_id": place,
        "seller_id": chance.choice(SELLERS),
        "marketplace": chance.choice(MARKETPLACES),
        "purchased_at": ago(chance, 0, 70),
        "status": status,
        "fulfilled_by": chance.choice(["seller", "seller", "marketplace"]),
        "ship_by": ago(chance, -3, 30),
        **sometimes(chance, 0.5, programs=["business"], invoice_by=ago(chance, 0, 30)),
        **sometimes(chance, 0.2, refunded_at=ago(chance, 0, 30), amount="19.90", currency="EUR"),
        **(sometimes(chance, 0.9, ship_confirmed_at=ago(chance, 0, 30)) if status == "shipped" else {}),
        **(sometimes(chance, 0.8, cancelled_by=chance.choice(["seller", "buyer"])) if status == "cancelled" else {}),
    }


def defects(chance: Lots, orders: list[Record]) -> dict[str, list[Record]]:
    """What buyers have to say of some orders, in the home of the order."""
    tables: dict[str, list[Record]] = {}
    for each in orders:
        own = {name: each[name] for name in ("order_id", "seller_id", "marketplace")}
        for name, fields in words_of_buyers(chance).items():
            key = {f"{name.removesuffix('s')}_id": f"{name}-{each['order_id']}"}
            tables.setdefault(name, []).extend([{**key, **own, **fields}] * (chance.random() < OFTEN))
    return tables


def words_of_buyers(chance: Lots) -> dict[str, Record]:
    """A record of each kind that belongs to an order."""
    answered = sometimes(chance, 0.5, responded_at=ago(chance, 0, 40))
    parcel = {"tracking_id": "T", "category": chance.choice(CATEGORIES), "units": chance.randint(1, 5)}
    return {
        "feedback": {"received_at": ago(chance, 0, 40), "rating": chance.randint(1, 5)},
        "claims": {
            "filed_at": ago(chance, 0, 40),
            "outcome": chance.choice(CLAIMS),
            "decided_at": ago(chance, 0, 9),
        },
        "returns": {"requested_at": ago(chance, 0, 40), **answered},
        "shipments": {"confirmed_at": ago(chance, 0, 40), "deliver_by": ago(chance, 0, 30), **parcel},
        "messages": {"received_at": ago(chance, 0, 40), **answered},
    }


def busy(seed: int, count: int = 400) -> Record:
    """A whole batch."""
    chance = random.Random(seed)  # noqa: S311  # chance that can be repeated
    orders = [order(chance, place) for place in range(count)]
    violations = [
        {"violation_id": place, "seller_id": chance.choice(SELLERS), "opened_at": ago(chance, 0, 90),
         "policy": chance.choice(["listing", "food_safety"]), "severity": chance.choice(["low", "high", None])}
        for place in range(20)
    ]  # fmt: skip
    sellers = [{"seller_id": seller, "status": "active", "emergency_contact": False} for seller in SELLERS]
    rest = {"violations": violations, "sellers": sellers, "chargebacks": [], "surveys": []}
    return {**TOP, "orders": orders, **defects(chance, orders), **rest}


def shuffled(given: Record, seed: int) -> Record:
    """The same batch told otherwise: tables, records and fields in another order, ids as text, some records twice."""
    chance = random.Random(seed)  # noqa: S311  # chance that can be repeated
    told: Record = {}
    for name in chance.sample(sorted(given), len(given)):
        value = given[name]
        told[name] = [retold(record, chance) for record in mixed(value, chance)] if isinstance(value, list) else value
    return told


def mixed(records: list[Record], chance: Lots) -> list[Record]:
    """Records in another order."""
    return chance.sample(records, len(records))


def retold(record: Record, chance: Lots) -> Record:
    """A record with its fields in another order, integers as text as often as not."""
    values = {
        name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in record.items()
    }
    source = values if chance.random() < 0.5 else record
    return {name: source[name] for name in chance.sample(sorted(source), len(source))}
