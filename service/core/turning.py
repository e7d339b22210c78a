"""Records that do not hurt now and will: because an instant passes, or because an open matter ends."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from service.core.cards import Edition
from service.core.countings import Counting
from service.core.evidence import hurting
from service.core.figures import Question
from service.core.known import FORMS
from service.core.later import NEVER, points
from service.core.marks import NO_GROUP, looking
from service.core.recovery import Course, Period, by_domain, periods
from service.core.steps import A_DAY, Moments, Stretch, coming_days, longest, marks_at, stretches, turning_point, within
from service.core.tables import Mask, Numbers, Table
from service.core.windows import midnight


class Open(NamedTuple):
    """Open records: the place of each in its table, when it turns, and an instant at which today's edition has it hurt.

    Where another edition will have it hurt, that is the instant of the question.
    """

    row: Numbers
    turns_at: Numbers
    moment: Numbers


NONE_OPEN = Open(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


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
    return Open(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


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
    counting, related = edition.counting, moments.related
    records = related.tables[counting.of]
    meant = (ahead(counting, records, moments) | sought.waiting) & sought.sellers[records.numbers("seller")]
    if not meant.any():
        return NONE_OPEN
    if counting.latest_per:
        meant = with_all_of_sellers(meant, records)
    stretch = stretches(counting, meant, moments)
    hurt = hurting(edition, stretch.marks) & ~sought.done[stretch.marks.row]
    ever = np.unique(stretch.marks.row[hurt & ever_within(counting, stretch, moments)])
    row, first = np.unique(stretch.marks.row[hurt], return_index=True)
    first = first[np.isin(row, ever)]
    moment = related.now + stretch.day[hurt][first] * A_DAY
    begins = begin_of_windows(counting, stretch.dated[hurt][first], moments)
    turns = turns_at(edition, records.take(ever), moments, moment, np.where(sought.waiting[ever], begins, moment))
    read_at = moment if edition is course.edition else np.full_like(moment, related.now)
    return Open(ever, turns, read_at)


def with_all_of_sellers(meant: Mask, records: Table) -> Mask:
    """All records of the sellers of some, where the latest of several counts."""
    seller = records.numbers("seller")
    found: Mask = np.isin(seller, seller[meant])
    return found


def ahead(counting: Counting, records: Table, moments: Moments) -> Mask:
    """The records that an instant to come may change."""
    found = dated_ahead(counting, records, moments.related.now)
    for instant in turning_points(counting, records, moments):
        found |= instant >= moments.related.now
    return found


def dated_ahead(counting: Counting, records: Table, now: int) -> Mask:
    """The records whose date in this metric, a deadline, has not come; events of coming days are not known."""
    if counting.by == FORMS[counting.of].dated_by:
        return np.zeros(records.height, dtype=bool)
    found: Mask = records.numbers(counting.by) >= now
    return found


def turning_points(counting: Counting, records: Table, moments: Moments) -> Iterator[Numbers]:
    """The instants at which some records may turn, for each of them, `UNKNOWN` where there is none."""
    look = looking(counting, moments.related).among(records)
    tests = {(test.field, test.of, test.value): test for test in counting.turning}
    for test in tests.values():
        yield turning_point(test, look)
    yield from points(moments.later, counting.of, records)


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


def turns_at(edition: Edition, records: Table, moments: Moments, day: Numbers, otherwise: Numbers) -> Numbers:
    """The instants at which some records turn.

    Args:
        edition: what counts them.
        records: records that hurt on a coming day and do not the day before.
        moments: the coming days.
        day: the instant of that day, for each.
        otherwise: when they turn if no instant of theirs passes in between.
    """
    counting, now = edition.counted_by, moments.related.now
    found = np.full(records.height, NEVER)
    for instant in turning_points(counting, records, moments):
        passes = np.flatnonzero((day - A_DAY <= instant) & (instant <= day) & (instant < found))
        hurts = passes[hurts_after(edition, records.take(passes), instant[passes], moments)]
        found[hurts] = instant[hurts]
    own, later = records.numbers(counting.by), dated_ahead(counting, records, now)
    known = np.where(found < NEVER, found, np.where(later, own, otherwise))
    return np.where(later, np.maximum(known, own), known)


def hurts_after(edition: Edition, records: Table, instant: Numbers, moments: Moments) -> Mask:
    """Which records hurt as soon as an instant of each has passed."""
    counting = edition.counted_by
    looked_at, marks = marks_at(counting, records, instant + 1, moments)
    looked_at[looked_at] = hurting(edition, marks)
    return looked_at
