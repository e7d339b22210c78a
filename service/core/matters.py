"""Matters, as rule files mean them: what is open in somebody's hands, and how it may end against the seller."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.core.clauses import Condition


@dataclass(frozen=True, slots=True)
class Respite:
    """How long a matter may stay open: from a field on, for a duration or so many weekdays (Monday to Friday)."""

    at: str
    after: timedelta
    weekdays: int


@dataclass(frozen=True, slots=True)
class Matter:
    """Records that are open `when` a condition holds, and what comes of them if nobody does anything more.

    Once its `respite` is over, the fields of `becomes` read otherwise; or it is open until a `metric` counts it.
    """

    address: str
    text: str
    basis: str
    of: str
    when: Condition
    respite: Respite | None
    becomes: Mapping[str, str | bool]
    metric: str | None
    marketplaces: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A dated version of a pack's matters."""

    since: date
    matters: tuple[Matter, ...]
