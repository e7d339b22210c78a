"""Records drawn by lot, about everything packs ask, and what of a batch was known at an instant."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

Record = dict[str, Any]
Batch = dict[str, list[Record]]


class Known(NamedTuple):
    """A table's key and date, and per later event what its states read before it, and what else is not known then."""

    key: str
    dated_by: str
    events: Mapping[str, Mapping[str, Any]]


UNDECIDED = {"lost": "pending", "won": "pending"} | dict.fromkeys(
    ("granted", "seller_refunded", "denied", "withdrawn", "buyer_refused", "appeal_granted"), "pending"
)
KNOWN = {
    "orders": Known("order_id", "purchased_at", {
        "ship_confirmed_at": {"status": {"shipped": "unshipped", "partially_shipped": "unshipped"}},
        "cancelled_at": {"status": {"cancelled": "unshipped"}, "cancelled_by": None},
        "cancel_requested_at": {"cancel_requested_via": None},
        "invoice_uploaded_at": {},
        "refunded_at": {},
    }),
    "shipments": Known("shipment_id", "confirmed_at", {"first_scan_at": {}, "delivered_at": {}}),
    "messages": Known("message_id", "received_at", {"responded_at": {}}),
    "returns": Known("return_id", "requested_at", {
        "responded_at": {"decision": dict.fromkeys(("approved", "refunded", "closed", "rejected"), "pending")},
    }),
    "feedback": Known("feedback_id", "received_at", {"removed_at": {"state": {"removed": "shown", "struck": "shown"}}}),
    "claims": Known("claim_id", "filed_at", {"decided_at": {"outcome": UNDECIDED}, "appealed_at": {}}),
    "chargebacks": Known("chargeback_id", "filed_at", {"decided_at": {"outcome": UNDECIDED}}),
    "surveys": Known("survey_id", "answered_at", {}),
    "violations": Known("violation_id", "opened_at", {"resolved_at": {"state": {"resolved": "open"}}}),
}  # fmt: skip
OF_ORDERS = ("shipments", "returns", "feedback", "claims", "chargebacks")


def moment(text: str) -> datetime:
    """The instant a timestamp names."""
    return datetime.fromisoformat(text)


def shown(instant: datetime) -> str:
    """An instant as records have it."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def as_known(batch: Batch, as_of: datetime) -> Batch:
    """What was known at an instant, by the contract's words: later records are none, later events have not happened."""
    return {
        table: [
            undone(table, record, as_of) for record in records if not is_later(record, KNOWN[table].dated_by, as_of)
        ]
        if table in KNOWN
        else records
        for table, records in batch.items()
    }


def undone(table: str, record: Record, as_of: datetime) -> Record:
    """A record without what happened later."""
    known = dict(record)
    for event, changes in KNOWN[table].events.items():
        if is_later(record, event, as_of):
            known[event] = None
            known |= {name: reads and reads.get(known.get(name), known.get(name)) for name, reads in changes.items()}
    return known


def is_later(record: Record, field: str, as_of: datetime) -> bool:
    """Whether a known instant lies after another."""
    return bool(record.get(field)) and moment(record[field]) > as_of


class Lot:
    """Draws the records of sellers by lot, the same for the same seed; about what packs of any marketplace ask."""

    def __init__(self, seed: int, as_of: datetime) -> None:
        self._lot = Random(seed)  # noqa: S311  # nothing secret is drawn
        self._as_of = as_of

    def batch(self, sellers: int, marketplaces: list[str], most: int) -> Batch:
        """Some sellers with at most so many orders each, no two of them much alike."""
        batch: Batch = {table: [] for table in KNOWN}
        for place in range(sellers):
            home = {"seller_id": f"S{place}", "marketplace": marketplaces[place % len(marketplaces)]}
            for table, records in self.seller(self._lot.randint(3, most)).items():
                batch[table] += [home | record for record in records]
        return batch

    def seller(self, orders: int) -> Batch:
        """One seller's records; how often things go wrong differs from table to table."""
        counts = {table: orders if table == "orders" else self._lot.randint(0, orders) for table in KNOWN}
        counts["violations"] = self._lot.randint(0, 12)
        return {table: [*self.records(table, count, orders)] for table, count in counts.items()}

    def records(self, table: str, count: int, orders: int) -> Iterator[Record]:
        """So many records of a table."""
        bad = self._lot.choice((0.0, 0.02, 0.1, 0.3))
        longest = self._lot.choice((12, 60, 150, 420))
        for number in range(count):
            own = self._as_of - timedelta(days=longest * self._lot.random() ** 2 - 1)
            record = getattr(self, table)(own, self._lot.random() < bad)
            record |= {KNOWN[table].key: f"{table}-{number}", KNOWN[table].dated_by: shown(own)}
            if table in OF_ORDERS:
                record["order_id"] = f"orders-{self._lot.randrange(orders + 1)}"
            yield record

    def maybe(self, share: float, value: Any) -> Any:
        """A value as often as said, else what is not known."""
        return value if self._lot.random() < share else None

    def after(self, own: datetime, hours: float) -> str:
        """An instant up to so many hours later; sometimes a whole number of days after the question itself."""
        later = own + timedelta(hours=hours * self._lot.random())
        return shown(self._as_of + timedelta(days=self._lot.randint(-3, 9)) if self._lot.random() < 0.1 else later)

    def orders(self, own: datetime, bad: bool) -> Record:
        pick = self._lot.choice
        return {
            "status": pick(
                ("cancelled", "unshipped", "shipped") if bad else ("shipped", "shipped", "shipped", "pending")
            ),
            "fulfilled_by": pick(("seller", "seller", "marketplace")),
            "programs": pick(([], ["business"], ["business", "invoice_by_marketplace"])),
            "ship_by": self.maybe(0.9, self.after(own, 72)),
            "ship_confirmed_at": self.maybe(0.9, self.after(own, 200 if bad else 40)),
            "cancelled_at": self.maybe(0.5, self.after(own, 300)) if bad else None,
            "cancelled_by": self.maybe(0.8, pick(("seller", "seller", "marketplace", "buyer"))) if bad else None,
            "cancel_requested_at": self.maybe(0.3, self.after(own, 200)) if bad else None,
            "cancel_requested_via": self.maybe(0.3, pick(("order_page", "message"))) if bad else None,
            "buyer_key": self.maybe(0.9, f"B{self._lot.randrange(12)}"),
            "invoice_by": self.maybe(0.8, self.after(own, 900)),
            "invoice_uploaded_at": self.maybe(0.8, self.after(own, 600)),
            "refunded_at": self.maybe(0.6 if bad else 0.01, self.after(own, 400)),
        }

    def shipments(self, own: datetime, bad: bool) -> Record:
        return {
            "units": self._lot.randint(1, 3),
            "category": self.maybe(0.8, self._lot.choice(("toys", "books"))),
            "tracking_id": self.maybe(0.5 if bad else 0.99, "T"),
            "first_scan_at": self.maybe(0.5 if bad else 0.99, self.after(own, 90 if bad else 20)),
            "deliver_by": self.maybe(0.95, self.after(own, 300)),
            "delivered_at": self.maybe(0.8, self.after(own, 600 if bad else 120)),
            "tracking_exempt": self._lot.random() < 0.05,
            "delivery_protected": self._lot.random() < 0.1,
        }

    def messages(self, own: datetime, bad: bool) -> Record:
        return {
            "responded_at": self.maybe(0.5 if bad else 0.98, self.after(own, 60 if bad else 23)),
            "auto_reply": bad and self._lot.random() < 0.2,
            "no_response_needed": self._lot.random() < 0.1,
            "topic": self._lot.choice(("product", "invoice", None)),
        }

    def returns(self, own: datetime, bad: bool) -> Record:
        return {
            "responded_at": self.maybe(0.5 if bad else 0.95, self.after(own, 120 if bad else 40)),
            "decision": self._lot.choice(("pending", "rejected", "approved")) if bad else "refunded",
            "in_policy": self._lot.random() < 0.5,
            "negative_feedback": bad and self._lot.random() < 0.3,
            "needs_approval": self._lot.random() < 0.9,
        }

    def feedback(self, own: datetime, bad: bool) -> Record:
        return {
            "rating": self._lot.randint(1, 3) if bad else self._lot.choice((4, 5, 5, 5)),
            "state": self._lot.choice(("shown", "shown", "shown", "removed")),
            "removed_at": self.maybe(0.2, self.after(own, 500)),
            "about": self._lot.choice(("seller", "product", "delivery", None)),
        }

    def claims(self, own: datetime, bad: bool) -> Record:
        return {
            "outcome": self._lot.choice(("granted", "seller_refunded") if bad else ("denied", "withdrawn", "pending")),
            "decided_at": self.maybe(0.7, self.after(own, 300)),
            "appealed_at": self.maybe(0.1, self.after(own, 600)),
            "claims_protected": self._lot.random() < 0.1,
            "counts_against_odr": self.maybe(0.1, self._lot.random() < 0.5),
        }

    def chargebacks(self, own: datetime, bad: bool) -> Record:
        return {
            "kind": self._lot.choice(("service", "fraud")),
            "outcome": "lost" if bad else "won",
            "decided_at": self.maybe(0.7, self.after(own, 900)),
        }

    def surveys(self, own: datetime, bad: bool) -> Record:
        return {
            "solved": not bad,
            "conversation_id": self.maybe(0.6, f"C{self._lot.randrange(15)}"),
            "order_id": self.maybe(0.6, f"orders-{self._lot.randrange(15)}"),
        }

    def violations(self, own: datetime, bad: bool) -> Record:
        return {
            "policy": self._lot.choice(("listing", "product_safety", "other")),
            "severity": self.maybe(0.9, self._lot.choice(("low", "medium", "high", "high", "critical"))),
            "state": self._lot.choice(("open", "acknowledged", "resolved")),
            "resolved_at": self.maybe(0.3, self.after(own, 2000)),
            "consequence": self.maybe(0.3, "listing_removed") if bad else None,
        }
