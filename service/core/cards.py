"""Cards, as rule files mean them: editions with their ladders, targets, mitigations and examples. No file, no engine.

Shares are held in whole parts per million, so that an edge is compared exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from service.core.clauses import Condition
from service.core.countings import Counting, Score
from service.core.pleas import Plea

Level = Literal["breach", "watch", "good", "insufficient_data"]
LEVELS: tuple[Level, ...] = ("breach", "watch", "good", "insufficient_data")
MARKERS = {"breach": "red_cross", "watch": "yellow_exclamation", "good": "green_check", "insufficient_data": "none"}
Unit = Literal["share", "count", "average", "score"]
VALUE = "value"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a level begins: `measure` reaches `at`, or lies strictly above it. Shares are parts per million."""

    measure: str
    at: int
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of a ladder, reached when every edge is; `address` is how answers name the rule."""

    level: Level
    edges: tuple[Edge, ...]
    reason: str
    basis: str
    address: str


@dataclass(frozen=True, slots=True)
class Target:
    """What the marketplace asks for: `below`, `at_most` or `at_least` a number in the unit of the metric."""

    bound: str
    value: Decimal | int
    words: str


@dataclass(frozen=True, slots=True)
class Mitigation:
    """What the marketplace may accept: which records it excuses (or records of the same order in `of`), and the words.

    An excused record is `not_counted`, or `left_out` of the total. `marketplaces` limits where it may be.
    """

    name: str
    address: str
    of: str
    when: Condition
    effect: str
    because: str
    ask: str
    plea: Plea
    marketplaces: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A card as it stands from one date on, for some marketplaces or all; `address` names it in answers.

    `counted_hurt` tells whether the counted records are the bad ones: where more is better, the lowest figure is not
    good. `breach_edge` is the one edge between breach and the rest.
    """

    address: str
    metric: str
    title: str
    unit: Unit
    enforced: bool
    since: date
    basis: str
    marketplaces: frozenset[str] | None
    ladder: tuple[Rung, ...]
    target: Target
    requires: tuple[str, ...]
    counting: Counting | None
    score: Score | None
    mitigations: tuple[Mitigation, ...] = ()
    context: tuple[tuple[str, Counting], ...] = ()
    counted_hurt: bool = field(init=False, compare=False, repr=False)
    breach_edge: Edge | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Notes what follows from the rest, so that no question need ask for it again."""
        object.__setattr__(self, "counted_hurt", self.unit == "score" or self.ladder[0].level == "good")
        object.__setattr__(self, "breach_edge", breach_edge(self.ladder))

    def applies(self, marketplace: str, day: date) -> bool:
        """Whether this edition is in force there on that day, newer ones aside."""
        return self.since <= day and (self.marketplaces is None or marketplace in self.marketplaces)

    @property
    def countings(self) -> tuple[Counting, ...]:
        """Everything this edition counts."""
        terms = self.score.terms if self.score else ()
        return (*((self.counting,) if self.counting else ()), *(term.counting for term in terms))

    @property
    def counted_by(self) -> Counting:
        """What a share or a count counts."""
        if self.counting is None:
            raise TypeError(self.address)
        return self.counting

    @property
    def scored_by(self) -> Score:
        """What a score is made of."""
        if self.score is None:
            raise TypeError(self.address)
        return self.score


def breach_edge(ladder: tuple[Rung, ...]) -> Edge | None:
    """The one edge between breach and the rest; None where breach takes more than one figure."""
    bad = [rung.level == "breach" for rung in ladder]
    turns = [ladder[place].edges for place in range(1, len(bad)) if bad[place] != bad[place - 1]]
    own = [edges[0] for edges in turns if len(edges) == 1 and edges[0].measure == VALUE]
    return own[0] if len(turns) == len(own) == 1 else None


@dataclass(frozen=True, slots=True)
class Example:
    """A figure and the level it must lead to, with the place of the sentence in its file."""

    edition: Edition
    figures: Mapping[str, int]
    level: Level
    place: tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Card:
    """One metric: its editions, newest first, its examples, and the card as it is shown to people."""

    metric: str
    editions: tuple[Edition, ...]
    examples: tuple[Example, ...]
    shown: Mapping[str, Any]
    digest: str

    def in_force(self, marketplace: str, day: date) -> Edition | None:
        """The first edition in force there on that day."""
        return next((edition for edition in self.editions if edition.applies(marketplace, day)), None)
