"""The records of an account: violations, letters, appeals, applications, the seller itself."""

from marshmallow import fields

from service.schemas.scalars import (
    Boolean,
    Choice,
    Id,
    Text,
    Timestamp,
)
from service.schemas.shapes import Link, ListOf, Record, Shape


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
