"""A call as any reader gave it → a batch, every fault with its place, warnings. Where the readers and `gather` meet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

from service.core.batch import Batch
from service.core.errors import Fault
from service.core.mappings import ReportMapping
from service.intake.gather import gather
from service.intake.tables import Call, Limits, Place, Placed
from service.schemas.records import TABLES

TOLD = 1000
ORDER = {table: place for place, table in enumerate(TABLES)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call amounts to. Of the faults of records the first are told, with their places; `codes` counts all."""

    batch: Batch
    call_faults: list[Placed]
    record_faults: list[Placed]
    codes: Counter[str]
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
    first = [*map(Placed, islice(chain.from_iterable(found.record_faults), TOLD))]
    if broken:
        first = sorted([*first, *broken], key=order_of)[:TOLD]
    known = placed(call, [each.fault for each in first])
    told = [each if each.place != Place() else other for each, other in zip(first, known, strict=True)]
    codes = sum((faults.codes() for faults in found.record_faults), Counter(each.fault.code for each in broken))
    warnings = [*map(dict, call.warnings), *found.warnings]
    return Taken(found.batch, call_faults, told, codes, warnings, found.records)


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
