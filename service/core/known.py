"""What was known at an instant: records that had not happened yet are left out, and so is what later events date."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True, slots=True)
class Event:
    """A field that dates others: until it happens, `reads` says what states read as, `forgets` what is not known."""

    at: str
    reads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forgets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What identifies a record of a table, what dates it, and the events that change it."""

    key: str | None
    dated_by: str | None = None
    events: tuple[Event, ...] = ()


def pending(*outcomes: str) -> dict[str, str]:
    """Outcomes that read pending before they are reached."""
    return dict.fromkeys(outcomes, "pending")


FORMS = {
    "orders": Form("order_id", "purchased_at", (
        Event("ship_confirmed_at", {"status": dict.fromkeys(("shipped", "partially_shipped"), "unshipped")}),
        Event("cancelled_at", {"status": {"cancelled": "unshipped"}}, ("cancelled_by",)),
        Event("cancel_requested_at", forgets=("cancel_requested_via",)),
        Event("invoice_uploaded_at"),
        Event("refunded_at"),
    )),
    "shipments": Form("shipment_id", "confirmed_at", (Event("first_scan_at"), Event("delivered_at"))),
    "messages": Form("message_id", "received_at", (Event("responded_at"),)),
    "returns": Form("return_id", "requested_at", (
        Event("responded_at", {"decision": pending("approved", "refunded", "closed", "rejected")}),
    )),
    "feedback": Form("feedback_id", "received_at", (
        Event("removed_at", {"state": dict.fromkeys(("removed", "struck"), "shown")}),
    )),
    "claims": Form("claim_id", "filed_at", (
        Event("decided_at", {"outcome": pending(
            "granted", "seller_refunded", "denied", "withdrawn", "buyer_refused", "appeal_granted"
        )}),
        Event("appealed_at"),
    )),
    "chargebacks": Form("chargeback_id", "filed_at", (Event("decided_at", {"outcome": pending("lost", "won")}),)),
    "surveys": Form("survey_id", "answered_at"),
    "violations": Form("violation_id", "opened_at", (Event("resolved_at", {"state": {"resolved": "open"}}),)),
    "notices": Form("notice_id", "received_at"),
    "appeals": Form("appeal_id", "submitted_at", (Event("reply_at", forgets=("reply_text",)),)),
    "applications": Form("application_id", "submitted_at"),
    "sellers": Form(None, None, (Event("status_since", forgets=("status",)),)),
    "performance_reports": Form(None),
}  # fmt: skip


def as_known(table: str, records: pl.DataFrame, as_of: pl.Expr) -> pl.DataFrame:
    """The records of a table as they were known at an instant."""
    form = FORMS[table]
    dates = [*([form.dated_by] if form.dated_by else []), *(event.at for event in form.events)]
    ahead = records.select([(pl.col(name) > as_of).any() for name in dates]).row(0, named=True) if dates else {}
    if form.dated_by and ahead[form.dated_by]:
        records = records.filter((pl.col(form.dated_by) <= as_of).fill_null(value=True))
    for event in form.events:
        if ahead[event.at]:
            records = records.with_columns(undone(event, records.schema, as_of))
    return records.with_columns(implied(table, records.schema))


def undone(event: Event, columns: pl.Schema, as_of: pl.Expr) -> list[pl.Expr]:
    """The columns of an event where it has not happened yet."""
    later = (pl.col(event.at) > as_of).fill_null(value=False)
    states = [
        pl.when(later)
        .then(pl.col(name).cast(pl.String).replace(dict(words)).cast(columns[name]))
        .otherwise(pl.col(name))
        .alias(name)
        for name, words in event.reads.items()
    ]
    return states + [pl.when(~later).then(pl.col(name)).alias(name) for name in (event.at, *event.forgets)]


def implied(table: str, columns: pl.Schema) -> list[pl.Expr]:
    """What other fields say of a field."""
    if table == "violations":
        resolved = pl.lit("resolved").cast(columns["state"])
        return [pl.when(pl.col("resolved_at").is_not_null()).then(resolved).otherwise(pl.col("state")).alias("state")]
    if table == "messages":
        of_order = pl.when(pl.col("order_id").is_null()).then(pl.lit("pre_order")).otherwise(pl.lit("post_order"))
        return [pl.col("phase").fill_null(of_order.cast(columns["phase"]))]
    return []
