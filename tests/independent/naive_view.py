"""One seller's records on one marketplace as known at an instant, with the few joins the metrics need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.independent.naive_known import known_then
from tests.independent.naive_records import FIELDS, MARKETPLACES, Place, Record, place_of, read_table

View = dict[str, Any]

ALL_TABLES = [
    "orders",
    "shipments",
    "messages",
    "returns",
    "feedback",
    "claims",
    "chargebacks",
    "surveys",
    "violations",
    "notices",
    "appeals",
    "applications",
    "sellers",
    "performance_reports",
]


def places_named(batch: Record) -> list[Place]:
    """Every (seller_id, marketplace) that a record names, sorted by both."""
    return sorted({place_of(raw, batch) for table in ALL_TABLES for raw in batch.get(table) or []})


def covered_tables(batch: Record) -> set[str]:
    """The tables that stand in the batch, be it empty."""
    return {table for table in ALL_TABLES if isinstance(batch.get(table), list)}


def by_order(records: list[Record]) -> dict[str, list[Record]]:
    """Records listed under the id of their order."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record["order_id"], []).append(record)
    return found


def make_view(place: Place, tables: dict[str, list[Record]], covered: set[str]) -> View:
    """The view of one place on records that are already as known then."""
    view: View = {table: [r for r in tables[table] if r["place"] == place] for table in FIELDS}
    view["seller_id"], view["marketplace"] = place
    view["covered"] = covered
    view["order"] = {order["id"]: order for order in view["orders"]}
    for table in ("feedback", "claims", "chargebacks"):
        view[f"{table}_of"] = by_order(view[table])
    for shipment in view["shipments"]:
        if shipment["fulfilled_by"] is None:
            order = view["order"].get(shipment["order_id"])
            shipment["fulfilled_by"] = order["fulfilled_by"] if order else "seller"
    for message in view["messages"]:
        if message["phase"] is None:
            message["phase"] = "post_order" if message["order_id"] is not None else "pre_order"
    return view


def make_views(batch: Record, now: datetime) -> dict[Place, View]:
    """One view per place the batch names."""
    assert set(batch) <= {"as_of", "marketplace", "seller_id", "timezone", *ALL_TABLES}, "not a valid batch"
    assert batch.get("marketplace") in (None, "", *MARKETPLACES)
    tables = {table: known_then(table, read_table(table, batch), now) for table in FIELDS}
    covered = covered_tables(batch)
    return {place: make_view(place, tables, covered) for place in places_named(batch)}


def in_program(view: View, program: str, moment: datetime) -> bool:
    """Whether the seller was in a program at a moment: from ≤ t < to, an end not known is open."""
    for seller in view["sellers"]:
        for term in seller["programs"]:
            begun = term["from"] is None or term["from"] <= moment
            ended = term["to"] is not None and moment >= term["to"]
            if term["program"] == program and begun and not ended:
                return True
    return False


def marketplace_answers(message: Record, view: View) -> bool:
    """Whether Customer Service by Amazon must answer a message (CONTRACT §5.1)."""
    order = view["order"].get(message["order_id"])
    if order is None or order["fulfilled_by"] != "seller" or message["phase"] != "post_order":
        return False
    if message["topic"] in ("invoice", "customization", "cancellation"):
        return False
    return in_program(view, "csba", order["purchased_at"])


def claim_counts(claim: Record) -> bool:
    """Whether a claim counts: the marketplace's own word, else granted or seller_refunded and not protected."""
    if claim["counts_against_odr"] is not None:
        return bool(claim["counts_against_odr"])
    return claim["outcome"] in ("granted", "seller_refunded") and not claim["claims_protected"]
