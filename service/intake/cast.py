"""Tables as they were given → typed tables and faults: a portion at a time, then one by one whatever that refused."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from marshmallow import ValidationError, missing

from service.core.errors import Fault
from service.core.tables import Column
from service.intake.frames import Frame, stacked
from service.intake.home import Home
from service.intake.places import as_column, blank, places
from service.intake.portions import WHOLE_RECORD, Refused, Typist
from service.intake.tables import PORTION, ROW, TOO_DEEP, Given, Portion
from service.schemas.records import shape
from service.schemas.scalars import Reading, Wording
from service.schemas.shapes import Record, is_blank


@dataclass(frozen=True, slots=True)
class Cast:
    """The valid records of one table, typed; what is wrong with the others; fields nobody asked for.

    `foreign` are the positions of records that were set aside.
    """

    table: Frame
    faults: dict[int, list[Fault]]
    unknown: Counter[str]
    foreign: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Portions:
    """What was read of one table so far: typed records, and the positions of those refused (for what) or odd."""

    frames: list[Frame] = field(default_factory=list)
    refused: Refused = field(default_factory=dict)
    odd: list[int] = field(default_factory=list)


def cast(tables: Mapping[str, Given], home: Home, reading: Reading) -> dict[str, Cast]:
    """Types every record of some tables; `row` stays the position in the caller's table."""
    read = {name: Portions(odd=[*given.odd]) for name, given in tables.items()}
    typist = Typist(home, reading)
    for portions in together(tables):
        for portion, (frame, refused) in zip(portions, typist.typed(portions), strict=True):
            of_table = read[portion.table]
            of_table.frames.append(frame)
            of_table.refused.update(refused)
            of_table.odd.extend(portion.odd)
    return {name: with_singles(given, read[name], home) for name, given in tables.items()}


def together(tables: Mapping[str, Given]) -> Iterator[list[Portion]]:
    """The portions of all tables, as many at a time as make no more than one full portion."""
    waiting: list[Portion] = []
    for given in tables.values():
        for portion in given.portions():
            if waiting and sum(len(other.rows) for other in waiting) + len(portion.rows) > PORTION:
                yield waiting
                waiting = []
            waiting.append(portion)
    if waiting:
        yield waiting


def with_singles(given: Given, read: Portions, home: Home) -> Cast:
    """A table with the records that could only be read one by one, and all its faults."""
    if not read.odd and not read.refused and read.frames:
        return Cast(stacked(read.frames), {}, given.unknown)
    schema = shape(given.table)
    faults: dict[int, list[Fault]] = {}
    singles: list[dict[str, Any]] = []
    unknown = Counter(given.unknown)
    foreign: list[int] = []
    for position in sorted([*read.odd, *read.refused]):
        record, pointer = given.record(position), f"/{given.table}/{position}"
        if given.foreign and given.foreign(record):
            foreign.append(position)
            unknown.subtract(record.keys() - schema.fields.keys() if position in read.refused else ())
            continue
        if isinstance(record, dict) and position not in read.refused:
            unknown.update(record.keys() - schema.fields.keys())
        if wrong := wrong_fields(record, read.refused.get(position, {WHOLE_RECORD}), schema, pointer):
            faults[position] = wrong
            continue
        values, wrong = one_by_one(record, schema, home, pointer)
        if wrong:
            faults[position] = wrong
        else:
            singles.append({**values, ROW: position})
    if singles or not read.frames:
        read.frames.append(frame_of(given.table, singles))
    return Cast(stacked(read.frames), faults, +unknown, tuple(foreign))


def frame_of(table: str, records: list[dict[str, Any]]) -> Frame:
    """Records as marshmallow reads them, as a frame."""
    columns: dict[str, Column] = {ROW: np.array([record[ROW] for record in records], dtype=np.int64)}
    for place in places(table):
        values = [record.get(place.name) for record in records]
        known = any(value is not None for value in values)
        columns[place.name] = as_column(place, values) if known else blank(place, table, len(records))
    return Frame(columns, len(records))


def wrong_fields(record: Any, names: set[str], schema: Record, pointer: str) -> list[Fault]:
    """What is wrong with some fields of a record all else of which was read; nothing unless something is with each."""
    faults: list[Fault] = []
    if not isinstance(record, dict) or not names.isdisjoint((WHOLE_RECORD, *Home.fields)):
        return faults
    for name in names:
        kind, value = schema.fields[name], record.get(name)
        try:
            kind.deserialize(missing if is_blank(value, kind) else value)
        except ValidationError as error:
            faults += worded(error.messages, f"{pointer}/{escaped(name)}")
        else:
            return []
    return sorted(faults, key=lambda fault: fault.pointer)


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
