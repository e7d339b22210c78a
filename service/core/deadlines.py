"""Deadlines: what is open, until when, soonest first."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from service.core.figures import Question
from service.core.instants import micros
from service.core.packs import Deadline, Pack, Timetable
from service.core.relations import key_of

SELLER = "seller"
MARKETPLACE = "marketplace"


class Due(NamedTuple):
    """One open deadline; sorted, the soonest comes first, of equals by kind and record."""

    due_at: int
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
    return {seller: sorted(each) for seller, each in found.items()}


def timetable_in_force(pack: Pack, day: date) -> Timetable | None:
    """The newest timetable already in force."""
    return next((one for one in pack.deadlines if one.since <= day), None)


def of_deadline(deadline: Deadline, question: Question) -> Iterator[tuple[int, Due]]:
    """The records one deadline holds for."""
    related = question.related
    records = related.tables.get(deadline.of)
    if records is None:
        return
    sold = question.sells_in(deadline.marketplaces)[records.numbers("seller")]
    look = related.look(deadline.of)
    held = look.meet(deadline.only) & records.known(deadline.at) & sold
    due_at = records.numbers(deadline.at) + micros(deadline.after)
    if deadline.lapses:
        held &= due_at >= related.now
    rows = held.nonzero()[0]
    if not len(rows):
        return
    routed = look.meet(deadline.by_marketplace)[rows] if deadline.by_marketplace else np.zeros(len(rows))
    ids = records.texts(key_of(deadline.of), rows)
    sellers = records.numbers("seller")[rows].tolist()
    for seller, record, moment, by_marketplace in zip(
        sellers, ids, due_at[rows].tolist(), routed.tolist(), strict=True
    ):
        owner = MARKETPLACE if by_marketplace else SELLER
        yield seller, Due(moment, deadline.kind, record, related.now > moment, owner)
