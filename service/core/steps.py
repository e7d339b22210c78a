"""Steps: what each record adds to and takes from the figures of coming days, summed up for all days at once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from service.core.countings import Counting, Window
from service.core.marks import NO_GROUP, NOTHING, Marks
from service.core.measure import added, compact, differing_pairs, new_runs, run_by_run
from service.core.moments import Moments
from service.core.stretches import Stretch, stretches, within
from service.core.tables import Mask, Numbers


class Coming(NamedTuple):
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


def coming_figures(counting: Counting, sellers: Mask | None, moments: Moments, today: Marks | None) -> Iterator[Coming]:
    """The figures of every window and grouping of a counting, for some sellers.

    Args:
        counting: what is counted.
        sellers: of whom; of everyone where None.
        moments: on which days.
        today: the marks of today, if there are; they stay as they are unless something turns.
    """
    if counting.of not in moments.related.tables:
        return
    own = None if sellers is None else sellers[moments.related.tables[counting.of].numbers("seller")]
    stretch = stretches(counting, own, moments, today)
    if not len(stretch.marks.row):
        return
    emptied = int(stretch.dated.max()) + max(window.lag + window.days for window in counting.longest)
    days = int(moments.days.searchsorted(emptied))
    moments = moments._replace(last=max(moments.first, min(moments.last, days)))
    for window in counting.within:
        for by_group in counting.groupings:
            found = summed(counting, stretch, window, moments, by_group=by_group)
            if not window.needs:
                yield found
                continue
            over_all = summed(counting, stretch, window, moments, by_group=False)
            instead = Window(window.otherwise, window.lag)
            longer = summed(counting, stretch, instead, moments, by_group=by_group)
            enough = np.zeros((len(moments.related.sellers), moments.last - moments.first + 1), dtype=bool)
            enough[over_all.seller] = over_all.total >= window.needs
            yield found.only_where(enough[found.seller])
            yield longer.only_where(~enough[longer.seller])


def summed(counting: Counting, stretch: Stretch, window: Window, moments: Moments, *, by_group: bool) -> Coming:
    """The figures of one window, of all records or group by group."""
    marks = stretch.marks
    enters, leaves = within(stretch, window, moments)
    present = (enters < leaves) & (enters <= moments.last)
    slots, groups = marks.seller, 1
    if by_group and marks.group is not None:
        present &= marks.group != NO_GROUP
        slots, groups = marks.seller * len(marks.groups) + marks.group, len(marks.groups)
    ever = present.nonzero()[0]
    named, slot = compact(slots[ever], marks.sellers * groups)
    spread = Spread.over(slot, enters[ever], leaves[ever], moments, len(named))
    weight = None if marks.weight is None else marks.weight[ever]
    total = spread.sums(None if counting.average else weight)
    counted = spread.sums(weight) if counting.average else spread.sums_where(marks.counted[ever], weight)
    also = tuple(spread.differing(values[ever]) for values in marks.also)
    return Coming(named // groups, counted, total, also)


class Spread(NamedTuple):
    """Spreads what each of some marks adds over the days it is present, counted from the first of the moments.

    Attributes:
        slot: the place of its slot.
        begins: the first of its days, of the days of all slots one after the other.
        ends: the first day after these.
        days: how many days a slot has; the last is for what never ends.
        slots: how many slots there are.
    """

    slot: Numbers
    begins: Numbers
    ends: Numbers
    days: int
    slots: int

    @classmethod
    def over(cls, slot: Numbers, enters: Numbers, leaves: Numbers, moments: Moments, slots: int) -> "Spread":
        """Marks that are present from some days of the moments on until others."""
        days = moments.last - moments.first + 2
        first = slot * days - moments.first
        return cls(slot, first + enters, first + leaves, days, slots)

    def sums(self, weight: Numbers | None) -> Numbers:
        """Per slot and day how many marks are present, or what they weigh."""
        size = self.slots * self.days
        changes = added(self.begins, weight, size) - added(self.ends, weight, size)
        return changes.reshape(self.slots, self.days).cumsum(axis=1)[:, :-1]

    def sums_where(self, mask: Mask, weight: Numbers | None) -> Numbers:
        """The same of the marks of a mask."""
        some = Spread(self.slot[mask], self.begins[mask], self.ends[mask], self.days, self.slots)
        return some.sums(None if weight is None else weight[mask])

    def differing(self, values: Numbers) -> Numbers:
        """Per slot and day how many different values are present."""
        held = values != NOTHING
        slot = self.slot[held]
        slots, pair = differing_pairs(slot, values[held])
        moved = (pair - slot) * self.days
        present = Spread(pair, self.begins[held] + moved, self.ends[held] + moved, self.days, len(slots)).sums(None) > 0
        found = np.zeros((self.slots, present.shape[1]), dtype=np.int64)
        starts = new_runs(slots)
        found[slots[starts]] = run_by_run(np.add, present.astype(np.int64), starts)
        return found
