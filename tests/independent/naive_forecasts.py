"""What may come: interval, headroom, recovery and open deadlines (CONTRACT §5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.independent.naive_cards import SHARES, Card, is_offered
from tests.independent.naive_metrics import headline_of, slices_of
from tests.independent.naive_predicates import business_orders, is_answered, needs_no_response, own_orders
from tests.independent.naive_records import Record
from tests.independent.naive_shares import Slice, level_of_share
from tests.independent.naive_view import View, claim_counts, marketplace_answers

Z = Decimal("1.959964")


def interval_of(headline: Slice) -> Record | None:
    """The Wilson score interval of a share with a total."""
    if not headline["total"]:
        return None
    with localcontext() as context:
        context.prec = 60
        n = Decimal(headline["total"])
        p = Decimal(headline["counted"]) / n
        spread = 1 + Z * Z / n
        middle = (p + Z * Z / (2 * n)) / spread
        reach = (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt() * Z / spread
        low, high = max(Decimal(0), middle - reach), min(Decimal(1), middle + reach)
    return {"low": round(Fraction(low), 6), "high": round(Fraction(high), 6), "confidence": Fraction(95, 100)}


def more_allowed(card: Card, counted: int, total: int) -> int:
    """How many more of the total may turn bad before the breach, one by one."""
    turned = 0
    good_share = card["edge"] == "at_least"
    left = counted if good_share else total - counted
    while turned < left:
        after = counted - turned - 1 if good_share else counted + turned + 1
        if level_of_share(card, after, total) == "breach":
            break
        turned += 1
    return turned


def clean_needed(card: Card, counted: int, total: int) -> int:
    """The fewest further good records that end the breach, one by one."""
    added = 0
    while level_of_share(card, counted + (added if card["edge"] == "at_least" else 0), total + added) == "breach":
        added += 1
    return added


def headroom_of(card: Card, headline: Slice) -> Record | None:
    """Both halves of the headroom, None for an empty total."""
    counted, total = headline["counted"], headline["total"]
    if not total:
        return None
    breach = level_of_share(card, counted, total) == "breach"
    return {
        "more_allowed": 0 if breach else more_allowed(card, counted, total),
        "clean_needed": clean_needed(card, counted, total),
    }


def recovers_on(metric: str, view: View, now: datetime) -> str | None:
    """The first of the next 365 days on which the frozen records are no breach."""
    if headline_of(slices_of(metric, view, now))["level"] != "breach":
        return None
    for days in range(1, 366):
        later = now + timedelta(days=days)
        if headline_of(slices_of(metric, view, later))["level"] != "breach":
            return later.date().isoformat()
    return None


def forecast(metric: str, view: View, now: datetime) -> Record:
    """interval, headroom and recovers_on of one metric."""
    headline = headline_of(slices_of(metric, view, now))
    share = metric in SHARES
    return {
        "interval": interval_of(headline) if share else None,
        "headroom": headroom_of(SHARES[metric], headline) if share else None,
        "recovers_on": recovers_on(metric, view, now),
    }


Deadline = tuple[datetime, str, str, str]


def due_messages(view: View, now: datetime) -> list[Deadline]:
    return [
        (
            m["received_at"] + timedelta(hours=24),
            "answer_message",
            m["id"],
            "marketplace" if marketplace_answers(m, view) else "seller",
        )
        for m in view["messages"]
        if not needs_no_response(m, view, now) and not is_answered(m)
    ]


def due_returns(view: View) -> list[Deadline]:
    return [
        (r["requested_at"] + timedelta(hours=48), "answer_return", r["id"], "seller")
        for r in view["returns"]
        if r["decision"] == "pending" and r["responded_at"] is None and r["needs_approval"]
    ]


def due_shipments(view: View) -> list[Deadline]:
    return [
        (o["ship_by"], "ship_order", o["id"], "seller")
        for o in own_orders(view)
        if o["ship_by"] is not None
        and o["status"] in ("unshipped", "partially_shipped")
        and o["ship_confirmed_at"] is None
    ]


def due_invoices(view: View) -> list[Deadline]:
    if not is_offered("invoice_defect_rate", view["marketplace"]):
        return []
    return [
        (o["invoice_by"], "send_invoice", o["id"], "seller")
        for o in business_orders(view)
        if o["invoice_by"] is not None and o["invoice_uploaded_at"] is None
    ]


def due_claims(view: View, now: datetime) -> list[Deadline]:
    return [
        (c["decided_at"] + timedelta(days=30), "appeal_claim", c["id"], "seller")
        for c in view["claims"]
        if claim_counts(c)
        and c["appealed_at"] is None
        and c["decided_at"] is not None
        and now <= c["decided_at"] + timedelta(days=30)
    ]


def due_violations(view: View) -> list[Deadline]:
    return [
        (v["opened_at"] + timedelta(days=7), "address_violation", v["id"], "seller")
        for v in view["violations"]
        if v["state"] == "open"
    ]


def due_of(view: View, now: datetime) -> list[dict[str, Any]]:
    """All open deadlines, soonest first; letters (send_plan_of_action) are out of this oracle's reach."""
    deadlines = (
        due_messages(view, now)
        + due_returns(view)
        + due_shipments(view)
        + due_invoices(view)
        + due_claims(view, now)
        + due_violations(view)
    )
    return [
        {"kind": kind, "record": record, "due_at": due_at, "overdue": now > due_at, "owner": owner}
        for due_at, kind, record, owner in sorted(deadlines, key=lambda d: d[:3])
    ]
