"""One entry of a performance report → its figures, exact; a percentage is never taken for a fraction."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.core.mappings import Performance, Place, Told, plain
from service.core.reported import ReportedFigure, ReportedMetric
from service.intake.reports.told import HARMLESS_WORD
from service.intake.reports.tree import values_at
from service.schemas.scalars import text_of

NUMBER = re.compile(r"\s*(-?[0-9]{1,18}(?:[.,][0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?)\s*(%?)\s*")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
PERCENT = 100
TABLE = "performance_reports"
Noted = Counter[tuple[str, ...]]


def metrics_of(entries: Sequence[Any], spoken: Performance, noted: Noted) -> dict[str, ReportedMetric]:
    """The figures of every metric that some entries tell."""
    found = {}
    for told in spoken.metrics:
        figures = tuple(figures_of(entries, told, spoken, noted))
        if figures:
            counts = all(place.counted and not place.total for place in told.places)
            found[told.metric] = ReportedMetric(figures, summed(figures, spoken) if counts else None)
    return found


def figures_of(entries: Sequence[Any], told: Told, spoken: Performance, noted: Noted) -> Iterable[ReportedFigure]:
    """The figures of one metric; of several with the same group and days the first."""
    met: dict[tuple[object, ...], ReportedFigure] = {}
    for place in told.places:
        for entry in entries:
            for value in values_at(entry, place.at):
                if isinstance(value, dict):
                    one = figure(value, place, told.metric, spoken, noted)
                    met.setdefault((one.group, one.first, one.last), one)
    return met.values()


def figure(value: Mapping[str, Any], place: Place, metric: str, spoken: Performance, noted: Noted) -> ReportedFigure:
    """One figure as it is told."""
    counted, total = count_within(value, place.counted), count_within(value, place.total)
    rate, target = number_within(value, spoken.value), number_within(value, spoken.target)
    if place.counted and place.total:
        rate, target = as_fractions(rate, target, counted, total, (metric, spoken.tolerance, noted))
    elif place.counted:
        rate = Fraction(counted) if counted is not None else None
    first, last = day_within(value, spoken.since), day_within(value, spoken.until)
    return ReportedFigure(
        value=rate,
        counted=counted,
        total=total,
        status=shown_word(text_within(value, spoken.status)),
        bound=bound_of(value, spoken, noted),
        target=target,
        group=place.group,
        first=first,
        last=last,
        days=days_between(first, last),
    )


def as_fractions(
    rate: Fraction | None,
    target: Fraction | None,
    counted: int | None,
    total: int | None,
    noting: tuple[str, Fraction, Noted],
) -> tuple[Fraction | None, Fraction | None]:
    """A rate and its target as fractions.

    The counts tell whether a rate is a fraction or a percentage; without counts only a rate beyond 1 is a percentage.
    A rate that is neither stays as it is and is noted; without a rate the ratio of the counts stands in.
    """
    metric, tolerance, noted = noting
    ratio = Fraction(counted, total) if counted is not None and total else None
    if rate is None:
        return ratio, in_percent(target) if target is not None and target > 1 else target
    percent = rate > 1 if ratio is None else abs(rate - ratio) > tolerance >= abs(in_percent(rate) - ratio)
    if percent:
        noted["reported_percent", TABLE, metric, ""] += 1
        return in_percent(rate), None if target is None else in_percent(target)
    if (ratio is not None and abs(rate - ratio) > tolerance) or impossible(counted, total):
        noted["reported_conflict", TABLE, metric, ""] += 1
    return rate, in_percent(target) if target is not None and target > 1 else target


def in_percent(number: Fraction) -> Fraction:
    """A percentage as a fraction."""
    return number / PERCENT


def impossible(counted: int | None, total: int | None) -> bool:
    """Whether more is counted than there is."""
    return counted is not None and total is not None and counted > total


def summed(figures: Sequence[ReportedFigure], spoken: Performance) -> ReportedFigure:
    """Counts of several kinds as one: their sum, the gravest status, the days of all."""
    counted = sum(one.counted or 0 for one in figures)
    statuses = sorted((one.status for one in figures if one.status), key=lambda one: gravity(one, spoken))
    days = [day for one in figures if one.days for day in (one.first, one.last) if day]
    first, last = min(days, default=None), max(days, default=None)
    return replace(
        figures[0],
        value=Fraction(counted),
        counted=counted,
        status=statuses[0] if statuses else None,
        group=None,
        first=first,
        last=last,
        days=days_between(first, last),
    )


def gravity(status: str, spoken: Performance) -> tuple[int, str]:
    """The place of a status, the gravest first; those nobody knows stand before the harmless ones."""
    word = plain(status)
    return (spoken.gravest.index(word) if word in spoken.gravest else 0), word


def bound_of(value: Mapping[str, Any], spoken: Performance, noted: Noted) -> str | None:
    """Which side of the target is wanted."""
    word = text_within(value, spoken.condition)
    if word is None:
        return None
    if plain(word) not in spoken.bounds:
        noted["unmapped_word", TABLE, "target", shown_word(word) or ""] += 1
    return spoken.bounds.get(plain(word))


def shown_word(word: str | None) -> str | None:
    """A word that an answer may repeat."""
    return word if word and HARMLESS_WORD.fullmatch(word) else None


def text_within(value: Any, paths: Iterable[str]) -> str | None:
    """The first text at some paths."""
    found = (text_of(one) for path in paths for one in values_at(value, path))
    return next((text.strip() for text in found if text and text.strip()), None)


def number_within(value: Any, paths: Iterable[str]) -> Fraction | None:
    """The first number at some paths; `3.2 %` is 0.032."""
    text = text_within(value, paths)
    found = NUMBER.fullmatch(text) if text else None
    if not found:
        return None
    number = Fraction(Decimal(found[1].replace(",", ".")))
    return in_percent(number) if found[2] else number


def count_within(value: Any, paths: Iterable[str]) -> int | None:
    """The first whole number at some paths."""
    number = number_within(value, paths)
    return number.numerator if number is not None and number.denominator == 1 and number >= 0 else None


def day_within(value: Any, paths: Iterable[str]) -> str | None:
    """The day of the first instant at some paths."""
    found = DAY.match(text_within(value, paths) or "")
    return found[1] if found and days_between(found[1], found[1]) else None


def days_between(first: str | None, last: str | None) -> int | None:
    """How many days there are from one to another, both included; None where that is no span of days."""
    if first is None or last is None:
        return None
    try:
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    except ValueError:
        return None
    return days if days > 0 else None
