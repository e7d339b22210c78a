"""What a marshmallow field reads, as the JSON Schema the document must say of it; and the document made comparable.

Lists whose order means nothing are sets here; descriptions and examples are left aside.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from service.schemas.scalars import (
    CONTROL,
    CURRENCY,
    DECIMAL,
    ID_LENGTH,
    INTEGER,
    SPACES,
    TIMESTAMP,
    Amount,
    Boolean,
    Choice,
    Currency,
    Id,
    Integer,
    Scalar,
    Text,
    Timestamp,
)
from service.schemas.shapes import Link, ListOf, Record, link_shape

Described = dict[str, Any]

SPACE = f"[{SPACES.encode('unicode_escape').decode()}]"
NO_SPACE = SPACE.replace("[", "[^", 1)
PRINTABLE = CONTROL.replace("[", "[^", 1)
INK = PRINTABLE.replace("]", " ]")
ID = f"{INK}(?:{PRINTABLE}{{0,{ID_LENGTH - 2}}}{INK})?"
PATTERNS: dict[type[Scalar], str] = {
    Amount: DECIMAL,
    Currency: CURRENCY,
    Id: ID,
    Integer: INTEGER,
    Timestamp: TIMESTAMP,
}
TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
WORDS = {"description", "examples"}
SETS = {"type", "enum", "required"}


def read_by(kind: fields.Field[Any]) -> Described:
    """The JSON Schema of what a field reads. What is not required may come as null or "", meaning *not known*."""
    match kind:
        case fields.Raw():
            return {}
        case Scalar():
            return scalar(kind)
        case ListOf():
            return {"type": {"array", "string", "null"}, "maxLength": 0, "items": read_by(kind.inner)}
        case fields.Nested():
            return {**of_object(kind.schema), "type": {"object", "string", "null"}, "maxLength": 0}
        case Link():
            blank_or_text = {"type": {"object", "string", "null"}, "pattern": f"^$|{NO_SPACE}"}
            return {**of_object(link_shape()), **blank_or_text}
    raise TypeError(kind)


def of_object(shape: Schema) -> Described:
    """The JSON Schema of the objects a schema reads."""
    by_name = {kind.data_key or name: kind for name, kind in shape.fields.items()}
    said = {
        "type": {"object"},
        "properties": {name: read_by(kind) for name, kind in by_name.items()},
        "required": {name for name, kind in by_name.items() if kind.required},
    }
    for name, needed in shape.needs.items() if isinstance(shape, Record) else ():
        known = {"not": {"enum": ["", None]}}
        said["if"] = {"required": [name], "properties": {name: known}}
        said["then"] = {"required": [needed], "properties": {needed: known}}
    return said


def scalar(kind: Scalar) -> Described:
    """The JSON Schema of a scalar."""
    said: Described = {"type": {TYPES[accepted] for accepted in kind.accepts}}
    match kind:
        case Choice():
            said["enum"] = {*kind.choices}
        case Boolean():
            said["enum"] = {True, False, "true", "false"}
        case Integer():
            said |= {"type": {"integer", "string"}, "minimum": kind.least, "maximum": kind.most}
        case Amount():
            said |= {"type": {"number", "string"}, "minimum": 0}
        case Text() if kind.required:
            said["pattern"] = NO_SPACE
    if pattern := PATTERNS.get(type(kind)):
        margin = f"{SPACE}*" if kind.trimmed else ""
        said["pattern"] = f"^{margin}(?:{pattern}){'' if kind.required else '?'}{margin}$"
    return said if kind.required else {**said, **not_known(kind, said)}


def not_known(kind: Scalar, said: Described) -> Described:
    """What changes where a scalar may be not known: null, "", and its default."""
    also = {"type": said["type"] | {"null"}} | ({"enum": said["enum"] | {"", None}} if "enum" in said else {})
    return also | ({"default": kind.load_default} if isinstance(kind.load_default, str | bool | int) else {})


def said_of(described: Mapping[str, Any], document: Described) -> Described:
    """A schema of the document in the same form."""
    said = {key: value for key, value in resolved(described, document).items() if key not in WORDS}
    for key in SETS & said.keys():
        said[key] = {*said[key]} if isinstance(said[key], list) else {said[key]}
    if "items" in said:
        said["items"] = said_of(said["items"], document)
    if "properties" in said:
        said["properties"] = {name: said_of(inner, document) for name, inner in said["properties"].items()}
        said.setdefault("required", set())
    return said


def resolved(described: Mapping[str, Any], document: Described) -> Described:
    """A part of the document with its reference followed; what stands beside the reference wins."""
    if "$ref" not in described:
        return dict(described)
    target: Any = document
    for key in described["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    return {**resolved(target, document), **{key: value for key, value in described.items() if key != "$ref"}}
