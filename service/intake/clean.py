"""Lists and objects that mean what they say: nothing to trim, to drop, to convert or to refuse anywhere inside.

Most do, and all of a column are looked at together; whatever does not is read by marshmallow.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from marshmallow import fields

from service.intake.texts import texts
from service.schemas.scalars import Choice, Text, reading
from service.schemas.shapes import ListOf


def says_what_it_means(kind: fields.Field[Any], values: Sequence[Any]) -> bool:
    """Whether a field reads every one of some values as what it already is."""
    match kind:
        case Choice():
            return all_are(str, values) and set(values) <= set(kind.choices)
        case Text():
            return all_are(str, values) and texts(values, reading().longest_text) == (values, ())
        case ListOf():
            return all_are(list, values) and says_what_it_means(kind.inner, list(chain.from_iterable(values)))
        case fields.Nested():
            return all_are(dict, values) and have_what_they_need(kind.schema.fields, values)
    return False


def all_are(form: type, values: Sequence[Any]) -> bool:
    """Whether all values have one type."""
    return set(map(type, values)) <= {form}


def have_what_they_need(shape: dict[str, fields.Field[Any]], objects: Sequence[dict[str, Any]]) -> bool:
    """Whether objects have no other fields than those of a shape, all it requires, and each of these means itself."""
    if not set(chain.from_iterable(objects)) <= shape.keys():
        return False
    for name, kind in shape.items():
        column = [found[name] for found in objects if name in found]
        if (kind.required and len(column) < len(objects)) or not says_what_it_means(kind, column):
            return False
    return True
