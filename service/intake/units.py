"""One portion on its way: its columns, what is refused of them, and what is wrong with the records that are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np
import polars as pl

from service.core.errors import Fault
from service.core.tables import Column, Numbers
from service.intake.faults import NONE, Faults, escaped, faults_of, merged, wrong_with
from service.intake.frames import Frame, gaps, numbers, where_not
from service.intake.home import Home
from service.intake.places import Place, blank, places
from service.intake.tables import PORTION, ROW, Portion
from service.schemas.records import shape
from service.schemas.shapes import needs


class Refused(NamedTuple):
    """What is wrong with records of a portion, and the positions of those that must be read one by one to tell."""

    faults: Faults
    again: Numbers


class Typed(NamedTuple):
    """The records of a portion that were read, and what became of the others."""

    frame: Frame
    refused: Refused


@dataclass(slots=True)
class Unit:
    """One portion on its way: its columns, and per field the places that are refused so far for it."""

    portion: Portion
    height: int
    columns: dict[str, Column] = field(default_factory=dict)
    refused: dict[str, list[Numbers]] = field(default_factory=dict)

    @property
    def positions(self) -> Numbers:
        """The positions of its records in the caller's table."""
        return numbers(self.columns[ROW])

    def put(self, place: Place, column: Column) -> None:
        """Sets a column."""
        self.columns[place.name] = column
        if place.required and (not isinstance(column, pl.Series) or column.has_nulls()):
            self.refuse(place.name, np.flatnonzero(gaps(column)))

    def refuse(self, name: str, wrong: Collection[int] | Numbers) -> None:
        """Refuses the records at some places for a field."""
        if len(wrong):
            self.refused.setdefault(name, []).append(np.fromiter(wrong, dtype=np.int64, count=len(wrong)))

    def refused_for(self, name: str) -> Numbers:
        """The places that are refused for a field."""
        given = self.refused.get(name)
        return np.unique(np.concatenate(given)) if given else NONE


def finished(unit: Unit, home: Home) -> Typed:
    """The records of a portion that are not refused, and what is wrong with those that are."""
    table, rows, columns = unit.portion.table, unit.portion.rows, unit.columns
    given = [name for name in shape(table).needs if name in columns]
    for place in places(table):
        if place.name not in columns:
            columns[place.name] = blank(place, table, unit.height)
    columns[ROW] = np.array(rows, dtype=np.int64) if rows != range(unit.height) else np.arange(unit.height)
    frame = Frame(columns, unit.height)
    misreadings = chain.from_iterable(misread(unit, name, home) for name in unit.refused)
    refused = together(table, [*misreadings, *(alone(unit, name) for name in given)])
    positions = np.concatenate([refused.faults.positions, refused.again])
    return Typed(where_not(positions, frame) if len(positions) else frame, refused)


def together(table: str, several: Sequence[Refused]) -> Refused:
    """All that several tell; of a record that must be read again, nothing that was told before."""
    if not several:
        return Refused(Faults(table), NONE)
    again = [each.again for each in several if len(each.again)]
    singly = np.unique(np.concatenate(again)) if again else NONE
    return Refused(merged(table, (each.faults for each in several)).without(singly), singly)


def misread(unit: Unit, name: str, home: Home) -> Iterator[Refused]:
    """What is wrong with the values that are refused for a field, some at a time."""
    table, refused = unit.portion.table, unit.refused_for(name)
    kind = shape(table).fields[name]
    for start in range(0, len(refused), PORTION):
        some = refused[start : start + PORTION]
        wrong = wrong_with(name, kind, home, unit.portion.own(name, some.tolist()))
        positions = unit.positions[some]
        yield Refused(faults_of(table, positions, wrong), positions[[not each for each in wrong]])


def alone(unit: Unit, name: str) -> Refused:
    """What is wrong where a field stands without the one it needs; what is said for that may be wrong itself."""
    needed = shape(unit.portion.table).needs[name]
    lacking = gaps(unit.columns[needed]) & ~gaps(unit.columns[name])
    lacking[unit.refused_for(needed)] = False
    kind = Fault(f"/{escaped(needed)}", *needs(name, needed))
    positions = unit.positions[lacking]
    return Refused(Faults(unit.portion.table, [kind], positions, np.zeros_like(positions)), NONE)
