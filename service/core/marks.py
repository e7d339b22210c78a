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

ALL = np.array(True)  # noqa: FBT003  # a mask for whatever there is
NO_GROUP = -1
NOTHING = -1


class Marks(NamedTuple):
    """What a counting makes of some records, one entry for each of them.

    Attributes:
        row: its place in the table.
        seller: whose it is.
        at: its date.
        fate: the place of the reason it is left out for; or `stays`, one more where it is counted.
        stays: how many reasons there are, the fate of what is in the total and not counted.
        weight: what it weighs; 1 for each where None.
        parts: per part whether it is in the total and counted there.
        group: the place of its group among `groups`, or `NO_GROUP`.
        also: per further measure a number of what it counts of the total, or `NOTHING`.
        sellers: how many sellers there are.
    """

    row: Numbers
    seller: Numbers
    at: Numbers
    fate: Numbers
    stays: int
    weight: Numbers | None
    parts: tuple[Mask, ...]
    group: Numbers | None
    groups: tuple[str, ...]
    also: tuple[Numbers, ...]
    sellers: int

    @property
    def in_total(self) -> Mask:
        """Which are in the total."""
        mask: Mask = self.fate >= self.stays
        return mask

    @property
    def counted(self) -> Mask:
        """Which are counted."""
        mask: Mask = self.fate > self.stays
        return mask

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
            fate=self.fate[places],
            stays=self.stays,
            weight=None if self.weight is None else self.weight[places],
            parts=tuple(part[places] for part in self.parts),
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
    rows = latest(counting, records, rows)
    return marks_of(counting, look, rows, rows, len(related.sellers))


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
    parts, also = (nowhere,) * len(counting.parts), (none,) * len(counting.also)
    return Marks(none, none, none, none, len(counting.leaves_out), none, parts, none, (), also, sellers)


def marks_of(counting: Counting, look: Looking, rows: Numbers, own: Numbers, sellers: int) -> Marks:
    """The marks of some of the records that are looked at, of which `own` are the places in the table."""
    records = look.at
    group, groups = grouped(records.take(rows), counting.group_by) if counting.group_by else (None, ())
    weighed, stays = counting.weigh or counting.average, len(counting.leaves_out)
    fate = fates(counting, look)[rows]
    in_total = fate >= stays
    return Marks(
        row=own,
        seller=records.numbers("seller")[rows],
        at=records.numbers(counting.by)[rows],
        fate=fate,
        stays=stays,
        weight=np.where(records.known(weighed), records.numbers(weighed), 0)[rows] if weighed else None,
        parts=tuple(look.meet(part.counts)[rows] & in_total for part in counting.parts),
        group=group,
        groups=groups,
        also=tuple(further(also, look, rows, in_total) for also in counting.also),
        sellers=sellers,
    )


def grouped(records: Table, name: str) -> tuple[Numbers, tuple[str, ...]]:
    """The group of each record, and the names of the groups in the order of answers."""
    if words := records.words(name):
        return records.numbers(name).astype(np.int64), tuple(words)
    numbers, texts = records.numbered(name)
    return np.where(numbers == NO_WORD, NO_GROUP, numbers), tuple(texts)


def fates(counting: Counting, look: Looking) -> Numbers:
    """What becomes of each record; of several reasons it is left out for, the first."""
    stays = len(counting.leaves_out)
    fate: Numbers = look.meet(counting.counts) + np.int16(stays)
    for place in range(stays - 1, -1, -1):
        fate[look.meet(counting.leaves_out[place].when)] = place
    return fate


def further(also: Also, look: Looking, rows: Numbers, in_total: Mask) -> Numbers:
    """What a further measure counts of some records in the total: a value that must differ, or the record itself."""
    met = look.meet(also.when)[rows] & in_total
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
