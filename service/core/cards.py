"""What rule files mean: frozen types, built by `rulebook`, read by the rest of `core`. No file, no format, no engine.

Shares are held in whole parts per million, so that an edge is compared exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

Level = Literal["breach", "watch", "good", "insufficient_data"]
LEVELS: tuple[Level, ...] = ("breach", "watch", "good", "insufficient_data")
MARKERS = {"breach": "red_cross", "watch": "yellow_exclamation", "good": "green_check", "insufficient_data": "none"}
Unit = Literal["share", "count", "average", "score"]
VALUE = "value"
MILLION = 1_000_000
AS_OF = "as_of"


@dataclass(frozen=True, slots=True)
class Test:
    """One question of one field; `value` is what the operator compares with, `of` the instant a duration starts at."""

    field: str
    operator: str
    value: Any
    of: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Has:
    """Holds when a record of `table` belongs to the same order and meets the condition."""

    table: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Every:
    """Holds when records of `table` belong to the same order and all of them meet the condition."""

    table: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Twin:
    """Holds when another record has the same fields, lies within a duration of this one, and meets the condition."""

    same: tuple[str, ...]
    by: str
    within: timedelta
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class PartIs:
    """Holds when one of the named parts of the card counts the record."""

    parts: tuple[str, ...]


Condition = Test | AllOf | AnyOf | Has | Every | Twin | PartIs


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

    An excused record is `not_counted`, or `left_out` of the total.
    """

    name: str
    address: str
    of: str
    when: Condition
    effect: str
    because: str
    ask: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A card as it stands from one date on, for some marketplaces or all; `address` names it in answers."""

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

    @property
    def breach_edge(self) -> Edge | None:
        """The one edge between breach and the rest; None where breach takes more than one figure."""
        bad = [rung.level == "breach" for rung in self.ladder]
        turns = [self.ladder[place].edges for place in range(1, len(bad)) if bad[place] != bad[place - 1]]
        own = [edges[0] for edges in turns if len(edges) == 1 and edges[0].measure == VALUE]
        return own[0] if len(turns) == len(own) == 1 else None

    @property
    def counted_hurt(self) -> bool:
        """Whether the counted records are the bad ones: a good share or average begins in breach."""
        return self.unit in ("count", "score") or self.ladder[0].level != "breach"


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


@dataclass(frozen=True, slots=True)
class Want:
    """What one fact must be: one of some words, or a number between two bounds, both included."""

    fact: str
    words: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule the engine decides: it holds when every want does; `address` is how answers name it."""

    address: str
    wants: tuple[Want, ...]
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A dated version of a pack's health, status or action rules, in the order of the file."""

    address: str
    since: date
    rules: tuple[Rule, ...]

    @property
    def asked(self) -> list[str]:
        """The facts these rules ask for."""
        return sorted({want.fact for rule in self.rules for want in rule.wants})


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that must be done by an instant: which records, from which field on, after how long."""

    kind: str
    of: str
    at: str
    after: timedelta
    only: Condition
    by_marketplace: Condition | None
    lapses: bool
    marketplaces: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Timetable:
    """A dated version of a pack's deadlines."""

    since: date
    deadlines: tuple[Deadline, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """What a seller can do: the words, and how urgent it is."""

    action: str
    text: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything Standing judges one marketplace family by."""

    pack: str
    title: str
    time_zone: ZoneInfo
    marketplaces: Mapping[str, tuple[str, ...]]
    cards: tuple[Card, ...]
    health: tuple[Chapter, ...]
    status: tuple[Chapter, ...]
    actions: tuple[Chapter, ...]
    deadlines: tuple[Timetable, ...]
    catalogue: Mapping[str, Action]
    texts: Mapping[str, str]
    digest: str
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All packs, and one digest over them."""

    packs: tuple[Pack, ...]
    digest: str

    @property
    def domains(self) -> dict[str, str]:
        """Every name a marketplace may go by → its domain."""
        return {
            name: domain
            for pack in self.packs
            for domain, aliases in pack.marketplaces.items()
            for name in (domain, *aliases)
        }

    def pack_of(self, marketplace: str) -> Pack:
        """The pack that judges a marketplace."""
        return next(pack for pack in self.packs if marketplace in pack.marketplaces)


def walk(condition: Condition | None) -> Iterator[Condition]:
    """A condition and everything within it."""
    if condition is None:
        return
    yield condition
    if isinstance(condition, (AllOf, AnyOf)):
        for inner in condition.conditions:
            yield from walk(inner)
    elif isinstance(condition, (Has, Every, Twin)):
        yield from walk(condition.condition)
