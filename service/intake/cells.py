"""One cell of a file → the value JSON would have had in its place. Lists are separated by `;`, lists of objects are JSON."""

import json
from typing import Any

from marshmallow import fields

from service.schemas.scalars import SPACES, Scalar
from service.schemas.shapes import Link, ListOf

SEPARATOR = ";"


def value_of(cell: str | None, kind: fields.Field[Any]) -> Any:
    """What a cell says for a field."""
    if not cell or isinstance(kind, Scalar):
        return cell
    if cell.lstrip(SPACES)[:1] in ("[", "{"):
        return from_json(cell)
    if isinstance(kind, ListOf) and isinstance(kind.inner, Scalar | Link):
        return [entry.strip(SPACES) for entry in cell.split(SEPARATOR)]
    return cell


def from_json(cell: str) -> Any:
    """The value of a cell in JSON, or its text where it is none."""
    try:
        return json.loads(cell, parse_constant=str)
    except (ValueError, RecursionError):
        return cell
