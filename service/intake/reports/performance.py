"""Performance reports → what the marketplace itself says of each seller and marketplace. Reads, judges nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from service.core.mappings import Performance, ReportMapping, plain
from service.core.reported import Identity, ReportedAccount
from service.core.tables import Kind, Table
from service.intake.reports.figures import metrics_of, text_within
from service.intake.reports.recognise import Recognised, objects_within
from service.intake.reports.told import HARMLESS_WORD
from service.intake.reports.tree import values_at
from service.intake.tables import Given

TABLE = "performance_reports"
ACCOUNTS, ENTRIES = "accountStatuses", "performanceMetrics"  # what the shape of a record calls them


def canonical(
    tables: Mapping[str, Given],
    found: Sequence[Recognised],
    mappings: Sequence[ReportMapping],
    domains: Mapping[str, str],
) -> dict[str, Given]:
    """The table of performance reports, those among other reports too, in the one form their shape knows."""
    ours = [mapping for mapping in mappings if mapping.performance]
    own = tables.get(TABLE)
    values = [value for one in found if one.mapping.performance for value in one.objects]
    if own is None and not values:
        return {}
    height = own.height if own else 0

    def record(position: int) -> Any:
        given = own.record(position) if own and position < height else values[position - height]
        return as_told(given, ours, domains)

    return {TABLE: Given(TABLE, None, list(range(height + len(values))), record)}


def as_told(given: Any, mappings: Sequence[ReportMapping], domains: Mapping[str, str]) -> Any:
    """A performance report with its statuses and figures under the names of its shape, and a marketplace it names.

    What no mapping knows stays as it is.
    """
    found = objects_within([given], mappings)
    if not found:
        return given
    spoken, value = found[0].mapping.performance, found[0].objects[0]
    if spoken is None:
        return given
    told: dict[str, Any] = {name: given[name] for name in ("seller_id", "marketplace") if name in given}
    for key, paths in ((ACCOUNTS, spoken.accounts), (ENTRIES, spoken.entries)):
        told[key] = [one for path in paths for one in values_at(value, path) if isinstance(one, dict)]
    named = [name for one in (*told[ACCOUNTS], *told[ENTRIES]) if (name := text_within(one, spoken.marketplace))]
    if told.get("marketplace") in (None, "") and named:
        told["marketplace"] = next((name for name in named if name in domains), named[0])
    return told


class Performances(NamedTuple):
    """The tables with that of the reports naming whose they are, what they say, what the caller should know of it."""

    tables: dict[str, Table]
    accounts: Mapping[Identity, ReportedAccount]
    warnings: list[dict[str, Any]]


def performances(
    tables: dict[str, Table], mappings: Sequence[ReportMapping], domains: Mapping[str, str]
) -> Performances:
    """What performance reports say, by seller and marketplace.

    Args:
        tables: typed records, each with its seller and a marketplace.
        mappings: how they are read.
        domains: every name a marketplace may go by → its domain.
    """
    spoken = next((mapping.performance for mapping in mappings if mapping.performance), None)
    if spoken is None or TABLE not in tables:
        return Performances(tables, {}, [])
    noted: Counter[tuple[str, ...]] = Counter()
    newest: dict[Identity, tuple[str, str, ReportedAccount]] = {}
    for record in tables[TABLE].records():
        for marketplace, account in accounts_of(record, spoken, domains, noted):
            who = (record["seller_id"], marketplace)
            days = [one.last or "" for metric in account.metrics.values() for one in metric.figures]
            candidate = (max(days, default=""), repr(account), account)
            newest[who] = max(newest.get(who, candidate), candidate, key=lambda one: one[:2])
    whose = sorted(newest)
    columns = {
        name: pl.Series([who[place] for who in whose], dtype=pl.String)
        for place, name in enumerate(("seller_id", "marketplace"))
    }
    return Performances(
        {**tables, TABLE: Table(columns, dict.fromkeys(columns, Kind.TEXT), {}, len(whose))},
        {who: account for who, (_, _, account) in newest.items()},
        list(told(noted)),
    )


def accounts_of(
    record: Mapping[str, Any], spoken: Performance, domains: Mapping[str, str], noted: Counter[tuple[str, ...]]
) -> Iterator[tuple[str, ReportedAccount]]:
    """What one report says of each marketplace it names; an entry that names none is of the record's own."""
    statuses: dict[str, str | None] = {}
    entries: dict[str, list[Any]] = {}
    for kind in (ACCOUNTS, ENTRIES):
        for one in record[kind] or ():
            name = text_within(one, spoken.marketplace)
            marketplace = domains.get(name, "") if name else record["marketplace"]
            if not marketplace:
                noted["unknown_marketplace", TABLE, "marketplace", ""] += 1
            elif kind == ACCOUNTS:
                statuses[marketplace] = status_of(one, spoken, noted)
            else:
                entries.setdefault(marketplace, []).append(one)
    for marketplace in sorted(statuses.keys() | entries.keys()):
        metrics = metrics_of(entries.get(marketplace, []), spoken, noted)
        yield marketplace, ReportedAccount(statuses.get(marketplace), metrics)


def status_of(account: Any, spoken: Performance, noted: Counter[tuple[str, ...]]) -> str | None:
    """The status of an account in our words."""
    word = text_within(account, spoken.status)
    if word is None:
        return None
    if plain(word) not in spoken.words:
        noted["unmapped_word", TABLE, "status", word if HARMLESS_WORD.fullmatch(word) else ""] += 1
    return spoken.words.get(plain(word))


def told(noted: Counter[tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    """The warnings of what was noted, in order."""
    for (code, table, field, word), count in sorted(noted.items()):
        yield {"code": code, "table": table, "field": field, **({"word": word} if word else {}), "count": count}
