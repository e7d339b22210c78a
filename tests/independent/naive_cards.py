"""The cards of the eleven Amazon shares of CONTRACT §4: windows, groups, edges and the tests of each."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.independent.naive_predicates import (
    answer_time_unknown,
    business_orders,
    canceller_unknown,
    confirmation_unknown,
    confirmed_orders,
    has_bad_voice,
    has_chargeback,
    has_claim,
    has_negative_feedback,
    has_valid_tracking,
    invoice_deadline_unknown,
    invoice_not_yet_due,
    is_answered_in_time,
    is_bad_return,
    is_cancelled_by_seller,
    is_defective,
    is_exempt,
    is_for_marketplace,
    is_late,
    is_late_return,
    is_on_time,
    is_positive,
    is_protected,
    is_refunded,
    is_return_in_time,
    is_still_in_time,
    is_unsolved,
    is_wrongly_rejected,
    lacks_invoice,
    latest_surveys,
    live_orders,
    needs_no_response,
    orders_to_ship,
    own_orders,
    own_shipments,
    shown_feedback,
    tracked_shipments,
)

Card = dict[str, Any]
INVOICE_MARKETPLACES = ("amazon.co.uk", "amazon.de", "amazon.fr", "amazon.it", "amazon.es")


def percent(text: str) -> Fraction:
    """An edge as an exact fraction."""
    return Fraction(text) / 100


def rows_of(table: str) -> Any:
    """All rows of a table."""
    return lambda view: view[table]


def card(  # noqa: PLR0913, PLR0917  # one argument per column of the table in CONTRACT §4
    requires: list[str],
    rows: Any,
    date: str,
    windows: list[tuple[int, int]],
    counted: Any,
    edge: str,
    good: str,
    watch: str,
    **more: Any,
) -> Card:
    """A share's card; `edge` is below, at_least or at_most, `good` and `watch` are per cent."""
    plain: Card = {"left_out": [], "groups": None, "parts": [], "enforced": False, "units": False, "select": None}
    return {
        **plain,
        "requires": requires,
        "rows": rows,
        "date": date,
        "windows": windows,
        "counted": counted,
        "edge": edge,
        "good": percent(good),
        "watch": percent(watch),
        **more,
    }


SHARES: dict[str, Card] = {
    "order_defect_rate": card(
        ["orders", "feedback", "claims", "chargebacks"],
        live_orders,
        "purchased_at",
        [(60, 15)],
        is_defective,
        "below",
        "0.8",
        "1",
        groups="fulfilled_by",
        enforced=True,
        parts=[
            ("negative_feedback_rate", has_negative_feedback),
            ("a_to_z_claim_rate", has_claim),
            ("service_chargeback_rate", has_chargeback),
        ],
    ),
    "cancellation_rate": card(
        ["orders"],
        own_orders,
        "purchased_at",
        [(7, 1)],
        is_cancelled_by_seller,
        "below",
        "2",
        "2.5",
        left_out=[("not_known", canceller_unknown)],
        enforced=True,
    ),
    "late_shipment_rate": card(
        ["orders"],
        orders_to_ship,
        "purchased_at",
        [(10, 0), (30, 0)],
        is_late,
        "below",
        "3",
        "4",
        left_out=[("not_known", confirmation_unknown)],
        enforced=True,
    ),
    "valid_tracking_rate": card(
        ["shipments"],
        own_shipments,
        "confirmed_at",
        [(30, 10)],
        has_valid_tracking,
        "at_least",
        "97",
        "95",
        left_out=[("tracking_exempt", is_exempt)],
        groups="category",
        enforced=True,
    ),
    "on_time_delivery_rate": card(
        ["shipments"],
        tracked_shipments,
        "deliver_by",
        [(14, 7)],
        is_on_time,
        "at_least",
        "95",
        "90",
        left_out=[("delivery_protected", is_protected)],
        units=True,
    ),
    "contact_response_rate": card(
        ["messages"],
        rows_of("messages"),
        "received_at",
        [(30, 0)],
        is_answered_in_time,
        "at_least",
        "95",
        "90",
        left_out=[
            ("no_response_needed", needs_no_response),
            ("marketplace_answers", is_for_marketplace),
            ("still_in_time", is_still_in_time),
        ],
    ),
    "customer_service_dissatisfaction_rate": card(
        ["surveys"],
        rows_of("surveys"),
        "answered_at",
        [(30, 0)],
        is_unsolved,
        "below",
        "20",
        "25",
        select=latest_surveys,
    ),
    "return_dissatisfaction_rate": card(
        ["returns"],
        rows_of("returns"),
        "requested_at",
        [(30, 0)],
        is_bad_return,
        "below",
        "8",
        "10",
        left_out=[("still_in_time", is_return_in_time), ("not_known", answer_time_unknown)],
        parts=[
            ("negative_return_feedback_rate", has_bad_voice),
            ("late_response_rate", is_late_return),
            ("invalid_rejection_rate", is_wrongly_rejected),
        ],
    ),
    "invoice_defect_rate": card(
        ["orders"],
        business_orders,
        "purchased_at",
        [(7, 23)],
        lacks_invoice,
        "below",
        "4",
        "5",
        left_out=[("not_known", invoice_deadline_unknown), ("not_yet_past", invoice_not_yet_due)],
        enforced=True,
    ),
    "positive_feedback_rate": card(
        ["feedback"], shown_feedback, "received_at", [(30, 0), (90, 0), (365, 0)], is_positive, "at_least", "95", "90"
    ),
    "refund_rate": card(["orders"], confirmed_orders, "purchased_at", [(30, 0)], is_refunded, "at_most", "4", "5"),
}


def is_enforced(metric: str, marketplace: str, now: datetime) -> bool:
    """Whether a share is enforced there and then."""
    if metric == "on_time_delivery_rate":
        return marketplace == "amazon.com" and now.date().isoformat() >= "2024-09-25"
    return bool(SHARES[metric]["enforced"])


def is_offered(metric: str, marketplace: str) -> bool:
    """Whether a marketplace has the share at all (first editions are not in the contract)."""
    return metric != "invoice_defect_rate" or marketplace in INVOICE_MARKETPLACES
