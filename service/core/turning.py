"""Records that do not hurt now and will: because an instant passes, or because an open matter ends."""

from datetime import date
from typing import NamedTuple

import numpy as np

from service.core.cards import Edition
from service.core.countings import Counting
from service.core.evidence import hurting
from service.core.figures import Question
from service.core.known import FORMS
from service.core.marks import NO_GROUP, Marks
from service.core.moments import Moments, ordinals
from service.core.recovery import Course, Period, moments_of, periods
from service.core.stretches import (
    NONE,
    Stretch,
    marks_on_first,
    reading,
    until_turned,
    within,
)
from service.core.tables import Mask, Numbers, Table, any_of, shared_out
from service.core.windows import midnight


class Open(NamedTuple):
    """Open records: the place of each, when it turns, and the marks of those that turn by the edition of today."""

    row: Numbers
    turns_at: Numbers
    marks: tuple[Marks, ...]


NONE_OPEN = Open(NONE, NONE, ())


class Hurting(NamedTuple):
    """Stretches in which records hurt, with the instants at which they came to, by row and instant."""

    stretch: Stretch
    since: Numbers


def can_turn(course: Course, *, waits: bool) -> bool:
    """Whether anything that a metric counts may turn at all."""
    countings = [edition.counting for edition in course.card.editions if edition.counting]
    dated = [counting.by != FORMS[counting.of].dated_by for counting in countings]
    return waits or bool(course.later) or any(dated) or any(counting.turning for counting in countings)


def open_records(course: Course, waiting: Mask | None, question: Question) -> Open:
    """The records that do not hurt now, and do on one of the coming days.

    Args:
        course: the card and its edition in force, the sellers it judges, and what it counts today.
        waiting: the records of its table that are open until their window begins, if there are.
        question: what is asked.
    """
    found: list[Open] = []
    for domain, sellers in question.by_domain(course.sellers).items():
        some = question.some(sellers)
        for period in periods(course.card, domain, question):
            found += open_in(period, course, some, waiting, moments_of(period, course, question))
    if len(found) < 2:
        return found[0] if found else NONE_OPEN
    row, first = np.unique(np.concatenate([each.row for each in found]), return_index=True)
    turns_at = np.concatenate([each.turns_at for each in found])[first]
    marks: list[Marks] = []
    for place, each in enumerate(found):  # what turns in an earlier period has turned
        earlier = np.concatenate([NONE, *(before.row for before in found[:place])])
        marks += [one.where(~np.isin(one.row, earlier)) for one in each.marks]
    return Open(row, turns_at, tuple(marks))


def open_in(period: Period, course: Course, sellers: Mask | None, waiting: Mask | None, moments: Moments) -> list[Open]:
    """The records that come to hurt while one edition is in force."""
    edition = period.edition
    if edition is None or edition.counting is None or edition.counting.of != course.edition.counted_by.of:
        return []
    counting, records = edition.counting, moments.related.tables[edition.counting.of]
    today = course.today[0].marks if edition is course.edition else None
    meant = None if sellers is None else sellers[records.numbers("seller")]
    found = turning(edition, meant, moments, today)
    ahead = dated_ahead(counting, records, moments.related.now)
    if (stand := either(ahead, waiting)) is not None:
        meant = stand if meant is None else meant & stand
        if np.count_nonzero(meant):
            found = [standing(edition, meant, moments, today), *found]
    found = [each for each in found if len(each.since)]
    if not found:
        return []
    opened = first_of_each(counting, found, moments, settled(course, waiting, moments))
    return [opened if today is not None else opened._replace(marks=())]


def either(one: Mask | None, other: Mask | None) -> Mask | None:
    """Where one of two masks holds, of which each may be there."""
    return one if other is None else other if one is None else one | other


def settled(course: Course, waiting: Mask | None, moments: Moments) -> Numbers:
    """The records that hurt already: in a window of today, or surely in one to come."""
    counting, marks = course.today[0].counting, course.today[0].marks
    hurt = hurting(course.edition, marks)
    ahead = dated_ahead(counting, moments.related.tables[counting.of], moments.related.now)
    if (stand := either(ahead, waiting)) is not None:
        hurt &= any_of([~stand[marks.row], *(course.today[0].within[days] for days in course.today[0].windows)])
    rows: Numbers = marks.row[hurt]
    return rows


def turning(edition: Edition, meant: Mask | None, moments: Moments, today: Marks | None) -> list[Hurting]:
    """Records that hurt once an instant to come has passed."""
    counting = edition.counted_by
    records = moments.related.tables[counting.of]
    base = marks_on_first(counting, meant, moments) if counting.latest_per and today is None else today
    found = reading(counting, moments, base, shared=today is not None).of(meant)
    if found.marks is None:
        return []
    hurt = hurting(edition, found.marks)
    if not np.count_nonzero(hurt):
        return []
    marks, turned = found.marks.where(hurt), found.turns
    places = found.looked_at.nonzero()[0][hurt]
    after, day, until = turned.after[places], turned.day[places], turned.until[places]
    ahead = dated_ahead(counting, records, moments.related.now)
    since = after if ahead is None else np.where(ahead[marks.row], np.maximum(after, marks.at), after)
    return [Hurting(Stretch(marks, day, until, ordinals(marks.at, moments.zone)), since)]


def standing(edition: Edition, meant: Mask, moments: Moments, today: Marks | None) -> Hurting:
    """Records that would hurt as they are, but are dated by a deadline to come or wait for their window."""
    counting = edition.counted_by
    records = moments.related.tables[counting.of]
    marks = marks_on_first(counting, meant, moments) if today is None else today.where(meant[today.row])
    marks = marks.where(hurting(edition, marks))
    dated = ordinals(marks.at, moments.zone)
    until = until_turned(marks.row, reading(counting, moments, marks, shared=today is not None).turns, moments)
    since, ahead = begin_of_windows(counting, dated, moments), dated_ahead(counting, records, moments.related.now)
    if ahead is not None:
        since = np.where(ahead[marks.row], marks.at, since)
    return Hurting(Stretch(marks, np.full(len(dated), moments.first), until, dated), since)


def first_of_each(counting: Counting, found: list[Hurting], moments: Moments, done: Numbers) -> Open:
    """Of each record not done that lies within a window while it hurts, the instant at which it first came to."""
    rows = np.concatenate([each.stretch.marks.row for each in found])
    since = np.concatenate([each.since for each in found])
    ever = np.concatenate([ever_within(counting, each.stretch, moments) for each in found])
    opened = np.zeros(moments.related.tables[counting.of].height, dtype=bool)
    opened[rows[ever]] = True
    opened[done] = False
    place = np.zeros(len(opened), dtype=np.int64)
    place[rows[::-1]] = np.arange(len(rows))[::-1]  # the first of each record
    row = opened.nonzero()[0]
    first = place[row]
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[first] = True
    parts = shared_out(chosen, [len(each.since) for each in found])
    marks = tuple(each.stretch.marks.where(part) for each, part in zip(found, parts, strict=True))
    return Open(row, since[first], marks)


def dated_ahead(counting: Counting, records: Table, now: int) -> Mask | None:
    """The records whose date in this metric, a deadline, has not come; events of coming days are not known."""
    if counting.by == FORMS[counting.of].dated_by:
        return None
    found: Mask = records.numbers(counting.by) >= now
    return found


def ever_within(counting: Counting, stretch: Stretch, moments: Moments) -> Mask:
    """Which stretches lie within a window on one of their days."""
    present = np.zeros(len(stretch.day), dtype=bool)
    for window in dict.fromkeys((*counting.within, *counting.longest)):
        enters, leaves = within(stretch, window, moments)
        present |= (enters < leaves) & (enters <= moments.last)
    if stretch.marks.group is not None and not counting.over_all:
        present &= stretch.marks.group != NO_GROUP
    return present


def begin_of_windows(counting: Counting, dated: Numbers, moments: Moments) -> Numbers:
    """The instants at which the days of some records come into a window."""
    days, place = np.unique(dated + min(window.lag for window in counting.within), return_inverse=True)
    begins = [midnight(date.fromordinal(day), moments.zone) for day in days.tolist()]
    found: Numbers = np.array(begins, dtype=np.int64)[place]
    return found
