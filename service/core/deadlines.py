"""Deadlines: what is open, until when, soonest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from service.core.conditions import NOTHING, Expressions
from service.core.figures import Question
from service.core.packs import Deadline, Pack, Timetable
from service.core.relations import key_of

SELLER = "seller"
MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True)
class Due:
    """One open deadline."""

    due_at: datetime
    kind: str
    record: str
    overdue: bool
    owner: str


def open_deadlines(question: Question) -> dict[int, list[Due]]:
    """Per seller the open deadlines, soonest first; of equals by kind and record."""
    found: dict[int, list[Due]] = {}
    table = timetable_in_force(question.pack, question.calendar.day)
    for deadline in (one for one in table.deadlines if not one.letter) if table else ():
        for seller, due in of_deadline(deadline, question):
            found.setdefault(seller, []).append(due)
    return {seller: soonest_first(each) for seller, each in found.items()}


def soonest_first(dues: list[Due]) -> list[Due]:
    """Deadlines in the order of the answer."""
    return sorted(dues, key=lambda due: (due.due_at, due.kind, due.record))


def timetable_in_force(pack: Pack, day: date) -> Timetable | None:
    """The newest timetable already in force."""
    return next((one for one in pack.deadlines if one.since <= day), None)


def of_deadline(deadline: Deadline, question: Question) -> Iterator[tuple[int, Due]]:
    """The records one deadline holds for."""
    related = question.related
    records = related.tables.get(deadline.of)
    if records is None:
        return
    asked = Expressions(deadline.of, related.tables, related.now)
    due_at = pl.col(deadline.at) + pl.lit(deadline.after)
    held = asked.of(deadline.only) & pl.col(deadline.at).is_not_null()
    if deadline.lapses:
        held &= due_at >= related.now
    routed = asked.of(deadline.by_marketplace) if deadline.by_marketplace else NOTHING
    found = records.filter(held).select("seller", key_of(deadline.of), due_at=due_at, routed=routed)
    for seller, record, moment, by_marketplace in found.iter_rows():
        marketplace = related.sellers[seller][1]
        if marketplace in question.pack.marketplaces and marketplace in (deadline.marketplaces or {marketplace}):
            owner = MARKETPLACE if by_marketplace else SELLER
            yield seller, Due(moment, deadline.kind, record, related.as_of > moment, owner)
