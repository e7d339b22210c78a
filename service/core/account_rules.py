"""What rule files say of accounts: money held back, sellers that are one, applications to sell. In dated editions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.core.chapters import Chapter
from service.core.clauses import Condition
from service.core.identities import IdentityRules
from service.core.phrases import Phrases

HOLD_UNTIL, APPEAL_FROM, RESERVE = GIVES = ("hold_until", "appeal_from", "reserve")
ELIGIBLE, MISSING_DOCUMENTS, NOT_ELIGIBLE, NO_RULE = ASSESSMENTS = (
    "eligible", "missing_documents", "not_eligible", "no_rule",
)  # fmt: skip
HELD = "related_held"
NOT_TOLD = "none"


@dataclass(frozen=True, slots=True)
class FundRules:
    """What is held back from one date on.

    Attributes:
        given: rules for what is given; of those that hold the first of its kind counts.
        remarks: rules for what is told beside it; all that hold tell.
        after: by the address of a rule, how long after the status began.
        span: how far back a reserve reaches.
        only: the orders a reserve is made of.
    """

    since: date
    given: Chapter
    remarks: Chapter
    after: Mapping[str, timedelta]
    span: timedelta
    only: Condition


@dataclass(frozen=True, slots=True)
class KinRules:
    """Which sellers are taken for one from one date on.

    Attributes:
        identities: how identities are compared.
        enough: kinds that must all be shared; one such set is enough.
        gravest: statuses, the gravest first.
        held: statuses of a seller that hold back its kin.
    """

    since: date
    identities: IdentityRules
    enough: tuple[tuple[str, ...], ...]
    gravest: tuple[str, ...]
    held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that must be handed in: its name, how it is called, and the reason where it is missing."""

    document: str
    called: Phrases
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Category:
    """What a marketplace asks of those who apply to sell in a category; `called` as names are compared."""

    category: str
    called: frozenset[str]
    text: str
    address: str
    marketplaces: frozenset[str] | None = None
    account_type: str | None = None
    not_in_breach: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplicationRules:
    """How applications are judged from one date on; of the rules the first that holds decides."""

    since: date
    categories: tuple[Category, ...]
    rules: Chapter


@dataclass(frozen=True, slots=True)
class AccountRules:
    """Everything a pack says of accounts; a pack may say nothing."""

    funds: tuple[FundRules, ...] = ()
    kin: tuple[KinRules, ...] = ()
    applications: tuple[ApplicationRules, ...] = ()


def chapters_of(rules: AccountRules) -> Iterator[Chapter]:
    """Every list of rules about accounts that the engine decides."""
    for funds in rules.funds:
        yield from (funds.given, funds.remarks)
    yield from (one.rules for one in rules.applications)
