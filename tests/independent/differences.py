"""Find where a service's answer differs from the oracle's; each difference is (metric, key, expected, got)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.independent.naive import color_of, projected_of

Record = dict[str, Any]
Difference = tuple[str, str, Any, Any]
ABSENT = "<absent>"


def take(record: Any, *path: str) -> Any:
    """A nested value, ABSENT where there is none."""
    for key in path:
        if not isinstance(record, dict) or key not in record:
            return ABSENT
        record = record[key]
    return record


def entry_key(entry: Record) -> str:
    """What tells breakdown entries apart: group and window."""
    return f"{take(entry, 'group')} {take(entry, 'window', 'from')} {take(entry, 'window', 'days')}"


def trimmed(entry: Record, like: Record) -> Record:
    """An entry with only the keys the oracle has, so that added fields do no harm."""
    return {key: take(entry, key) for key in like}


def breakdown_differences(expected: list[Record], got: Any) -> Iterator[tuple[str, Any, Any]]:
    """Entries by group and window, then their order."""
    if not isinstance(got, list):
        yield "breakdown", expected, got
        return
    served = {entry_key(entry): entry for entry in got}
    wanted = {entry_key(entry): entry for entry in expected}
    for key, entry in wanted.items():
        other = trimmed(served[key], entry) if key in served else ABSENT
        if other != entry:
            yield "breakdown", entry, other
    for key in served.keys() - wanted.keys():
        yield "breakdown", ABSENT, served[key]
    if served.keys() == wanted.keys() and list(served) != list(wanted):
        yield "breakdown_order", list(wanted), list(served)


def left_out_differences(expected: dict[str, int], got: Any) -> Iterator[tuple[str, Any, Any]]:
    """Totals in card order; of the reasons the contract names only not_known."""
    served = [(take(entry, "because"), take(entry, "total")) for entry in got] if isinstance(got, list) else got
    if not isinstance(got, list):
        yield "left_out", expected, got
        return
    counts = [count for _, count in served if count]
    not_known = sum(count for reason, count in served if reason == "not_known")
    if counts != list(expected.values()) or not_known != expected.get("not_known", 0):
        yield "left_out", expected, served


def part_differences(expected: Record, got: Any) -> Iterator[tuple[str, Any, Any]]:
    """Named parts; of the rating the size of its two points, unless a critical violation leaves it open."""
    if not isinstance(got, list):
        yield "parts", expected["parts"], got
    elif expected["unit"] == "score":
        sizes = [abs(value) for value in (take(part, "value") for part in got) if isinstance(value, (int, Fraction))]
        if expected["points"][1] is not None and sizes != expected["points"]:
            yield "score_parts", expected["points"], got
    else:
        served = [trimmed(part, expected["parts"][0]) for part in got] if expected["parts"] else got
        if served != expected["parts"]:
            yield "parts", expected["parts"], served


def metric_differences(name: str, expected: Record, got: Record) -> Iterator[tuple[str, Any, Any]]:
    """One metric, without its forecasts."""
    for key in ("level", "enforced", "unit", "value", "counted", "total", "group", "window"):
        if key == "group" and name == "order_defect_rate" and expected["total"] == 0:
            continue
        served = take(got, key)
        if key == "window" and isinstance(served, dict):
            served = trimmed(served, expected[key])
        if served != expected[key]:
            yield key, expected[key], served
    for key in ("against", "against_total"):
        if take(got, "records", key) != expected[key]:
            yield key, expected[key], take(got, "records", key)
    yield from left_out_differences(expected["left_out"], take(got, "records", "left_out"))
    yield from breakdown_differences(expected["breakdown"], take(got, "breakdown"))
    yield from part_differences(expected, take(got, "parts"))
    missing = take(got, "missing")
    if missing == ABSENT or bool(missing) != bool(expected["missing"]):
        yield "missing", expected["missing"], missing


def forecast_differences(expected: Record, got: Record) -> Iterator[tuple[str, Any, Any]]:
    """interval, headroom and recovers_on; a headroom of two nulls is none."""
    for key in ("interval", "headroom", "recovers_on"):
        served, wanted = take(got, key), expected[key]
        if key == "headroom" and isinstance(served, dict) and set(served.values()) <= {None}:
            served = None
        if isinstance(served, dict) and isinstance(wanted, dict):
            served = trimmed(served, wanted)
        if served != wanted:
            yield key, wanted, served


def instant(text: Any) -> Any:
    """A UTC instant of an answer, or what stands there instead."""
    try:
        return datetime.fromisoformat(text) if text.endswith("Z") else text
    except (AttributeError, ValueError):
        return text


def due_differences(expected: Record, got: Record) -> Iterator[tuple[str, Any, Any]]:
    """The list of open deadlines, at the first place where it differs."""
    if take(got, "due_total") != expected["due_total"]:
        yield "due_total", expected["due_total"], take(got, "due_total")
    served = take(got, "due")
    if not isinstance(served, list):
        yield "due", expected["due"], served
        return
    fields = ("kind", "record", "due_at", "overdue", "owner")
    rows = [{key: take(entry, key) for key in fields} for entry in served]
    rows = [{**row, "due_at": instant(row["due_at"])} for row in rows]
    wanted = expected["due"]
    for index in range(max(len(rows), len(wanted))):
        pair = [side[index] if index < len(side) else ABSENT for side in (wanted, rows)]
        if pair[0] != pair[1]:
            yield "due", {"index": index, "entry": pair[0]}, {"index": index, "entry": pair[1]}
            return


def verdict_differences(expected: Record, got: Record) -> Iterator[Difference]:
    """One seller's verdict on one marketplace.

    Colour and projected status are worked out from the oracle's levels of those metrics the service served, so that
    a metric that is not there yet is reported once and not three times.
    """
    served = {take(metric, "metric"): metric for metric in got.get("metrics", [])}
    wanted = expected["metrics"]
    for name in sorted(wanted.keys() | served.keys()):
        if (name in wanted) != (name in served):
            yield name, "present", name in wanted, name in served
            continue
        pairs = metric_differences(name, wanted[name], served[name])
        yield from ((name, key, one, other) for key, one, other in pairs)
        pairs = forecast_differences(expected["forecasts"][name], served[name])
        yield from ((name, key, one, other) for key, one, other in pairs)
    both = {name: metric for name, metric in wanted.items() if name in served}
    for key, path, value in (
        ("color", ("health", "color"), color_of(both)),
        ("projected", ("status", "projected"), projected_of(both)),
        ("reported", ("status", "reported"), expected["status"]["reported"]),
    ):
        if take(got, *path) != value:
            yield "-", key, value, take(got, *path)
    yield from (("-", key, one, other) for key, one, other in due_differences(expected, got))
