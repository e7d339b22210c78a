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
from service.core.moments import Moments, coming_days, ordinals
from service.core.recovery import Course, Period, by_domain, periods
from service.core.stretches import (
    NONE,
    Stretch,
    longest,
    marks_at,
    marks_on_first,
    turns,
    until_turned,
    within,
)
from service.core.tables import Mask, Numbers, Table
from service.core.windows import midnight


class Open(NamedTuple):
    """Open records: the place of each, when it turns, and the marks of those that turn by the edition of today."""

    row: Numbers
    turns_at: Numbers
    marks: tuple[Marks, ...]


NONE_OPEN = Open(NONE, NONE, ())


class Sought(NamedTuple):
    """Where to look for open records of a table: of some sellers, none that hurt already.

    `waiting` are records that would hurt, and are open until their window begins.
    """

    sellers: Mask
    done: Mask
    waiting: Mask


def open_records(course: Course, waiting: Mask, question: Question) -> Open:
    """The records that do not hurt now, and do on one of the coming days.

    Args:
        course: the card and its edition in force, the sellers it judges, and what it counts today.
        waiting: the records of its table that are open until their window begins.
        question: what is asked.
    """
    related, zone = question.related, question.calendar.zone
    days = question.once("coming days", lambda: coming_days(related.as_of, zone))
    done = settled(course, waiting, question)
    found = [NONE_OPEN]
    for domain, sellers in by_domain(course.sellers, question).items():
        some = np.zeros(len(related.sellers), dtype=bool)
        some[sellers] = True
        for period in periods(course.card, domain, days):
            moments = Moments(related, zone, days, period.first, period.last, course.later)
            found.append(open_in(period, course, Sought(some, done, waiting), moments))
            done[found[-1].row] = True
    return Open(
        np.concatenate([each.row for each in found]),
        np.concatenate([each.turns_at for each in found]),
        tuple(marks for each in found for marks in each.marks),
    )


def settled(course: Course, waiting: Mask, question: Question) -> Mask:
    """Which records hurt already: in a window of today, or surely in one to come."""
    counting, marks, windows = course.today[0].counting, course.today[0].marks, course.today[0].windows
    records = question.related.tables[counting.of]
    surely = ~(waiting | dated_ahead(counting, records, question.related.now))[marks.row]
    for days in windows:
        surely |= marks.within(days)
    done = np.zeros(records.height, dtype=bool)
    done[marks.row[surely & hurting(course.edition, marks)]] = True
    return done


def open_in(period: Period, course: Course, sought: Sought, moments: Moments) -> Open:
    """The records that come to hurt while one edition is in force."""
    edition = period.edition
    if edition is None or edition.counting is None or edition.counting.of != course.edition.counted_by.of:
        return NONE_OPEN
    today = course.today[0].marks if edition is course.edition else None
    found = [*standing(edition, sought, moments, today), *turning(edition, sought, moments, today)]
    if not any(len(each.since) for each in found):
        return NONE_OPEN
    return first_of_each(edition.counting, found, moments, with_marks=edition is course.edition)


class Hurting(NamedTuple):
    """Stretches in which records hurt, with the instants at which they came to, by row and instant."""

    stretch: Stretch
    since: Numbers


def turning(edition: Edition, sought: Sought, moments: Moments, today: Marks | None) -> list[Hurting]:
    """Records that hurt once an instant to come has passed."""
    counting = edition.counted_by
    records = moments.related.tables[counting.of]
    meant = sought.sellers[records.numbers("seller")] & ~sought.done
    base = marks_on_first(counting, meant, moments) if counting.latest_per and today is None else today
    found = turns(counting, meant, moments, base)
    if not len(found.row):
        return []
    looked_at, marks = marks_at(counting, records.take(found.row), found.moment, moments)
    hurt = hurting(edition, marks)
    marks = marks.where(hurt)
    after, day, until = (column[looked_at][hurt] for column in (found.after, found.day, found.until))
    ahead = dated_ahead(counting, records, moments.related.now)[marks.row]
    since = np.where(ahead, np.maximum(after, marks.at), after)
    return [Hurting(Stretch(marks, day, until, ordinals(marks.at, moments.zone)), since)]


def standing(edition: Edition, sought: Sought, moments: Moments, today: Marks | None) -> list[Hurting]:
    """Records that would hurt as they are, but are dated by a deadline to come or wait for their window."""
    counting = edition.counted_by
    records = moments.related.tables[counting.of]
    ahead = dated_ahead(counting, records, moments.related.now)
    meant = (ahead | sought.waiting) & ~sought.done & sought.sellers[records.numbers("seller")]
    if not meant.any():
        return []
    marks = marks_on_first(counting, meant, moments) if today is None else today.where(meant[today.row])
    marks = marks.where(hurting(edition, marks))
    dated = ordinals(marks.at, moments.zone)
    until = until_turned(marks.row, turns(counting, meant, moments, marks), moments)
    since = np.where(ahead[marks.row], marks.at, begin_of_windows(counting, dated, moments))
    return [Hurting(Stretch(marks, np.full(len(dated), moments.first), until, dated), since)]


def first_of_each(counting: Counting, found: list[Hurting], moments: Moments, *, with_marks: bool) -> Open:
    """Of each record that lies within a window while it hurts, the instant at which it first came to."""
    rows = np.concatenate([each.stretch.marks.row for each in found])
    since = np.concatenate([each.since for each in found])
    ever = np.concatenate([ever_within(counting, each.stretch, moments) for each in found])
    row, first = np.unique(rows, return_index=True)
    kept = np.isin(row, rows[ever])
    row, first = row[kept], first[kept]
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[first] = True
    parts = np.split(chosen, np.cumsum([len(each.since) for each in found])[:-1])
    marks = [each.stretch.marks.where(part) for each, part in zip(found, parts, strict=True)] if with_marks else []
    return Open(row, since[first], tuple(marks))


def dated_ahead(counting: Counting, records: Table, now: int) -> Mask:
    """The records whose date in this metric, a deadline, has not come; events of coming days are not known."""
    if counting.by == FORMS[counting.of].dated_by:
        return np.zeros(records.height, dtype=bool)
    found: Mask = records.numbers(counting.by) >= now
    return found


def ever_within(counting: Counting, stretch: Stretch, moments: Moments) -> Mask:
    """Which stretches lie within a window on one of their days."""
    present = np.zeros(len(stretch.day), dtype=bool)
    for window in dict.fromkeys((*counting.within, *longest(counting))):
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
