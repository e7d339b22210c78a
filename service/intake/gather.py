"""A whole call → a batch of valid records, every fault, and warnings. The last step of intake; knows no rule."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from service.core.batch import Batch
from service.core.errors import Fault
from service.core.known import FORMS
from service.core.mappings import ReportMapping
from service.core.tables import Column, Table
from service.intake.cast import Cast, cast
from service.intake.columns import kinds, words
from service.intake.faults import Faults, escaped, merged, worded
from service.intake.frames import Frame, where_not
from service.intake.home import UNKNOWN_MARKETPLACE, Home
from service.intake.reports.adapt import Reports, locale_of
from service.intake.reports.performance import performances
from service.intake.tables import ROW, Call, Limits
from service.schemas.batch import Top
from service.schemas.records import TABLES
from service.schemas.scalars import Reading

NAMED_FIELDS = 100
FIELD_NAME_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a call amounts to. `call_faults` are those of the call itself; those of records stand by their tables.

    `call` is the call with the records of its reports among its tables.
    """

    batch: Batch
    call_faults: list[Fault]
    record_faults: list[Faults]
    warnings: list[dict[str, Any]]
    records: int
    call: Call


def gather(
    call: Call, domains: Mapping[str, str], now: datetime, limits: Limits, mappings: Sequence[ReportMapping] = ()
) -> Gathered:
    """Reads every table of a call.

    Args:
        call: tables as a format reader gave them.
        domains: every name a marketplace may go by → its domain.
        now: the instant of the question when the call names none.
        limits: how much the call may hold.
        mappings: how marketplaces' own reports are read.

    Raises:
        TooManyRecords: reports hold more lines than the limit together.
    """
    reports = Reports(mappings, domains, locale_of(call.top, domains))
    call = reports.adapted(call, limits)
    top, call_faults = read_top(call, domains)
    reading = Reading(top.get("timezone"), limits.text)
    home = Home(domains, top.get("seller_id"), top.get("marketplace"))
    tables: dict[str, Table] = {}
    record_faults: list[Faults] = []
    warnings: list[dict[str, Any]] = []
    with Context(reading):
        ordered = {name: call.tables[name] for name in TABLES if name in call.tables}
        casts = reports.completed(cast(ordered, home, reading), call, lambda given: cast(given, home, reading))
    for name, read in casts.items():
        typed, differing, repeated = without_repeats(read, name)
        tables[name] = Table(typed.columns, kinds(name), words(name), typed.height)
        faults = merged(name, [read.faults, differing]) if len(differing) else read.faults
        record_faults += [faults] if len(faults) else []
        warnings += table_warnings(name, read.unknown, repeated)
    said = performances(tables, mappings, domains)
    uncovered = frozenset(f"{name}.{field}" for name, given in call.tables.items() for field in given.absent)
    batch = Batch(top.get("as_of") or now, said.tables, uncovered | reports.uncovered, said.accounts)
    warnings = [*reports.warnings, *warnings, *said.warnings]
    return Gathered(batch, call_faults, record_faults, warnings, call.records, call)


def read_top(call: Call, domains: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """What stands beside the tables, and what is wrong with it."""
    faults = [Fault(f"/{escaped(name)}", "unknown_key", "No such table or key.") for name in call.strangers]
    faults += [Fault(f"/{name}", "invalid_list", "Expected a list of records.") for name in call.misfits]
    with Context(Reading()):
        try:
            top = top_shape().load(call.top)
        except ValidationError as error:
            faults += worded(error.messages, "")
            domain = next(iter(domains))
            stand_in = {"timezone": ZoneInfo("UTC"), "marketplace": domain, "seller_id": "?", "as_of": None}
            understood = error.valid_data if isinstance(error.valid_data, dict) else {}
            top = {**{name: stand_in[name] for name in error.messages_dict}, **understood}  # so each is told once
    if top.get("marketplace", next(iter(domains))) not in domains:
        faults.append(Fault("/marketplace", *UNKNOWN_MARKETPLACE))
        top["marketplace"] = next(iter(domains))
    return top, faults


@cache
def top_shape() -> Top:
    """The schema of what stands beside the tables, made once."""
    return Top()


def without_repeats(read: Cast, name: str) -> tuple[Frame, Faults, int]:
    """The records of a table once each, the faults of those that differ under one id, and how many were repeats."""
    key = FORMS[name].key
    identity = [*([key] if key else []), "seller_id", "marketplace"]
    frame = read.table
    ids = frame.columns[identity[0]]
    if name == "performance_reports" or not isinstance(ids, pl.Series) or ids.n_unique() == frame.height:
        return frame, Faults(name), 0
    own = pl.DataFrame({part: frame.columns[part] for part in identity})
    several = frame.where(own.select(pl.struct(identity).is_duplicated()).to_series().to_numpy())
    records = pl.DataFrame({part: comparable(column) for part, column in several.columns.items()})
    like = pl.len().over(identity) == pl.len().over([part for part in records.columns if part != ROW])
    first = pl.col(ROW) == pl.col(ROW).min().over(identity)
    found = records.select(ROW, like=like, first=first)
    differing = several.rows[~found["like"].to_numpy()]
    repeats = several.rows[found.select(pl.col("like") & ~pl.col("first")).to_series().to_numpy()]
    faults = Faults(name, [different(key)], differing, np.zeros_like(differing))
    return where_not(np.concatenate([differing, repeats]), frame), faults, len(repeats)


def comparable(column: Column) -> Column | list[str]:
    """A column whose values are equal where those of records are."""
    return list(map(repr, column)) if column.dtype == object else column


def different(key: str | None) -> Fault:
    """The fault of one of several records that share an id and differ."""
    where = f"/{key}" if key else ""
    return Fault(where, "duplicate", "Another record of this seller and marketplace has the same id and differs.")


def table_warnings(name: str, unknown: Counter[str], repeated: int) -> Iterator[dict[str, Any]]:
    """What a caller should know of a table although nothing is wrong with it."""
    for field_name in sorted(unknown)[:NAMED_FIELDS]:
        shown = field_name[:FIELD_NAME_LENGTH].encode(errors="replace").decode()
        yield {"code": "unknown_field", "table": name, "field": shown, "count": unknown[field_name]}
    if repeated:
        yield {"code": "duplicate", "table": name, "count": repeated}
