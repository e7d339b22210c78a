"""What a metric is exposed to: its open records, by when they turn, and how it would stand then."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from service.core.endings import NO_MATTER, Endings, endings
from service.core.evidence import Picked, Records, listed
from service.core.figures import Figure, Figures, Question, figures_of, gaps_of
from service.core.later import NEVER
from service.core.matters import Matter
from service.core.measure import Slice, measured_anew
from service.core.recovery import Course, first_days
from service.core.stretches import together
from service.core.tables import Numbers, Table
from service.core.turning import Open, can_turn, open_records


class Exposed(NamedTuple):
    """One metric of one seller: the open records, soonest first, the instants at which the first and the last turn.

    `figure` is the metric as it would stand had all of them turned, `matters` what somebody may end against the seller.
    """

    records: Records
    first_at: int
    last_at: int
    figure: Figure
    matters: tuple[tuple[Matter, Records], ...]
    breaches_on: date | None


def exposures(course: Course, now: Mapping[int, Figures], question: Question) -> dict[int, Exposed]:
    """Per seller with an open record what the metric is exposed to.

    Args:
        course: the card and its edition in force, the sellers it judges, and what it counts today.
        now: the figures each of them has now.
        question: what is asked.
    """
    counting, ends, metric = course.edition.counted_by, endings(question), course.edition.metric
    if counting.of not in question.related.tables:
        return {}
    course = course._replace(later=ends.asked_by(counting))
    waiting = ends.awaited(metric)
    if not can_turn(course, waits=waiting is not None):
        return {}
    found = open_records(course, waiting, question)
    if not len(found.row):
        return {}
    seller = question.related.tables[counting.of].numbers("seller")[found.row]
    records = dict(listed(counting.of, Picked(found.row, seller, found.turns_at), question.related, question.evidence))
    figures = figures_then(course, found, list(records), question)
    told = gaps_of(course.edition, question).has_level
    followed = [one for one in records if told and now[one].headline.level != "breach"]
    breaching = first_days(course._replace(sellers=followed), question, breach=True)
    matters = matters_of(found, course, ends, question)
    first, last = (np.full(len(question.related.sellers), bound) for bound in (NEVER, -NEVER))
    np.minimum.at(first, seller, found.turns_at)
    np.maximum.at(last, seller, found.turns_at)
    return {
        one: Exposed(
            each, int(first[one]), int(last[one]), figures[one], tuple(matters.get(one, ())), breaching.get(one)
        )
        for one, each in records.items()
    }


def figures_then(course: Course, found: Open, sellers: list[int], question: Question) -> dict[int, Figure]:
    """Per seller the metric as it would stand in the windows of today, had every open record turned."""
    counting, related, today = course.edition.counted_by, question.related, course.today[0]
    some = question.some(sellers)
    stays = np.ones(related.tables[counting.of].height, dtype=bool)
    for each in found.marks:
        stays[each.row] = False
    rest = stays[today.marks.row]
    kept = today.marks.where(rest if some is None else rest & some[today.marks.seller])
    slices = measured_anew(today, together(counting, related.tables[counting.of], kept, *found.marks))
    nothing = [Slice(today.windows[0], None, 0, 0, (0,) * len(counting.parts), (0,) * len(counting.also))]
    return {one: figures_of(course.edition, slices.get(one, nothing), question).headline for one in sellers}


def matters_of(
    found: Open, course: Course, ends: Endings, question: Question
) -> dict[int, list[tuple[Matter, Records]]]:
    """Per seller the matters by which records are open, each with its own records, soonest first."""
    listing: dict[int, list[tuple[Matter, Records]]] = {}
    many = len(ends.matters)
    for table, rows, places, instants in behind(found, course, ends, question.related.tables):
        slot = question.related.tables[table].numbers("seller")[rows] * many + places
        for each, records in listed(table, Picked(rows, slot, instants), question.related, question.evidence):
            listing.setdefault(each // many, []).append((ends.matters[each % many], records))
    return listing


Behind = tuple[str, Numbers, Numbers, Numbers]


def behind(found: Open, course: Course, ends: Endings, tables: Mapping[str, Table]) -> Iterator[Behind]:
    """The records of matters that turn the open ones: their table, rows, matters, and the instants they end at."""
    own = course.edition.counted_by.of
    orders = tables[own].numbers("order_row")[found.row] if any(name != own for name in course.later) else found.row
    for table, later in course.later.items():
        turned = set(zip((found.row if table == own else orders).tolist(), found.turns_at.tolist(), strict=True))
        rows = (later.since != NEVER).nonzero()[0]
        keys = rows if table == own else tables[table].numbers("order_row")[rows]
        rows = rows[[key in turned for key in zip(keys.tolist(), later.since[rows].tolist(), strict=True)]]
        yield table, rows, ends.by_rule[table][rows], later.since[rows]
    if course.edition.metric in ends.waiting:
        places = ends.waiting[course.edition.metric][found.row]
        awaited = places != NO_MATTER
        yield own, found.row[awaited], places[awaited], found.turns_at[awaited]
