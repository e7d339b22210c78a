"""Count the eleven Amazon shares of CONTRACT §4 by group and window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.independent.naive_cards import Card
from tests.independent.naive_records import Record
from tests.independent.naive_view import View

Slice = dict[str, Any]

LISTED_GROUPS = {"fulfilled_by": ["seller", "marketplace"]}


def window_of(now: datetime, days: int, lag: int) -> Record:
    """Whole UTC days, both ends included: D-lag-days+1 … D-lag."""
    last = now.date() - timedelta(days=lag)
    return {"from": last - timedelta(days=days - 1), "to": last, "days": days}


def in_window(moment: datetime, window: Record) -> bool:
    """Whether a moment's UTC date lies in a window."""
    return bool(window["from"] <= moment.astimezone(UTC).date() <= window["to"])


def level_of_share(card: Card, counted: int, total: int) -> str:
    """good, watch, breach or insufficient_data, on exact fractions."""
    if total == 0:
        return "insufficient_data"
    share = Fraction(counted, total)
    for level in ("good", "watch"):
        edge = card[level]
        kept = {"below": share < edge, "at_most": share <= edge, "at_least": share >= edge}[card["edge"]]
        if kept:
            return level
    return "breach"


def weight(card: Card, records: list[Record]) -> int:
    """How much records weigh: each 1, or its units."""
    return sum(int(r["units"]) for r in records) if card["units"] else len(records)


def ids_in_order(records: list[Record], date: str) -> list[str]:
    """Ids, oldest first by the metric's own date, then id by code point."""
    return [record["id"] for record in sorted(records, key=lambda r: (r[date], r["id"]))]


def share_slice(card: Card, view: View, now: datetime, rows: list[Record], group: Any, window: Record) -> Slice:
    """One group and window of a share; `rows` are the group's records of the window."""
    left_out: dict[str, list[Record]] = {reason: [] for reason, _ in card["left_out"]}
    total: list[Record] = []
    for row in rows:
        reason = next((name for name, test in card["left_out"] if test(row, view, now)), None)
        (total if reason is None else left_out[reason]).append(row)
    counted = [row for row in total if card["counted"](row, view, now)]
    others = [row for row in total if not card["counted"](row, view, now)]
    bad = others if card["edge"] == "at_least" else counted
    size, hits = weight(card, total), weight(card, counted)
    return {
        "group": group,
        "window": window,
        "counted": hits,
        "total": size,
        "exists": bool(rows),
        "value": Fraction(hits, size) if size else None,
        "level": level_of_share(card, hits, size),
        "against": ids_in_order(bad, card["date"]),
        "rows": total,
        "left_out": {reason: len(found) for reason, found in left_out.items()},
    }


def group_slices(card: Card, view: View, now: datetime, rows: list[Record], window: Record) -> list[Slice]:
    """The slices of one window, over all first where there is one."""
    field = card["groups"]
    if field is None:
        return [share_slice(card, view, now, rows, None, window)]
    listed = LISTED_GROUPS.get(field)
    names = listed or sorted({row[field] for row in rows if row[field] is not None})
    slices = [] if listed else [share_slice(card, view, now, rows, None, window)]
    for name in names:
        members = [row for row in rows if row[field] == name]
        slices.append(share_slice(card, view, now, members, {field: name}, window))
    return slices


def share_slices(card: Card, view: View, now: datetime) -> list[Slice]:
    """All slices of a share, in the order of its breakdown, also those without records."""
    slices = []
    for days, lag in card["windows"]:
        window = window_of(now, days, lag)
        rows = [row for row in card["rows"](view) if in_window(row[card["date"]], window)]
        if card["select"]:
            rows = card["select"](rows)
        slices.extend(group_slices(card, view, now, rows, window))
    return slices
