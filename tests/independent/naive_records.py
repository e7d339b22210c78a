"""Read a valid JSON batch of Standing (CONTRACT §1, §2) into plain dicts."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]
Place = tuple[str, str]

MARKETPLACES = {
    "amazon.com": "amazon.com",
    "ATVPDKIKX0DER": "amazon.com",
    "amazon.co.uk": "amazon.co.uk",
    "A1F83G8C2ARO7P": "amazon.co.uk",
    "amazon.de": "amazon.de",
    "A1PA6795UKMFR9": "amazon.de",
}

RECORD_ID = {
    "orders": "order_id",
    "shipments": "shipment_id",
    "messages": "message_id",
    "returns": "return_id",
    "feedback": "feedback_id",
    "claims": "claim_id",
    "chargebacks": "chargeback_id",
    "surveys": "survey_id",
    "violations": "violation_id",
    "sellers": None,
}

FIELDS: dict[str, dict[str, str]] = {
    "orders": {
        "order_id": "id",
        "purchased_at": "time",
        "status": "text",
        "fulfilled_by": "text",
        "programs": "list",
        "ship_by": "time",
        "ship_confirmed_at": "time",
        "cancelled_at": "time",
        "cancelled_by": "text",
        "cancel_requested_at": "time",
        "cancel_requested_via": "text",
        "invoice_by": "time",
        "invoice_uploaded_at": "time",
        "refunded_at": "time",
    },
    "shipments": {
        "shipment_id": "id",
        "order_id": "id",
        "confirmed_at": "time",
        "units": "number",
        "category": "text",
        "tracking_id": "id",
        "first_scan_at": "time",
        "deliver_by": "time",
        "delivered_at": "time",
        "tracking_exempt": "flag",
        "delivery_protected": "flag",
        "fulfilled_by": "text",
    },
    "messages": {
        "message_id": "id",
        "received_at": "time",
        "order_id": "id",
        "responded_at": "time",
        "auto_reply": "flag",
        "no_response_needed": "flag",
        "phase": "text",
        "topic": "text",
    },
    "returns": {
        "return_id": "id",
        "requested_at": "time",
        "order_id": "id",
        "responded_at": "time",
        "decision": "text",
        "in_policy": "flag",
        "negative_feedback": "flag",
        "needs_approval": "flag",
    },
    "feedback": {
        "feedback_id": "id",
        "received_at": "time",
        "order_id": "id",
        "rating": "number",
        "state": "text",
        "removed_at": "time",
    },
    "claims": {
        "claim_id": "id",
        "filed_at": "time",
        "order_id": "id",
        "outcome": "text",
        "decided_at": "time",
        "appealed_at": "time",
        "claims_protected": "flag",
        "counts_against_odr": "word",
    },
    "chargebacks": {
        "chargeback_id": "id",
        "filed_at": "time",
        "order_id": "id",
        "kind": "text",
        "outcome": "text",
        "decided_at": "time",
    },
    "surveys": {"survey_id": "id", "answered_at": "time", "solved": "flag", "order_id": "id", "conversation_id": "id"},
    "violations": {
        "violation_id": "id",
        "opened_at": "time",
        "policy": "text",
        "severity": "text",
        "state": "text",
        "resolved_at": "time",
        "consequence": "text",
    },
    "sellers": {"status": "text", "status_since": "time", "programs": "terms"},
}

DEFAULTS = {
    ("shipments", "units"): 1,
    ("returns", "decision"): "pending",
    ("returns", "needs_approval"): True,
    ("feedback", "state"): "shown",
    ("chargebacks", "outcome"): "pending",
    ("violations", "state"): "open",
}


def read_instant(text: str, zone: str | None) -> datetime:
    """A timestamp or bare date; without an offset it is read in `zone`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        assert zone is not None, "not a valid batch"
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)


def read_flag(value: Any) -> bool:
    """`true`, `false` or that text."""
    return value is True or value == "true"


def read_terms(entries: list[Record], zone: str | None) -> list[Record]:
    """The `{program, from, to}` entries of a sellers record."""
    return [
        {
            "program": entry["program"],
            "from": read_value(entry.get("from"), "time", zone),
            "to": read_value(entry.get("to"), "time", zone),
        }
        for entry in entries
    ]


def read_value(value: Any, kind: str, zone: str | None) -> Any:
    """One field's value; None is not known."""
    if value is None or value == "":
        return {"flag": False, "list": [], "terms": []}.get(kind)
    if kind == "id":
        return str(value).strip() or None
    if kind == "time":
        return read_instant(value, zone)
    if kind == "number":
        return Fraction(str(value))
    if kind in ("flag", "word"):
        return read_flag(value)
    return read_terms(value, zone) if kind == "terms" else value


def read_record(table: str, raw: Record, batch: Record) -> Record:
    """One raw record with every known field, its defaults, its seller and its marketplace."""
    record: Record = {}
    for field, kind in FIELDS[table].items():
        value = raw.get(field)
        unknown = value is None or value == ""
        if unknown and (table, field) in DEFAULTS:
            record[field] = DEFAULTS[table, field]
        else:
            record[field] = read_value(value, kind, batch.get("timezone"))
    id_field = RECORD_ID[table]
    record["id"] = record[id_field] if id_field else ""
    record["place"] = place_of(raw, batch)
    return record


def place_of(raw: Record, batch: Record) -> Place:
    """(seller_id, marketplace domain) of a raw record, with the batch's defaults."""
    seller = read_value(raw.get("seller_id"), "id", None) or read_value(batch.get("seller_id"), "id", None)
    marketplace = raw.get("marketplace") or batch.get("marketplace")
    return str(seller), MARKETPLACES[str(marketplace)]


def read_table(table: str, batch: Record) -> list[Record]:
    """All records of a table; duplicates (the batch is valid, so identical ones) collapse."""
    unique: dict[tuple[Place, str], Record] = {}
    for raw in batch.get(table) or []:
        record = read_record(table, raw, batch)
        unique.setdefault((record["place"], record["id"]), record)
    return list(unique.values())
