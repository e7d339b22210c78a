"""The records of a case → records of the wire: repeated, named, with their defaults and with instants of their own."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from marshmallow import fields

from service.casebook.cases import Case
from service.core.known import FORMS
from service.core.texts import instant
from service.rulebook.cursor import Cursor
from service.rulebook.yaml_source import json_value
from service.schemas.records import TABLES, shape
from service.schemas.scalars import Timestamp
from service.schemas.shapes import ListOf

NUMBER = "{n}"
RELATIVE = re.compile(r"(?P<sign>[+-])(?=\d)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?|0s|as_of")


class Written(NamedTuple):
    """A record as the wire has it, and the entry of the file that asks for it."""

    fields: Mapping[str, Any]
    entry: Cursor


def written(case: Case, moment: datetime) -> dict[str, list[Written]]:
    """The records of a case, table by table; tables that are not covered are not named."""
    absent, records = case.at["absent"].value or (), case.at["records"]
    return {
        table: [
            Written(dated(given, shape(table).fields, moment), entry)
            for given, entry in repeated(table, records[table], case.defaults.get(table, {}))
        ]
        for table in TABLES
        if table not in absent
    }


def repeated(table: str, listed: Cursor, defaults: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Cursor]]:
    """The records of a table with their ids, entry by entry, each as often as it asks for."""
    key, place = FORMS[table].key, 0
    for entry in listed.entries():
        own = {name: value for name, value in {**defaults, **entry.value}.items() if name != "times"}
        times = entry["times"].value
        for number in range(1, (times or 1) + 1):
            place += 1
            given = {name: numbered(value, number) for name, value in own.items()}
            if key and own.get(key) is None:
                given[key] = f"{table}-{place}"
            elif key and times and given[key] == own[key]:
                given[key] = f"{own[key]}-{number}"
            yield given, entry


def numbered(value: Any, number: int) -> Any:
    """A value with the number of its record where it asks for it."""
    if isinstance(value, list):
        return [numbered(inner, number) for inner in value]
    return value.replace(NUMBER, str(number)) if isinstance(value, str) else value


def dated(given: Mapping[str, Any], kinds: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    """An object of the wire; instants that are relative to a moment become instants of their own."""
    named = {kind.data_key or name: kind for name, kind in kinds.items()}
    return {name: wired(value, named[name], moment) for name, value in given.items()}


def wired(value: Any, kind: fields.Field[Any], moment: datetime) -> Any:
    """A value as the wire has it."""
    if isinstance(value, list) and isinstance(kind, ListOf):
        return [wired(entry, kind.inner, moment) for entry in value]
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
    try:
        apart = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return instant(moment - apart if found["sign"] == "-" else moment + apart)
    except OverflowError:  # beyond any calendar: no instant, and refused as such
        return value
