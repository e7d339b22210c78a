"""The records behind a figure: which hurt, which were left out and why, oldest first."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from service.core.cards import Edition
from service.core.marks import ALL, Marks
from service.core.measure import Measured, Slice
from service.core.relations import Related, key_of
from service.core.tables import Mask, Numbers, Table

ANY_GROUP = -2


class Records(NamedTuple):
    """Records by their ids, oldest first: the first of them, how many there are, and where to find the rest.

    These are `total` of the `rows` of a table, from `start` on.
    """

    first: list[str]
    total: int = 0
    rows: Numbers | None = None
    start: int = 0
    table: Table | None = None
    key: str = ""

    def ids(self) -> list[str]:
        """The ids of all of them."""
        if self.total == len(self.first) or self.table is None or self.rows is None:
            return self.first
        return self.table.texts(self.key, self.rows[self.start : self.start + self.total])


NO_RECORDS = Records([])


def hurting(edition: Edition, marks: Marks) -> Mask:
    """Which marks hurt: the counted ones of a bad figure, those not counted of a good one."""
    if edition.unit == "count" and not edition.counted_hurt:
        return np.zeros(len(marks.row), dtype=bool)
    hurt: Mask = marks.fate == marks.stays + edition.counted_hurt
    return hurt


def against(edition: Edition, measured: Measured, meant: Mask, related: Related, most: int) -> dict[int, Records]:
    """Per seller the records that hurt, of the marks that are meant."""
    hurt = (meant & hurting(edition, measured.marks)).nonzero()[0]
    return dict(listed(measured.counting.of, Picked.of(measured.marks, hurt), related, most)) if len(hurt) else {}


def left_out(measured: Measured, meant: Mask, related: Related, most: int) -> dict[int, dict[int, Records]]:
    """Per seller the records left out, by the place of the reason on the card."""
    left: dict[int, dict[int, Records]] = {}
    reasons = len(measured.counting.leaves_out)
    if not reasons:
        return left
    outside = (meant & ~measured.marks.in_total).nonzero()[0]
    if not len(outside):
        return left
    picked = Picked.of(measured.marks, outside)
    by_reason = picked._replace(slot=picked.slot * reasons + measured.marks.fate[outside])
    for slot, found in listed(measured.counting.of, by_reason, related, most):
        left.setdefault(slot // reasons, {})[slot % reasons] = found
    return left


def of_headlines(measured: Measured, headlines: Mapping[int, Slice]) -> Mask:
    """Which marks lie within their seller's headline window and group."""
    counting, marks = measured.counting, measured.marks
    if len(counting.within) == 1 and not counting.within[0].needs and counting.group_by is None:
        return measured.within[measured.windows[0]]
    if not len(marks.row):
        return ALL
    every = {(found.days, found.group) for found in headlines.values()}
    if len(every) == 1:
        [(days, group)] = every
        in_window = measured.within[days]
        return in_window if group is None else in_window & (marks.group == marks.groups.index(group))
    start, end, chosen = (np.zeros(marks.sellers, dtype=np.int64) for _ in range(3))
    sellers = list(headlines)
    start[sellers] = [found.days.start for found in headlines.values()]
    end[sellers] = [found.days.end for found in headlines.values()]
    places = {name: place for place, name in enumerate(marks.groups)}
    chosen[sellers] = [ANY_GROUP if found.group is None else places[found.group] for found in headlines.values()]
    within: Mask = (marks.at >= start[marks.seller]) & (marks.at < end[marks.seller])
    if marks.group is not None:
        wanted = chosen[marks.seller]
        within &= (wanted == ANY_GROUP) | (wanted == marks.group)
    return within


class Picked(NamedTuple):
    """Records that were picked: where each stands in its table, under which number it is listed, and its date."""

    row: Numbers
    slot: Numbers
    at: Numbers

    @classmethod
    def of(cls, marks: Marks, places: Numbers) -> "Picked":
        """Some marks, each listed under its seller."""
        return cls(marks.row[places], marks.seller[places], marks.at[places])


def listed(name: str, picked: Picked, related: Related, most: int) -> Iterator[tuple[int, Records]]:
    """The picked records slot by slot, oldest first and then by id."""
    if not len(picked.row):
        return
    table, key = related.tables[name], key_of(name)
    order = oldest_first(table, key, picked)
    slots, rows = picked.slot[order], picked.row[order]
    ends = (slots[1:] != slots[:-1]).nonzero()[0] + 1
    bounds = [0, *ends.tolist(), len(rows)]
    first = rows
    if len(rows) > most:
        rank = np.arange(len(rows)) - np.repeat(bounds[:-1], np.diff(bounds))
        first = rows[rank < most]
    ids, taken = table.texts(key, first), 0
    for slot, (start, end) in zip(slots[bounds[:-1]].tolist(), pairwise(bounds), strict=True):
        count = min(end - start, most)
        yield slot, Records(ids[taken : taken + count], end - start, rows, start, table, key)
        taken += count


def oldest_first(table: Table, key: str, picked: Picked) -> Numbers:
    """The order of picked records by slot, then date, then id."""
    order = np.lexsort((picked.at, picked.slot))
    at = picked.at[order]
    same = at[1:] == at[:-1]
    if not np.count_nonzero(same):
        return order
    slot = picked.slot[order]
    same &= slot[1:] == slot[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    runs = np.cumsum(np.append(True, ~same))[tied].tolist()
    ids = table.texts(key, picked.row[order[tied]])
    order[tied] = [place for _, _, place in sorted(zip(runs, ids, order[tied].tolist(), strict=True))]
    return order
