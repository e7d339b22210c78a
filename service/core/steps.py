"""Steps: what each record adds to and takes from the figures of coming days, summed up for all days at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from service.core.clauses import AS_OF, Test, walk
from service.core.conditions import Looking
from service.core.countings import Counting, Window
from service.core.measure import IN_TOTAL, NO_GROUP, NOTHING, Marks, groupings, latest, looking, marks_of, short_to_long
from service.core.relations import Related
from service.core.tables import EPOCH, INSTANT, UNKNOWN, Mask, Numbers, micros
from service.core.windows import day_of

HORIZON = 365
DAY = timedelta(days=1)
A_DAY = micros(DAY)
FIRST_DAY = EPOCH.toordinal()
UTC = ZoneInfo("UTC")
SHIFT = 2 * HORIZON  # more than there are days, so that a record and a day make one number


@dataclass(frozen=True, slots=True)
class Moments:
    """The coming days that matter: `days[k]` is the day k whole days after the question, k from `first` to `last`.

    Days are told by the ordinals of Python's dates.
    """

    related: Related
    zone: ZoneInfo
    days: Numbers
    first: int
    last: int


class Stretch(NamedTuple):
    """The marks of records, one for each stretch of days (`day` to `until`) on which a record stays the same."""

    marks: Marks
    day: Numbers
    until: Numbers


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
    moving = list(turning_tests(counting))
    if today is None or moving:
        stretch = stretches(counting, sellers, moments, moving)
    else:
        stretch = unmoved(today, sellers, moments)
    if not len(stretch.marks.row):
        return
    longest = [Window(window.otherwise or window.days, window.lag) for window in counting.within]
    days = max(moments.first, *(within_window(stretch, window, moments).last_day for window in longest))
    moments = replace(moments, last=min(moments.last, days))
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


def unmoved(marks: Marks, sellers: Mask, moments: Moments) -> Stretch:
    """The marks of today, each for all days to come."""
    meant = marks.where(sellers[marks.seller] & (marks.left == IN_TOTAL))
    height = len(meant.row)
    return Stretch(meant, np.full(height, moments.first), np.full(height, moments.last))


def stretches(counting: Counting, sellers: Mask, moments: Moments, moving: list[Test]) -> Stretch:
    """The marks of the sellers' records that are ever in the total, stretch by stretch."""
    related = moments.related
    records = related.tables[counting.of]
    look = looking(counting, related)
    own = records.where(sellers[records.numbers("seller")] & (records.numbers(counting.by) != UNKNOWN))
    if counting.latest_per:
        own = latest(counting, own.where(look.among(own).meet(counting.only)))
    place, day = turns(moving, look.among(own), moments)
    until = np.where(np.append(place[1:] == place[:-1], False), np.append(day[1:], 0) - 1, moments.last)
    moment = related.now + day * A_DAY
    meant = look.among(own.take(place), moment).meet(counting.only)
    place, day, until = place[meant], day[meant], until[meant]
    marks = marks_of(counting, look.among(own.take(place), moment[meant]), len(related.sellers))
    inside = marks.left == IN_TOTAL
    return Stretch(marks.where(inside), day[inside], until[inside])


def turns(moving: list[Test], look: Looking, moments: Moments) -> tuple[Numbers, Numbers]:
    """The records by their place, once for each day from which their conditions may read otherwise."""
    height = look.at.height
    days = [np.full(height, moments.first)]
    for test in moving:
        instant = turning_point(test, look)
        ahead = np.where(instant == UNKNOWN, 0, (instant - moments.related.now) // A_DAY)
        days += [ahead, ahead + 1]
    every = np.stack(days)
    places = np.broadcast_to(np.arange(height), every.shape)
    held = (every >= moments.first) & (every <= moments.last)
    place, day = np.divmod(np.unique(places[held] * SHIFT + every[held]), SHIFT)
    return place, day


def turning_tests(counting: Counting) -> Iterator[Test]:
    """The tests of a counting that ask for the instant of the question, and so may turn as time goes by."""
    conditions = [counting.only, counting.counts, *(one.when for one in counting.leaves_out)]
    conditions += [part.counts for part in counting.parts] + [one.when for one in counting.also]
    for condition in conditions:
        for test in walk(condition):
            if isinstance(test, Test) and AS_OF in (test.field, test.of, test.value):
                yield test


def turning_point(test: Test, look: Looking) -> Numbers:
    """The instants at which a test may turn."""
    other = test.value if test.of is None and test.field == AS_OF else test.of if test.field == AS_OF else test.field
    instant = look.instants(str(other))
    span = micros(test.value) if test.of else 0
    return np.where(instant == UNKNOWN, UNKNOWN, instant + (span if test.field == AS_OF else -span))


class Presence(NamedTuple):
    """From which day on a stretch of marks is in a window, and on which it is no longer."""

    enters: Numbers
    leaves: Numbers

    @property
    def last_day(self) -> int:
        """The day on which all have left."""
        return int(self.leaves.max(initial=0))


def within_window(stretch: Stretch, window: Window, moments: Moments) -> Presence:
    """When the marks are in a window; never where a stretch ends before the window reaches it."""
    days = moments.days
    dated = ordinals(stretch.marks.at, moments.zone) + window.lag
    enters = np.maximum(stretch.day, np.searchsorted(days, dated, side="left"))
    leaves = np.minimum(stretch.until + 1, np.searchsorted(days, dated + window.days - 1, side="right"))
    return Presence(enters, np.maximum(enters, leaves))


def ordinals(instants: Numbers, zone: ZoneInfo) -> Numbers:
    """The days of some instants in a zone."""
    if zone == UTC:
        return instants // A_DAY + FIRST_DAY
    local = pl.Series(instants).cast(INSTANT).dt.convert_time_zone(str(zone)).dt.date()
    found: Numbers = local.to_physical().to_numpy().astype(np.int64)
    return found + FIRST_DAY


def summed(counting: Counting, stretch: Stretch, window: Window, moments: Moments, *, by_group: bool) -> Coming:
    """The figures of one window, of all records or group by group."""
    marks, presence = stretch.marks, within_window(stretch, window, moments)
    ever = (presence.enters < presence.leaves) & (presence.enters <= moments.last)
    if by_group and marks.group is not None:
        ever &= marks.group != NO_GROUP
    found = marks.where(ever)
    slots = found.seller * (len(marks.groups) or 1) + (found.group if by_group and found.group is not None else 0)
    named, slot = np.unique(slots, return_inverse=True)
    spread = Spread(presence.enters[ever] - moments.first, presence.leaves[ever] - moments.first, moments)
    ones = np.ones(len(slot), dtype=np.int64)
    weight = ones if found.weight is None else found.weight
    counted = weight if counting.average else weight * found.flags[0]
    return Coming(
        named // (len(marks.groups) or 1),
        spread.sums(slot, counted, len(named)),
        spread.sums(slot, ones if counting.average else weight, len(named)),
        tuple(spread.differing(slot, values, len(named)) for values in found.also),
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """Spreads what each of some marks adds over the days it is present, counted from the first of the moments."""

    enters: Numbers
    leaves: Numbers
    moments: Moments

    def sums(self, slot: Numbers, amount: Numbers, height: int) -> Numbers:
        """Per slot and day the sum of the amounts that are present."""
        width = self.moments.last - self.moments.first + 2
        changes = np.zeros((height, width), dtype=np.int64)
        np.add.at(changes, (slot, self.enters), amount)
        np.add.at(changes, (slot, np.minimum(self.leaves, width - 1)), -amount)
        return np.cumsum(changes, axis=1)[:, :-1]

    def differing(self, slot: Numbers, values: Numbers, height: int) -> Numbers:
        """Per slot and day how many different values are present."""
        held = values != NOTHING
        part = Spread(self.enters[held], self.leaves[held], self.moments)
        pairs, pair = np.unique(np.stack([slot[held], values[held]]), axis=1, return_inverse=True)
        present = part.sums(pair.reshape(-1), np.ones(len(pair.reshape(-1)), dtype=np.int64), pairs.shape[1]) > 0
        found = np.zeros((height, present.shape[1]), dtype=np.int64)
        np.add.at(found, pairs[0], present)
        return found
