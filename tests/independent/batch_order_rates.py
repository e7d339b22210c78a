"""Orders, defects and violations that put a metric of orders exactly at, just below or just above an edge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.independent.batch_moments import DAY, TICK, inside_window
from tests.independent.batch_orders import Place, Record

Tables = dict[str, list[Record]]


def plain_order(place: Place, purchased: datetime, **fields: Any) -> Record:
    """A shipped, seller-fulfilled order without anything amiss."""
    plain = {"order_id": place.new_id(), "purchased_at": purchased, "status": "shipped", "fulfilled_by": "seller"}
    return place.record(**{**plain, **fields})


def defects(place: Place, order: Record, tables: Tables) -> None:
    """One or several defects of an order."""
    when, order_id = order["purchased_at"], order["order_id"]
    kinds = place.rng.choice(["f", "c", "b", "fc", "fcb", "ff"])
    for kind in kinds:
        link = {"order_id": order_id}
        if kind == "f":
            tables["feedback"].append(place.record(feedback_id=place.new_id(), received_at=when, rating=2, **link))
        elif kind == "c":
            tables["claims"].append(place.record(claim_id=place.new_id(), filed_at=when, outcome="granted", **link))
        else:
            tables["chargebacks"].append(
                place.record(chargeback_id=place.new_id(), filed_at=when, kind="service", **link)
            )


def make_defect_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    channel = place.rng.choice(["seller", "marketplace"])
    for index in range(total):
        order = plain_order(place, inside_window(place.rng, place.now, (60, 15)), fulfilled_by=channel)
        tables["orders"].append(order)
        if index < counted:
            defects(place, order, tables)


def make_cancellation_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        order = plain_order(place, inside_window(place.rng, place.now, (7, 1)))
        if index < counted:
            order.update(status="cancelled", cancelled_by="seller")
        elif place.rng.random() < 0.2:
            order.update(status="cancelled", cancelled_by="buyer")
        elif place.rng.random() < 0.05:
            order.update(status="cancelled", cancelled_by="seller", cancel_requested_via="order_page")
        tables["orders"].append(order)


def make_late_shipment_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        purchased = inside_window(place.rng, place.now, (10, 0))
        ship_by = purchased
        order = plain_order(place, purchased, ship_by=ship_by, ship_confirmed_at=ship_by)
        if index < counted:
            order["ship_by"] = ship_by - TICK
        elif place.rng.random() < 0.2:
            order.update(status="unshipped", ship_confirmed_at=None, ship_by=place.now)
        tables["orders"].append(order)


def make_invoice_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        purchased = inside_window(place.rng, place.now, (7, 23))
        deadline = purchased + DAY
        late = place.rng.choice([deadline + TICK, None])
        tables["orders"].append(
            plain_order(
                place,
                purchased,
                programs=["business"],
                invoice_by=deadline,
                invoice_uploaded_at=late if index < counted else deadline,
            )
        )


def make_refund_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        purchased = inside_window(place.rng, place.now, (30, 0))
        tables["orders"].append(
            plain_order(
                place, purchased, ship_confirmed_at=purchased, refunded_at=place.now if index < counted else None
            )
        )


def make_rating(place: Place, tables: Tables) -> None:
    """Orders about a multiple of 200 and violations that bring the rating near an edge."""
    rng, now = place.rng, place.now
    for _ in range(rng.choice([0, 199, 200, 201, 399, 400])):
        purchased = inside_window(rng, now, (180, 0))
        tables["orders"].append(plain_order(place, purchased, ship_confirmed_at=purchased))
    left = rng.choice([0, 2, 4, 6, 8, 96, 98, 100, 102, 104, 106, 108, 110, 200, 204, 208, 300])
    while left:
        lost = rng.choice([cost for cost in (2, 4, 8) if cost <= left])
        left -= lost
        severity = {2: "low", 4: rng.choice(["medium", None]), 8: "high"}[lost]
        tables["violations"].append(
            place.record(
                violation_id=place.new_id(),
                opened_at=inside_window(rng, now, (180, 0)),
                policy="listing",
                severity=severity,
            )
        )
    tables["violations"].append(
        place.record(violation_id=place.new_id(), opened_at=now, policy="other", severity="critical", resolved_at=now)
    )
