"""A call with reports in it → a call of plain records, and what the caller should know of how they were read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from service.core.errors import Fault
from service.core.mappings import ReportMapping
from service.intake.cast import Cast
from service.intake.faults import merged
from service.intake.files import REPORT as PART
from service.intake.frames import stacked
from service.intake.reports.fields import Locale
from service.intake.reports.flat import Garbled
from service.intake.reports.inside import behind, given_of, records_inside, watched
from service.intake.reports.merged import tables_of
from service.intake.reports.performance import canonical
from service.intake.reports.recognise import Recognised, UnknownReport, recognised
from service.intake.reports.records import Records, records_of
from service.intake.reports.told import naming_words, warnings_of
from service.intake.tables import Call, Given, Limits, Place, Placed, Report, TooManyRecords
from service.schemas.batch import zone_names

Recast = Callable[[Mapping[str, Given]], dict[str, Cast]]


class Reports:
    """The reports of one call: how they are read, what was told of them, and what they could not tell.

    Args:
        mappings: how reports are read.
        domains: every name a marketplace may go by → its domain.
        locale: where the reports are from.
    """

    def __init__(self, mappings: Sequence[ReportMapping], domains: Mapping[str, str], locale: Locale) -> None:
        self.uncovered: frozenset[str] = frozenset()
        self._mappings, self._domains, self._locale = mappings, domains, locale
        self._read: list[Records] = []

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What the caller should know of how they were read."""
        return warnings_of(self._read)

    def adapted(self, call: Call, limits: Limits) -> Call:
        """A call with the records of its reports among its tables, and the faults of those that cannot be read.

        Raises:
            TooManyRecords: there are more lines than the limit together.
        """
        found, faults = recognised_reports(call.reports, self._mappings)
        self._read = [one for each in found for one in records_of(each, self._locale)]
        if call.records + sum(one.lines for one in self._read) > limits.records:
            raise TooManyRecords
        tables = {name: watched(given, self._mappings) for name, given in call.tables.items()}
        for table, reported in tables_of(self._read).items():
            tables[table] = behind(tables.get(table), table, reported)
        tables |= canonical(tables, found, self._mappings, self._domains)
        return replace(call, tables=tables, reports=(), faults=(*call.faults, *faults))

    def completed(self, casts: Mapping[str, Cast], call: Call, again: Recast) -> dict[str, Cast]:
        """Casts with the marketplace's own objects among their records, which `again` reads once they are records."""
        return {name: self._with_objects(read, call.tables[name], again) for name, read in casts.items()}

    def _with_objects(self, read: Cast, given: Given, again: Recast) -> Cast:
        read = naming_words(read, given, self._read)
        if not read.foreign:
            return read
        inside = list(records_inside(given, read.foreign, self._mappings, self._locale))
        self._read += inside
        reported = tables_of(inside)[given.table]
        self.uncovered |= {f"{given.table}.{name}" for name in reported.absent}
        positions = reported.rows["line"].to_list()
        records = given_of(given.table, reported, positions)
        further = naming_words(again({given.table: records})[given.table], records, inside)
        faults = merged(given.table, [read.faults, further.faults])
        return Cast(stacked([read.table, further.table]), faults, read.unknown)


def locale_of(top: Mapping[str, Any], domains: Mapping[str, str]) -> Locale:
    """The marketplace and zone a call names; what it names wrongly is told elsewhere."""
    marketplace, zone = top.get("marketplace"), top.get("timezone")
    known = isinstance(zone, str) and zone in zone_names()
    return Locale(
        domains.get(marketplace) if isinstance(marketplace, str) else None, ZoneInfo(str(zone)) if known else None
    )


def recognised_reports(
    reports: Iterable[Report], mappings: Sequence[ReportMapping]
) -> tuple[list[Recognised], list[Placed]]:
    """What some reports hold, in an order that does not depend on theirs, and those that could not be read."""
    found: list[tuple[bytes, list[Recognised]]] = []
    faults: list[Placed] = []
    for place, report in enumerate(reports):
        try:
            found.append((report.content, recognised(report, mappings)))
        except UnknownReport:
            detail = "No mapping knows its header or its keys."
            faults.append(Placed(Fault(f"/{PART}/{place}", "unknown_report", detail), Place(report.source)))
        except Garbled as error:
            faults.append(Placed(Fault(f"/{PART}/{place}", "unreadable_report", str(error)), Place(report.source)))
    ordered = sorted(found, key=lambda one: one[0])
    return [one for _, each in ordered for one in each], faults
