"""Cases of reports: a report as a marketplace would deliver it, and the records, warnings and figures it must make."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from service.casebook.cases import Case, Difference, Result
from service.casebook.compare import brief, unlike, wire
from service.casebook.trial import AS_OF, SELLER, as_of
from service.core.packs import Rulebook
from service.core.reported import ReportedAccount, shown_figure
from service.core.texts import instant
from service.intake.reports.flat import Garbled
from service.intake.reports.recognise import Recognised, UnknownReport, recognised
from service.intake.tables import Call, Limits, Report
from service.intake.take import Taken, take
from service.rulebook.cursor import Cursor
from service.rulebook.yaml_source import json_value


@dataclass(slots=True)
class ReportTrial:
    """A rulebook, and everything its mappings were shown."""

    rulebook: Rulebook
    shown: list[Recognised] = field(default_factory=list)

    def result(self, case: Case) -> Result | None:
        """How a case comes out; None where it is faulty, which is noted in its source."""
        moment, content = as_of(case), bytes_of(case)
        if moment is None or content is None:
            return None
        report = Report("report", content)
        with suppress(UnknownReport, Garbled):  # what becomes of it is among the faults of the call
            self.shown += recognised(report, self.rulebook.reports)
        found = read(self.rulebook, report, case, moment)
        return Result(case, tuple(differences(case.at["expect"], found, moment)))


def bytes_of(case: Case) -> bytes | None:
    """The report of a case; None where it has none or cannot be written, which is noted in its source."""
    if not (case.at["text"] or case.at["json"] or case.at["rows"]):
        case.at["case"].fault("a case of a report needs one: 'rows', 'json' or 'text'")
        return None
    encoding = case.at["encoding"]
    try:
        return text_of(case).encode(encoding.value or "utf-8")
    except LookupError:
        encoding.fault(f"unknown encoding {encoding.value!r}")
    except UnicodeEncodeError as error:
        encoding.fault(f"{encoding.value} has no {error.object[error.start]!a}")
    return None


def text_of(case: Case) -> str:
    """The report of a case: a text as it stands, objects as JSON, or rows as a flat file."""
    if case.at["text"]:
        return str(case.at["text"].value)
    if case.at["json"]:
        return json.dumps(json_value(case.at["json"].value), ensure_ascii=False)
    rows = [{**case.defaults.get("rows", {}), **row} for row in case.at["rows"].value]
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([cell(row.get(name)) for name in names] for row in rows)]
    return "\r\n".join("\t".join(line) for line in lines)


def cell(value: Any) -> str:
    """A value as a flat file has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def read(rulebook: Rulebook, report: Report, case: Case, moment: datetime) -> Taken:
    """What a call with nothing but the report amounts to."""
    top = {
        "seller_id": SELLER,
        "as_of": case.at["as_of"].value or AS_OF,
        "marketplace": case.at["marketplace"].value or next(iter(rulebook.packs[0].marketplaces)),
        "timezone": case.at["timezone"].value,
    }
    return take(Call(top, {}, reports=(report,)), rulebook.domains, moment, Limits(), rulebook.reports)


def differences(expect: Cursor, found: Taken, moment: datetime) -> Iterator[Difference]:
    """Everything that came out otherwise than a case expects."""
    got: dict[str, Any] = {
        "records": {name: list(map(plain, table.records())) for name, table in found.batch.tables.items()},
        "not_covered": sorted(found.batch.uncovered),
        "warnings": found.warnings,
        "faults": [
            {
                "pointer": one.fault.pointer,
                "code": one.fault.code,
                "line": one.place.line,
                "column": one.place.column,
            }
            for one in (*found.call_faults, *found.record_faults)
        ],
        "reported": {marketplace: shown(account) for (_, marketplace), account in found.batch.reported.items()},
    }
    yield from missing(expect["not_covered"], got["not_covered"])
    for name in ("records", "warnings", "faults", "reported"):
        inner = expect[name]
        if inner.value is None and (name in ("records", "reported") or not got[name]):
            continue
        if inner.value is None:
            yield Difference(name, expect.place[1], None, got[name])
            continue
        for place, cursor, value in unlike(inner, got[name], (name,), moment):
            wanted = wire(cursor.value, value, moment)
            yield Difference(".".join(place), cursor.place[1], wanted, brief(value, wanted))


def missing(expected: Cursor, uncovered: list[str]) -> Iterator[Difference]:
    """Names that should not be covered and are."""
    for entry in expected.entries():
        if entry.value not in uncovered:
            yield Difference("not_covered", entry.place[1], entry.value, uncovered)


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as a case writes it."""
    return {name: plain_value(value) for name, value in record.items()}


def plain_value(value: Any) -> Any:
    """A value of a record as a case writes it."""
    if isinstance(value, datetime):
        return instant(value)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def shown(account: ReportedAccount) -> dict[str, Any]:
    """What the marketplace says of an account, figure by figure."""
    metrics = {
        metric: [shown_figure(one, "count" if told.over_all else "share") for one in told.figures]
        for metric, told in account.metrics.items()
    }
    return {"status": account.status, **metrics}
