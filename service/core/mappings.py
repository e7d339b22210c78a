"""Report mappings, as rule files mean them: how a marketplace's own report is recognised and which records it makes.

No file, no column library: intake does what is said here. Names of columns and keys, and words, are *plain*: small
letters and digits only, so that `Order ID`, `order-id` and `order_id` are one name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal
from unicodedata import normalize

Form = Literal["table", "json", "xml"]
ANY_WORD = "*"
WHOLE = "complete"  # `feedback.complete` is not covered where a report holds only some of the feedback


def plain(text: str) -> str:
    """A name or word without case, spaces and signs.

    >>> plain("Return request-date"), plain("注文番号"), plain("A-to-Z Claim")
    ('returnrequestdate', '注文番号', 'atozclaim')
    """
    return "".join(filter(str.isalnum, normalize("NFKC", text).casefold()))


def plain_path(path: str) -> str:
    """A dotted path of plain names; a final or single `*` is kept.

    >>> plain_path("OrderItems.Buyer_Requested")
    'orderitems.buyerrequested'
    """
    return ".".join(plain(step) for step in path.split("."))


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells a report: of each group of names one must be there, and none of `none`."""

    every: tuple[tuple[str, ...], ...]
    none: tuple[str, ...] = ()

    def fit(self, names: frozenset[str]) -> bool:
        """Whether a header or an object has these names."""
        return all(names.intersection(group) for group in self.every) and names.isdisjoint(self.none)

    def may_fit(self, names: frozenset[str]) -> bool:
        """Whether an object could that has no other names than these; a path leads on from a name."""
        return all(any(name.partition(".")[0] in names for name in group) for group in self.every)


@dataclass(frozen=True, slots=True)
class Dates:
    """The forms a date may be written in, the first that fits a whole column first; some marketplaces' own before.

    `zone` reads dates without offset where the batch names no time zone. `months` and `zones` are words of dates.
    """

    forms: tuple[str, ...]
    own_forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = "UTC"
    months: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)

    def at(self, marketplace: str | None) -> tuple[str, ...]:
        """The forms in the order in which a marketplace's reports are tried."""
        return tuple(dict.fromkeys((*self.own_forms.get(marketplace or "", ()), *self.forms)))


@dataclass(frozen=True, slots=True)
class Fold:
    """How the lines of one record become one value.

    `how`: any (that is known: the least, so that the order of lines does not matter), least, greatest, sum, all (where
    every line says the same), prefer (the first of `prefer` that any line says). `together`: the word where all of
    several words are said. Lists are always united.
    """

    how: str = "any"
    prefer: tuple[str, ...] = ()
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """Where one field of a record comes from.

    The first known of `sources`; else `joined`, when all of them are known; else `constant`. `words` says what each
    word reads as (None: nothing is known by it). `adds` and `subtracts` are sums of money. `flags` are the entries of a
    list, each with the columns that say yes to it.
    """

    fills: str
    sources: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    constant: str | None = None
    words: Mapping[str, str | None] | None = None
    dates: Dates | None = None
    adds: tuple[str, ...] = ()
    subtracts: tuple[str, ...] = ()
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fold: Fold = Fold()

    @property
    def names(self) -> tuple[str, ...]:
        """Every column or key it may come from."""
        flags = (name for names in self.flags.values() for name in names)
        return tuple(dict.fromkeys((*self.sources, *self.joined, *self.adds, *self.subtracts, *flags)))


@dataclass(frozen=True, slots=True)
class Filling:
    """The records of one table that a report makes.

    `per` is a list inside the object, each entry of which is a line. `newest` are columns by which the newest of
    several accounts of a record is told, `dates` how they are written. `leaves_out`: lines to pass over, by words of a
    column. `partial`: the report holds only some of the records, so the table is not whole.
    """

    table: str
    fields: tuple[Filled, ...]
    per: str | None = None
    newest: tuple[str, ...] = ()
    dates: Dates | None = None
    leaves_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a performance report tells one figure of a metric: the path `at`; of a list there, each entry.

    `group` is the group of the metric it speaks of; `total` and `counted` are paths within.
    """

    at: str
    total: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    group: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The places of one metric's figures. Of figures with the same group and days the first counts."""

    metric: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Performance:
    """How a marketplace's performance report is read. Paths are dotted; of several the first known counts.

    `accounts` is where the account statuses stand and `entries` the figures, each entry with its `marketplace`.
    `words` reads account statuses; `gravest` orders the statuses of figures; `bounds` reads target conditions.
    `tolerance` is how far a rate may lie from the ratio of its counts.
    """

    accounts: tuple[str, ...]
    entries: tuple[str, ...]
    marketplace: tuple[str, ...]
    status: tuple[str, ...]
    words: Mapping[str, str | None]
    since: tuple[str, ...]
    until: tuple[str, ...]
    value: tuple[str, ...]
    target: tuple[str, ...]
    condition: tuple[str, ...]
    bounds: Mapping[str, str]
    gravest: tuple[str, ...]
    tolerance: Fraction
    metrics: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class ReportMapping:
    """One kind of report. `wrapped_in` are keys (of XML: elements) that records may stand within."""

    report: str
    form: Form
    signs: Signs
    yes: tuple[str, ...]
    fillings: tuple[Filling, ...]
    wrapped_in: frozenset[str]
    performance: Performance | None
    shown: Mapping[str, Any]
