"""Batches for tests: one sound record of every table, and calls made of them."""

from typing import Any

from werkzeug.test import TestResponse

Record = dict[str, Any]
T = "2026-11-16T09:00:00Z"
TOP: Record = {"as_of": "2026-11-22T09:00:00Z", "marketplace": "amazon.com", "seller_id": "A1"}
SOUND: dict[str, Record] = {
    "orders": {"order_id": "1", "purchased_at": T, "status": "shipped", "fulfilled_by": "seller", "currency": "EUR"},
    "shipments": {"shipment_id": "1", "order_id": "1", "confirmed_at": T},
    "messages": {"message_id": "1", "received_at": T},
    "returns": {"return_id": "1", "requested_at": T, "order_id": "1"},
    "feedback": {"feedback_id": "1", "received_at": T, "order_id": "1", "rating": 5},
    "claims": {"claim_id": "1", "filed_at": T, "order_id": "1", "outcome": "pending"},
    "chargebacks": {"chargeback_id": "1", "filed_at": T, "order_id": "1", "kind": "fraud"},
    "surveys": {"survey_id": "1", "answered_at": T, "solved": True},
    "violations": {"violation_id": "1", "opened_at": T, "policy": "listing"},
    "notices": {"notice_id": "1", "received_at": T},
    "appeals": {"appeal_id": "1"},
    "applications": {"application_id": "1", "category": "toys"},
    "sellers": {},
    "performance_reports": {},
}


def record(table: str, **fields: Any) -> Record:
    """A sound record with some fields of its own."""
    return {**SOUND[table], **fields}


def batch(**given: Any) -> Record:
    """A call: records of a table are laid over the sound one, anything else stands as given."""
    return {**TOP, **{name: table(name, value) for name, value in given.items()}}


def table(name: str, value: Any) -> Any:
    """The records of a table, or whatever stands in their place."""
    if name not in SOUND or not isinstance(value, list):
        return value
    return [record(name, **entry) if isinstance(entry, dict) else entry for entry in value]


def at_pointer(document: Any, pointer: str) -> Any:
    """The value a JSON Pointer (RFC 6901) leads to; a KeyError or IndexError where it leads nowhere."""
    for token in pointer.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        document = document[int(step) if isinstance(document, list) else step]
    return document


def said(reply: TestResponse) -> Record:
    """The JSON object of an answer."""
    answer: Record | None = reply.get_json()
    assert answer is not None
    return answer
