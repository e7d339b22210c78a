"""What a mitigation says beside its excuse: the marketplace's own rule about it, what shows it, and what to send.

Types only. Words are filled with ids and instants of records and with nothing else a caller wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from service.core.clauses import Condition

ALLOWS = "allows"
TWIN = "twin"
ABSENCES = "absences"
RECORD = "record"
DATED = "dated"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a dossier quotes: fields of the records of a table that belong to the same order, or of the record itself.

    `of` may also be `twin` (the record that makes it a duplicate) or `absences` (those its instants lie in).
    """

    of: str
    fields: tuple[str, ...]
    when: Condition | None = None


class Line(NamedTuple):
    """One sentence with places for `names`; left out where one of them is not known."""

    template: str
    names: tuple[str, ...]


class Name(NamedTuple):
    """What words may name of what is quoted: a field, or its id where there is none; `place` is how words write it."""

    place: str
    of: str
    field: str | None
    is_instant: bool


class Until(NamedTuple):
    """By when: so long after an instant that is quoted of a table."""

    of: str
    at: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Plea:
    """The case to make for a record: what the marketplace's rule says of it, the evidence, and the words by language.

    `policy` is allows, refuses or silent; `source` the page that says so; `names` all that some language names, the
    record aside; `attach` what to send along.
    """

    policy: str
    basis: str
    source: Mapping[str, str]
    evidence: tuple[Quote, ...]
    words: Mapping[str, tuple[Line, ...]]
    names: tuple[Name, ...]
    attach: tuple[Mapping[str, str], ...] = ()
    until: Until | None = None
