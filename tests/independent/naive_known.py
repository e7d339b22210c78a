"""Records as they read at an instant: what had not happened by then is not known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.independent.naive_records import Record

# a record's own date: the first timestamp listed (a sellers record has none that could leave it out)
OWN_DATE = {
    "orders": "purchased_at",
    "shipments": "confirmed_at",
    "messages": "received_at",
    "returns": "requested_at",
    "feedback": "received_at",
    "claims": "filed_at",
    "chargebacks": "filed_at",
    "surveys": "answered_at",
    "violations": "opened_at",
    "sellers": None,
}


def forget(record: Record, event: str, now: datetime, *dated: str) -> bool:
    """Drop an event after `now` and the fields it dates; says whether it did."""
    if record[event] is None or record[event] <= now:
        return False
    for field in (event, *dated):
        record[field] = None
    return True


def order_then(order: Record, now: datetime) -> None:
    """An order as it read at `now`."""
    if forget(order, "ship_confirmed_at", now) and order["status"] in ("shipped", "partially_shipped"):
        order["status"] = "unshipped"
    if forget(order, "cancelled_at", now, "cancelled_by") and order["status"] == "cancelled":
        order["status"] = "unshipped"
    forget(order, "cancel_requested_at", now, "cancel_requested_via")
    forget(order, "invoice_uploaded_at", now)
    forget(order, "refunded_at", now)


def shipment_then(shipment: Record, now: datetime) -> None:
    """A shipment as it read at `now`."""
    forget(shipment, "first_scan_at", now)
    forget(shipment, "delivered_at", now)


def message_then(message: Record, now: datetime) -> None:
    """A message as it read at `now`."""
    forget(message, "responded_at", now)


def return_then(request: Record, now: datetime) -> None:
    """A return as it read at `now`."""
    if forget(request, "responded_at", now):
        request["decision"] = "pending"


def feedback_then(feedback: Record, now: datetime) -> None:
    """A piece of feedback as it read at `now`."""
    if forget(feedback, "removed_at", now):
        feedback["state"] = "shown"


def claim_then(claim: Record, now: datetime) -> None:
    """A claim as it read at `now`; the marketplace's own word has no date of its own and holds always."""
    forget(claim, "appealed_at", now)
    if forget(claim, "decided_at", now):
        claim["outcome"] = "pending"


def chargeback_then(chargeback: Record, now: datetime) -> None:
    """A chargeback as it read at `now`."""
    if forget(chargeback, "decided_at", now):
        chargeback["outcome"] = "pending"


def violation_then(violation: Record, now: datetime) -> None:
    """A violation as it read at `now`; a known `resolved_at` means resolved."""
    if forget(violation, "resolved_at", now) and violation["state"] == "resolved":
        violation["state"] = "open"
    if violation["resolved_at"] is not None:
        violation["state"] = "resolved"


def seller_then(seller: Record, now: datetime) -> None:
    """A sellers record as it read at `now`."""
    forget(seller, "status_since", now, "status")


THEN: dict[str, Callable[[Record, datetime], None]] = {
    "orders": order_then,
    "shipments": shipment_then,
    "messages": message_then,
    "returns": return_then,
    "feedback": feedback_then,
    "claims": claim_then,
    "chargebacks": chargeback_then,
    "surveys": lambda record, now: None,
    "violations": violation_then,
    "sellers": seller_then,
}


def known_then(table: str, records: list[Record], now: datetime) -> list[Record]:
    """The records that existed at `now`, each as it read then."""
    known = []
    for record in records:
        own = OWN_DATE[table]
        if own and record[own] > now:
            continue
        copy = dict(record)
        THEN[table](copy, now)
        known.append(copy)
    return known
