"""The cells of a file: what each says in the place of a JSON value. Lists are cut at `;`, lists of objects are JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isnan
from typing import Any

import msgspec
import polars as pl
from marshmallow import fields
from polars.exceptions import PanicException

from service.intake.plain import plain
from service.intake.tables import TOO_DEEP, Portion, Values, values_at
from service.schemas.records import shape
from service.schemas.scalars import SPACES, Choice, Id, Scalar, Text
from service.schemas.shapes import Link, ListOf

SEPARATOR = ";"
UNUSUAL = r'^$|[ \t\r\n\[{"]|^;|;;|;$'
FAR = (ValueError, OverflowError, PanicException)  # what Polars raises of instants beyond any calendar
ENTRY = Scalar()  # an entry of a list is no list itself


@dataclass(frozen=True, slots=True)
class Cells:
    """The records of a table as columns: of texts, of their own types, or for what is nested of Python's values.

    `read` are those that are read as something else than they came, and `refused` the places of values lost by that.
    """

    table: str
    columns: Mapping[str, Values]
    rows: Sequence[int]
    deepest: int
    read: Mapping[str, Values] = field(default_factory=dict)
    refused: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """How many records there are."""
        return len(self.rows)

    def portions(self) -> Iterator[Portion]:
        """The records, all at once: columns that are read as wholes cost calls and no objects."""
        kinds = shape(self.table).fields
        columns = {name: self._values(kinds[name], values) for name, values in {**self.columns, **self.read}.items()}
        yield Portion(self.table, self.rows, columns, self.own, refused=self.refused)

    def own(self, name: str, places: Sequence[int]) -> Sequence[Any]:
        """What some records say for a field, as JSON would have it."""
        kind = shape(self.table).fields[name]
        try:
            values = values_at(self.columns, name, places)
        except FAR:
            values = [at(self.columns[name], place) for place in places]
        return [value_of(value, kind, self.deepest) for value in values]

    def record(self, place: int) -> dict[str, Any]:
        """One record as JSON would have it."""
        kinds = shape(self.table).fields
        return {name: value_of(at(values, place), kinds[name], self.deepest) for name, values in self.columns.items()}

    def _values(self, kind: fields.Field[Any], values: Values) -> Values:
        """Some values of a column; each different text of what is nested is read once."""
        if isinstance(kind, Scalar):
            return values
        if isinstance(values, pl.Series) and values.dtype == pl.String:
            if isinstance(kind, ListOf) and isinstance(kind.inner, Choice) and not values.str.contains(UNUSUAL).any():
                return values.str.split(SEPARATOR)
            read = {cell: value_of(cell, kind, self.deepest) for cell in values.unique().to_list()}
            return [read[cell] for cell in values.to_list()]
        if of_texts(values):
            return values
        listed = values.to_list() if isinstance(values, pl.Series) else values
        return [value_of(value, kind, self.deepest) for value in listed]


def of_texts(values: Values) -> bool:
    """Whether a column holds lists of texts, which are as JSON would have them."""
    return isinstance(values, pl.Series) and values.dtype == pl.List(pl.String)


def at(values: Values, place: int) -> Any:
    """One value of a column; of an instant beyond any calendar, its number."""
    try:
        return values[place]
    except FAR:
        return str(values.to_physical()[place]) if isinstance(values, pl.Series) else None


def value_of(value: Any, kind: fields.Field[Any], deepest: int) -> Any:
    """A value of a column as JSON would have it."""
    match value:
        case str():
            return cell_value(value, kind, deepest)
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            digits = format(value, "f")
            return digits.rstrip("0").rstrip(".") if "." in digits else digits
        case float():
            whole = isinstance(kind, Id | Text) and value.is_integer()
            return None if isnan(value) else int(value) if whole else value
        case pl.Series() | list():
            return [value_of(entry, ENTRY, deepest) for entry in value]
        case dict():
            return {name: value_of(entry, ENTRY, deepest) for name, entry in value.items()}
    return value


def cell_value(cell: str, kind: fields.Field[Any], deepest: int) -> Any:
    """What a text says for a field."""
    if not cell or isinstance(kind, Scalar):
        return cell
    if cell.lstrip(SPACES)[:1] in ("[", "{"):
        return from_json(cell, deepest)
    if isinstance(kind, ListOf) and isinstance(kind.inner, Scalar | Link):
        return [entry.strip(SPACES) for entry in cell.split(SEPARATOR)]
    return cell


def from_json(cell: str, deepest: int) -> Any:
    """The value of a cell in JSON, or its text where it is none."""
    try:
        return plain(msgspec.json.decode(cell, type=msgspec.Raw), deepest - 1)
    except msgspec.DecodeError:
        return cell
    except RecursionError:
        return TOO_DEEP
