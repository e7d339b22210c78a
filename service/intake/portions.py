"""Portions of tables → typed frames, and which of their records must be looked at again.

The values of all columns of one type are piled up and made into one series, of which each column is a slice: so a call
of few records in many tables costs no more than one table of as many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import polars as pl
from marshmallow import fields

from service.core.tables import INSTANT
from service.intake.columns import AMOUNT, by_meaning, column_types, default_of, read_column
from service.intake.home import Home
from service.intake.instants import instants
from service.intake.tables import PORTION, ROW, Portion
from service.intake.texts import REFUSED, Column
from service.schemas.records import shape
from service.schemas.scalars import Amount, Integer, Reading
from service.schemas.shapes import ListOf

Frame = tuple[pl.DataFrame, list[int]]


class Place(NamedTuple):
    """Where a field's column stands in the frame of its table, and what it holds."""

    index: int
    name: str
    kind: fields.Field[Any]
    type: pl.DataType
    required: bool


@cache
def places(table: str) -> dict[str, Place]:
    """Per field of a table, the place of its column."""
    types = column_types(table)
    return {
        name: Place(index, name, kind, types[name], kind.required or name in Home.fields)
        for index, (name, kind) in enumerate(shape(table).fields.items(), 1)
    }


@cache
def blank_portion(table: str) -> pl.DataFrame:
    """A full portion of a table of which nothing is known."""
    absent = [
        pl.Series(place.name, [default_of(place.kind)], dtype=place.type).new_from_index(0, PORTION)
        if place.type != pl.Object
        else pl.Series(place.name, [None] * PORTION, dtype=pl.Object)
        for place in places(table).values()
    ]
    return pl.DataFrame([pl.Series(ROW, range(PORTION), dtype=pl.UInt32), *absent])


def blank(table: str, height: int) -> pl.DataFrame:
    """Some records of a table of which nothing is known; at most a portion."""
    return blank_portion(table).slice(0, height)


@dataclass(slots=True)
class Unit:
    """One portion on its way: its frame, and the places in it that are refused so far."""

    portion: Portion
    frame: pl.DataFrame
    refused: set[int] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    def put(self, place: Place, series: pl.Series) -> None:
        """Sets a column."""
        self.frame.replace_column(place.index, series)
        self.given.add(place.name)
        if place.required and series.null_count():
            self.refuse(series.is_null())

    def refuse(self, wrong: pl.Series) -> None:
        """Refuses the records where a column of truths holds."""
        self.refused.update(wrong.arg_true())


@dataclass(slots=True)
class Pile:
    """The values of all columns of one type, and whose they are."""

    values: list[Any] = field(default_factory=list)
    owners: list[tuple[Unit, Place, int]] = field(default_factory=list)

    def add(self, unit: Unit, place: Place, values: Sequence[Any]) -> None:
        """Adds a column."""
        self.owners.append((unit, place, len(self.values)))
        self.values.extend(values)


class Typist:
    """Types portions for one call."""

    def __init__(self, home: Home, reading: Reading) -> None:
        self._home, self._reading = home, reading
        self._defaults = home.defaults()
        self._constants = {
            name: pl.Series(name, [default], dtype=pl.String).new_from_index(0, PORTION)
            for name, default in self._defaults.items()
        }

    def typed(self, portions: Iterable[Portion]) -> list[Frame]:
        """The typed records of some portions, each with the positions of records that are refused."""
        units = [Unit(portion, blank(portion.table, len(portion.rows))) for portion in portions]
        piles: dict[pl.DataType, Pile] = {}
        for unit in units:
            for name, place in places(unit.portion.table).items():
                self._take(unit, place, unit.portion.columns.get(name, ()), piles)
        for kind, pile in piles.items():
            self._unpile(kind, pile)
        return [finished(unit) for unit in units]

    def _take(self, unit: Unit, place: Place, values: Any, piles: dict[pl.DataType, Pile]) -> None:
        """Puts a column in its place, or on its pile."""
        if isinstance(values, pl.Series):
            if values.dtype == place.type and place.type != pl.String:
                unit.put(place, within(place, values, unit))
                return
            values = values.to_list()
        if not any(values) and (not len(values) or values.count(None) == len(values)):
            if place.name in self._constants:
                unit.put(place, self._constants[place.name].slice(0, unit.frame.height))
            elif place.required:
                unit.refused.update(range(unit.frame.height))
            return
        column = self._read(place, values)
        unit.refused.update(column.refused)
        if place.type.is_nested() or place.type == pl.Object:
            unit.put(place, nested(place, column.values))
        else:
            kind = pl.String() if isinstance(place.type, pl.Enum) else place.type
            piles.setdefault(kind, Pile()).add(unit, place, column.values)

    def _read(self, place: Place, values: Sequence[Any]) -> Column:
        """What the values of a column mean."""
        column = read_column(place.kind, values, self._reading)
        default = self._defaults.get(place.name)
        if place.name == "marketplace":
            domains = {None: default, **self._home.domains}
            found = by_meaning(column.values, lambda name: domains.get(name, REFUSED))
            return Column(found.values, {*column.refused, *found.refused})
        if default is not None:
            return Column([default if value is None else value for value in column.values], column.refused)
        return column

    def _unpile(self, kind: pl.DataType, pile: Pile) -> None:
        """Makes a pile into one series, and puts its slices in their places."""
        if kind == INSTANT:
            series, refused = instants(pile.values, self._reading)
        else:
            series, refused = pl.Series(values=pile.values, dtype=pl.String if kind == AMOUNT else kind), []
        series = series.cast(AMOUNT) if kind == AMOUNT else series
        for unit, place, start in pile.owners:
            part = series.slice(start, unit.frame.height).alias(place.name)
            unit.put(place, part.cast(place.type) if isinstance(place.type, pl.Enum) else part)
            if refused:
                unit.refused.update(found - start for found in refused if start <= found < start + unit.frame.height)


def within(place: Place, values: pl.Series, unit: Unit) -> pl.Series:
    """A column that came in its own type; records where it is out of range are refused."""
    kind, default = place.kind, default_of(place.kind)
    if isinstance(kind, ListOf):
        return values.list.drop_nulls()
    if isinstance(kind, Integer):
        unit.refuse(~values.is_between(kind.least, kind.most))
    if isinstance(kind, Amount):
        unit.refuse(values < 0)
    return values if default is None else values.fill_null(default)


def nested(place: Place, values: Sequence[Any]) -> pl.Series:
    """A column of lists and objects."""
    if place.type == pl.Object:
        return pl.Series(place.name, values, dtype=pl.Object)
    different = {repr(value): value for value in values}
    rows = [{place.name: value} for value in different.values()]
    codes = {key: code for code, key in enumerate(different)}
    return pl.DataFrame(rows, schema={place.name: place.type}).to_series().gather([codes[repr(v)] for v in values])


def finished(unit: Unit) -> Frame:
    """The records of a portion that are not refused, and the positions of those that are."""
    table, rows = unit.portion.table, unit.portion.rows
    if rows != range(unit.frame.height):
        unit.frame.replace_column(0, pl.Series(ROW, rows, dtype=pl.UInt32))
    for name, needed in shape(table).needs.items():
        if name in unit.given and unit.frame[needed].null_count():
            unit.refuse(unit.frame[name].is_not_null() & unit.frame[needed].is_null())
    if not unit.refused:
        return unit.frame, []
    kept = pl.Series(values=[place not in unit.refused for place in range(unit.frame.height)], dtype=pl.Boolean)
    return unit.frame.filter(kept), [rows[place] for place in sorted(unit.refused)]
