"""Portions of tables → frames, and what is wrong with the records that are in none.

The values of all columns of one type are piled up and made into one column, of which each column is a slice: so a call
of few records in many tables costs little more than one table of as many.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from service.core.tables import INSTANT, Column, Numbers
from service.intake.columns import AMOUNT
from service.intake.frames import part
from service.intake.home import Home
from service.intake.instants import instants
from service.intake.meanings import by_meaning
from service.intake.places import Place, places
from service.intake.series import home_series, read_series
from service.intake.tables import Portion, Values
from service.intake.texts import REFUSED
from service.intake.texts import Column as Found
from service.intake.units import Typed, Unit, finished
from service.schemas.scalars import ID_LENGTH, Id, Reading


@dataclass(slots=True)
class Pile:
    """The values of all columns of one type, and whose they are."""

    place: Place
    values: list[Any] = field(default_factory=list)
    owners: list[tuple[Unit, Place, int]] = field(default_factory=list)

    def add(self, unit: Unit, place: Place, values: Sequence[Any]) -> None:
        """Adds a column."""
        self.owners.append((unit, place, len(self.values)))
        self.values.extend(values)

    def read(self, read: Callable[[Place, Sequence[Any]], Found]) -> None:
        """Reads the values owner by owner."""
        for unit, place, start in self.owners:
            column = read(place, self.values[start : start + unit.height])
            self.values[start : start + unit.height] = column.values
            unit.refuse(place.name, column.refused)

    def give(self, column: Column, refused: Numbers | None = None) -> None:
        """Gives every owner its part of what the values have become, and of what is refused of them, in order."""
        for unit, place, start in self.owners:
            unit.put(place, part(column, start, unit.height))
            if refused is not None:
                first, end = np.searchsorted(refused, (start, start + unit.height))
                unit.refuse(place.name, refused[first:end] - start)


class Typist:
    """Types portions for one call."""

    def __init__(self, home: Home, reading: Reading) -> None:
        self._home, self._reading = home, reading
        self._defaults = home.defaults()
        self._constants = {
            name: pl.Series([default], dtype=pl.String)
            for name, default in self._defaults.items()
            if default is not None
        }

    def typed(self, portions: Iterable[Portion]) -> list[Typed]:
        """The typed records of some portions, and what is wrong with the others."""
        units = [Unit(portion, len(portion.rows)) for portion in portions]
        piles: dict[str, Pile] = {}
        for unit in units:
            for name, wrong in unit.portion.refused.items():
                unit.refuse(name, wrong)
            columns = unit.portion.columns
            for place in places(unit.portion.table):
                values = columns.get(place.name)
                if values is not None and has_any(values):
                    self._take(unit, place, values, piles)
                elif place.required:
                    self._leave(unit, place)
        for pile in piles.values():
            self._give(pile)
        return [finished(unit, self._home) for unit in units]

    def _leave(self, unit: Unit, place: Place) -> None:
        """Leaves a column as nothing is known of it: the batch's own seller and marketplace, else what stands there."""
        if place.name in self._constants:
            unit.columns[place.name] = self._constants[place.name].new_from_index(0, unit.height)
        else:
            unit.refuse(place.name, range(unit.height))

    def _take(self, unit: Unit, place: Place, values: Values, piles: dict[str, Pile]) -> None:
        """Puts a column on its pile, read unless a glance at the whole pile may spare that."""
        if isinstance(values, pl.Series):
            if (read := self._whole(place, values)) is not None:
                unit.put(place, read)
                return
            if isinstance(place.kind, Id) and values.dtype == pl.String:
                long = values.str.len_chars().fill_null(0).to_numpy() > ID_LENGTH  # a decoder of JSON sees to that
                unit.refuse(place.name, np.flatnonzero(long))
            values = values.to_list()
        if not place.glance:
            column = self._read(place, values)
            values = column.values
            unit.refuse(place.name, column.refused)
        elif default := self._defaults.get(place.name):
            values = filled(values, default)
        if place.pile not in piles:
            piles[place.pile] = Pile(place)
        piles[place.pile].add(unit, place, values)

    def _whole(self, place: Place, column: pl.Series) -> Column | None:
        """A column read as a whole, as long as nothing in it must be looked at by itself."""
        read = read_series(place.kind, column, self._reading)
        if isinstance(read, pl.Series) and place.name in self._defaults:
            domains = self._home.domains if place.name == "marketplace" else None
            return home_series(read, domains, self._defaults[place.name])
        return read

    def _read(self, place: Place, values: Sequence[Any]) -> Found:
        """Reads the values of a column; the batch's own seller or marketplace where a record names none."""
        column = place.read(values, self._reading)
        if place.name == "marketplace":
            domains, default = self._home.domains, self._defaults[place.name]
            found = by_meaning(column.values, lambda value: domains.get(value, REFUSED) if value else default)
            return Found(found.values, {*column.refused, *found.refused})
        if default := self._defaults.get(place.name):
            return Found(filled(column.values, default), column.refused)
        return column

    def _give(self, pile: Pile) -> None:
        """Makes a pile of plain values into one column, and gives its owners their parts."""
        if (glance := pile.place.glance) and not glance(pile.values, self._reading):
            pile.read(self._read)
        if pile.place.type == INSTANT:
            pile.give(*instants(pile.values, self._reading))
        elif pile.place.number:
            pile.give(np.fromiter(pile.values, dtype=pile.place.number, count=len(pile.values)))
        elif pile.place.type == AMOUNT:
            pile.give(pl.Series(values=pile.values, dtype=pl.String).cast(AMOUNT))
        else:
            pile.give(pl.Series(values=pile.values, dtype=pl.String))


def filled(values: Sequence[Any], default: str) -> Sequence[Any]:
    """Values with a default where nobody knows one."""
    return [default if value is None else value for value in values] if None in values else values


def has_any(values: Values) -> bool:
    """Whether a column has any value."""
    if isinstance(values, pl.Series):
        return values.null_count() < len(values)
    return any(values) or values.count(None) < len(values)
