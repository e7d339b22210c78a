"""Counting: one edition over one table → exact whole numbers per seller, window and group. No edge of a level here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from service.core.countings import Counting, Window
from service.core.marks import NO_GROUP, NOTHING, Marks, marked
from service.core.relations import Related
from service.core.tables import Mask, Numbers
from service.core.windows import Days, days_of

LEFT_OUT = -1
NO_GROUPS: Iterable[str | None] = repeat(None)
SPARSE = 16  # with so many times more slots than records, sorting these is cheaper than counting those


class Slice(NamedTuple):
    """Figures of one window and group: whole numbers of records, or of what they weigh.

    `also` are the further measures of the counting. Of an average, `counted` is the sum and `total` the number.
    """

    days: Days
    group: str | None
    counted: int
    total: int
    parts: tuple[int, ...] = ()
    also: tuple[int, ...] = ()


Spans = tuple[tuple[Days, ...], ...]  # per window, short to long, the days it may span
Within = Mapping[Days, Mask]


class Measured(NamedTuple):
    """The marks of one counting and, per seller, its slices: over all first, then groups; windows short to long.

    `within` says of all days that a window may span which marks lie there.
    """

    counting: Counting
    spans: Spans
    marks: Marks
    within: Within
    slices: Mapping[int, list[Slice]]

    @property
    def windows(self) -> tuple[Days, ...]:
        """The days of each window; where another may stand in for it, of that one."""
        return tuple(days[-1] for days in self.spans)


class Calendar(NamedTuple):
    """The day of a question and the zone whose days count."""

    day: date
    zone: ZoneInfo

    def days(self, window: Window) -> Days:
        """The days of a window."""
        return days_of(window, self.day, self.zone)


def measure(counting: Counting, related: Related, sellers: Mask | None, calendar: Calendar) -> Measured:
    """Counts one counting for some sellers (all where None) as of a day."""
    spans = tuple(spans_of(window, calendar) for window in counting.within)
    marks = marked(counting, related, sellers, min(days.start for each in spans for days in each))
    within = lying(marks, spans)
    return Measured(counting, spans, marks, within, sliced(counting, marks, spans, within))


def measured_anew(found: Measured, marks: Marks) -> dict[int, list[Slice]]:
    """Per seller the slices of other marks in the same windows."""
    return sliced(found.counting, marks, found.spans, lying(marks, found.spans))


def joined(several: Sequence[Measured]) -> Measured:
    """Countings of one table as one, as far as records are told by it; each within its longest window."""
    within = [each.marks.where(each.within[each.windows[-1]]) for each in several]
    row, seller, at = (np.concatenate([getattr(marks, name) for marks in within]) for name in ("row", "seller", "at"))
    fate = np.concatenate([np.maximum(marks.fate - marks.stays, LEFT_OUT) for marks in within])
    marks = Marks(row, seller, at, fate, 0, None, (), None, (), (), within[0].sellers)
    return Measured(several[0].counting, several[0].spans, marks, {}, {})


def spans_of(window: Window, calendar: Calendar) -> tuple[Days, ...]:
    """The days a window may span: its own, and those that stand in for it."""
    own = calendar.days(window)
    return (own, calendar.days(Window(window.otherwise, window.lag))) if window.needs else (own,)


def lying(marks: Marks, spans: Spans) -> Within:
    """Which marks lie within which days."""
    return {days: marks.within(days) for each in spans for days in each}


def sliced(counting: Counting, marks: Marks, spans: Spans, within: Within) -> dict[int, list[Slice]]:
    """Per seller the slices of some marks."""
    slices: dict[int, list[Slice]] = {}
    if not len(marks.row):
        return slices
    lie = {days: mask.nonzero()[0] for days, mask in within.items()}
    for by_group in counting.groupings:
        for window, days in zip(counting.within, spans, strict=True):
            for seller, found in chosen(counting, marks, window, {each: lie[each] for each in days}, by_group=by_group):
                slices.setdefault(seller, []).append(found)
    return slices


def chosen(
    counting: Counting, marks: Marks, window: Window, spans: Mapping[Days, Numbers], *, by_group: bool
) -> Iterable[tuple[int, Slice]]:
    """The figures of one window, or of the one that stands in for it where it holds too little."""
    own = next(iter(spans))
    if not window.needs:
        return summed(counting, marks, own, spans[own], by_group=by_group)
    over_all = summed(counting, marks, own, spans[own], by_group=False)
    enough = {seller for seller, one in over_all if one.total >= window.needs}
    return [
        (seller, one)
        for days, lie in spans.items()
        for seller, one in summed(counting, marks, days, lie, by_group=by_group)
        if (seller in enough) == (days == own)
    ]


def summed(
    counting: Counting, marks: Marks, days: Days, places: Numbers, *, by_group: bool
) -> Iterable[tuple[int, Slice]]:
    """Per seller the figures of the marks of one window, of all or group by group; by group, then by seller."""
    slots, width, size = marks.seller[places], marks.sellers, marks.sellers
    if by_group and marks.group is not None:
        group = marks.group[places]
        grouped = group != NO_GROUP
        places, slots, size = places[grouped], (slots + group * width)[grouped], width * len(marks.groups)
    if not len(places):
        return ()
    sums = Sums(*compact(slots, size))
    fate, weight = marks.fate[places], None if marks.weight is None else marks.weight[places]
    counted, total = sums.by_fate(fate, marks.stays, weight)
    if counting.average:
        counted, total = total, sums.by_fate(fate, marks.stays, None)[1]
    parts = [sums.of_part(part[places], weight).tolist() for part in marks.parts]
    also = [sums.differing(values[places]).tolist() for values in marks.also]
    sellers, groups = sums.named, NO_GROUPS
    if by_group:
        sellers, groups = sums.named % width, [marks.groups[place] for place in (sums.named // width).tolist()]
    rows = list(zip(groups, counted.tolist(), total.tolist(), across(parts), across(also), strict=False))
    made = {row: Slice(days, *row) for row in set(rows)}  # many sellers have the same
    return zip(sellers.tolist(), map(made.__getitem__, rows), strict=True)


def across(columns: list[list[int]]) -> Iterable[tuple[int, ...]]:
    """Columns row by row; of no columns rows without end."""
    return zip(*columns, strict=True) if columns else repeat(())


class Sums(NamedTuple):
    """Sums of some marks, slot by slot.

    Attributes:
        named: the slots there are, in order.
        place: the place among them of the slot of each mark.
    """

    named: Numbers
    place: Numbers

    def by_fate(self, fate: Numbers, stays: int, weight: Numbers | None) -> tuple[Numbers, Numbers]:
        """What is counted, and what is in the total: how many marks, or what they weigh."""
        fates = stays + 2
        which = self.place * fates
        which += fate
        found = added(which, weight, len(self.named) * fates)
        counted = found[stays + 1 :: fates]
        return counted, counted + found[stays::fates]

    def of_part(self, part: Mask, weight: Numbers | None) -> Numbers:
        """The same of the marks of a mask."""
        return added(self.place[part], None if weight is None else weight[part], len(self.named))

    def differing(self, values: Numbers) -> Numbers:
        """How many different values there are."""
        held = values != NOTHING
        places, _ = differing_pairs(self.place[held], values[held])
        return np.bincount(places, minlength=len(self.named))


def compact(slots: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """The slots there are of so many, each once, in order; and the place of each slot among these.

    Of many groups of many sellers most are nobody's.
    """
    if size > SPARSE * len(slots):
        return np.unique(slots, return_inverse=True)
    often = np.bincount(slots)
    named = often.nonzero()[0]
    if len(named) == len(often):
        return named, slots
    place = np.zeros(size, dtype=np.int64)
    place[named] = np.arange(len(named))
    return named, place[slots]


def added(places: Numbers, weight: Numbers | None, size: int) -> Numbers:
    """How often each place is named, or what weighs there."""
    if weight is None:
        return np.bincount(places, minlength=size)
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, places, weight)
    return sums


def new_runs(sorted_slots: Numbers) -> Numbers:
    """The places at which sorted slots change, the first among them."""
    fresh = np.ones(len(sorted_slots), dtype=bool)
    np.not_equal(sorted_slots[1:], sorted_slots[:-1], out=fresh[1:])
    return fresh.nonzero()[0]


def run_by_run(join: np.ufunc, rows: NDArray[Any], starts: Numbers) -> NDArray[Any]:
    """Rows of figures, those of one run joined into one."""
    found: NDArray[Any] = rows if len(starts) == len(rows) else join.reduceat(rows, starts)
    return found


def differing_pairs(slots: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """The slot of every different pair of a slot and a value (0 or more), and which of these pairs each is."""
    many = int(values.max(initial=0)) + 1
    pairs, pair = np.unique(slots * many + values, return_inverse=True)
    return pairs // many, pair
