"""A call with reports in it → a call of plain records, and what the caller should know of how they were read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from service.core.errors import Fault
from service.core.mappings import ReportMapping
from service.intake.reports.fields import Locale
from service.intake.reports.inside import behind, without_objects
from service.intake.reports.merged import tables_of
from service.intake.reports.performance import canonical
from service.intake.reports.recognise import Recognised, UnknownReport, recognised
from service.intake.reports.records import records_of
from service.intake.reports.told import warnings_of
from service.intake.reports.tree import Unreadable
from service.intake.tables import Call, Limits, TooManyRecords
from service.schemas.batch import zone_names

PART = "amazon_report"


class Adapted(NamedTuple):
    """The call without reports, how they were read, and which could not be."""

    call: Call
    warnings: list[dict[str, Any]]
    faults: list[Fault]


def adapted(call: Call, mappings: Sequence[ReportMapping], domains: Mapping[str, str], limits: Limits) -> Adapted:
    """Reads the reports of a call, and the marketplace's own objects among its records.

    Args:
        call: tables and reports as a format reader gave them.
        mappings: how reports are read.
        domains: every name a marketplace may go by → its domain.
        limits: how much the call may hold.

    Raises:
        TooManyRecords: there are more lines than the limit together.
    """
    if not mappings:
        return Adapted(call, [], [])
    locale = locale_of(call.top, domains)
    found, faults = read(call.reports, mappings)
    lines = [one for each in found for one in records_of(each, locale)]
    if call.records + sum(one.lines for one in lines) > limits.records:
        raise TooManyRecords
    tables = dict(call.tables)
    for table, reported in tables_of(lines).items():
        tables[table] = behind(tables.get(table), table, reported)
    for table in tables.keys() & call.tables.keys():
        tables[table], inside = without_objects(tables[table], mappings, locale)
        lines += inside
    tables |= canonical(tables, found, mappings, domains)
    return Adapted(replace(call, tables=tables, reports=()), warnings_of(lines), faults)


def locale_of(top: Mapping[str, Any], domains: Mapping[str, str]) -> Locale:
    """The marketplace and zone a call names; what it names wrongly is told elsewhere."""
    marketplace, zone = top.get("marketplace"), top.get("timezone")
    known = isinstance(zone, str) and zone in zone_names()
    return Locale(
        domains.get(marketplace) if isinstance(marketplace, str) else None, ZoneInfo(str(zone)) if known else None
    )


def read(reports: Iterable[bytes], mappings: Sequence[ReportMapping]) -> tuple[list[Recognised], list[Fault]]:
    """What some reports hold, in an order that does not depend on theirs, and those that could not be read."""
    found: list[tuple[bytes, list[Recognised]]] = []
    faults: list[Fault] = []
    for place, report in enumerate(reports):
        try:
            found.append((report, recognised(report, mappings)))
        except UnknownReport:
            faults.append(Fault(f"/{PART}/{place}", "unknown_report", "No mapping knows its header or its keys."))
        except Unreadable as error:
            faults.append(Fault(f"/{PART}/{place}", "unreadable_report", str(error)))
    ordered = sorted(found, key=lambda one: one[0])
    return [one for _, each in ordered for one in each], faults
