"""Portions of tables → typed frames, and which of their records must be looked at again.

The values of all columns of one type are piled up and made into one series, of which each column is a slice: so a call
of few records in many tables costs little more than one table of as many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import polars as pl

from service.core.tables import INSTANT
from service.intake.columns import AMOUNT, by_meaning
from service.intake.home import Home
from service.intake.instants import instants
from service.intake.places import Place, alike, blank, places
from service.intake.series import home_series, read_series
from service.intake.tables import PORTION, ROW, Portion, Values
from service.intake.texts import REFUSED, Column
from service.schemas.records import shape
from service.schemas.scalars import ID_LENGTH, Id, Reading

Frame = tuple[pl.DataFrame, list[int]]


@dataclass(slots=True)
class Unit:
    """One portion on its way: its frame, and the places in it that are refused so far."""

    portion: Portion
    height: int
    frame: pl.DataFrame
    refused: set[int] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    def put(self, place: Place, series: pl.Series) -> None:
        """Sets a column."""
        self.frame.replace_column(place.column, series)
        self.given.add(place.name)
        if place.required and series.null_count():
            self.refuse(series.is_null())

    def refuse(self, wrong: pl.Series) -> None:
        """Refuses the records where a column of truths holds."""
        self.refused.update(wrong.arg_true())


@dataclass(slots=True)
class Pile:
    """The values of all columns of one type, and whose they are."""

    type: pl.DataType
    values: list[Any] = field(default_factory=list)
    owners: list[tuple[Unit, Place, int]] = field(default_factory=list)

    def add(self, unit: Unit, place: Place, values: Sequence[Any]) -> None:
        """Adds a column."""
        self.owners.append((unit, place, len(self.values)))
        self.values.extend(values)

    def give(self, series: pl.Series, refused: Sequence[int] = ()) -> None:
        """Gives every owner its part of what the values have become."""
        for unit, place, start in self.owners:
            part = series.slice(start, unit.height).alias(place.name)
            unit.put(place, part)
            unit.refused.update([found - start for found in refused if 0 <= found - start < unit.height])


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
        units = []
        for portion in portions:
            height = len(portion.rows)
            units.append(Unit(portion, height, blank(portion.table, height)))
        piles: dict[str, Pile] = {}
        for unit in units:
            columns = unit.portion.columns
            for place in places(unit.portion.table):
                values = columns.get(place.name)
                if values is None or not has_any(values):
                    self._leave(unit, place)
                else:
                    self._take(unit, place, values, piles)
        if nested := [pile for pile in piles.values() if pile.type.is_nested()]:
            give_nested(nested)
        for pile in piles.values():
            self._give(pile)
        return [finished(unit) for unit in units]

    def _leave(self, unit: Unit, place: Place) -> None:
        """Leaves a column as nothing is known of it: the batch's own seller and marketplace, else what stands there."""
        if place.name in self._constants:
            unit.put(place, alike(self._constants[place.name], unit.height))
        elif place.required:
            unit.refused.update(range(unit.height))

    def _take(self, unit: Unit, place: Place, values: Values, piles: dict[str, Pile]) -> None:
        """Reads a column and puts it on its pile."""
        if isinstance(values, pl.Series):
            if (read := self._whole(place, values)) is not None:
                unit.put(place, read)
                return
            if isinstance(place.kind, Id) and values.dtype == pl.String:
                unit.refuse(values.str.len_chars() > ID_LENGTH)  # a decoder of JSON has seen to that
            values = values.to_list()
        column = place.read(values, self._reading)
        if place.name in self._constants:
            column = self._at_home(place.name, column)
        if column.refused:
            unit.refused.update(column.refused)
        if place.pile not in piles:
            piles[place.pile] = Pile(place.type)
        piles[place.pile].add(unit, place, column.values)

    def _whole(self, place: Place, column: pl.Series) -> pl.Series | None:
        """A column read as a whole, as long as nothing in it must be looked at by itself."""
        read = read_series(place.kind, column, self._reading)
        if read is not None and place.name in self._constants:
            read = home_series(
                read, self._home.domains if place.name == "marketplace" else None, self._defaults[place.name]
            )
        return read if read is None else read.alias(place.name)

    def _at_home(self, name: str, column: Column) -> Column:
        """The sellers or the marketplaces of records, the batch's own where a record names none."""
        default = self._defaults[name]
        if name == "marketplace":
            domains = self._home.domains
            found = by_meaning(column.values, lambda value: domains.get(value, REFUSED) if value else default)
            return Column(found.values, {*column.refused, *found.refused})
        return Column([default if value is None else value for value in column.values], column.refused)

    def _give(self, pile: Pile) -> None:
        """Makes a pile of plain values into one series, and gives its owners their parts."""
        if pile.type == INSTANT:
            pile.give(*instants(pile.values, self._reading))
        elif pile.type == AMOUNT:
            pile.give(pl.Series(values=pile.values, dtype=pl.String).cast(AMOUNT))
        elif not pile.type.is_nested():
            pile.give(pl.Series(values=pile.values, dtype=pile.type))


def has_any(values: Values) -> bool:
    """Whether a column has any value."""
    if isinstance(values, pl.Series):
        return values.null_count() < len(values)
    return any(values) or values.count(None) < len(values)


def give_nested(piles: Sequence[Pile]) -> None:
    """Makes piles of lists and objects into series, all in one frame; what is one and the same object is made once."""
    different = [dict(zip(map(id, pile.values), pile.values, strict=True)) for pile in piles]
    names = [str(place) for place in range(len(piles))]
    rows = [dict(zip(names, row, strict=True)) for row in zip_longest(*[found.values() for found in different])]
    frame = pl.DataFrame(rows, schema={name: pile.type for name, pile in zip(names, piles, strict=True)})
    for pile, found, series in zip(piles, different, frame, strict=True):
        if len(found) == len(pile.values):
            pile.give(series)
        else:
            codes = dict(zip(found, range(len(found)), strict=True))
            pile.give(series[list(map(codes.__getitem__, map(id, pile.values)))])


def finished(unit: Unit) -> Frame:
    """The records of a portion that are not refused, and the positions of those that are."""
    table, rows = unit.portion.table, unit.portion.rows
    if rows != range(unit.height):
        unit.frame.replace_column(0, pl.Series(ROW, rows, dtype=pl.UInt32))
    for name, needed in shape(table).needs.items():
        if name in unit.given and unit.frame[needed].null_count():
            unit.refuse(unit.frame[name].is_not_null() & unit.frame[needed].is_null())
    if not unit.refused:
        return unit.frame, []
    kept = pl.Series(values=[place not in unit.refused for place in range(unit.height)], dtype=pl.Boolean)
    return unit.frame.filter(kept), [rows[place] for place in sorted(unit.refused)]
