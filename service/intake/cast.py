"""Tables as they were given → typed tables and faults: a portion at a time, then one by one what no column tells."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from marshmallow import ValidationError

from service.core.errors import Fault
from service.core.tables import Column
from service.intake.faults import Faults, Wrong, faults_of, merged, worded
from service.intake.frames import Frame, stacked
from service.intake.home import Home
from service.intake.places import as_column, blank, places
from service.intake.portions import Typist
from service.intake.tables import PORTION, ROW, TOO_DEEP, Given, Portion
from service.schemas.records import shape
from service.schemas.scalars import Reading
from service.schemas.shapes import Record


@dataclass(frozen=True, slots=True)
class Cast:
    """The valid records of one table, typed; what is wrong with the others; fields nobody asked for.

    `foreign` are the positions of records that were set aside.
    """

    table: Frame
    faults: Faults
    unknown: Counter[str]
    foreign: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Portions:
    """What was read of one table so far: typed records, what is wrong with others, and the positions of the rest.

    `again` are those that their columns do not tell the truth of, `odd` those that are in no column, `doubtful` those
    at fault that may be records of somebody else.
    """

    frames: list[Frame] = field(default_factory=list)
    faults: list[Faults] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)


def cast(tables: Mapping[str, Given], home: Home, reading: Reading) -> dict[str, Cast]:
    """Types every record of some tables; `row` stays the position in the caller's table."""
    read = {name: Portions(odd=[*given.odd]) for name, given in tables.items()}
    typist = Typist(home, reading)
    for portions in together(tables):
        for portion, (frame, (faults, again)) in zip(portions, typist.typed(portions), strict=True):
            of_table = read[portion.table]
            of_table.frames.append(frame)
            of_table.faults.append(faults)
            of_table.again.extend(again.tolist())
            of_table.odd.extend(portion.odd)
            foreign = tables[portion.table].foreign
            if foreign and len(faults) and foreign.may_know({*shape(portion.table).fields, *portion.strange}):
                of_table.doubtful.extend(faults.positions.tolist())
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
    if read.frames and not (read.again or read.odd or read.doubtful):
        return Cast(stacked(read.frames), merged(given.table, read.faults), given.unknown)
    schema, unknown = shape(given.table), Counter(given.unknown)
    faults: dict[int, Wrong] = {}
    singles: list[dict[str, Any]] = []
    foreign: list[int] = []
    odd, unread = {*read.odd}, {*read.odd, *read.again}
    for position in sorted(unread.union(read.doubtful)):
        record = given.record(position)
        if given.foreign and given.foreign.knows(record):
            foreign.append(position)
            unknown.subtract(record.keys() - schema.fields.keys() if position not in odd else ())
        elif position in unread:
            if isinstance(record, dict) and position in odd:
                unknown.update(record.keys() - schema.fields.keys())
            values, wrong = one_by_one(record, schema, home)
            if wrong:
                faults[position] = wrong
            else:
                singles.append({**values, ROW: position})
    if singles or not read.frames:
        read.frames.append(frame_of(given.table, singles))
    told = faults_of(given.table, np.array([*faults], dtype=np.int64), [*faults.values()])
    all_faults = merged(given.table, [*read.faults, told]).without(foreign)
    return Cast(stacked(read.frames), all_faults, +unknown, tuple(foreign))


def frame_of(table: str, records: list[dict[str, Any]]) -> Frame:
    """Records as marshmallow reads them, as a frame."""
    columns: dict[str, Column] = {ROW: np.array([record[ROW] for record in records], dtype=np.int64)}
    for place in places(table):
        values = [record.get(place.name) for record in records]
        known = any(value is not None for value in values)
        columns[place.name] = as_column(place, values) if known else blank(place, table, len(records))
    return Frame(columns, len(records))


def one_by_one(record: Any, schema: Record, home: Home) -> tuple[dict[str, Any], Wrong]:
    """The values of one record as marshmallow reads it, or everything that is wrong with it."""
    if record is TOO_DEEP:
        return {}, [Fault("", "too_deep", "The record is nested too deeply.")]
    try:
        values = schema.load(record)
        faults: list[Fault] = []
    except ValidationError as error:
        values = error.valid_data if isinstance(error.valid_data, dict) else {}
        faults = list(worded(error.messages, ""))
        if not isinstance(record, dict):
            return {}, faults
    named = {fault.pointer for fault in faults}
    resolved, homeless = home.of(values)
    return {**values, **resolved}, [*faults, *(fault for fault in homeless if fault.pointer not in named)]
