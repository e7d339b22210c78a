"""Steps: what each record adds to and takes from the figures of coming days, summed up for all days at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from service.core.clauses import AS_OF, Test
from service.core.conditions import Looking
from service.core.countings import Counting, Window
from service.core.later import NOTHING_LATER, Laters, points
from service.core.marks import IN_TOTAL, NO_GROUP, NOTHING, Marks, latest, looking, marks_of
from service.core.measure import groupings, short_to_long
from service.core.relations import Related
from service.core.tables import EPOCH, INSTANT, UNKNOWN, Mask, Numbers, Table, micros
from service.core.windows import day_of, days_of

HORIZON = 365
DAY = timedelta(days=1)
A_DAY = micros(DAY)
FIRST_DAY = EPOCH.toordinal()
UTC = ZoneInfo("UTC")
SHIFT = 2 * HORIZON  # more than there are days, so that a record and a day make one number


@dataclass(frozen=True, slots=True)
class Moments:
    """The coming days that matter: `days[k]` is the day k whole days after the question, k from `first` to `last`.

    Days are told by the ordinals of Python's dates. `later` are the tables some records of which read otherwise then.
    """

    related: Related
    zone: ZoneInfo
    days: Numbers
    first: int
    last: int
    later: Laters = field(default_factory=lambda: NOTHING_LATER)


class Stretch(NamedTuple):
    """The marks of records, one for each stretch of days (`day` to `until`) on which a record stays the same.

    `dated` is the day of the record itself.
    """

    marks: Marks
    day: Numbers
    until: Numbers
    dated: Numbers


@dataclass(frozen=True, slots=True)
class Coming:
    """Figures of coming days: a row for each seller and group (`seller` says whose), a column for each day.

    What the last column says holds for all days after it.
    """

    seller: Numbers
    counted: Numbers
    total: Numbers
    also: tuple[Numbers, ...]

    def only_where(self, mask: Mask) -> "Coming":
        """The same with nothing where a mask does not hold."""
        return Coming(self.seller, self.counted * mask, self.total * mask, tuple(one * mask for one in self.also))


def coming_figures(counting: Counting, sellers: Mask, moments: Moments, today: Marks | None) -> Iterator[Coming]:
    """The figures of every window and grouping of a counting, for some sellers.

    Args:
        counting: what is counted.
        sellers: of whom.
        moments: on which days.
        today: the marks of today, if there are; they stay as they are unless a condition asks for the day.
    """
    if counting.of not in moments.related.tables:
        return
    if today is None or counting.turning or moments.later:
        of_sellers = sellers[moments.related.tables[counting.of].numbers("seller")]
        stretch = stretches(counting, of_sellers, moments)
    else:
        stretch = unmoved(today, sellers, moments)
    if not len(stretch.marks.row):
        return
    emptied = int(stretch.dated.max()) + max(window.lag + window.days for window in longest(counting))
    days = int(moments.days.searchsorted(emptied))
    moments = replace(moments, last=max(moments.first, min(moments.last, days)))
    for window in short_to_long(counting):
        for by_group in groupings(counting):
            found = summed(counting, stretch, window, moments, by_group=by_group)
            if not window.needs:
                yield found
                continue
            over_all = summed(counting, stretch, window, moments, by_group=False)
            instead = Window(window.otherwise, window.lag)
            longer = summed(counting, stretch, instead, moments, by_group=by_group)
            enough = np.zeros((len(sellers), moments.last - moments.first + 1), dtype=bool)
            enough[over_all.seller] = over_all.total >= window.needs
            yield found.only_where(enough[found.seller])
            yield longer.only_where(~enough[longer.seller])


def coming_days(as_of: datetime, zone: ZoneInfo) -> Numbers:
    """The day of a question and the days that follow it, whole days of 24 hours apart."""
    if zone == UTC:
        return day_of(as_of, zone).toordinal() + np.arange(HORIZON + 1)
    return np.array([day_of(as_of + place * DAY, zone).toordinal() for place in range(HORIZON + 1)])


def longest(counting: Counting) -> list[Window]:
    """The windows of a counting, each as long as it may become."""
    return [Window(window.otherwise or window.days, window.lag) for window in counting.within]


def unmoved(marks: Marks, sellers: Mask, moments: Moments) -> Stretch:
    """The marks of today, each for all days to come."""
    meant = marks.where(sellers[marks.seller] & (marks.left == IN_TOTAL))
    height = len(meant.row)
    whole = np.full(height, moments.first), np.full(height, moments.last)
    return Stretch(meant, *whole, ordinals(meant.at, moments.zone))


def stretches(counting: Counting, meant: Mask, moments: Moments) -> Stretch:
    """The marks of the records of a mask that are ever in the total, stretch by stretch."""
    related = moments.related
    records = related.tables[counting.of]
    look = looking(counting, related)
    tomorrow = date.fromordinal(int(moments.days[moments.first]))
    ever = min(days_of(window, tomorrow, moments.zone).start for window in longest(counting))
    own = records.where(meant & (records.numbers(counting.by) >= ever))
    if counting.latest_per:
        own = latest(counting, own.where(look.among(own).meet(counting.only)))
    place, day = turns(counting.turning, look.among(own), moments)
    until = np.where(np.append(place[1:] == place[:-1], False), np.append(day[1:], 0) - 1, moments.last)
    looked_at, marks = marks_at(counting, own.take(place), related.now + day * A_DAY, moments)
    day, until = day[looked_at], until[looked_at]
    inside = marks.left == IN_TOTAL
    held = marks.where(inside)
    return Stretch(held, day[inside], until[inside], ordinals(held.at, moments.zone))


def marks_at(counting: Counting, records: Table, moment: Numbers, moments: Moments) -> tuple[Mask, Marks]:
    """Which of some records are looked at, each at an instant of its own, and their marks."""
    look = replace(looking(counting, moments.related), later=moments.later)
    if counting.of in moments.later:
        records = moments.later[counting.of].at(records, moment)
    looked_at = look.among(records, moment).meet(counting.only)
    marks = marks_of(counting, look.among(records.where(looked_at), moment[looked_at]), len(moments.related.sellers))
    return looked_at, marks


def turns(turning: tuple[Test, ...], look: Looking, moments: Moments) -> tuple[Numbers, Numbers]:
    """The records by their place, once for each day from which their conditions may read otherwise."""
    height = look.at.height
    starts = np.arange(height) * SHIFT + moments.first
    later = []
    for instant in (*(turning_point(test, look) for test in turning), *points(moments.later, look.name, look.at)):
        ahead = np.where(instant == UNKNOWN, 0, (instant - moments.related.now) // A_DAY)
        for day in (ahead, ahead + 1):
            place = np.flatnonzero((day > moments.first) & (day <= moments.last))
            later.append(place * SHIFT + day[place])
    every = np.sort(np.concatenate([starts, *map(np.unique, later)]), kind="stable")
    place, day = np.divmod(every[np.diff(every, prepend=-1) > 0], SHIFT)
    return place, day


def turning_point(test: Test, look: Looking) -> Numbers:
    """The instants at which a test may turn."""
    other = test.value if test.of is None and test.field == AS_OF else test.of if test.field == AS_OF else test.field
    instant = look.instants(str(other))
    span = micros(test.value) if test.of else 0
    return np.where(instant == UNKNOWN, UNKNOWN, instant + (span if test.field == AS_OF else -span))


def ordinals(instants: Numbers, zone: ZoneInfo) -> Numbers:
    """The days of some instants in a zone."""
    if zone == UTC:
        return instants // A_DAY + FIRST_DAY
    local = pl.Series(instants).cast(INSTANT).dt.convert_time_zone(str(zone)).dt.date()
    found: Numbers = local.to_physical().to_numpy().astype(np.int64)
    return found + FIRST_DAY


def within(stretch: Stretch, window: Window, moments: Moments) -> tuple[Numbers, Numbers]:
    """From which day on the records of a stretch lie within a window, and from which they do no longer."""
    dated = stretch.dated + window.lag
    enters = np.maximum(stretch.day, moments.days.searchsorted(dated, side="left"))
    leaves = np.minimum(stretch.until + 1, moments.days.searchsorted(dated + window.days - 1, side="right"))
    return enters, leaves


def summed(counting: Counting, stretch: Stretch, window: Window, moments: Moments, *, by_group: bool) -> Coming:
    """The figures of one window, of all records or group by group."""
    marks = stretch.marks
    enters, leaves = within(stretch, window, moments)
    present = (enters < leaves) & (enters <= moments.last)
    slots, groups = marks.seller, 1
    if by_group and marks.group is not None:
        present &= marks.group != NO_GROUP
        slots, groups = marks.seller * len(marks.groups) + marks.group, len(marks.groups)
    ever = np.flatnonzero(present)
    named, slot = np.unique(slots[ever], return_inverse=True)
    spread = Spread(slot, enters[ever] - moments.first, leaves[ever] - moments.first, moments, len(named))
    weight = np.ones(len(ever), dtype=np.int64) if marks.weight is None else marks.weight[ever]
    counted = weight if counting.average else weight * marks.flags[0][ever]
    total = np.ones(len(ever), dtype=np.int64) if counting.average else weight
    also = tuple(spread.differing(values[ever]) for values in marks.also)
    return Coming(named // groups, spread.sums(counted), spread.sums(total), also)


class Spread(NamedTuple):
    """Spreads what each of some marks adds over the days it is present, counted from the first of the moments."""

    slot: Numbers
    enters: Numbers
    leaves: Numbers
    moments: Moments
    slots: int

    def sums(self, amount: Numbers) -> Numbers:
        """Per slot and day the sum of the amounts that are present."""
        width = self.moments.last - self.moments.first + 2
        changes = np.zeros((self.slots, width), dtype=np.int64)
        np.add.at(changes, (self.slot, self.enters), amount)
        np.subtract.at(changes, (self.slot, np.minimum(self.leaves, width - 1)), amount)
        return changes.cumsum(axis=1)[:, :-1]

    def differing(self, values: Numbers) -> Numbers:
        """Per slot and day how many different values are present."""
        held = values != NOTHING
        pairs, pair = np.unique(np.stack([self.slot[held], values[held]]), axis=1, return_inverse=True)
        part = Spread(pair.reshape(-1), self.enters[held], self.leaves[held], self.moments, pairs.shape[1])
        present = part.sums(np.ones(len(part.slot), dtype=np.int64)) > 0
        found = np.zeros((self.slots, present.shape[1]), dtype=np.int64)
        np.add.at(found, pairs[0], present)
        return found
