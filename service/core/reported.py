"""What the marketplace itself says of a seller, beside what we count: figures as they came, and whether they agree.

Neither overrides the other: a status may say GOOD although its own figure misses its own target.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from service.core.texts import rounded

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ReportedFigure:
    """One figure as the marketplace tells it. Shares are fractions; days are dates as texts, both included.

    `bound` says which side of the target is wanted: below, at_most, at_least, above or equals.
    """

    value: Fraction | None = None
    counted: int | None = None
    total: int | None = None
    status: str | None = None
    bound: str | None = None
    target: Fraction | None = None
    group: tuple[str, str] | None = None
    first: str | None = None
    last: str | None = None
    days: int | None = None

    @property
    def target_met(self) -> bool | None:
        """Whether the figure meets its own target; None where either is not told."""
        if self.value is None or self.target is None or self.bound is None:
            return None
        sides = {
            "below": self.value < self.target,
            "at_most": self.value <= self.target,
            "at_least": self.value >= self.target,
            "above": self.value > self.target,
            "equals": self.value == self.target,
        }
        return sides[self.bound]


@dataclass(frozen=True, slots=True)
class ReportedMetric:
    """What is told of one metric: its figures, and one over all of them where they are counts that add up."""

    figures: tuple[ReportedFigure, ...]
    over_all: ReportedFigure | None = None

    def nearest(self, group: str | None, days: int) -> ReportedFigure:
        """The figure that speaks of the same group, of the same number of days, or else comes first."""
        if self.over_all and group is None:
            return self.over_all
        same_group = [one for one in self.figures if one.group and one.group[1] == group] or list(self.figures)
        return next((one for one in same_group if one.days == days), same_group[0])


@dataclass(frozen=True, slots=True)
class ReportedAccount:
    """What is told of one seller in one marketplace: the account's status in our words, and metrics."""

    status: str | None = None
    metrics: Mapping[str, ReportedMetric] = field(default_factory=dict)


def shown_reported(metric: ReportedMetric, unit: str, group: str | None, days: int) -> dict[str, Any]:
    """The `reported` block of a metric.

    Args:
        metric: what is told of it.
        unit: the unit of the metric.
        group: the group of our headline.
        days: the days of its window.
    """
    shown = shown_figure(metric.nearest(group, days), unit)
    several = len(metric.figures) > 1
    return {**shown, "breakdown": [shown_figure(one, unit) for one in metric.figures] if several else []}


def shown_figure(one: ReportedFigure, unit: str) -> dict[str, Any]:
    """One figure as answers show it."""
    return {
        "value": shown_number(one.value, unit),
        "counted": one.counted,
        "total": one.total,
        "status": one.status,
        "target": {one.bound: shown_number(one.target, unit)} if one.bound and one.target is not None else None,
        "target_met": one.target_met,
        "group": dict([one.group]) if one.group else None,
        "window": {"from": one.first, "to": one.last, "days": one.days} if one.first and one.last else None,
    }


def shown_number(value: Fraction | None, unit: str) -> float | int | None:
    """A number as JSON has it: shares with six decimals, whole numbers whole."""
    if value is None:
        return None
    return rounded(value) if unit == "share" or value.denominator > 1 else value.numerator


def status_conflicts(told: Mapping[Identity, ReportedAccount], own: Mapping[Identity, str | None]) -> int:
    """Of how many sellers the caller and the marketplace's report tell different statuses."""
    return sum(
        1
        for who, account in told.items()
        if account.status is not None and own.get(who) is not None and own[who] != account.status
    )
