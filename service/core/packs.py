"""Everything a marketplace family is judged by: cards, and the rules over their levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.core.account_rules import AccountRules
from service.core.cards import Card
from service.core.chapters import Chapter
from service.core.clauses import Condition
from service.core.letters import LetterRules
from service.core.mappings import ReportMapping
from service.core.matters import Outlook


@dataclass(frozen=True, slots=True)
class LetterTest:
    """Which letters a deadline holds for, as they are judged; gone once an appeal was submitted since."""

    assessment: str
    kind: str


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
    letter: LetterTest | None = None


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
class ExcludedPeriod:
    """Days, both included, whose records the marketplace does not use for some metrics; there is an excuse in each."""

    name: str
    address: str
    since: date
    until: date
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything Standing judges one marketplace family by; `languages` are spoken there beside English."""

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
    notes: tuple[Chapter, ...] = ()
    letters: LetterRules = field(default_factory=LetterRules)
    accounts: AccountRules = field(default_factory=AccountRules)
    reports: tuple[ReportMapping, ...] = ()
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    periods: tuple[ExcludedPeriod, ...] = ()
    outlooks: tuple[Outlook, ...] = ()


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

    @property
    def reports(self) -> tuple[ReportMapping, ...]:
        """How marketplaces' own reports are read, pack by pack."""
        return tuple(mapping for pack in self.packs for mapping in pack.reports)

    def pack_of(self, marketplace: str) -> Pack:
        """The pack that judges a marketplace."""
        return next(pack for pack in self.packs if marketplace in pack.marketplaces)
