"""Tables as they read later, when what is open has ended: each record from an instant of its own on."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from service.core.tables import UNKNOWN, Mask, Numbers, Table

NEVER = 2**63 - 1
NO_ORDER = -1
Instants = Numbers | int  # of each record, or the same for all


class Later(NamedTuple):
    """One table: after which instant each of its records reads otherwise (`NEVER`), in which fields, and how then.

    `words` are what those fields (`table.field`) read, now and then, where they do, each with `ANY` beside it. `met` is
    what is known so far of which records meet what then.
    """

    since: Numbers
    fields: tuple[str, ...]
    table: Table
    words: frozenset[tuple[str, str | bool | None]]
    met: dict[int, tuple[Any, Mask]]

    def at(self, records: Table, moment: Instants) -> Table:
        """Some records of the table as they read at an instant each."""
        rows = records.numbers("row")
        turned = moment > self.since[rows]
        then = {name: self.table.numbers(name)[rows] for name in self.fields}
        return records.laid_over(**{name: np.where(turned, then[name], records.numbers(name)) for name in self.fields})

    def found(self, held: Mask, then: Mask, own: Numbers, moment: Instants) -> Mask:
        """Which orders have a record that holds at an instant each.

        Args:
            held: which records of the table hold now.
            then: which hold once they read otherwise.
            own: the orders that are asked for, by their place.
            moment: the instant of each of them.
        """
        orders, size = self.table.numbers("order_row"), max(int(own.max(initial=0)), 0) + 2
        tied = (orders != NO_ORDER) & (orders < size - 1)
        always = np.zeros(size, dtype=bool)  # the last place is that of orphans
        always[orders[tied & held & (then | (self.since == NEVER))]] = True
        begins, ends = np.full(size, NEVER), np.full(size, UNKNOWN)
        gained, lost = tied & ~held & then, tied & held & ~then & (self.since != NEVER)
        np.minimum.at(begins, orders[gained], self.since[gained])
        np.maximum.at(ends, orders[lost], self.since[lost])
        found: Mask = always[own] | (moment > begins[own]) | (moment <= ends[own])
        return found

    def by_rank(self) -> Iterator[tuple[Numbers, Numbers]]:
        """The orders with a record that reads otherwise, and when: their first such record, their second, and so on."""
        orders = self.table.numbers("order_row")
        rows = np.flatnonzero((self.since != NEVER) & (orders != NO_ORDER))
        rows = rows[np.lexsort((self.since[rows], orders[rows]))]
        while len(rows):
            first = np.diff(orders[rows], prepend=NO_ORDER) > 0
            yield orders[rows[first]], self.since[rows[first]]
            rows = rows[~first]


Laters = Mapping[str, Later]
NOTHING_LATER: Laters = {}


def points(later: Laters, name: str, records: Table) -> Iterator[Numbers]:
    """When some records of a table may read otherwise: an instant for each, `UNKNOWN` where there is none.

    Args:
        later: the tables that read otherwise later.
        name: the table the records are of.
        records: the records.
    """
    for table, each in later.items():
        if table == name:
            since = each.since[records.numbers("row")]
            yield np.where(since == NEVER, UNKNOWN, since)
            continue
        own = records.numbers("order_row")
        for orders, since in each.by_rank():
            known = np.full(max(int(own.max(initial=0)), int(orders.max())) + 2, UNKNOWN)
            known[orders] = since
            yield known[own]
