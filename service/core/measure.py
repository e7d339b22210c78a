"""Counting: one edition over one table → exact whole numbers per seller, window and group. No edge of a level here.

The records an edition looks at become *marks*: for each, what it is left out for, whether it is counted, and what it
weighs. Everything else is sums over marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from service.core.conditions import Looking
from service.core.countings import Also, Counting, Window
from service.core.relations import Related, key_of
from service.core.tables import Mask, Numbers, Table, numbered
from service.core.windows import Days, days_of

IN_TOTAL = -1
NO_GROUP = -1
NOTHING = -1


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


@dataclass(frozen=True, slots=True)
class Marks:
    """What a counting makes of some records, one entry for each of them.

    Attributes:
        row: its place in the table.
        seller: whose it is.
        at: its date.
        left: the place of the reason it is left out for, or `IN_TOTAL`.
        weight: what it weighs; 1 for each where None.
        flags: whether it is counted, over all and in each part.
        group: the place of its group among `groups`, or `NO_GROUP`.
        also: per further measure a number of what it counts, or `NOTHING`.
        sellers: how many sellers there are.
    """

    row: Numbers
    seller: Numbers
    at: Numbers
    left: Numbers
    weight: Numbers | None
    flags: tuple[Mask, ...]
    group: Numbers | None
    groups: tuple[str, ...]
    also: tuple[Numbers, ...]
    sellers: int

    def within(self, days: Days) -> Mask:
        """Which lie within a window."""
        mask: Mask = (self.at >= days.start) & (self.at < days.end)
        return mask

    def where(self, mask: Mask) -> "Marks":
        """The marks of a mask."""
        if mask.all():
            return self
        return Marks(
            row=self.row[mask],
            seller=self.seller[mask],
            at=self.at[mask],
            left=self.left[mask],
            weight=None if self.weight is None else self.weight[mask],
            flags=tuple(flag[mask] for flag in self.flags),
            group=None if self.group is None else self.group[mask],
            groups=self.groups,
            also=tuple(values[mask] for values in self.also),
            sellers=self.sellers,
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """The marks of one counting and, per seller, its slices: over all first, then groups; windows short to long."""

    counting: Counting
    windows: tuple[Days, ...]
    marks: Marks
    slices: Mapping[int, list[Slice]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The day of a question and the zone whose days count."""

    day: date
    zone: ZoneInfo

    def days(self, window: Window) -> Days:
        """The days of a window."""
        return days_of(window, self.day, self.zone)


def measure(counting: Counting, related: Related, sellers: Mask | None, calendar: Calendar) -> Measured:
    """Counts one counting for some sellers (all where None) as of a day."""
    windows = short_to_long(counting)
    spans = [days for window in windows for days in spans_of(window, calendar)]
    marks = marked(counting, related, sellers, spans)
    days = tuple(spans_of(window, calendar)[-1] for window in windows)  # what a seller without records is asked about
    return Measured(counting, days, marks, sliced(counting, marks, calendar))


def joined(several: Sequence[Measured]) -> Measured:
    """Countings of one table as one, as far as records are told by it; each within its longest window."""
    within = [each.marks.where(each.marks.within(each.windows[-1])) for each in several]
    row, seller, at, left = (
        np.concatenate([getattr(marks, name) for marks in within]) for name in ("row", "seller", "at", "left")
    )
    counted = np.concatenate([marks.flags[0] for marks in within])
    marks = Marks(row, seller, at, left, None, (counted,), None, (), (), within[0].sellers)
    return Measured(several[0].counting, several[0].windows, marks, {})


def short_to_long(counting: Counting) -> list[Window]:
    """The windows of a counting in the order of answers."""
    return sorted(counting.within, key=lambda window: window.days)


def spans_of(window: Window, calendar: Calendar) -> list[Days]:
    """The days a window may span: its own, and those that stand in for it."""
    own = calendar.days(window)
    return [own, calendar.days(Window(window.otherwise, window.lag))] if window.needs else [own]


def looking(counting: Counting, related: Related) -> Looking:
    """How the conditions of a counting are asked."""
    parts = {part.name: part.counts for part in counting.parts}
    return Looking(counting.of, related.tables, related.now, related.tables[counting.of], parts)


def marked(counting: Counting, related: Related, sellers: Mask | None, spans: Sequence[Days]) -> Marks:
    """The marks of all records dated within the spans or later; the later ones are for forecasts."""
    records = related.tables.get(counting.of)
    if records is None:
        return no_marks(counting, len(related.sellers))
    at = records.numbers(counting.by)
    looked_at = at >= min(days.start for days in spans)
    if sellers is not None:
        looked_at &= sellers[records.numbers("seller")]
    look = looking(counting, related)
    if counting.only:
        looked_at &= look.meet(counting.only)
    kept = latest(counting, records.take(np.flatnonzero(looked_at)))
    return marks_of(counting, look.among(kept), len(related.sellers))


def latest(counting: Counting, records: Table) -> Table:
    """The latest record (of equals, that with the greatest id) per the first known of the fields that ask for it."""
    if not counting.latest_per or not records.height:
        return records
    ids = records.plain(key_of(counting.of))
    fields = [records.plain(name) for name in counting.latest_per]
    moments = zip(records.numbers("seller").tolist(), records.numbers(counting.by).tolist(), ids, strict=True)
    newest: dict[tuple[object, ...], tuple[int, str, int]] = {}
    for place, ((seller, moment, own), *values) in enumerate(zip(moments, *fields, strict=True)):
        known = (pair for pair in enumerate([*values, own]) if pair[1] is not None)
        key, found = (seller, *next(known)), (moment, own, place)
        newest[key] = max(newest.get(key, found), found)
    return records.take(np.array(sorted(place for _, _, place in newest.values()), dtype=np.int64))


def no_marks(counting: Counting, sellers: int) -> Marks:
    """The marks of a table nobody gave."""
    none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    flags = (nowhere,) * (1 + len(counting.parts))
    return Marks(none, none, none, none, none, flags, none, (), (none,) * len(counting.also), sellers)


def marks_of(counting: Counting, look: Looking, sellers: int) -> Marks:
    """The marks of the records that are looked at."""
    records = look.at
    group, groups = grouped(records, counting.group_by) if counting.group_by else (None, ())
    weighed = counting.weigh or counting.average
    return Marks(
        row=records.numbers("row"),
        seller=records.numbers("seller"),
        at=records.numbers(counting.by),
        left=left_out_place(counting, look),
        weight=np.where(records.known(weighed), records.numbers(weighed), 0) if weighed else None,
        flags=tuple(look.meet(one) for one in (counting.counts, *(part.counts for part in counting.parts))),
        group=group,
        groups=groups,
        also=tuple(further(also, look) for also in counting.also),
        sellers=sellers,
    )


def grouped(records: Table, name: str) -> tuple[Numbers, tuple[str, ...]]:
    """The group of each record, and the names of the groups in the order of answers."""
    if words := records.words(name):
        return records.numbers(name), tuple(words)
    known = records.known(name)
    numbers, texts = numbered(records.column(name, np.flatnonzero(known)))
    ordered = sorted(texts)
    places = np.array([ordered.index(text) for text in texts] or [0])
    found = np.full(records.height, NO_GROUP)
    found[known] = places[numbers]
    return found, tuple(ordered)


def left_out_place(counting: Counting, look: Looking) -> Numbers:
    """The place of the first reason a record is left out for."""
    left = np.full(look.at.height, IN_TOTAL, dtype=np.int8)
    for place in range(len(counting.leaves_out) - 1, -1, -1):
        left[look.meet(counting.leaves_out[place].when)] = place
    return left


def further(also: Also, look: Looking) -> Numbers:
    """What a further measure counts of a record: a value that must differ, or the record itself."""
    met = look.meet(also.when)
    if not also.distinct:
        return np.where(met, look.at.numbers("row"), NOTHING)
    known = met & look.at.known(also.distinct)
    values = look.at.plain(also.distinct)
    numbers: dict[object, int] = {}
    return np.array(
        [numbers.setdefault(value, len(numbers)) if one else NOTHING for value, one in zip(values, known, strict=True)],
        dtype=np.int64,
    )


def sliced(counting: Counting, marks: Marks, calendar: Calendar) -> dict[int, list[Slice]]:
    """Per seller the slices of some marks."""
    slices: dict[int, list[Slice]] = {}
    for by_group in groupings(counting):
        for window in short_to_long(counting):
            for seller, found in chosen(counting, marks, window, calendar, by_group=by_group):
                slices.setdefault(seller, []).append(found)
    return slices


def groupings(counting: Counting) -> list[bool]:
    """Whether to sum over all records, over groups of them, or both."""
    return [False] * (counting.group_by is None or counting.over_all) + [True] * (counting.group_by is not None)


def chosen(
    counting: Counting, marks: Marks, window: Window, calendar: Calendar, *, by_group: bool
) -> Iterator[tuple[int, Slice]]:
    """The figures of one window, or of the one that stands in for it where it holds too little."""
    own, *instead = spans_of(window, calendar)
    if not instead:
        yield from summed(counting, marks, own, by_group=by_group)
        return
    enough = {seller for seller, one in summed(counting, marks, own, by_group=False) if one.total >= window.needs}
    for days in (own, *instead):
        for seller, one in summed(counting, marks, days, by_group=by_group):
            if (seller in enough) == (days is own):
                yield seller, one


def summed(counting: Counting, marks: Marks, days: Days, *, by_group: bool) -> Iterator[tuple[int, Slice]]:
    """Per seller the figures of one window, of all records or group by group; by group, then by seller."""
    within = marks.within(days)
    slots, width = marks.seller, marks.sellers
    if by_group and marks.group is not None:
        within &= marks.group != NO_GROUP
        slots = slots + marks.group.astype(np.int64) * width
    named = np.flatnonzero(np.bincount(slots[within]))
    if not len(named):
        return
    columns = [column[named].tolist() for column in sums(counting, marks, slots, within, int(named[-1]) + 1)]
    first, last = 2, 2 + len(counting.parts)
    for slot, *figures in zip(named.tolist(), *columns, strict=True):
        group = marks.groups[slot // width] if by_group else None
        total, counted = figures[:first]
        yield slot % width, Slice(days, group, counted, total, tuple(figures[first:last]), tuple(figures[last:]))


def sums(counting: Counting, marks: Marks, slots: Numbers, within: Mask, size: int) -> Iterator[Numbers]:
    """Per slot the total, what is counted over all and in each part, and the further measures."""
    inside = within & (marks.left == IN_TOTAL)
    yield added(slots, inside, None if counting.average else marks.weight, size)
    for place, flag in enumerate(marks.flags):
        yield added(slots, inside if counting.average and not place else inside & flag, marks.weight, size)
    for values in marks.also:
        held = inside & (values != NOTHING)
        differing = np.unique(np.stack([slots[held], values[held]]), axis=1)[0]
        yield np.bincount(differing, minlength=size)


def added(slots: Numbers, mask: Mask, weight: Numbers | None, size: int) -> Numbers:
    """Per slot the weight of the records of a mask, or how many there are."""
    if weight is None:
        return np.bincount(slots[mask], minlength=size)
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, slots[mask], weight[mask])
    return sums
