"""Who is in, who is left out of and who is counted in the eleven Amazon shares of CONTRACT §4."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.independent.naive_records import Record
from tests.independent.naive_view import View, claim_counts, marketplace_answers


def live_orders(view: View) -> list[Record]:
    """Orders that do not read pending."""
    return [order for order in view["orders"] if order["status"] != "pending"]


def own_orders(view: View) -> list[Record]:
    """Seller-fulfilled orders that do not read pending."""
    return [order for order in live_orders(view) if order["fulfilled_by"] == "seller"]


def own_shipments(view: View) -> list[Record]:
    """Seller-fulfilled shipments."""
    return [shipment for shipment in view["shipments"] if shipment["fulfilled_by"] == "seller"]


# the order_defect_rate


def has_negative_feedback(order: Record, view: View, now: datetime) -> bool:
    return any(f["state"] == "shown" and f["rating"] <= 2 for f in view["feedback_of"].get(order["id"], []))


def has_claim(order: Record, view: View, now: datetime) -> bool:
    return any(claim_counts(claim) for claim in view["claims_of"].get(order["id"], []))


def has_chargeback(order: Record, view: View, now: datetime) -> bool:
    return any(c["kind"] == "service" and c["outcome"] != "won" for c in view["chargebacks_of"].get(order["id"], []))


def is_defective(order: Record, view: View, now: datetime) -> bool:
    return has_negative_feedback(order, view, now) or has_claim(order, view, now) or has_chargeback(order, view, now)


# the cancellation_rate


def canceller_unknown(order: Record, view: View, now: datetime) -> bool:
    return order["status"] == "cancelled" and order["cancelled_by"] is None


def is_cancelled_by_seller(order: Record, view: View, now: datetime) -> bool:
    if order["status"] != "cancelled" or order["cancelled_by"] not in ("seller", "marketplace"):
        return False
    if now.date().isoformat() < "2022-05-23":
        return order["cancel_requested_via"] is None
    return bool(order["cancel_requested_via"] != "order_page")


# the late_shipment_rate


def orders_to_ship(view: View) -> list[Record]:
    return [order for order in own_orders(view) if order["status"] != "cancelled" and order["ship_by"] is not None]


def confirmation_unknown(order: Record, view: View, now: datetime) -> bool:
    return order["status"] in ("shipped", "partially_shipped") and order["ship_confirmed_at"] is None


def is_late(order: Record, view: View, now: datetime) -> bool:
    if order["ship_confirmed_at"] is not None:
        return bool(order["ship_confirmed_at"] > order["ship_by"])
    return bool(now > order["ship_by"])


# the valid_tracking_rate, on_time_delivery_rate


def is_exempt(shipment: Record, view: View, now: datetime) -> bool:
    return bool(shipment["tracking_exempt"])


def has_valid_tracking(shipment: Record, view: View, now: datetime) -> bool:
    return shipment["tracking_id"] is not None and shipment["first_scan_at"] is not None


def tracked_shipments(view: View) -> list[Record]:
    return [s for s in own_shipments(view) if s["tracking_id"] is not None and s["deliver_by"] is not None]


def is_on_time(shipment: Record, view: View, now: datetime) -> bool:
    return shipment["delivered_at"] is not None and shipment["delivered_at"] <= shipment["deliver_by"]


def is_protected(shipment: Record, view: View, now: datetime) -> bool:
    return shipment["delivery_protected"] and not is_on_time(shipment, view, now)


# the contact_response_rate


def is_answered(message: Record) -> bool:
    """Whether a message has an answer; an automatic reply alone is none."""
    return message["responded_at"] is not None and not message["auto_reply"]


def needs_no_response(message: Record, view: View, now: datetime) -> bool:
    return bool(message["no_response_needed"])


def is_for_marketplace(message: Record, view: View, now: datetime) -> bool:
    return marketplace_answers(message, view)


def is_still_in_time(message: Record, view: View, now: datetime) -> bool:
    return not is_answered(message) and now - message["received_at"] <= timedelta(hours=24)


def is_answered_in_time(message: Record, view: View, now: datetime) -> bool:
    return is_answered(message) and message["responded_at"] - message["received_at"] <= timedelta(hours=24)


# the customer_service_dissatisfaction_rate


def latest_surveys(surveys: list[Record]) -> list[Record]:
    """The latest (ties: greatest id) per conversation, else per order, else each."""
    latest: dict[tuple[str, str], Record] = {}
    for survey in surveys:
        if survey["conversation_id"] is not None:
            key = ("conversation", survey["conversation_id"])
        elif survey["order_id"] is not None:
            key = ("order", survey["order_id"])
        else:
            key = ("survey", survey["id"])
        rival = latest.get(key)
        if rival is None or (survey["answered_at"], survey["id"]) > (rival["answered_at"], rival["id"]):
            latest[key] = survey
    return list(latest.values())


def is_unsolved(survey: Record, view: View, now: datetime) -> bool:
    return not survey["solved"]


# the return_dissatisfaction_rate


def is_unanswered_return(request: Record) -> bool:
    return request["responded_at"] is None and request["decision"] == "pending"


def has_bad_voice(request: Record, view: View, now: datetime) -> bool:
    return bool(request["negative_feedback"])


def is_late_return(request: Record, view: View, now: datetime) -> bool:
    if not request["needs_approval"]:
        return False
    if request["responded_at"] is not None:
        return bool(request["responded_at"] - request["requested_at"] > timedelta(hours=48))
    return is_unanswered_return(request) and now - request["requested_at"] > timedelta(hours=48)


def is_wrongly_rejected(request: Record, view: View, now: datetime) -> bool:
    return bool(request["decision"] == "rejected" and request["in_policy"])


def is_bad_return(request: Record, view: View, now: datetime) -> bool:
    return (
        has_bad_voice(request, view, now)
        or is_wrongly_rejected(request, view, now)
        or is_late_return(request, view, now)
    )


def is_return_in_time(request: Record, view: View, now: datetime) -> bool:
    young = now - request["requested_at"] <= timedelta(hours=48)
    return is_unanswered_return(request) and young and not is_bad_return(request, view, now)


def answer_time_unknown(request: Record, view: View, now: datetime) -> bool:
    decided = request["decision"] != "pending" and request["responded_at"] is None
    return decided and not is_bad_return(request, view, now)


# the invoice_defect_rate


def business_orders(view: View) -> list[Record]:
    return [
        order
        for order in live_orders(view)
        if "business" in order["programs"]
        and "invoice_by_marketplace" not in order["programs"]
        and order["status"] != "cancelled"
    ]


def invoice_deadline_unknown(order: Record, view: View, now: datetime) -> bool:
    return order["invoice_by"] is None


def invoice_not_yet_due(order: Record, view: View, now: datetime) -> bool:
    return order["invoice_by"] is not None and now <= order["invoice_by"]


def lacks_invoice(order: Record, view: View, now: datetime) -> bool:
    return order["invoice_uploaded_at"] is None or order["invoice_uploaded_at"] > order["invoice_by"]


# the positive_feedback_rate, refund_rate


def shown_feedback(view: View) -> list[Record]:
    return [feedback for feedback in view["feedback"] if feedback["state"] == "shown"]


def is_positive(feedback: Record, view: View, now: datetime) -> bool:
    return bool(feedback["rating"] >= 4)


def confirmed_orders(view: View) -> list[Record]:
    return [order for order in live_orders(view) if order["ship_confirmed_at"] is not None]


def is_refunded(order: Record, view: View, now: datetime) -> bool:
    return order["refunded_at"] is not None
