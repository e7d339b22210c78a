"""What is counted, as rule files mean it: windows, exclusions, parts, further measures, and the terms of a score."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from service.core.clauses import AS_OF, Condition, Test, asked, walk


@dataclass(frozen=True, slots=True)
class Window:
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

    def __post_init__(self) -> None:
        """Notes when tests that ask for the instant of the question may turn; and every field that is asked."""
        conditions = [self.only, self.counts, *(one.when for one in self.leaves_out)]
        conditions += [part.counts for part in self.parts] + [one.when for one in self.also]
        tests = [test for one in conditions for test in walk(one) if isinstance(test, Test)]
        turning = dict.fromkeys(turn_of(test) for test in tests if AS_OF in (test.field, test.of, test.value))
        object.__setattr__(self, "turning", tuple(turning))
        object.__setattr__(self, "asks", frozenset(name for one in conditions for name in asked(one, self.of)))


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
