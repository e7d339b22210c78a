"""The two readers of a record, side by side: the bulk cast of a whole table, and marshmallow one record at a time.

A record is JSON text here, so that its numbers, escapes and repeated keys reach both readers as a caller wrote them.
"""

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from service.core.tables import Table
from service.intake.cast import cast
from service.intake.columns import kinds, words
from service.intake.home import Home
from service.intake.json_body import read_json
from service.intake.tables import Limits
from service.schemas.records import shape
from service.schemas.scalars import Reading
from tests.batches import SOUND

Readings = dict[int, dict[str, Any]]
DOMAINS = {"amazon.com": "amazon.com", "ATVPDKIKX0DER": "amazon.com", "amazon.de": "amazon.de"}
HOME = Home(DOMAINS, seller_id="S", marketplace="amazon.com")


def record_text(table: str, given: Sequence[tuple[str, str]] = ()) -> str:
    """The JSON of a sound record with other values (JSON themselves) in place of its own; a field may stand twice."""
    named = {name for name, _ in given}
    sound = [(name, json.dumps(value)) for name, value in SOUND[table].items() if name not in named]
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in [*sound, *given]) + "}"


def in_bulk(table: str, records: Sequence[str], zone: ZoneInfo | None = None) -> Readings:
    """What the service makes of a table: the values of each record it accepts, by position."""
    given = read_json(f'{{"{table}": [{", ".join(records)}]}}'.encode(), Limits()).tables[table]
    reading = Reading(zone)
    with Context(reading):
        read = cast({table: given}, HOME, reading)[table]
    values = Table(read.table.columns, kinds(table), words(table), read.table.height).records()
    rows = dict(zip(read.table.rows.tolist(), values, strict=True))
    faulty = set(read.faults.positions.tolist())
    assert rows.keys().isdisjoint(faulty)
    assert rows.keys() | faulty == set(range(len(records)))
    return rows


def one_by_one(table: str, records: Sequence[str], zone: ZoneInfo | None = None) -> Readings:
    """The same as marshmallow reads every record on its own."""
    readings = {}
    with Context(Reading(zone)):
        for position, record in enumerate(records):
            values, codes = one(table, json.loads(record))
            if not codes:
                readings[position] = {name: as_held(table, name, values.get(name)) for name in shape(table).fields}
    return readings


def as_held(table: str, name: str, value: Any) -> Any:
    """A value as tables hold it: the words of a list once each, in the order of their list."""
    return (
        [word for word in words(table)[name] if word in value]
        if isinstance(value, list) and name in words(table)
        else value
    )


def one(table: str, record: Any) -> tuple[dict[str, Any], list[str]]:
    """The values of one record as marshmallow reads it, or the codes of its faults."""
    try:
        values = shape(table).load(record)
    except ValidationError as error:
        return {}, codes_within(error.messages)
    resolved, homeless = HOME.of(values)
    return {**values, **resolved}, [fault.code for fault in homeless]


def codes_within(messages: Any) -> list[str]:
    """The codes in marshmallow's nested messages."""
    if isinstance(messages, dict):
        return [code for inner in messages.values() for code in codes_within(inner)]
    return [wording.code for wording in messages]
