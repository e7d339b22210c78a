"""What was known at an instant: records that had not happened yet are left out, and so is what later events date."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from service.core.tables import NO_WORD, UNKNOWN, Mask, Table


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


def as_known(table: str, records: Table, as_of: int) -> Table:
    """The records of a table as they were known at an instant."""
    form = FORMS[table]
    if form.dated_by:
        records = records.where(records.numbers(form.dated_by) <= as_of)
    for event in form.events:
        later = records.numbers(event.at) > as_of
        if np.count_nonzero(later):
            records = undone(event, records, later)
    return implied(table, records)


def undone(event: Event, records: Table, later: Mask) -> Table:
    """The records with an event undone where it has not happened yet."""
    changed = {event.at: np.where(later, UNKNOWN, records.numbers(event.at))}
    for name, words in event.reads.items():
        column, places = records.numbers(name), records.words(name)
        for word, instead in words.items():
            column = np.where(later & (column == places[word]), places[instead], column)
        changed[name] = column
    for name in event.forgets:
        if records.words(name):
            changed[name] = np.where(later, NO_WORD, records.numbers(name))
        else:
            records = records.without_texts(name, later)
    return records.laid_over(**changed)


def implied(table: str, records: Table) -> Table:
    """The records with what other fields say of a field."""
    if table == "violations":
        resolved, state = records.words("state")["resolved"], records.numbers("state")
        return records.laid_over(state=np.where(records.known("resolved_at"), resolved, state))
    if table == "messages":
        words, phase = records.words("phase"), records.numbers("phase")
        of_order = np.where(records.known("order_id"), words["post_order"], words["pre_order"])
        return records.laid_over(phase=np.where(phase == NO_WORD, of_order, phase))
    return records
