"""Everything a marketplace family is judged by: cards, and the rules over their levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.core.cards import Card
from service.core.clauses import Condition


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
    def asked(self) -> dict[str, int]:
        """The facts these rules ask for, each with the largest number that makes a difference."""
        wants = [want for rule in self.rules for want in rule.wants]
        return {
            name: max(bound + 1 for want in wants if want.fact == name for bound in (want.least or 0, want.most or 0))
            for name in sorted({want.fact for want in wants})
        }


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
