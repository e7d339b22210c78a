"""A table of texts → a typed table and its faults: in bulk first, then one by one whatever the bulk cast refused."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from marshmallow import ValidationError

from service.core.errors import Fault
from service.intake.columns import bulk_cast, bulk_instant, column_types, known_text, within
from service.intake.home import Home
from service.intake.tables import ROW, TOO_DEEP, Given
from service.schemas.records import shape
from service.schemas.scalars import Reading, Timestamp, Wording
from service.schemas.shapes import Record


@dataclass(frozen=True, slots=True)
class Cast:
    """The valid records of one table, typed; what is wrong with the others; fields nobody asked for."""

    table: pl.DataFrame
    faults: dict[int, list[Fault]]
    unknown: Counter[str]


def cast(given: Given, home: Home, reading: Reading) -> Cast:
    """Types every record of a table; `row` stays the position in the caller's table."""
    schema = shape(given.table)
    typed, refused = bulk(given, schema, home, reading)
    faults: dict[int, list[Fault]] = {}
    read: list[dict[str, Any]] = []
    unknown = Counter(given.unknown)
    for position in sorted([*given.odd, *refused]):
        record = given.record(position)
        if isinstance(record, dict) and position not in refused:
            unknown.update(record.keys() - schema.fields.keys())
        values, wrong = one_by_one(record, schema, home, f"/{given.table}/{position}")
        if wrong:
            faults[position] = wrong
        else:
            read.append({**values, ROW: position})
    if read or typed is None:
        single = pl.DataFrame(read, schema={**column_types(given.table), ROW: pl.UInt32})
        typed = single if typed is None else pl.concat([typed, single.select(typed.columns)])
    return Cast(typed, faults, unknown)


def bulk(given: Given, schema: Record, home: Home, reading: Reading) -> tuple[pl.DataFrame | None, frozenset[int]]:
    """The records a bulk cast accepts, and the positions of those it refuses."""
    if given.texts is None or given.texts.is_empty():
        return None, frozenset()
    kinds = schema.fields
    own = column_types(given.table)
    given_types = given.texts.schema
    passed = {name for name in kinds if own[name] != pl.String and given_types.get(name) == own[name]}
    nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in kinds if name not in given_types]
    texts = given.texts.with_columns(nothing)
    known = texts.with_columns([known_text(name, kind) for name, kind in kinds.items() if name not in passed])
    casts = [(within if name in passed else bulk_cast)(name, kind, reading) for name, kind in kinds.items()]
    typed = known.select(ROW, *casts)
    read = with_other_instants(known, typed, schema, reading)
    typed = read.with_columns(home.columns())
    refused = [pl.lit(value=False), *lost(known, read), *absent(typed, schema, home), *alone(schema)]
    wrong = typed.select(wrong=pl.any_horizontal(refused))["wrong"]
    positions = frozenset(typed[ROW].filter(wrong).to_list()) if wrong.any() else frozenset()
    typed = typed.filter(~wrong) if positions else typed
    return typed.with_columns(defaults(schema)), positions


def lost(known: pl.DataFrame, typed: pl.DataFrame) -> Iterator[pl.Series]:
    """Where a text is known and its cast refused; only columns that lost one are looked at."""
    for name in known.columns:
        if typed[name].null_count() > known[name].null_count():
            yield known[name].is_not_null() & typed[name].is_null()


def absent(typed: pl.DataFrame, schema: Record, home: Home) -> Iterator[pl.Series]:
    """Where a field that must be there is not known."""
    for name in (*required(schema), *home.required):
        if typed[name].null_count():
            yield typed[name].is_null()


def alone(schema: Record) -> Iterator[pl.Expr]:
    """Where a field stands without the one it needs."""
    for name, needed in schema.needs.items():
        yield pl.col(name).is_not_null() & pl.col(needed).is_null()


def with_other_instants(known: pl.DataFrame, typed: pl.DataFrame, schema: Record, reading: Reading) -> pl.DataFrame:
    """The typed table with timestamps that are not in canonical form read as well."""
    instants = [name for name, kind in schema.fields.items() if isinstance(kind, Timestamp)]
    unread = [name for name in instants if typed[name].null_count() > known[name].null_count()]
    if not unread:
        return typed
    others = known.select([bulk_instant(name, reading) for name in unread])
    return typed.with_columns([typed[name].fill_null(others[name]) for name in unread])


def required(schema: Record) -> list[str]:
    """The fields every record of a table must have."""
    return [name for name, kind in schema.fields.items() if kind.required]


def defaults(schema: Record) -> list[pl.Expr]:
    """What fields not known read as."""
    return [
        pl.col(name).fill_null(pl.lit(kind.load_default))
        for name, kind in schema.fields.items()
        if isinstance(kind.load_default, (str, bool, int))
    ]


def one_by_one(record: Any, schema: Record, home: Home, pointer: str) -> tuple[dict[str, Any], list[Fault]]:
    """The values of one record as marshmallow reads it, or everything that is wrong with it."""
    if record is TOO_DEEP:
        return {}, [Fault(pointer, "too_deep", "The record is nested too deeply.")]
    try:
        values = schema.load(record)
        faults: list[Fault] = []
    except ValidationError as error:
        values = error.valid_data if isinstance(error.valid_data, dict) else {}
        faults = list(worded(error.messages, pointer))
        if not isinstance(record, dict):
            return {}, faults
    named = {fault.pointer for fault in faults}
    resolved, homeless = home.of(values)
    faults += [fault.at(pointer) for fault in homeless if fault.at(pointer).pointer not in named]
    return {**values, **resolved}, sorted(faults, key=lambda fault: fault.pointer)


def worded(messages: Any, pointer: str) -> Iterator[Fault]:
    """The faults of marshmallow's nested messages, each with its JSON Pointer."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from worded(inner, pointer if name == "_schema" else f"{pointer}/{escaped(str(name))}")
    else:
        for wording in messages:
            known = wording if isinstance(wording, Wording) else Wording("invalid", "This value is not understood.")
            yield Fault(pointer, known.code, known.detail)


def escaped(name: str) -> str:
    """A name as one token of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
