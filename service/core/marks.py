"""Marks: what a counting makes of single records. Its sums are `measure`'s.

The records an edition looks at become marks: for each, what it is left out for, whether it is counted, what it weighs.
"""

from typing import NamedTuple

import numpy as np

from service.core.conditions import Looking
from service.core.countings import Also, Counting
from service.core.relations import Related, key_of
from service.core.tables import NO_WORD, Mask, Numbers, Table
from service.core.windows import Days

IN_TOTAL = -1
NO_GROUP = -1
NOTHING = -1


class Marks(NamedTuple):
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
        places = mask.nonzero()[0]  # numpy fetches by places twice as quickly as by a mask
        if len(places) == len(mask):
            return self
        return Marks(
            row=self.row[places],
            seller=self.seller[places],
            at=self.at[places],
            left=self.left[places],
            weight=None if self.weight is None else self.weight[places],
            flags=tuple(flag[places] for flag in self.flags),
            group=None if self.group is None else self.group[places],
            groups=self.groups,
            also=tuple(values[places] for values in self.also),
            sellers=self.sellers,
        )


def looking(counting: Counting, related: Related) -> Looking:
    """How the conditions of a counting are asked."""
    return related.look(counting.of, counting.by_part)


def marked(counting: Counting, related: Related, sellers: Mask | None, since: int) -> Marks:
    """The marks of all records dated from an instant on; those beyond the windows are for forecasts."""
    records = related.tables.get(counting.of)
    if records is None:
        return no_marks(counting, len(related.sellers))
    looked_at = records.numbers(counting.by) >= since
    if sellers is not None:
        looked_at &= sellers[records.numbers("seller")]
    look = looking(counting, related)
    if counting.only:
        looked_at &= look.meet(counting.only)
    rows = looked_at.nonzero()[0]
    if not len(rows):
        return no_marks(counting, len(related.sellers))
    return marks_of(counting, look, latest(counting, records, rows), len(related.sellers))


def latest(counting: Counting, records: Table, rows: Numbers) -> Numbers:
    """Of some rows the latest (of equals, the greatest id) per the first known of the fields that ask for it."""
    if not counting.latest_per or not len(rows):
        return rows
    some = records.take(rows)
    ids = some.plain(key_of(counting.of))
    fields = [some.plain(name) for name in counting.latest_per]
    moments = zip(some.numbers("seller").tolist(), some.numbers(counting.by).tolist(), ids, strict=True)
    newest: dict[tuple[object, ...], tuple[int, str, int]] = {}
    for place, ((seller, moment, own), *values) in enumerate(zip(moments, *fields, strict=True)):
        known = (pair for pair in enumerate([*values, own]) if pair[1] is not None)
        key, found = (seller, *next(known)), (moment, own, place)
        newest[key] = max(newest.get(key, found), found)
    return rows[sorted(place for _, _, place in newest.values())]


def no_marks(counting: Counting, sellers: int) -> Marks:
    """The marks of a table nobody gave."""
    none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    flags = (nowhere,) * (1 + len(counting.parts))
    return Marks(none, none, none, none, none, flags, none, (), (none,) * len(counting.also), sellers)


def marks_of(counting: Counting, look: Looking, rows: Numbers, sellers: int) -> Marks:
    """The marks of some of the records that are looked at."""
    records = look.at
    group, groups = grouped(records.take(rows), counting.group_by) if counting.group_by else (None, ())
    weighed = counting.weigh or counting.average
    return Marks(
        row=records.numbers("row")[rows],
        seller=records.numbers("seller")[rows],
        at=records.numbers(counting.by)[rows],
        left=left_out_place(counting, look)[rows],
        weight=np.where(records.known(weighed), records.numbers(weighed), 0)[rows] if weighed else None,
        flags=tuple(look.meet(one)[rows] for one in (counting.counts, *(part.counts for part in counting.parts))),
        group=group,
        groups=groups,
        also=tuple(further(also, look, rows) for also in counting.also),
        sellers=sellers,
    )


def grouped(records: Table, name: str) -> tuple[Numbers, tuple[str, ...]]:
    """The group of each record, and the names of the groups in the order of answers."""
    if words := records.words(name):
        return records.numbers(name), tuple(words)
    numbers, texts = records.numbered(name)
    return np.where(numbers == NO_WORD, NO_GROUP, numbers), tuple(texts)


def left_out_place(counting: Counting, look: Looking) -> Numbers:
    """The place of the first reason a record is left out for."""
    left = np.full(look.at.height, IN_TOTAL, dtype=np.int8)
    for place in range(len(counting.leaves_out) - 1, -1, -1):
        left[look.meet(counting.leaves_out[place].when)] = place
    return left


def further(also: Also, look: Looking, rows: Numbers) -> Numbers:
    """What a further measure counts of some records: a value that must differ, or the record itself."""
    met = look.meet(also.when)[rows]
    if not also.distinct:
        return np.where(met, look.at.numbers("row")[rows], NOTHING)
    return told_apart(also.distinct, look.at.take(rows), met)


def told_apart(name: str, records: Table, met: Mask) -> Numbers:
    """A number for each different value of a field among the records of a mask, `NOTHING` for the others."""
    known, values = met & records.known(name), records.plain(name)
    numbers: dict[object, int] = {}
    return np.array(
        [numbers.setdefault(value, len(numbers)) if one else NOTHING for value, one in zip(values, known, strict=True)],
        dtype=np.int64,
    )
