"""The records of a case → the call a seller's tool would make."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from marshmallow import ValidationError, fields

from service.casebook.cases import Case
from service.core.known import FORMS
from service.core.texts import instant
from service.rulebook.cursor import Cursor
from service.rulebook.yaml_source import json_value
from service.schemas.records import TABLES, shape
from service.schemas.scalars import Timestamp
from service.schemas.shapes import ListOf

AS_OF = "2026-11-22T12:00:00Z"
SELLER = "S"
NUMBER = "{n}"
RELATIVE = re.compile(r"(?P<sign>[+-])(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?|0s|as_of")


class Written(NamedTuple):
    """A record as a case writes it: its fields, and the place of its entry in the file."""

    fields: Mapping[str, Any]
    entry: Cursor


def as_of(case: Case) -> datetime | None:
    """The instant of the question; one that does not exist is a fault."""
    try:
        moment: datetime = Timestamp().deserialize(case.at["as_of"].value or AS_OF)
    except ValidationError:
        case.at["as_of"].fault(f"found {case.at['as_of'].value!r}; expected an instant that exists")
        return None
    return moment


def written(case: Case, moment: datetime) -> dict[str, list[Written]]:
    """The records of a case, table by table; tables that are not covered are not named."""
    absent = case.at["absent"].value or ()
    records = case.at["records"]
    return {table: list(of_table(table, records[table], case, moment)) for table in TABLES if table not in absent}


def of_table(table: str, listed: Cursor, case: Case, moment: datetime) -> Iterator[Written]:
    """The records of one table, with their defaults, ids and instants."""
    key, place = FORMS[table].key, 0
    for entry in listed.entries():
        times = entry["times"].value
        own = {name: value for name, value in entry.value.items() if name != "times"}
        for number in range(1, (times or 1) + 1):
            place += 1
            given = {name: numbered(value, number) if times else value for name, value in own.items()}
            if key:
                named = given.get(key)
                made = (
                    f"{table}-{place}"
                    if named is None
                    else f"{named}-{number}"
                    if times and named == own[key]
                    else named
                )
                given[key] = made
            whole = {**case.defaults.get(table, {}), **given}
            yield Written(dated(whole, shape(table).fields, moment), entry)


def numbered(value: Any, number: int) -> Any:
    """A value of a repeated record, with its number where it asks for it."""
    if isinstance(value, list):
        return [numbered(inner, number) for inner in value]
    return value.replace(NUMBER, str(number)) if isinstance(value, str) else value


def dated(given: Mapping[str, Any], kinds: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    """An object with its relative instants as instants of the wire."""
    named = {kind.data_key or name: kind for name, kind in kinds.items()}
    return {name: as_wire(value, named.get(name), moment) for name, value in given.items()}


def as_wire(value: Any, kind: fields.Field[Any] | None, moment: datetime) -> Any:
    """A value as the wire has it."""
    if isinstance(value, list) and isinstance(kind, ListOf):
        return [as_wire(entry, kind.inner, moment) for entry in value]
    if isinstance(value, dict) and isinstance(kind, fields.Nested):
        return dated(value, kind.schema.fields, moment)
    return absolute(value, moment) if isinstance(kind, Timestamp) else json_value(value)


def absolute(value: Any, moment: datetime) -> Any:
    """A relative instant as the wire has it; anything else as it is.

    >>> absolute("-49h30m", datetime.fromisoformat("2026-11-22T12:00:00Z"))
    '2026-11-20T10:30:00Z'
    """
    found = RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    days, hours, minutes, seconds = (int(found[place] or 0) for place in range(2, 6))
    apart = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return instant(moment - apart if found["sign"] == "-" else moment + apart)
