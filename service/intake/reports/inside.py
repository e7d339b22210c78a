"""Records from reports as every reader gives them, and the marketplace's own objects among a caller's records."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import polars as pl

from service.core.mappings import ReportMapping
from service.intake.reports.fields import Locale
from service.intake.reports.merged import Reported
from service.intake.reports.recognise import Recognised, mapping_of
from service.intake.reports.records import Records, records_of
from service.intake.reports.tree import names_of
from service.intake.tables import ROW, Given, Place, Portion


@dataclass(frozen=True, slots=True)
class Behind:
    """A table that is read before another one."""

    first: Given
    second: Given

    @property
    def height(self) -> int:
        """How many records there are."""
        return sum(0 if one.texts is None else one.texts.height for one in (self.first, self.second))

    def portions(self) -> Iterator[Portion]:
        """The records of both."""
        yield from self.first.portions()
        yield from self.second.portions()


def behind(given: Given | None, table: str, reported: Reported) -> Given:
    """A table from reports, behind the records the caller gave, where there are such."""
    offset = given.height if given else 0
    read = given_of(table, reported, range(offset, offset + reported.rows.height))
    if given is None:
        return read

    def record(position: int) -> Any:
        return given.record(position) if position < offset else read.record(position)

    def locate(asked: Collection[int]) -> Mapping[int, Place]:
        own = [position for position in asked if position < offset]
        return {**given.locate(own), **read.locate([position for position in asked if position >= offset])}

    def column(position: int, field: str) -> str:
        return (given if position < offset else read).column(position, field)

    return replace(
        given,
        texts=Behind(given, read),
        record=record,
        absent=given.absent | read.absent,
        locate=locate,
        column=column,
    )


def given_of(table: str, reported: Reported, positions: Sequence[int]) -> Given:
    """A table from reports as every reader gives it, its records at some positions."""
    rows = reported.rows.drop("line", "part", "newest")
    places = {position: place for place, position in enumerate(positions)}
    lines, parts = reported.rows["line"], reported.rows["part"]

    def record(position: int) -> Mapping[str, Any]:
        row = rows.row(places[position], named=True)
        return {name: value for name, value in row.items() if value is not None}

    def told_by(position: int) -> Records:
        told: Records = reported.several[int(parts[places[position]])]
        return told

    def locate(asked: Collection[int]) -> Mapping[int, Place]:
        return {position: told_by(position).place(lines[places[position]]) for position in asked}

    return Given(
        table,
        rows.with_columns(pl.Series(ROW, positions, dtype=pl.UInt32)),
        [],
        record,
        absent=reported.absent,
        locate=locate,
        column=lambda position, field: told_by(position).column(field),
    )


class Objects(NamedTuple):
    """What knows the marketplace's own objects."""

    mappings: Sequence[ReportMapping]

    def knows(self, record: Any) -> bool:
        """Whether a record is such an object."""
        return mapping_of(record, self.mappings) is not None

    def may_know(self, names: Collection[str]) -> bool:
        """Whether a record could be that has no other fields than these."""
        plain_names = names_of(dict.fromkeys(names))
        return any(mapping.signs.may_fit(plain_names) for mapping in self.mappings)


def watched(given: Given, mappings: Sequence[ReportMapping]) -> Given:
    """A table whose records may be objects of the marketplace: those are set aside when they are met."""
    own = own_mappings(given.table, mappings)
    return replace(given, foreign=Objects(own)) if own else given


def own_mappings(table: str, mappings: Sequence[ReportMapping]) -> list[ReportMapping]:
    """The mappings of objects that fill a table."""
    return [
        mapping
        for mapping in mappings
        if mapping.form == "json" and any(filling.table == table for filling in mapping.fillings)
    ]


def records_inside(
    given: Given, positions: Sequence[int], mappings: Sequence[ReportMapping], locale: Locale
) -> Iterator[Records]:
    """The records that the objects at some positions make of their own table; `line` is the position."""
    met: dict[str, tuple[ReportMapping, list[int]]] = {}
    for position in positions:
        mapping = mapping_of(given.record(position), own_mappings(given.table, mappings))
        if mapping:
            met.setdefault(mapping.report, (mapping, []))[1].append(position)
    for mapping, places in met.values():
        objects = Recognised(mapping, None, [given.record(position) for position in places])
        for read in records_of(objects, locale):
            if read.filling.table == given.table:
                lines = pl.Series([places[line - 1] for line in read.rows["line"]], dtype=pl.UInt32)
                yield read._replace(rows=read.rows.with_columns(line=lines))
