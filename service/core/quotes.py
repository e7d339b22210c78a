"""What a dossier quotes of a batch: the records beside some records that show an excuse, fetched in columns."""

from typing import Any, NamedTuple

import numpy as np

from service.core.cards import Mitigation
from service.core.clauses import AllOf, Condition, Test, Twin, walk
from service.core.conditions import EVER, keyed, spans_of_sellers
from service.core.countings import Counting
from service.core.instants import micros
from service.core.known import FORMS
from service.core.pleas import ABSENCES, TWIN, Quote
from service.core.relations import ORPHAN, Related, key_of
from service.core.tables import UNKNOWN, Kind, Numbers, Table
from service.core.texts import instant_of

FROM, TO = "from", "to"
SECOND = 1_000_000


Piece = dict[str, Any]  # a record that is quoted, as answers have it: its table, its id, and the fields that are known


class Beside(NamedTuple):
    """Records beside those that are asked about: the place of the one asked about, and the row of the other."""

    place: Numbers
    row: Numbers


def quoted(
    quote: Quote, mitigation: Mitigation, counting: Counting, rows: Numbers, related: Related
) -> list[list[Piece]]:
    """Per record what is quoted, oldest first.

    Args:
        quote: what to quote.
        mitigation: the excuse; of the records it excuses, only those that meet its condition are quoted.
        counting: what the card counts.
        rows: the records, by their rows in the table of the card.
        related: the batch.
    """
    own = related.tables[counting.of]
    if quote.of == ABSENCES:
        return absences(mitigation, counting.of, rows, related)
    if quote.of == TWIN:
        beside = twins(next(one for one in walk(mitigation.when) if isinstance(one, Twin)), counting.of, rows, related)
        return pieces(quote, counting.of, beside, len(rows), related)
    if quote.of == counting.of:
        return pieces(quote, quote.of, Beside(np.arange(len(rows)), rows), len(rows), related)
    condition = AllOf(tuple(one for one in (quote.when, mitigation.when if mitigation.of == quote.of else None) if one))
    beside = of_same_order(quote.of, condition, own.numbers("order_row")[rows], related)
    return pieces(quote, quote.of, beside, len(rows), related)


def of_same_order(table: str, condition: Condition, orders: Numbers, related: Related) -> Beside:
    """The records of a table that belong to some orders and meet a condition."""
    others, known = related.tables.get(table), related.tables.get("orders")
    if others is None or known is None:
        return Beside(orders[:0], orders[:0])
    wanted = np.zeros(known.height + 1, dtype=bool)  # the last place is that of orphans
    wanted[orders] = True
    wanted[ORPHAN] = False
    belongs = others.numbers("order_row")
    rows = wanted[belongs].nonzero()[0]
    rows = rows[related.look(table).among(others.take(rows)).meet(condition)]
    ordered = rows[np.argsort(belongs[rows], kind="stable")]
    firsts, ends = (np.searchsorted(belongs[ordered], orders, side) for side in ("left", "right"))
    return Beside(
        np.repeat(np.arange(len(orders)), ends - firsts),
        np.concatenate([ordered[first:end] for first, end in zip(firsts, ends, strict=True)] or [rows]),
    )


def twins(twin: Twin, table: str, rows: Numbers, related: Related) -> Beside:
    """The records that make others duplicates."""
    records = related.tables[table]
    look = related.look(table)
    likely = np.ones(records.height, dtype=bool)
    for name in twin.same:
        if records.kind(name) is Kind.TEXT:
            likely &= records.shares(name, {text for text in records.texts(name, rows) if text is not None})
    others = likely.nonzero()[0]
    others = others[look.among(records.take(others)).meet(twin.condition)]
    near: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for key, row, moment in keyed(records.take(others), twin):
        near.setdefault(key, []).append((row, moment))
    found = [
        (place, other)
        for place, (key, row, moment) in enumerate(keyed(records.take(rows), twin))
        for other, then in near.get(key, ())
        if other != row and abs(moment - then) <= micros(twin.within)
    ]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return Beside(pairs[:, 0], pairs[:, 1])


def pieces(quote: Quote, table: str, beside: Beside, count: int, related: Related) -> list[list[Piece]]:
    """Per record the pieces that are quoted beside it, oldest first, then by id."""
    listed: list[list[Piece]] = [[] for _ in range(count)]
    if not len(beside.row):
        return listed
    taken = related.tables[table].take(beside.row)
    ids, dated = taken.texts(key_of(table)), taken.numbers(str(FORMS[table].dated_by))
    columns = [shown(taken, name) for name in quote.fields]
    ordered = sorted(zip(beside.place.tolist(), dated.tolist(), ids, range(len(ids)), strict=True))
    for place, _, record, at in ordered:
        known = zip(quote.fields, [column[at] for column in columns], strict=True)
        fields = {name: value for name, value in known if value is not None}
        listed[place].append({"table": table, "id": record, "fields": fields})
    return listed


def shown(records: Table, name: str) -> list[Any]:
    """A column as answers have it, None where nobody knows."""
    if records.kind(name) is Kind.INSTANT:
        return instants(records.numbers(name))
    return records.plain(name)


def instants(numbers: Numbers) -> list[str | None]:
    """Instants as answers have them.

    >>> instants(np.array([0, 1_500_000, UNKNOWN]))
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:01.500000Z', None]
    """
    whole = np.datetime_as_string(numbers.astype("datetime64[us]"), unit="s").tolist()
    found: list[str | None] = [f"{text}Z" for text in whole]
    for place in (numbers % SECOND).nonzero()[0].tolist():
        unknown = numbers[place] == UNKNOWN
        found[place] = None if unknown else instant_of(int(numbers[place]))
    return found


def absences(mitigation: Mitigation, table: str, rows: Numbers, related: Related) -> list[list[Piece]]:
    """Per record the absences of its seller that the instants of the excuse lie in."""
    fields = [one.field for one in walk(mitigation.when) if isinstance(one, Test) and one.value == ABSENCES]
    own = related.tables[table]
    beside = Beside(np.arange(len(rows)), rows)
    if mitigation.of != table:
        beside = of_same_order(mitigation.of, mitigation.when, own.numbers("order_row")[rows], related)
    records = related.tables[mitigation.of].take(beside.row)
    asked, spans = set(records.numbers("seller").tolist()), related.tables.get("sellers")
    told: dict[int, list[tuple[int, int, Piece]]] = {}
    for owner, began, ended in sorted(set(spans_of_sellers(spans, ABSENCES))):
        if owner in asked:
            told.setdefault(owner, []).append((began, ended, absence(related.sellers[owner][0], began, ended)))
    listed: list[list[Piece]] = [[] for _ in rows]
    sellers, moments = records.numbers("seller").tolist(), [records.numbers(name).tolist() for name in fields]
    for place, seller, *times in zip(beside.place.tolist(), sellers, *moments, strict=True):
        for began, ended, piece in told.get(seller, ()):
            if any(began <= time < ended for time in times if time != UNKNOWN) and piece not in listed[place]:
                listed[place].append(piece)
    return listed


def absence(seller: str, began: int, ended: int) -> Piece:
    """A piece of an absence; an open end is not known."""
    ends = {FROM: began, TO: ended}
    known = {name: instant_of(end) for name, end in ends.items() if end not in (UNKNOWN, EVER)}
    return {"table": "sellers", "id": seller, "fields": known}
