"""The records that come in bulk: orders, and what hangs on them."""

from collections.abc import Mapping
from typing import ClassVar

from service.schemas.scalars import (
    Amount,
    Boolean,
    Choice,
    Currency,
    Id,
    Integer,
    Text,
    Timestamp,
)
from service.schemas.shapes import ListOf, Record

UNITS_MOST = 1_000_000_000


class Order(Record):
    table = "orders"
    needs: ClassVar[Mapping[str, str]] = {"amount": "currency"}

    order_id = Id(required=True)
    purchased_at = Timestamp(required=True)
    status = Choice("pending", "unshipped", "partially_shipped", "shipped", "cancelled", "unfulfillable", required=True)
    fulfilled_by = Choice("seller", "marketplace", required=True)
    amount = Amount()
    currency = Currency()
    programs = ListOf(Choice("prime", "premium", "business", "invoice_by_marketplace"))
    ship_by = Timestamp()
    ship_confirmed_at = Timestamp()
    cancelled_at = Timestamp()
    cancelled_by = Choice("buyer", "seller", "marketplace")
    cancel_requested_at = Timestamp()
    cancel_requested_via = Choice("order_page", "message", "phone", "email")
    buyer_key = Id()
    sku = Id()
    invoice_by = Timestamp()
    invoice_uploaded_at = Timestamp()
    refunded_at = Timestamp()


class Shipment(Record):
    table = "shipments"

    shipment_id = Id(required=True)
    order_id = Id(required=True)
    confirmed_at = Timestamp(required=True)
    units = Integer(1, UNITS_MOST, load_default=1)
    category = Text()
    tracking_id = Id()
    first_scan_at = Timestamp()
    deliver_by = Timestamp()
    delivered_at = Timestamp()
    tracking_exempt = Boolean()
    delivery_protected = Boolean()
    fulfilled_by = Choice("seller", "marketplace")


class Message(Record):
    table = "messages"

    message_id = Id(required=True)
    received_at = Timestamp(required=True)
    order_id = Id()
    responded_at = Timestamp()
    auto_reply = Boolean()
    no_response_needed = Boolean()
    phase = Choice("pre_order", "post_order")
    topic = Text()
    text = Text()


class Return(Record):
    table = "returns"

    return_id = Id(required=True)
    requested_at = Timestamp(required=True)
    order_id = Id(required=True)
    responded_at = Timestamp()
    decision = Choice("pending", "approved", "refunded", "closed", "rejected", load_default="pending")
    in_policy = Boolean()
    negative_feedback = Boolean()
    needs_approval = Boolean(unknown=True)


class Feedback(Record):
    table = "feedback"

    feedback_id = Id(required=True)
    received_at = Timestamp(required=True)
    order_id = Id(required=True)
    rating = Integer(1, 5, required=True)
    state = Choice("shown", "removed", "struck", load_default="shown")
    removed_at = Timestamp()
    about = Choice("seller", "product", "delivery", "mixed")


class Claim(Record):
    table = "claims"

    claim_id = Id(required=True)
    filed_at = Timestamp(required=True)
    order_id = Id(required=True)
    outcome = Choice(
        "pending", "granted", "seller_refunded", "denied", "withdrawn", "buyer_refused", "appeal_granted", required=True
    )
    decided_at = Timestamp()
    appealed_at = Timestamp()
    claims_protected = Boolean()
    counts_against_odr = Boolean(unknown=None)


class Chargeback(Record):
    table = "chargebacks"

    chargeback_id = Id(required=True)
    filed_at = Timestamp(required=True)
    order_id = Id(required=True)
    kind = Choice("service", "fraud", required=True)
    outcome = Choice("pending", "lost", "won", load_default="pending")
    decided_at = Timestamp()


class Survey(Record):
    table = "surveys"

    survey_id = Id(required=True)
    answered_at = Timestamp(required=True)
    solved = Boolean(required=True)
    order_id = Id()
    conversation_id = Id()
