"""What is counted, as rule files mean it: windows, exclusions, parts, further measures, and the terms of a score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from service.core.clauses import AS_OF, Condition, Every, Has, Test, asked, walk


class Window(NamedTuple):
    """Whole days: `days` of them, ending `lag` days before the day of the question.

    With fewer than `needs` records in the total, a window of `otherwise` days stands in for it.
    """

    days: int
    lag: int
    needs: int = 0
    otherwise: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Records left out of the total, and why."""

    because: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Part:
    """One named share of what a metric counts, over the same total."""

    name: str
    title: str
    counts: Condition


@dataclass(frozen=True, slots=True)
class Also:
    """A further measure of a level: how many records of the total, or different values of a field, meet a condition."""

    name: str
    when: Condition
    distinct: str | None = None


class Turn(NamedTuple):
    """When a test may turn: so long after an instant of a record, or of its order."""

    instant: str
    after: timedelta


def turn_of(test: Test) -> Turn:
    """When a test that asks for the instant of the question may turn."""
    if test.of is None:
        return Turn(str(test.value if test.field == AS_OF else test.field), timedelta(0))
    return Turn(test.of, test.value) if test.field == AS_OF else Turn(test.field, -test.value)


@dataclass(frozen=True, slots=True)
class Counting:
    """What is counted: of which table, dated by which field, over which windows, leaving out what, counting what.

    Windows are told short to long. `longest` are the same, each as long as it may become; `groupings` say whether to
    sum over all records (False), over groups of them (True), or both; `by_part` are the conditions of parts by name,
    `beside` what is asked of records beside these.

    `latest_per` keeps only the latest record per the first of these fields that is known; `weigh` and `average` name
    the whole-number field that is added up instead of records, or averaged.
    """

    of: str
    by: str
    within: tuple[Window, ...]
    only: Condition | None = None
    leaves_out: tuple[Exclusion, ...] = ()
    counts: Condition | None = None
    parts: tuple[Part, ...] = ()
    group_by: str | None = None
    over_all: bool = True
    weigh: str | None = None
    average: str | None = None
    latest_per: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    turning: tuple[Turn, ...] = field(init=False, compare=False, repr=False)
    asks: frozenset[tuple[str, Any]] = field(init=False, compare=False, repr=False)
    longest: tuple[Window, ...] = field(init=False, compare=False, repr=False)
    groupings: tuple[bool, ...] = field(init=False, compare=False, repr=False)
    by_part: Mapping[str, Condition] = field(init=False, compare=False, repr=False)
    beside: tuple[Has | Every, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Notes what follows from the rest, so that no question need ask for it again."""
        conditions = [self.only, self.counts, *(one.when for one in self.leaves_out)]
        conditions += [part.counts for part in self.parts] + [one.when for one in self.also]
        every = [within for one in conditions for within in walk(one)]
        tests = [one for one in every if isinstance(one, Test)]
        turning = dict.fromkeys(turn_of(test) for test in tests if AS_OF in (test.field, test.of, test.value))
        longest = [Window(window.otherwise or window.days, window.lag) for window in self.within]
        groupings = [False] * (self.group_by is None or self.over_all) + [True] * (self.group_by is not None)
        noted = {
            "turning": tuple(turning),
            "asks": frozenset(name for one in conditions for name in asked(one, self.of)),
            "longest": tuple(longest),
            "groupings": tuple(groupings),
            "by_part": {part.name: part.counts for part in self.parts},
            "beside": tuple(one for one in every if isinstance(one, (Has, Every))),
        }
        for name, value in noted.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a score: `points` for every full `per` records, or `sets` the whole score when there is one."""

    part: str
    counting: Counting
    points: int = 0
    per: int = 1
    sets: int | None = None

    @property
    def hurts(self) -> bool:
        """Whether its records make the score worse."""
        return self.points < 0 or self.sets is not None


@dataclass(frozen=True, slots=True)
class Score:
    """A number that starts somewhere, moves by its terms and stays between two bounds."""

    start: int
    terms: tuple[Term, ...]
    least: int
    most: int
