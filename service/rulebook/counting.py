"""What a card counts: tables, windows, groups, parts, and the terms of a score."""

from service.core.cards import Counting, Exclusion, Part, Score, Term, Window
from service.rulebook.conditions import condition, field_kinds
from service.rulebook.cursor import Cursor, Layers
from service.schemas.records import TABLES
from service.schemas.scalars import Choice, Integer, Text, Timestamp


def counting(keys: Layers | Cursor) -> Counting:
    """What is counted, of which table, over which windows."""
    table = keys["of"].value
    if not keys["of"].one_of(TABLES, "table"):
        return Counting(table, "", ())
    instant(keys["by"], table)
    parts = tuple(
        Part(name, part["title"].value, condition(part["counts"], table)) for name, part in keys["parts"].items()
    )
    named = frozenset(part.name for part in parts)
    return Counting(
        of=table,
        by=keys["by"].value,
        within=tuple(Window(window["days"].value, window["lag"].value or 0) for window in keys["within"].entries()),
        only=condition(keys["only"], table) if keys["only"] else None,
        leaves_out=tuple(
            Exclusion(out["because"].value, condition(out["when"], table)) for out in keys["leaves_out"].entries()
        ),
        counts=condition(keys["counts"], table, named) if keys["counts"] else None,
        parts=parts,
        group_by=group_field(keys["groups"], table),
        over_all=keys["groups"]["over_all"].value is not False,
        weigh=weight(keys["weigh"], table),
    )


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


def weight(cursor: Cursor, table: str) -> str | None:
    """The whole-number field that is added up."""
    if not cursor:
        return None
    cursor.one_of([name for name, kind in field_kinds(table).items() if isinstance(kind, Integer)], f"number of {table}")
    return str(cursor.value)


def score(cursor: Cursor) -> Score:
    """A score and its terms."""
    terms = []
    for term in cursor["terms"].entries():
        if bool(term["points"]) == bool(term["sets"]):
            term.fault("a term either gives points or sets the score")
        sets = term["sets"].value
        terms.append(Term(term["part"].value, counting(term), term["points"].value or 0, term["per"].value or 1, sets))
    least, most = cursor["between"].value
    return Score(cursor["start"].value, tuple(terms), least, most)


class Empty(Layers):
    """Nothing beside what a term itself says."""

    def __init__(self, term: Cursor) -> None:
        super().__init__(term["~"], term["~"])
