"""How open matters end against the seller: which tables read otherwise later, and by which rule each record does."""

from typing import NamedTuple

import numpy as np

from service.core.clauses import ANY
from service.core.countings import Counting
from service.core.figures import Question
from service.core.instants import micros
from service.core.later import NEVER, Later, Laters
from service.core.matters import Matter, Respite
from service.core.tables import Mask, Numbers, Table

WEEKDAYS = "Mon Tue Wed Thu Fri"
NO_MATTER = -1
DAY = 86_400_000_000


class Endings(NamedTuple):
    """The matters in force, and what they do to the tables of a question.

    Attributes:
        matters: the matters, in the order of the file.
        later: the tables as they read once what is open has ended.
        by_rule: per such table the place of each record's matter, or `NO_MATTER`.
        waiting: the same per metric, of the records that are open until it counts them.
    """

    matters: tuple[Matter, ...]
    later: dict[str, Later]
    by_rule: dict[str, Numbers]
    waiting: dict[str, Numbers]

    def asked_by(self, counting: Counting) -> Laters:
        """The tables that read otherwise later in a field that a counting asks for."""
        return {name: later for name, later in self.later.items() if not counting.asks.isdisjoint(later.words)}

    def awaited(self, metric: str) -> Mask | None:
        """The records of a metric's table that are open until it counts them, if there may be some."""
        return self.waiting[metric] != NO_MATTER if metric in self.waiting else None


def endings(question: Question) -> Endings:
    """What is open among the records of a question, by the newest outlook already in force; found once."""
    return question.once("endings", lambda: found_endings(question))


def found_endings(question: Question) -> Endings:
    """What is open, matter by matter."""
    outlook = next((one for one in question.pack.outlooks if one.since <= question.calendar.day), None)
    found = Endings(outlook.matters if outlook else (), {}, {}, {})
    for place, matter in enumerate(found.matters):
        table = question.related.tables.get(matter.of)
        if table is not None and table.height:
            take_in(found, place, table, question)
    return found


def take_in(found: Endings, place: int, table: Table, question: Question) -> None:
    """Adds the open records of one matter; of several matters of a record the first of the file stands."""
    matter = found.matters[place]
    by_name, name = (found.waiting, matter.metric) if matter.metric else (found.by_rule, matter.of)
    ruled = by_name.setdefault(name, np.full(table.height, NO_MATTER))
    rows = (is_open(matter, table, question) & (ruled == NO_MATTER)).nonzero()[0]
    ruled[rows] = place
    if matter.respite and len(rows):
        since = np.maximum(ends_at(matter.respite, table, rows), question.related.now)
        found.later[matter.of] = ended(matter, found.later.get(matter.of), table, (rows, since))


def is_open(matter: Matter, table: Table, question: Question) -> Mask:
    """The records for which a matter is open."""
    sold = question.sells_in(matter.marketplaces)[table.numbers("seller")]
    found: Mask = question.related.look(matter.of).meet(matter.when) & sold
    return found & table.known(matter.respite.at) if matter.respite else found


def ended(matter: Matter, before: Later | None, table: Table, ending: tuple[Numbers, Numbers]) -> Later:
    """A table as it reads once some records have ended since some instants, beside those that end by other matters."""
    rows, since = ending
    instants, fields, then, words, _ = before or Later(np.full(table.height, NEVER), (), table, frozenset(), {})
    instants = instants.copy()
    instants[rows] = since
    changed = {}
    for name, word in matter.becomes.items():
        column = then.numbers(name).copy()
        column[rows] = table.words(name)[str(word)] if table.words(name) else int(word is True)
        changed[name] = column
    fields = tuple(dict.fromkeys((*fields, *changed)))
    told = [*matter.becomes.items(), *((name, word) for name in changed for word in read(table.take(rows), name))]
    words |= {(f"{matter.of}.{name}", value) for name, word in told for value in (word, ANY)}
    return Later(instants, fields, then.laid_over(**changed), words, {})


def read(records: Table, name: str) -> set[str | bool | None]:
    """The words of a field that some records read."""
    words: list[str | bool] = [*records.words(name)] or [False, True]
    return {words[number] for number in np.unique(records.numbers(name)).tolist() if number >= 0}


def ends_at(respite: Respite, table: Table, rows: Numbers) -> Numbers:
    """The instants until which some records are open, as numbers."""
    start = table.numbers(respite.at)[rows]
    if not respite.weekdays:
        return start + micros(respite.after)
    day, rest = np.divmod(start, DAY)
    shifted = np.busday_offset(day.astype("datetime64[D]"), respite.weekdays, roll="backward", weekmask=WEEKDAYS)
    ends: Numbers = shifted.astype(np.int64) * DAY + rest
    return ends
