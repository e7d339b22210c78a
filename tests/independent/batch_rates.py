"""Sellers whose one metric stands exactly at, just below or just above an edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from tests.independent.batch_moments import DAY, SECOND, TICK, inside_window
from tests.independent.batch_order_rates import (
    Tables,
    make_cancellation_rate,
    make_defect_rate,
    make_invoice_rate,
    make_late_shipment_rate,
    make_rating,
    make_refund_rate,
)
from tests.independent.batch_orders import HOURS, Place

# bad or good per edge: (hits, of)
EDGES = {
    "order_defect_rate": [(1, 125), (1, 100)],
    "cancellation_rate": [(1, 50), (1, 40)],
    "late_shipment_rate": [(3, 100), (1, 25)],
    "valid_tracking_rate": [(97, 100), (19, 20)],
    "on_time_delivery_rate": [(19, 20), (9, 10)],
    "contact_response_rate": [(19, 20), (9, 10)],
    "customer_service_dissatisfaction_rate": [(1, 5), (1, 4)],
    "return_dissatisfaction_rate": [(2, 25), (1, 10)],
    "invoice_defect_rate": [(1, 25), (1, 20)],
    "positive_feedback_rate": [(19, 20), (9, 10)],
    "refund_rate": [(1, 25), (1, 20)],
}


def figures(rng: Random, metric: str) -> tuple[int, int]:
    """(counted, total) at an edge, one record below or one above it."""
    hits, of = rng.choice(EDGES[metric])
    times = rng.randint(1, 3)
    total = of * times + rng.choice([0, 0, 0, 1, -1])
    return min(total, max(0, hits * times + rng.choice([0, 0, 1, -1]))), total


def make_valid_tracking_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    category = place.rng.choice([None, "toys"])
    for index in range(total):
        confirmed = inside_window(place.rng, place.now, (30, 10))
        shipment = place.record(
            shipment_id=place.new_id(),
            order_id="none",
            confirmed_at=confirmed,
            category=category,
            tracking_id="T",
            first_scan_at=confirmed,
        )
        if index >= counted:
            shipment.update(
                place.rng.choice([{"tracking_id": None}, {"first_scan_at": None}, {"first_scan_at": place.now + TICK}])
            )
        tables["shipments"].append(shipment)


def make_on_time_delivery_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for good, units in ((True, counted), (False, total - counted)):
        left = units
        while left > 0:
            parcel = min(left, place.rng.choice([1, 1, 2, 7]))
            left -= parcel
            deliver_by = inside_window(place.rng, place.now, (14, 7))
            late = place.rng.choice([deliver_by + TICK, deliver_by + SECOND, None])
            tables["shipments"].append(
                place.record(
                    shipment_id=place.new_id(),
                    order_id="none",
                    confirmed_at=deliver_by - 3 * DAY,
                    tracking_id="T",
                    units=parcel,
                    deliver_by=deliver_by,
                    delivered_at=deliver_by if good else late,
                )
            )


def make_contact_response_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        received = inside_window(place.rng, place.now - 2 * DAY, (27, 0))
        delay = 24 * HOURS if index < counted else 24 * HOURS + place.rng.choice([TICK, SECOND])
        tables["messages"].append(
            place.record(message_id=place.new_id(), received_at=received, responded_at=received + delay)
        )


def make_dissatisfaction_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        answered = inside_window(place.rng, place.now, (30, 0))
        conversation = f"talk-{index}"
        tables["surveys"].append(
            place.record(
                survey_id=place.new_id(), answered_at=answered, solved=index >= counted, conversation_id=conversation
            )
        )
        if place.rng.random() < 0.2:
            tables["surveys"].append(
                place.record(
                    survey_id=place.new_id(),
                    answered_at=answered - TICK,
                    solved=index < counted,
                    conversation_id=conversation,
                )
            )


def make_return_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        requested = inside_window(place.rng, place.now - 3 * DAY, (26, 0))
        request = place.record(
            return_id=place.new_id(),
            requested_at=requested,
            order_id="none",
            decision="approved",
            responded_at=requested + 48 * HOURS,
        )
        if index < counted:
            request.update(
                place.rng.choice(
                    [
                        {"negative_feedback": True},
                        {"responded_at": requested + 48 * HOURS + TICK},
                        {"decision": "rejected", "in_policy": True},
                        {"decision": None, "responded_at": None},
                    ]
                )
            )
        elif place.rng.random() < 0.2:
            request.update(needs_approval=False, responded_at=requested + 49 * HOURS)
        tables["returns"].append(request)


def make_feedback_rate(place: Place, counted: int, total: int, tables: Tables) -> None:
    for index in range(total):
        rating = place.rng.choice([4, 5]) if index < counted else place.rng.choice([1, 2, 3])
        tables["feedback"].append(
            place.record(
                feedback_id=place.new_id(),
                received_at=inside_window(place.rng, place.now, (30, 0)),
                order_id="none",
                rating=rating,
            )
        )


MAKE: dict[str, Callable[[Place, int, int, Tables], None]] = {
    "order_defect_rate": make_defect_rate,
    "cancellation_rate": make_cancellation_rate,
    "late_shipment_rate": make_late_shipment_rate,
    "valid_tracking_rate": make_valid_tracking_rate,
    "on_time_delivery_rate": make_on_time_delivery_rate,
    "contact_response_rate": make_contact_response_rate,
    "customer_service_dissatisfaction_rate": make_dissatisfaction_rate,
    "return_dissatisfaction_rate": make_return_rate,
    "invoice_defect_rate": make_invoice_rate,
    "positive_feedback_rate": make_feedback_rate,
    "refund_rate": make_refund_rate,
}


TABLES = ["orders", "shipments", "messages", "returns", "feedback", "claims", "chargebacks", "surveys", "violations"]


def rates_tables(rng: Random, now: datetime) -> Tables:
    """The tables of a batch with one seller per metric."""
    tables: Tables = {table: [] for table in TABLES}
    for metric in rng.sample(sorted(MAKE), 5):
        marketplace = rng.choice(
            ["amazon.co.uk", "amazon.de"]
            if metric.startswith("invoice")
            else ["amazon.com", "amazon.co.uk", "amazon.de"]
        )
        place = Place(rng, now, f"S-{metric}", marketplace)
        counted, total = figures(rng, metric)
        MAKE[metric](place, counted, total, tables)
    rated = Place(rng, now, "S-rating", rng.choice(["amazon.com", "amazon.de"]))
    make_rating(rated, tables)
    return tables
