"""Judge the thirteen Amazon metrics of CONTRACT §4 on one view at one instant, as plainly as possible."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.independent.naive_cards import SHARES, is_enforced, is_offered
from tests.independent.naive_records import Record
from tests.independent.naive_shares import Slice, ids_in_order, in_window, share_slices, window_of
from tests.independent.naive_view import View

Metric = dict[str, Any]

ORDER = [
    "order_defect_rate",
    "cancellation_rate",
    "late_shipment_rate",
    "valid_tracking_rate",
    "on_time_delivery_rate",
    "contact_response_rate",
    "customer_service_dissatisfaction_rate",
    "return_dissatisfaction_rate",
    "invoice_defect_rate",
    "positive_feedback_rate",
    "refund_rate",
    "policy_violations",
    "account_health_rating",
]
POLICIES = [
    "listing",
    "product_authenticity",
    "product_condition",
    "product_safety",
    "received_ip_complaint",
    "suspected_ip",
    "restricted_product",
    "food_safety",
    "review_policy",
    "document_request",
    "other",
]
POINTS = {"low": 2, "medium": 4, None: 4, "high": 8}
BADNESS = ["breach", "watch", "good", "insufficient_data"]


def never_good(level: str, missing: list[str]) -> str:
    """With something required not covered, good becomes insufficient_data."""
    return "insufficient_data" if missing and level == "good" else level


def open_violations(view: View, now: datetime) -> list[Record]:
    """Violations not resolved, opened in the last 180 days."""
    window = window_of(now, 180, 0)
    return [v for v in view["violations"] if v["state"] != "resolved" and in_window(v["opened_at"], window)]


def violation_slice(rows: list[Record], group: Any, now: datetime) -> Slice:
    """One group of the count of violations."""
    grave = any(row["consequence"] in ("listing_removed", "account_blocked") for row in rows)
    level = "breach" if grave else "watch" if rows else "good"
    return {
        "group": group,
        "window": window_of(now, 180, 0),
        "counted": len(rows),
        "total": None,
        "value": Fraction(len(rows)),
        "level": level,
        "exists": bool(rows),
        "left_out": {},
        "against": ids_in_order(rows, "opened_at"),
    }


def violation_slices(view: View, now: datetime) -> list[Slice]:
    """Over all, then by policy."""
    rows = open_violations(view, now)
    slices = [violation_slice(rows, None, now)]
    for policy in POLICIES:
        members = [row for row in rows if row["policy"] == policy]
        slices.append(violation_slice(members, {"policy": policy}, now))
    return slices


def rating_orders(view: View, now: datetime) -> list[Record]:
    """The orders that earn points: purchased in 180 days, confirmed, not pending."""
    window = window_of(now, 180, 0)
    return [
        order
        for order in view["orders"]
        if order["ship_confirmed_at"] is not None
        and order["status"] != "pending"
        and in_window(order["purchased_at"], window)
    ]


def rating_slice(view: View, now: datetime) -> Slice:
    """The account health rating."""
    rows = open_violations(view, now)
    earned = 4 * (len(rating_orders(view, now)) // 200)
    critical = any(row["severity"] == "critical" for row in rows)
    lost = None if critical else sum(POINTS[row["severity"]] for row in rows)
    score = 0 if lost is None else min(1000, max(0, 200 + earned - lost))
    level = "good" if score >= 200 else "watch" if score >= 100 else "breach"
    return {
        "group": None,
        "window": window_of(now, 180, 0),
        "counted": None,
        "total": None,
        "value": Fraction(score),
        "level": level,
        "exists": True,
        "left_out": {},
        "against": ids_in_order(rows, "opened_at"),
        "points": [earned, lost],
    }


def requires(metric: str) -> list[str]:
    """The tables a metric needs covered."""
    if metric in SHARES:
        return list(SHARES[metric]["requires"])
    return ["violations"] if metric == "policy_violations" else ["orders", "violations"]


def slices_of(metric: str, view: View, now: datetime) -> list[Slice]:
    """A metric's slices with their levels, those that would be good lowered where something is not covered."""
    if metric in SHARES:
        slices = share_slices(SHARES[metric], view, now)
    else:
        slices = violation_slices(view, now) if metric == "policy_violations" else [rating_slice(view, now)]
    missing = [table for table in requires(metric) if table not in view["covered"]]
    for entry in slices:
        entry["level"] = never_good(entry["level"], missing)
    return slices


def headline_of(slices: list[Slice]) -> Slice:
    """The worst slice that has records (ties: the first), else the first."""
    existing = [entry for entry in slices if entry["exists"]] or slices[:1]
    return min(existing, key=lambda entry: BADNESS.index(entry["level"]))


def parts_of(metric: str, headline: Slice, view: View, now: datetime) -> list[Record]:
    """The named parts of a share's headline."""
    parts = []
    for name, test in SHARES[metric]["parts"] if metric in SHARES else []:
        counted, total = sum(test(row, view, now) for row in headline["rows"]), headline["total"]
        parts.append(
            {"metric": name, "counted": counted, "total": total, "value": Fraction(counted, total) if total else None}
        )
    return parts


def judge(metric: str, view: View, now: datetime) -> Metric:
    """A metric of the answer, with its values still exact."""
    slices = slices_of(metric, view, now)
    headline = headline_of(slices)
    listed = [entry for entry in slices if entry["exists"]]
    if not any(entry["exists"] for entry in slices) and metric == "order_defect_rate":
        headline = {**headline, "group": None}
    unit = {"policy_violations": "count", "account_health_rating": "score"}.get(metric, "share")
    return {
        "level": headline["level"],
        "unit": unit,
        "enforced": is_enforced(metric, view["marketplace"], now) if metric in SHARES else True,
        "headline": headline,
        "breakdown": listed if len(listed) > 1 else [],
        "parts": parts_of(metric, headline, view, now),
        "points": headline.get("points"),
        "missing": [table for table in requires(metric) if table not in view["covered"]],
    }


def offered_metrics(view: View) -> list[str]:
    """The metrics of a marketplace, in the order of the pack."""
    return [metric for metric in ORDER if metric not in SHARES or is_offered(metric, view["marketplace"])]
