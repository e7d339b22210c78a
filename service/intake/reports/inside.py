"""The marketplace's own objects among the records of a table → plain records, each at its own position."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from service.core.known import FORMS
from service.core.mappings import ReportMapping
from service.intake.reports.fields import Locale
from service.intake.reports.merged import Reported, tables_of
from service.intake.reports.recognise import Recognised, mapping_of
from service.intake.reports.records import Records, records_of
from service.intake.reports.tree import Object
from service.intake.tables import ROW, Given
from service.schemas.records import BULK

Found = dict[int, tuple[ReportMapping, Object]]


def without_objects(given: Given, mappings: Sequence[ReportMapping], locale: Locale) -> tuple[Given, list[Records]]:
    """A table with every object that a mapping knows read as a record, and how they were read."""
    own = [mapping for mapping in mappings if mapping.form == "json" and given.table in tables_filled(mapping)]
    found = known_objects(given, own) if own else {}
    if not found:
        return given, []
    read = list(records_inside(found, given.table, locale))
    return in_place(given, tables_of(read)[given.table], found), read


def tables_filled(mapping: ReportMapping) -> list[str]:
    """The tables a mapping fills."""
    return [filling.table for filling in mapping.fillings]


def known_objects(given: Given, mappings: Sequence[ReportMapping]) -> Found:
    """The objects that mappings know, by position. A record that has its id is none of them."""
    key = FORMS[given.table].key
    bulk = given.texts
    idless = [] if bulk is None or key is None else bulk.filter(pl.col(key).is_null())[ROW].to_list()
    objects = ((position, given.record(position)) for position in [*given.odd, *idless])
    met = ((position, mapping_of(one, mappings), one) for position, one in objects)
    return {position: (mapping, one) for position, mapping, one in met if mapping}


def records_inside(found: Found, table: str, locale: Locale) -> Iterator[Records]:
    """The records that some objects make of their own table; `line` is the position of the object."""
    mappings = {mapping.report: mapping for mapping, _ in found.values()}
    for report in sorted(mappings):
        positions = [position for position, (mapping, _) in found.items() if mapping.report == report]
        objects = Recognised(mappings[report], None, [found[position][1] for position in positions])
        for read in records_of(objects, locale):
            if read.filling.table == table:
                places = [positions[line - 1] for line in read.rows["line"]]
                yield read._replace(rows=read.rows.with_columns(line=pl.Series(places, dtype=pl.UInt32)))


def in_place(given: Given, reported: Reported, found: Found) -> Given:
    """The table with records in place of the objects."""
    unknown = given.unknown.copy()
    others = None
    if given.texts is not None:
        others = given.texts.filter(~pl.col(ROW).is_in(list(found)))
        seen = set(given.texts[ROW].to_list()) & found.keys()
        unknown.subtract(name for position in seen for name in found[position][1])
    absent = given.absent | reported.absent
    read = given_of(given.table, reported, reported.rows["line"].to_list())

    def record(position: int) -> Any:
        return read.record(position) if position in found else given.record(position)

    odd = sorted([*(position for position in given.odd if position not in found), *read.odd])
    frames = [frame for frame in (others, read.texts) if frame is not None]
    texts = pl.concat(frames, how="diagonal") if frames else None
    return Given(given.table, texts, odd, record, +unknown, absent)


def behind(given: Given | None, table: str, reported: Reported) -> Given:
    """A table from reports, behind the records the caller gave, where there are such."""
    offset = given.height if given else 0
    read = given_of(table, reported, [offset + place for place in range(reported.rows.height)])
    if given is None:
        return read

    def record(position: int) -> Any:
        return given.record(position) if position < offset else read.record(position)

    frames = [frame for frame in (given.texts, read.texts) if frame is not None]
    texts = pl.concat(frames, how="diagonal") if frames else None
    return Given(table, texts, [*given.odd, *read.odd], record, given.unknown, given.absent | read.absent)


def given_of(table: str, reported: Reported, positions: Sequence[int]) -> Given:
    """A table from reports as every reader gives it, its records at some positions."""
    rows = reported.rows.drop("line")
    places = {position: place for place, position in enumerate(positions)}

    def record(position: int) -> Mapping[str, Any]:
        row = rows.row(places[position], named=True)
        return {name: value for name, value in row.items() if value is not None}

    if table not in BULK:
        return Given(table, None, list(positions), record, Counter(), reported.absent)
    texts = rows.with_columns(pl.Series(ROW, positions, dtype=pl.UInt32))
    return Given(table, texts, [], record, Counter(), reported.absent)
