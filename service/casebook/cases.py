"""What a casebook is made of: cases, how they came out, what they cover. Types only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.core.errors import RuleFault
from service.rulebook.cursor import Cursor

Defaults = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """One case where it stands, and what each record of a table has unless it says otherwise."""

    at: Cursor
    defaults: Defaults

    @property
    def sentence(self) -> str:
        """What the case shows."""
        return str(self.at["case"].value)

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.at.source.file

    @property
    def line(self) -> int:
        """The line of its sentence."""
        return self.at["case"].place[1]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a verdict says otherwise: where in the verdict, on which line of the file, and the metric's reason."""

    path: str
    line: int
    expected: Any
    got: Any
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a case came out."""

    case: Case
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether the verdict says everything that was expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Point:
    """One thing a rule file says that a case or an example should show."""

    file: str
    name: str
    covered: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the cases of some packs. Where there are faults, coverage is not the whole truth."""

    results: tuple[Result, ...] = ()
    faults: tuple[RuleFault, ...] = ()
    points: tuple[Point, ...] = ()

    def __add__(self, other: "Report") -> "Report":
        return Report(self.results + other.results, self.faults + other.faults, self.points + other.points)

    @property
    def failed(self) -> tuple[Result, ...]:
        """The cases that came out otherwise."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def uncovered(self) -> tuple[Point, ...]:
        """What no case and no example shows."""
        return tuple(point for point in self.points if not point.covered)

    @property
    def coverage(self) -> float:
        """Percent of the points that are covered, rounded down to a tenth; 100 where there is none."""
        covered = len(self.points) - len(self.uncovered)
        return covered * 1000 // len(self.points) / 10 if self.points else 100.0

    def exit_code(self, least_coverage: float = 0) -> int:
        """0 all well, 1 a case failed or too little is covered, 2 files are faulty."""
        if self.faults:
            return 2
        return 1 if self.failed or self.coverage < least_coverage else 0
