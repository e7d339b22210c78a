"""What a card counts: tables, windows, groups, parts, and the terms of a score."""

from operator import attrgetter

from service.core.cards import VALUE
from service.core.countings import Also, Counting, Exclusion, Part, Score, Term, Window
from service.core.known import FORMS
from service.rulebook.conditions import asks_for_now, condition, field_kinds, single_fields
from service.rulebook.cursor import Cursor, Layers
from service.schemas.scalars import Choice, Integer, Text, Timestamp


def counting(keys: Layers | Cursor) -> Counting:
    """What is counted, of which table, over which windows."""
    table = keys["of"].value
    if not keys["of"].one_of([name for name, form in FORMS.items() if form.key], "table"):
        return Counting(table, "", ())
    if keys["by"]:
        instant(keys["by"], table)
    parts = tuple(
        Part(name, part["title"].value, condition(part["counts"], table)) for name, part in keys["parts"].items()
    )
    named = frozenset(part.name for part in parts)
    return Counting(
        of=table,
        by=keys["by"].value,
        within=windows(keys["within"]),
        only=condition(keys["only"], table) if keys["only"] else None,
        leaves_out=tuple(
            Exclusion(out["because"].value, condition(out["when"], table)) for out in keys["leaves_out"].entries()
        ),
        counts=condition(keys["counts"], table, named) if keys["counts"] else None,
        parts=parts,
        group_by=group_field(keys["groups"], table),
        over_all=keys["groups"]["over_all"].value is not False,
        weigh=number_field(keys["weigh"], table),
        average=number_field(keys["average"], table) if keys["unit"].value == "average" else None,
        latest_per=latest_per(keys, table),
        also=tuple(further(also, name, table, named) for name, also in keys["also"].items()),
    )


def windows(cursor: Cursor) -> tuple[Window, ...]:
    """The windows of a counting, short to long; days must differ, since answers tell windows apart by them."""
    found = tuple(
        Window(one["days"].value, one["lag"].value or 0, one["needs"].value or 0, one["otherwise"].value or 0)
        for one in cursor.entries()
    )
    spans = [days for window in found for days in (window.days, *([window.otherwise] if window.needs else []))]
    if any(window.needs and window.otherwise <= window.days for window in found):
        cursor.fault("'otherwise' must be longer than the window it stands in for")
    if len(set(spans)) < len(spans):
        cursor.fault("two windows span the same number of days")
    return tuple(sorted(found, key=attrgetter("days")))


def latest_per(keys: Layers | Cursor, table: str) -> tuple[str, ...]:
    """The fields of which only the latest record counts."""
    for name in keys["latest_per"].entries():
        name.one_of(single_fields(table), f"field of {table}")
        if keys["by"].value != FORMS[table].dated_by:
            name.fault(f"'latest_per' needs records dated by {FORMS[table].dated_by!r}, which has happened")
        if asks_for_now(condition(keys["only"], table) if keys["only"] else None):
            name.fault("'latest_per' cannot go with an 'only' that asks for as_of")
        if any(window["lag"].value for window in keys["within"].entries()):
            name.fault("'latest_per' needs windows without lag")
    return tuple(keys["latest_per"].value or ())


def further(cursor: Cursor, name: str, table: str, parts: frozenset[str]) -> Also:
    """One further measure."""
    if name in (VALUE, "counted", "total", "target", "days") or name.endswith("_up"):
        cursor.fault(f"{name!r} already names a placeholder; choose another name", key=True)
    if cursor["distinct"]:
        cursor["distinct"].one_of(single_fields(table), f"field of {table}")
    return Also(name, condition(cursor["when"], table, parts), cursor["distinct"].value)


def instant(cursor: Cursor, table: str) -> None:
    """Faults unless the field named here dates records of the table."""
    instants = [name for name, kind in field_kinds(table).items() if isinstance(kind, Timestamp) and name != "as_of"]
    cursor.one_of(instants, f"instant of {table}")


def group_field(cursor: Cursor, table: str) -> str | None:
    """The field records are grouped by."""
    if not cursor:
        return None
    groupable = [name for name, kind in field_kinds(table).items() if isinstance(kind, (Choice, Text))]
    cursor["by"].one_of(groupable, f"field to group {table} by")
    return str(cursor["by"].value)


def number_field(cursor: Cursor, table: str) -> str | None:
    """A whole-number field of the table, where one is named."""
    if not cursor:
        return None
    cursor.one_of(
        [name for name, kind in field_kinds(table).items() if isinstance(kind, Integer)], f"number of {table}"
    )
    return str(cursor.value)


def score(cursor: Cursor) -> Score:
    """A score and its terms."""
    terms = []
    for term in cursor["terms"].entries():
        if bool(term["points"]) == bool(term["sets"]):
            term.fault("a term either gives points or sets the score")
        if term["per"] and not term["points"]:
            term.fault("'per' needs 'points'")
        if len(term["within"].entries()) > 1:
            term["within"].fault("a term has one window")
        sets = term["sets"].value
        points, per = term["points"].value or 0, term["per"].value or 1
        terms.append(Term(term["part"].value, counting(term), points, per, sets))
    if len({term.counting.of for term in terms if term.hurts}) > 1:
        cursor["terms"].fault("terms that take points away must be of one table")
    least, most = cursor["between"].value
    if least >= most:
        cursor["between"].fault("the bounds must rise")
    elif not least <= cursor["start"].value <= most:
        cursor["start"].fault(f"found {cursor['start'].value}; expected a number from {least} to {most}")
    return Score(cursor["start"].value, tuple(terms), least, most)
