"""The shape of every record, table by table: the one statement that casts, messages and OpenAPI components follow.

Which field identifies a record, which dates it, and what later events change is said in `core.known`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validates_schema

from service.schemas.scalars import (
    SPACES,
    Amount,
    Boolean,
    Choice,
    Currency,
    Id,
    Integer,
    Scalar,
    Text,
    Timestamp,
    Wording,
    refusal,
)

UNITS_MOST = 1_000_000_000


def is_blank(value: object, field: fields.Field[Any] | None) -> bool:
    """Whether a value means *not known*: null, "" and, where texts are trimmed, only spaces."""
    trimmed = isinstance(field, Scalar) and field.trimmed
    return value is None or (isinstance(value, str) and (value.strip(SPACES) if trimmed else value) == "")


class Shape(Schema):
    """An object of the wire; fields it does not know are left out, fields not known are as if absent."""

    class Meta:
        unknown = EXCLUDE

    error_messages: dict[str, Any] = {"type": [Wording("not_an_object", "Expected an object.")]}

    @pre_load
    def without_blanks(self, given: Any, **_: Any) -> Any:
        """The given object without fields that are not known."""
        if not isinstance(given, Mapping):
            raise refusal("not_an_object", "Expected an object.")
        return {name: value for name, value in given.items() if not is_blank(value, self.fields.get(name))}


class ListOf(fields.List[Any]):
    """A list of scalars or shapes; entries that are not known are dropped."""

    default_error_messages: dict[str, Any] = {"invalid": [Wording("invalid_list", "Expected a list.")]}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        entries, faults = [], {}
        for position, entry in enumerate(value):
            if not is_blank(entry, self.inner):
                try:
                    entries.append(self.inner.deserialize(entry, **kwargs))
                except ValidationError as error:
                    faults[position] = error.messages
        if faults:
            raise ValidationError(faults)  # positions are keys, as in marshmallow's own list
        return entries


class Link(fields.Field[dict[str, str]]):
    """A link of a letter: a URL, or an object with `href` and `text`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return link_shape().load({"href": value} if isinstance(value, str) else value)


class LinkShape(Shape):
    """One link: where it leads and what it says."""

    href = Text(required=True)
    text = Text()


@cache
def link_shape() -> LinkShape:
    """The schema of a link, made once."""
    return LinkShape()


class Record(Shape):
    """What every record takes. `needs` names fields that say nothing without another."""

    table: ClassVar[str]
    needs: ClassVar[Mapping[str, str]] = {}

    seller_id = Id()
    marketplace = Id()

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def needed_fields(self, record: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Faults for each field that stands without the one it needs."""
        for name, needed in self.needs.items():
            if name in record and is_blank(given.get(needed), self.fields[needed]):
                raise ValidationError({needed: [Wording(f"needs_{needed}", f"{name} needs its {needed}.")]})


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


class Violation(Record):
    table = "violations"

    violation_id = Id(required=True)
    opened_at = Timestamp(required=True)
    policy = Choice(
        "listing", "product_authenticity", "product_condition", "product_safety", "received_ip_complaint",
        "suspected_ip", "restricted_product", "food_safety", "review_policy", "document_request", "other",
        required=True,
    )  # fmt: skip
    severity = Choice("critical", "high", "medium", "low")
    state = Choice("open", "acknowledged", "disputed", "resolved", load_default="open")
    resolved_at = Timestamp()
    consequence = Choice("warning", "listing_removed", "account_blocked")


class Notice(Record):
    table = "notices"

    notice_id = Id(required=True)
    received_at = Timestamp(required=True)
    from_address = Text()
    reply_to = Text()
    return_path = Text()
    subject = Text()
    text = Text()
    links = ListOf(Link())
    in_dashboard = Boolean()
    spf = Choice("pass", "fail", "none")
    dkim = Choice("pass", "fail", "none")
    dmarc = Choice("pass", "fail", "none")


class Evidence(Shape):
    """What an appeal attaches, by kind."""

    kind = Choice(
        "order_ids", "messages", "tracking", "invoice", "authorization", "refund", "listing_change", "screenshot",
        "other", required=True,
    )  # fmt: skip
    refs = ListOf(Text())


class Appeal(Record):
    table = "appeals"

    appeal_id = Id(required=True)
    submitted_at = Timestamp()
    notice_id = Id()
    about = ListOf(Text())
    root_causes = ListOf(Text())
    actions_taken = ListOf(Text())
    preventive_steps = ListOf(Text())
    evidence = ListOf(fields.Nested(Evidence))
    text = Text()
    reply_at = Timestamp()
    reply_text = Text()


class Application(Record):
    table = "applications"

    application_id = Id(required=True)
    submitted_at = Timestamp()
    category = Text(required=True)
    documents = ListOf(Text())
    account_type = Choice("individual", "professional")


class Program(Shape):
    """A program the seller takes part in, from ≤ t < to."""

    program = Text(required=True)
    from_ = Timestamp(data_key="from")
    to = Timestamp()


class Absence(Shape):
    """A time the seller was away, from ≤ t < to."""

    from_ = Timestamp(data_key="from")
    to = Timestamp()
    reason = Text()


class Identity(Shape):
    """One way to recognise the person behind an account; only compared."""

    kind = Choice("name", "address", "email", "phone", "bank", "tax_id", required=True)
    value = Text(required=True)


class Seller(Record):
    table = "sellers"

    status = Choice("active", "under_review", "restricted", "suspended")
    status_since = Timestamp()
    programs = ListOf(fields.Nested(Program))
    absences = ListOf(fields.Nested(Absence))
    identities = ListOf(fields.Nested(Identity))
    emergency_contact = Boolean()


class PerformanceReport(Record):
    """The marketplace's own report as it came; its inside is read elsewhere."""

    table = "performance_reports"

    accountStatuses = fields.Raw()  # noqa: N815  # the marketplace's own names
    performanceMetrics = fields.Raw()  # noqa: N815


RECORDS: tuple[type[Record], ...] = (
    Order, Shipment, Message, Return, Feedback, Claim, Chargeback, Survey,
    Violation, Notice, Appeal, Application, Seller, PerformanceReport,
)  # fmt: skip
TABLES: dict[str, type[Record]] = {record.table: record for record in RECORDS}


@cache
def shape(table: str) -> Record:
    """The schema of one table, made once."""
    return TABLES[table]()


BULK = tuple(record.table for record in RECORDS[:8])
