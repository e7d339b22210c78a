"""What stands beside the tables of a call in lines or files: the batch line or part, with the tables that are empty."""

import json
from dataclasses import replace
from typing import Any

from service.core.errors import Fault
from service.intake.json_body import given_table, read_json
from service.intake.tables import Call, Given, Limits, Placed
from service.schemas.records import TABLES

OWN_KEYS = frozenset({"table", "tables"})


def read_beside(content: bytes, limits: Limits) -> Call:
    """The call that a batch line or part makes by itself.

    Raises:
        MalformedBody: it is not a JSON object in UTF-8.
        TooManyRecords: the tables in it hold more than the limit.
    """
    call = read_json(content, limits)
    if not OWN_KEYS & set(call.strangers):
        return call
    own = json.loads(content.decode("utf-8-sig"))
    named, faults = named_tables(own.get("tables"))
    return replace(
        call,
        tables={**{name: nothing(name) for name in named}, **call.tables},
        strangers=tuple(name for name in call.strangers if name not in OWN_KEYS),
        faults=(*call.faults, *map(Placed, faults)),
    )


def named_tables(value: Any) -> tuple[list[str], list[Fault]]:
    """The tables a batch line says there is nothing more of."""
    if not isinstance(value, list):
        return [], [Fault("/tables", "invalid_list", "Expected a list of names of tables.")] if value else []
    faults = [
        Fault(f"/tables/{place}", "unknown_key", "No such table.")
        for place, name in enumerate(value)
        if not (isinstance(name, str) and name in TABLES)
    ]
    return [name for name in value if isinstance(name, str) and name in TABLES], faults


def nothing(table: str) -> Given:
    """A table without records."""
    return given_table(table, [], 0)
