"""The oracle: what CONTRACT.md binds about the answer to a valid JSON batch, worked out naively.

`answer(batch, evidence)` gives {"as_of": datetime, "verdicts": {(seller_id, marketplace): verdict}}; a verdict holds
`metrics` (by id), `health`, `status`, `forecasts` (by metric id) and `due`, `due_total`.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.independent.naive_forecasts import due_of, forecast
from tests.independent.naive_metrics import Metric, judge, offered_metrics
from tests.independent.naive_records import Record, read_instant
from tests.independent.naive_shares import Slice
from tests.independent.naive_view import View, make_views

DUE_CAP = 200


def rounded(value: Fraction | None) -> Fraction | None:
    """Half-even to 6 decimals."""
    return None if value is None else round(value, 6)


def window_out(window: Record) -> Record:
    """A window as the answer writes it."""
    return {"from": window["from"].isoformat(), "to": window["to"].isoformat(), "days": window["days"]}


def breakdown_out(entry: Slice) -> Record:
    """A breakdown entry."""
    return {
        "group": entry["group"],
        "window": window_out(entry["window"]),
        "counted": entry["counted"],
        "total": entry["total"],
        "value": rounded(entry["value"]),
        "level": entry["level"],
    }


def metric_out(metric: Metric, evidence: int) -> Record:
    """A metric of the answer, without its forecasts."""
    headline = metric["headline"]
    out = breakdown_out(headline)
    out.update({key: metric[key] for key in ("level", "enforced", "unit", "missing", "points")})
    out["against"] = headline["against"][:evidence]
    out["against_total"] = len(headline["against"])
    out["left_out"] = {reason: count for reason, count in headline["left_out"].items() if count}
    out["breakdown"] = [breakdown_out(entry) for entry in metric["breakdown"]]
    out["parts"] = [{**part, "value": rounded(part["value"])} for part in metric["parts"]]
    return out


def color_of(metrics: dict[str, Record]) -> str:
    """health.color from the metrics' levels."""
    levels = [(metric["level"], metric["enforced"]) for metric in metrics.values()]
    if all(level == "insufficient_data" for level, _ in levels):
        return "unknown"
    if ("breach", True) in levels:
        return "red"
    return "yellow" if any(level in ("watch", "breach") for level, _ in levels) else "green"


def projected_of(metrics: dict[str, Record]) -> str:
    """status.projected from the metrics' levels."""
    rating = metrics.get("account_health_rating", {}).get("level")
    if rating == "breach":
        return "suspended"
    if any(metric["level"] == "breach" and metric["enforced"] for metric in metrics.values()):
        return "restricted"
    return "under_review" if rating == "watch" else "active"


def reported_of(view: View) -> str | None:
    """status.reported as far as the sellers table says it."""
    return next((seller["status"] for seller in view["sellers"]), None)


def verdict_of(view: View, now: datetime, evidence: int) -> Record:
    """One seller's verdict on one marketplace."""
    names = offered_metrics(view)
    metrics = {name: metric_out(judge(name, view, now), evidence) for name in names}
    due = due_of(view, now)
    return {
        "metrics": metrics,
        "health": {"color": color_of(metrics)},
        "status": {"reported": reported_of(view), "projected": projected_of(metrics)},
        "forecasts": {name: forecast(name, view, now) for name in names},
        "due": due[:DUE_CAP],
        "due_total": len(due),
    }


def answer(batch: Record, evidence: int) -> dict[str, Any]:
    """What the contract binds about the answer to a valid batch."""
    now = read_instant(batch["as_of"], None)
    views = make_views(batch, now)
    return {
        "as_of": now,
        "verdicts": {place: verdict_of(view, now, evidence) for place, view in views.items()},
    }
