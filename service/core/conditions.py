"""Conditions → which records meet them. A field that is not known satisfies only `not` and `known: false`."""

import operator
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from service.core.clauses import AS_OF, AllOf, AnyOf, Condition, Every, Has, PartIs, Test, Twin
from service.core.instants import micros, number_of
from service.core.later import NOTHING_LATER, Instants, Laters
from service.core.tables import UNKNOWN, Kind, Mask, Numbers, Table, all_of, any_of

COMPARISONS = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
    "after": operator.gt,
    "before": operator.lt,
    "not_after": operator.le,
    "not_before": operator.ge,
}
OF_ORDER = "order."
EVER = 2**63 - 1
Key = tuple[Any, ...]
Met = dict[int, tuple[Condition, Mask]]  # the identity of a condition → the condition, which records meet it
NO_PARTS: Mapping[str, Condition] = {}
NONE_EXCUSED: Mapping[str, Mask] = {}


class Looking(NamedTuple):
    """Looks at records of one table and tells which meet a condition.

    Attributes:
        name: the table.
        tables: all tables, for conditions on records of the same order.
        as_of: the instant of the question, or one for each record.
        at: the records of the table that are looked at.
        whole: what is known so far of whole tables, table by table.
        own: what is known so far of these records.
        parts: the conditions of named parts.
        excused: per table, the records that are to be looked at as if they were not there.
        later: tables some records of which read otherwise at later instants.
    """

    name: str
    tables: Mapping[str, Table]
    as_of: Instants
    at: Table
    whole: dict[str, Met]
    own: Met
    parts: Mapping[str, Condition] = NO_PARTS
    excused: Mapping[str, Mask] = NONE_EXCUSED
    later: Laters = NOTHING_LATER

    def into(self, name: str) -> "Looking":
        """A look at all records of another table; where instants differ by record, no condition on it asks for them."""
        known = self.whole.setdefault(name, {})
        return Looking(name, self.tables, self.as_of, self.tables[name], self.whole, known)

    def among(self, records: Table, as_of: Instants | None = None) -> "Looking":
        """The same look at some records only."""
        instant = self.as_of if as_of is None else as_of
        return Looking(self.name, self.tables, instant, records, self.whole, {}, self.parts, self.excused, self.later)

    def later_on(self, later: Laters) -> "Looking":
        """The same look at later instants, when some records of some tables read otherwise."""
        return Looking(self.name, self.tables, self.as_of, self.at, self.whole, {}, self.parts, later=later)

    def without(self, excused: Mapping[str, Mask]) -> "Looking":
        """The same look as if some records were not there."""
        return Looking(self.name, self.tables, self.as_of, self.at, self.whole, {}, self.parts, excused)

    def meet(self, condition: Condition | None) -> Mask:
        """Which records meet a condition; all of them where there is none."""
        if condition is None:
            return ~np.zeros(self.at.height, dtype=bool)
        if (known := self.own.get(id(condition))) is None:
            found = self._meet(condition)
            found.setflags(write=False)  # it is what others who ask the same will be told
            known = self.own[id(condition)] = (condition, found)
        return known[1]

    def _meet(self, condition: Condition) -> Mask:
        match condition:
            case Test():
                return self._pass(condition)
            case AllOf():
                return all_of([self.meet(one) for one in condition.conditions] or [self.meet(None)])
            case AnyOf():
                return any_of([self.meet(one) for one in condition.conditions])
            case PartIs():
                return any_of([self.meet(self.parts[part]) for part in condition.parts])
            case Has():
                return self._have(condition.table, condition.condition)
            case Every():
                failing = self._have(condition.table, condition.condition, meeting=False)
                return self._have(condition.table, None) & ~failing
            case Twin():
                return self._have_twin(condition)

    def _have(self, table: str, condition: Condition | None, *, meeting: bool = True) -> Mask:
        """Which records have one of another table beside them, of the same order, that meets a condition (or not)."""
        others, orders = self.tables.get(table), self.tables.get("orders")
        if others is None or orders is None or not others.height:
            return np.zeros(self.at.height, dtype=bool)
        met = self.into(table).meet(condition)
        held = met if meeting else ~met
        if table in self.excused:
            held = held & ~self.excused[table]
        marked = np.zeros(orders.height + 1, dtype=bool)  # the last place is that of orphans
        marked[others.numbers("order_row")[held]] = True
        marked[-1] = False
        own = self.at.numbers("order_row")
        if table not in self.later:
            return marked[own]
        return self.later[table].found(held, self._then(table).meet(condition) == meeting, own, self.as_of)

    def _then(self, table: str) -> "Looking":
        """A look at all records of another table as they read later."""
        later = self.later[table]
        return Looking(table, {**self.tables, table: later.table}, self.as_of, later.table, {}, later.met)

    def turning(self, beside: Has | Every) -> Iterator[Numbers]:
        """When records may turn because others beside them do: an instant for each, `UNKNOWN` where there is none."""
        if beside.table in self.later:
            held, then = self.into(beside.table).meet(beside.condition), self._then(beside.table).meet(beside.condition)
            yield from self.later[beside.table].turning(held, then, self.at.numbers("order_row"))

    def _have_twin(self, twin: Twin) -> Mask:
        own = comparable(self.at, twin)
        everyone = self.into(self.name)
        others = comparable(everyone.at.where(everyone.meet(twin.condition)), twin, own)
        near: dict[Key, list[tuple[int, int]]] = {}
        for key, row, moment in keyed(others, twin):
            near.setdefault(key, []).append((moment, row))
        for several in near.values():
            several.sort()
        within = micros(twin.within)
        found = [row for key, row, moment in keyed(own, twin) if another(near.get(key, []), row, moment, within)]
        return np.isin(self.at.numbers("row"), found)

    def _pass(self, test: Test) -> Mask:
        """Which records pass one test."""
        if test.operator in ("is", "not"):
            found = self.at.is_among(test.field, test.value)
            return found if test.operator == "is" else ~found
        if test.operator == "known":
            known = self.at.known(test.field)
            return known if test.value else ~known
        if test.operator == "during":
            return self._during(test.field, test.value)
        if test.of is not None:
            limit, moment = self.instants(test.of), self.instants(test.field)
            over = moment > limit + micros(test.value)
            return self._known(limit, moment, ~over if test.operator == "within" else over)
        compare = COMPARISONS[test.operator]
        if test.field in self.at and self.at.kind(test.field) is Kind.AMOUNT:
            return self.at.compares(test.field, compare, test.value)
        one = self.instants(test.field)
        other = self.instants(test.value) if isinstance(test.value, str) else test.value
        return self._known(one, other, compare(one, other))

    def _known(self, one: Instants, other: Instants, found: Any) -> Mask:
        """What was found where both instants are known; where there is one for all records, it is."""
        for instants in (one, other):
            if isinstance(instants, np.ndarray):
                found = found & (instants != UNKNOWN)
        each: Mask = found if isinstance(found, np.ndarray) else np.full(self.at.height, found)
        return each

    def instants(self, name: str) -> Instants:
        """An instant (or number) of each record, of its order (`order.…`), or that of the question (`as_of`)."""
        if name == AS_OF:
            return self.as_of
        if not name.startswith(OF_ORDER):
            return self.at.numbers(name)
        orders = self.tables.get("orders")
        if orders is None:
            return np.full(self.at.height, UNKNOWN)
        return np.append(orders.numbers(name.removeprefix(OF_ORDER)), UNKNOWN)[self.at.numbers("order_row")]

    def _during(self, name: str, spans: str) -> Mask:
        """Whether an instant lies in one of the seller's absences, or in its time in a program."""
        found = np.zeros(self.at.height, dtype=bool)
        listed = spans_of_sellers(self.tables.get("sellers"), spans)
        if not listed:
            return found
        at, sellers = self.at.numbers(name), self.at.numbers("seller")
        ordered = np.argsort(sellers, kind="stable")
        firsts = np.searchsorted(sellers[ordered], [seller for seller, _, _ in listed], side="left")
        ends = np.searchsorted(sellers[ordered], [seller for seller, _, _ in listed], side="right")
        for (_, began, ended), first, end in zip(listed, firsts, ends, strict=True):
            own = ordered[first:end]
            found[own] |= (began <= at[own]) & (at[own] < ended) & (at[own] != UNKNOWN)
        return found


def comparable(records: Table, twin: Twin, like: Table | None = None) -> Table:
    """The records that can have a twin, as far as they have a first field in common with some others."""
    known = records.where(all_of(records.known(name) for name in (*twin.same, twin.by)))
    first = twin.same[0]
    if like is None or known.kind(first) is not Kind.TEXT:
        return known
    return known.where(known.shares(first, set(like.texts(first))))


def keyed(records: Table, twin: Twin) -> Iterator[tuple[Key, int, int]]:
    """Each record by its seller and the fields that twins share, with its place and its instant."""
    fields = [records.plain(name) for name in twin.same]
    keys = zip(records.numbers("seller").tolist(), *fields, strict=True)
    return zip(keys, records.numbers("row").tolist(), records.numbers(twin.by).tolist(), strict=True)


def another(ordered: Sequence[tuple[int, int]], row: int, moment: int, within: int) -> bool:
    """Whether a record other than that of a row lies so near an instant; of each its instant and its row, in order."""
    first = bisect_left(ordered, (moment - within,))
    some = ordered[first : first + 2]
    return any(then <= moment + within and other != row for then, other in some)


def spans_of_sellers(sellers: Table | None, spans: str) -> list[tuple[int, int, int]]:
    """The times sellers were absent, or in a program (`programs.<name>`): seller, from, to (not included)."""
    if sellers is None:
        return []
    column, _, program = spans.partition(".")
    return [
        (seller, number_of(one["from_"]) if one["from_"] else UNKNOWN, number_of(one["to"]) if one["to"] else EVER)
        for seller, listed in zip(sellers.numbers("seller").tolist(), sellers.texts(column), strict=True)
        for one in listed or ()
        if not program or one["program"] == program
    ]
