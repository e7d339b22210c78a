"""The tables of a report file → where each field comes from; faults for fields and words that do not exist."""

from marshmallow import fields

from service.core.known import FORMS
from service.core.mappings import WHOLE, Dates, Filled, Filling, Fold, plain, plain_path
from service.rulebook.cursor import Cursor
from service.rulebook.report_words import Common, names, plain_word, words
from service.schemas.records import TABLES, shape
from service.schemas.scalars import Amount, Boolean, Choice, Timestamp
from service.schemas.shapes import ListOf

NOT_BY_FIELDS = "performance_reports"
NEEDS = {
    "date": (Timestamp, "an instant"),
    "yes_no": (Boolean, "true or false"),
    "add": (Amount, "an amount"),
    "list": (ListOf, "a list"),
}


def fillings(root: Cursor, common: Common, dates: Dates | None) -> tuple[Filling, ...]:
    """The tables a report fills."""
    return tuple(
        filling(cursor, table, common, dates, paths=root["form"].value != "table")
        for table, cursor in root["tables"].items()
        if cursor.one_of([name for name in TABLES if name != NOT_BY_FIELDS], "table", key=True)
    )


def filling(cursor: Cursor, table: str, common: Common, dates: Dates | None, *, paths: bool) -> Filling:
    """One table a report fills."""
    known = shape(table).fields
    found = [
        filled(inner, name, known[name], common, dates, paths=paths)
        for name, inner in cursor["fields"].items()
        if inner.one_of(known, f"field of {table}", key=True)
    ]
    key = FORMS[table].key
    if key and not cursor["fields"][key]:
        cursor["fields"].fault(f"{key!r} is missing: without it lines cannot be told apart")
    if cursor["per"] and not paths:
        cursor["per"].fault("'per' is of objects: a flat file has lines", key=True)
    untold = [*(name for name in known if not cursor["fields"][name]), WHOLE]
    for name in cursor["cannot_tell"].value or ():
        cursor["cannot_tell"][name].one_of(untold, f"field of {table} that the report does not fill", key=True)
    return Filling(
        table=table,
        fields=tuple(found),
        per=names(cursor["per"])[0] if cursor["per"] else None,
        newest=names(cursor["newest"], paths=paths),
        dates=dates,
        leaves_out=leaves_out(cursor["leaves_out"], paths=paths),
        partial=bool(cursor["partial"]),
    )


def leaves_out(cursor: Cursor, *, paths: bool) -> dict[str, tuple[str, ...]]:
    """The lines to pass over: per column the words that say so."""
    name = plain_path if paths else plain
    return {name(key): tuple(plain_word(str(one.value)) for one in inner.entries()) for key, inner in cursor.items()}


def filled(
    cursor: Cursor, name: str, kind: fields.Field[object], common: Common, dates: Dates | None, *, paths: bool
) -> Filled:
    """Where one field comes from. A text or a list of texts alone says `from`."""
    if not isinstance(cursor.value, dict):
        return Filled(name, sources=names(cursor, paths=paths), fold=Fold())
    check_kind(cursor, name, kind, dates)
    allowed = choices_of(kind)
    constant = cursor["constant"]
    if constant and allowed:
        constant.one_of(allowed, f"value of {name!r}")
    return Filled(
        fills=name,
        sources=names(cursor["from"], paths=paths),
        joined=names(cursor["join"], paths=paths),
        constant=str(constant.value) if constant else None,
        words=words_of(cursor, name, allowed, common),
        dates=dates if cursor["date"] else None,
        adds=names(cursor["add"], paths=paths),
        subtracts=names(cursor["subtract"], paths=paths),
        flags=flags(cursor["list"], name, allowed, paths=paths),
        fold=fold(cursor["fold"], name, allowed),
    )


def check_kind(cursor: Cursor, name: str, kind: fields.Field[object], dates: Dates | None) -> None:
    """Faults for readings that do not go with the field, and for a field that comes from nowhere."""
    for key, (wanted, said) in NEEDS.items():
        if cursor[key] and not isinstance(kind, wanted):
            cursor[key].fault(f"{key!r} reads {said}, and {name!r} is none", key=True)
    if cursor["date"] and dates is None:
        cursor["date"].fault("the report says no forms of dates under 'dates'", key=True)
    if isinstance(kind, Timestamp) and not cursor["date"]:
        cursor.fault(f"{name!r} is an instant: 'date: true' is missing")
    if not any(cursor[key] for key in ("from", "join", "constant", "add", "list")):
        cursor.fault("it comes from nowhere: expected one of from, join, constant, add, list")
    if cursor["words"] and cursor["yes_no"]:
        cursor["yes_no"].fault("the words are given already", key=True)


def choices_of(kind: fields.Field[object]) -> tuple[str, ...] | None:
    """The words a field may have, where they are a closed list."""
    inner = kind.inner if isinstance(kind, ListOf) else kind
    if isinstance(inner, Boolean):
        return ("true", "false")
    return inner.choices if isinstance(inner, Choice) else None


def words_of(
    cursor: Cursor, name: str, allowed: tuple[str, ...] | None, common: Common
) -> dict[str, str | None] | None:
    """What the words of a field read as; None where they stay as they are."""
    if cursor["yes_no"]:
        return {**dict.fromkeys(common.yes, "true"), **dict.fromkeys(common.no, "false")}
    if not cursor["words"]:
        return None
    return words(cursor["words"], allowed, f"value of {name!r}")


def flags(cursor: Cursor, name: str, allowed: tuple[str, ...] | None, *, paths: bool) -> dict[str, tuple[str, ...]]:
    """The entries of a list, each with the columns that say yes to it."""
    for entry in cursor.value or ():
        cursor[entry].one_of(allowed or (), f"entry of {name!r}", key=True)
    return {entry: names(inner, paths=paths) for entry, inner in cursor.items()}


def fold(cursor: Cursor, name: str, allowed: tuple[str, ...] | None) -> Fold:
    """How several lines become one value."""
    if not isinstance(cursor.value, dict):
        return Fold(str(cursor.value or "any"))
    listed = [*cursor["prefer"].entries()]
    together = {word: tuple(str(one.value) for one in inner.entries()) for word, inner in cursor["together"].items()}
    for word in together:
        listed += cursor["together"][word].entries()
        if allowed:
            cursor["together"][word].one_of(allowed, f"value of {name!r}", key=True)
    for entry in listed:
        if allowed:
            entry.one_of(allowed, f"value of {name!r}")
    return Fold("prefer", tuple(str(one.value) for one in cursor["prefer"].entries()), together)
