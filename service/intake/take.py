"""A call as any reader gave it → a batch, every fault with its place, warnings. Where the readers and `gather` meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from service.core.batch import Batch
from service.core.errors import Fault
from service.core.mappings import ReportMapping
from service.intake.gather import gather
from service.intake.tables import Call, Limits, Place, Placed
from service.schemas.records import TABLES

PLACED = 1000
ORDER = {table: place for place, table in enumerate(TABLES)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call amounts to; the first faults of records have their places."""

    batch: Batch
    call_faults: list[Placed]
    record_faults: list[Placed]
    warnings: list[dict[str, Any]]
    records: int


def take(
    call: Call, domains: Mapping[str, str], now: datetime, limits: Limits, mappings: Sequence[ReportMapping] = ()
) -> Taken:
    """Judges every record of a call for soundness.

    Args:
        call: tables as a format reader gave them.
        domains: every name a marketplace may go by → its domain.
        now: the instant of the question when the call names none.
        limits: how much the call may hold.
        mappings: how marketplaces' own reports are read.

    Raises:
        TooManyRecords: reports hold more lines than the limit together.
    """
    found = gather(call, domains, now, limits, mappings)
    call = found.call
    call_faults = [*map(Placed, found.call_faults), *call.faults]
    broken = list(chain.from_iterable(given.broken for given in call.tables.values()))
    record_faults = list(map(Placed, found.record_faults))
    if broken:
        record_faults = sorted([*record_faults, *broken], key=order_of)
    first = placed(call, [each.fault for each in record_faults[:PLACED]])
    told = [each if each.place != Place() else known for each, known in zip(record_faults, first, strict=False)]
    warnings = [*map(dict, call.warnings), *found.warnings]
    return Taken(found.batch, call_faults, [*told, *record_faults[PLACED:]], warnings, found.records)


def order_of(placed: Placed) -> tuple[int, int]:
    """The place of a record's fault in the order of the call."""
    _, table, position, *_ = placed.fault.pointer.split("/")
    return ORDER[table], int(position)


def placed(call: Call, faults: Sequence[Fault]) -> list[Placed]:
    """Faults of records with where they stand."""
    steps = [fault.pointer.split("/") for fault in faults]
    wanted: dict[str, set[int]] = {}
    for _, table, position, *_ in steps:
        wanted.setdefault(table, set()).add(int(position))
    places = {table: call.tables[table].locate(positions) for table, positions in wanted.items()}
    told = []
    for fault, (_, table, position, *field) in zip(faults, steps, strict=True):
        place = places[table].get(int(position), Place())
        in_file = place.source is not None and field
        column = call.tables[table].column(int(position), field[0]) if in_file else place.column
        told.append(Placed(fault, place._replace(column=column)))
    return told
