"""One believable record of each table, drawn from a seed: an export made at `AS_OF`, so nothing has happened later."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from tests.batches import Record

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
AGE_SECONDS = 90 * 86_400
HANDLING = timedelta(days=2)
POLICIES = ("listing", "product_condition", "restricted_product", "review_policy", "other")


def later(moment: datetime, hours: float) -> datetime:
    """An instant some whole seconds after another, never ahead of the export."""
    return min(moment + timedelta(seconds=int(hours * 3600)), AS_OF)


def rarely(chance: Random, share: float, **fields: object) -> Record:
    """Some fields, or none of them."""
    return fields if chance.random() < share else {}


def order(key: str, chance: Random) -> Record:
    """One order of the last 90 days: most shipped in time, some late, a few cancelled or refunded."""
    bought = AS_OF - timedelta(seconds=int(chance.random() * AGE_SECONDS))
    confirmed = bought + timedelta(
        seconds=int(3600 * (4 + 43 * chance.random() if chance.random() < 0.97 else 49 + 20 * chance.random()))
    )
    cancelled, shipped = chance.random() < 0.03, confirmed < AS_OF
    record: Record = {
        "order_id": f"111-{key}-{int(chance.random() * 10**7):07d}",
        "purchased_at": bought,
        "status": "cancelled" if cancelled else "shipped" if shipped else "unshipped",
        "fulfilled_by": "seller" if chance.random() < 0.7 else "marketplace",
        "amount": f"{1 + 200 * chance.random():.2f}",
        "currency": "USD",
        "programs": ["prime"] if chance.random() < 0.3 else [],
        "ship_by": bought + HANDLING,
        "cancelled_by": None,
        "buyer_key": f"buyer-{int(chance.random() * 10**6)}",
        "sku": f"SKU-{int(chance.random() * 1000)}",
    }
    if cancelled:
        return {**record, **cancellation(record, chance)}
    if shipped:
        record["ship_confirmed_at"] = confirmed
        if chance.random() < 0.03:
            record["refunded_at"] = later(record["ship_confirmed_at"], chance.uniform(24, 480))
    return record


def cancellation(record: Record, chance: Random) -> Record:
    """Who cancelled an order, when, and how they were asked."""
    moment = later(record["purchased_at"], chance.uniform(1, 40))
    return {
        "cancelled_at": moment,
        **rarely(chance, 0.9, cancelled_by="buyer" if chance.random() < 0.5 else "seller"),
        **rarely(
            chance, 0.4, cancel_requested_at=moment, cancel_requested_via=chance.choice(["order_page", "message"])
        ),
    }


def shipment(key: str, about: Record, chance: Random) -> Record:
    """The package of an order."""
    start = "ship_confirmed_at" if "ship_confirmed_at" in about else "purchased_at"
    return {
        "shipment_id": f"SHP-{key}",
        "order_id": about["order_id"],
        "confirmed_at": about[start],
        "units": chance.choice([1, 1, 1, 2, 5]),
        "category": chance.choice(["toys", "books", "home"]),
        "deliver_by": about[start] + timedelta(days=5),
        "fulfilled_by": about["fulfilled_by"],
        **rarely(chance, 0.98, tracking_id=f"1Z{key}", first_scan_at=later(about[start], chance.uniform(1, 30))),
        **rarely(chance, 0.95, delivered_at=later(about[start], chance.uniform(30, 125))),
    }


def message(key: str, about: Record, chance: Random) -> Record:
    """A buyer's message about an order, answered as a rule."""
    received = later(about["purchased_at"], chance.uniform(1, 200))
    record = {
        "message_id": f"MSG-{key}",
        "received_at": received,
        "order_id": about["order_id"],
        "topic": chance.choice(["product", "delivery", "return"]),
        "text": "Hello, when will my parcel arrive? It was promised for this week and the page still says shipped.",
    }
    return record | rarely(chance, 0.95, responded_at=later(record["received_at"], chance.uniform(0.2, 26)))


def returned(key: str, about: Record, chance: Random) -> Record:
    """A return request of an order."""
    record = {
        "return_id": f"RET-{key}",
        "requested_at": later(about["purchased_at"], chance.uniform(100, 700)),
        "order_id": about["order_id"],
        "in_policy": chance.random() < 0.9,
        "negative_feedback": chance.random() < 0.05,
    }
    answer = later(record["requested_at"], chance.uniform(1, 50))
    return record | rarely(
        chance, 0.9, responded_at=answer, decision=chance.choice(["approved", "approved", "rejected"])
    )


def feedback(key: str, about: Record, chance: Random) -> Record:
    """What a buyer says of an order."""
    return {
        "feedback_id": f"FB-{key}",
        "received_at": later(about["purchased_at"], chance.uniform(100, 900)),
        "order_id": about["order_id"],
        "rating": chance.choices([5, 4, 3, 2, 1], [80, 12, 4, 2, 2])[0],
        "about": chance.choice(["seller", "product", "delivery"]),
    }


def claim(key: str, about: Record, chance: Random) -> Record:
    """An A-to-z claim on an order."""
    record = {
        "claim_id": f"CLM-{key}",
        "filed_at": later(about["purchased_at"], chance.uniform(200, 900)),
        "order_id": about["order_id"],
        "outcome": chance.choice(["pending", "granted", "denied", "withdrawn"]),
    }
    decided = later(record["filed_at"], chance.uniform(24, 200))
    return record | ({} if record["outcome"] == "pending" else {"decided_at": decided})


def chargeback(key: str, about: Record, chance: Random) -> Record:
    """A chargeback on an order."""
    return {
        "chargeback_id": f"CB-{key}",
        "filed_at": later(about["purchased_at"], chance.uniform(200, 900)),
        "order_id": about["order_id"],
        "kind": chance.choice(["service", "fraud"]),
    }


def survey(key: str, about: Record, chance: Random) -> Record:
    """A buyer's answer to whether their problem was solved."""
    return {
        "survey_id": f"SUR-{key}",
        "answered_at": later(about["purchased_at"], chance.uniform(24, 400)),
        "solved": chance.random() < 0.9,
        "order_id": about["order_id"],
    }


def violation(key: str, about: Record, chance: Random) -> Record:
    """A policy violation; the order only lends its date."""
    record = {
        "violation_id": f"VIO-{key}",
        "opened_at": about["purchased_at"],
        "policy": chance.choice(POLICIES),
        "severity": chance.choice(["low", "medium", "high"]),
        "consequence": "warning",
    }
    return record | rarely(chance, 0.6, resolved_at=later(record["opened_at"], chance.uniform(24, 300)))


OF_AN_ORDER: dict[str, Callable[[str, Record, Random], Record]] = {
    "shipments": shipment,
    "messages": message,
    "returns": returned,
    "feedback": feedback,
    "claims": claim,
    "chargebacks": chargeback,
    "surveys": survey,
    "violations": violation,
}
OF_THE_ACCOUNT: dict[str, list[Record]] = {
    "notices": [
        {
            "notice_id": f"N-{place}",
            "received_at": datetime(2026, 11, 10 + place, 8, tzinfo=UTC),
            "from_address": "seller-performance@amazon.com",
            "subject": "Notice: policy warning",
            "text": "Hello, we have removed one of your listings. Please review the policy on your dashboard.",
            "links": ["https://sellercentral.amazon.com/performance/dashboard"],
            "in_dashboard": True,
        }
        for place in range(2)
    ],
    "appeals": [
        {
            "appeal_id": "AP-1",
            "submitted_at": datetime(2026, 11, 14, 10, tzinfo=UTC),
            "notice_id": "N-0",
            "about": ["late_shipment_rate"],
            "root_causes": ["A carrier's pick-up was missed on two days."],
            "actions_taken": ["A second carrier was booked, and late orders were refunded."],
            "preventive_steps": ["Orders are confirmed only when handed over."],
            "evidence": [{"kind": "tracking", "refs": ["1Z1", "1Z2"]}],
        }
    ],
    "applications": [
        {
            "application_id": "APP-1",
            "submitted_at": datetime(2026, 11, 1, 10, tzinfo=UTC),
            "category": "toys",
            "documents": ["invoice", "safety certificate"],
            "account_type": "professional",
        }
    ],
    "sellers": [
        {
            "status": "active",
            "status_since": datetime(2025, 1, 1, 0, tzinfo=UTC),
            "identities": [{"kind": "email", "value": "shop@example.com"}],
            "emergency_contact": True,
        }
    ],
    "performance_reports": [
        {
            "accountStatuses": [{"marketplaceId": "ATVPDKIKX0DER", "status": "NORMAL"}],
            "performanceMetrics": [{"marketplaceId": "ATVPDKIKX0DER"}],
        }
    ],
}
