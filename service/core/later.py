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
        found: Mask = always[own]
        if np.count_nonzero(gained := tied & ~held & then):
            found |= moment > self.first_of(gained, size)[own]
        if np.count_nonzero(lost := tied & held & ~then & (self.since != NEVER)):
            found |= moment <= self.last_of(lost, size)[own]
        return found

    def turning(self, held: Mask, then: Mask, own: Numbers) -> Iterator[Numbers]:
        """When it may turn whether orders have a record that holds, or one that does not: an instant for each of them.

        `UNKNOWN` where there is none. However many records an order has, it turns with the first or the last of those
        that come to hold, or with the first or the last of those that no longer do.
        """
        orders, size = self.table.numbers("order_row"), max(int(own.max(initial=0)), 0) + 2
        tied = (orders != NO_ORDER) & (orders < size - 1) & (self.since != NEVER)
        for changed in (tied & ~held & then, tied & held & ~then):
            if np.count_nonzero(changed):
                first = self.first_of(changed, size)
                yield np.where(first == NEVER, UNKNOWN, first)[own]
                yield self.last_of(changed, size)[own]

    def first_of(self, some: Mask, size: int) -> Numbers:
        """Per order the first instant of some records, `NEVER` where it has none."""
        found = np.full(size, NEVER)
        np.minimum.at(found, self.table.numbers("order_row")[some], self.since[some])
        return found

    def last_of(self, some: Mask, size: int) -> Numbers:
        """Per order the last instant of some records, `UNKNOWN` where it has none."""
        found = np.full(size, UNKNOWN)
        np.maximum.at(found, self.table.numbers("order_row")[some], self.since[some])
        return found


Laters = Mapping[str, Later]
NOTHING_LATER: Laters = {}
