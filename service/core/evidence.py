"""The records behind a figure: which hurt, which were left out and why, oldest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from service.core.cards import Edition
from service.core.measure import IN_TOTAL, Marks, Measured, Slice
from service.core.relations import Related, key_of
from service.core.tables import Mask, Numbers, Table


@dataclass(frozen=True, slots=True)
class Records:
    """Records by their ids, oldest first: the first of them, how many there are, and where to find the rest."""

    first: list[str]
    total: int = 0
    rows: Numbers | None = None
    table: Table | None = None
    key: str = ""

    def ids(self) -> list[str]:
        """The ids of all of them."""
        if self.total == len(self.first) or self.table is None:
            return self.first
        return self.table.texts(self.key, self.rows)


NO_RECORDS = Records([])


def hurting(edition: Edition, marks: Marks) -> Mask:
    """Which marks hurt: the counted ones of a bad figure, those not counted of a good one."""
    if edition.unit == "count" and not edition.counted_hurt:
        return np.zeros(len(marks.row), dtype=bool)
    counted = marks.flags[0]
    hurt: Mask = (marks.left == IN_TOTAL) & (counted if edition.counted_hurt else ~counted)
    return hurt


def against(edition: Edition, measured: Measured, marks: Marks, related: Related, most: int) -> dict[int, Records]:
    """Per seller the records that hurt, among some marks."""
    hurt = marks.where(hurting(edition, marks))
    return dict(listed(measured.counting.of, hurt.seller, hurt, related, most))


def left_out(measured: Measured, marks: Marks, related: Related, most: int) -> dict[int, dict[int, Records]]:
    """Per seller the records left out, by the place of the reason on the card."""
    left: dict[int, dict[int, Records]] = {}
    reasons = len(measured.counting.leaves_out)
    outside = marks.where(marks.left != IN_TOTAL)
    for slot, found in listed(measured.counting.of, outside.seller * reasons + outside.left, outside, related, most):
        left.setdefault(slot // reasons, {})[slot % reasons] = found
    return left


def of_headlines(measured: Measured, headlines: Mapping[int, Slice]) -> Marks:
    """The marks within each seller's headline window and group."""
    counting, marks = measured.counting, measured.marks
    if not len(marks.row):
        return marks
    if len(counting.within) == 1 and not counting.within[0].needs and counting.group_by is None:
        return marks.where(marks.within(measured.windows[0]))
    size = marks.sellers
    start, end, chosen = (np.zeros(size, dtype=np.int64) for _ in range(3))
    sellers = list(headlines)
    start[sellers] = [found.days.start for found in headlines.values()]
    end[sellers] = [found.days.end for found in headlines.values()]
    places = {name: place for place, name in enumerate(marks.groups)}
    chosen[sellers] = [ANY_GROUP if found.group is None else places[found.group] for found in headlines.values()]
    wanted = chosen[marks.seller]
    meant = (wanted == ANY_GROUP) | (True if marks.group is None else wanted == marks.group)
    return marks.where((marks.at >= start[marks.seller]) & (marks.at < end[marks.seller]) & meant)


ANY_GROUP = -2


def listed(name: str, slots: Numbers, marks: Marks, related: Related, most: int) -> Iterator[tuple[int, Records]]:
    """The records of some marks slot by slot, oldest first and then by id."""
    if not len(slots):
        return
    table, key = related.tables[name], key_of(name)
    order = oldest_first(table, key, marks, slots)
    sorted_slots, rows = slots[order], marks.row[order]
    starts = np.flatnonzero(np.diff(sorted_slots, prepend=-1))
    ends = np.append(starts[1:], len(rows))
    rank = np.arange(len(rows)) - np.repeat(starts, ends - starts)
    ids, taken = table.texts(key, rows[rank < most]), 0
    for slot, start, end in zip(sorted_slots[starts].tolist(), starts.tolist(), ends.tolist(), strict=True):
        count = min(end - start, most)
        yield slot, Records(ids[taken : taken + count], end - start, rows[start:end], table, key)
        taken += count


def oldest_first(table: Table, key: str, marks: Marks, slots: Numbers) -> Numbers:
    """The order of some marks by slot, then date, then id."""
    order = np.lexsort((marks.at, slots))
    at, slot = marks.at[order], slots[order]
    same = (at[1:] == at[:-1]) & (slot[1:] == slot[:-1])
    if not same.any():
        return order
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    runs = np.cumsum(np.append(True, ~same))[tied].tolist()
    ids = table.texts(key, marks.row[order[tied]])
    sorted_again = sorted(zip(runs, ids, order[tied].tolist(), strict=True))
    order[tied] = [place for _, _, place in sorted_again]
    return order
