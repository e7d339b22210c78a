"""A report as people read it, and as JSON."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from service.casebook.cases import Report, Result

LONGEST = 160


def text_of(report: Report, least_coverage: float = 0) -> str:
    """The report as a person reads it: faults, failures, what is not covered, and one line that sums up."""
    blocks = ["\n".join(map(str, report.faults))] if report.faults else []
    blocks += ["\n".join(failure(result)) for result in report.failed]
    if report.uncovered:
        blocks.append("\n".join(["Shown by no case and no example:", *uncovered(report)]))
    return "\n\n".join([*blocks, summary(report, least_coverage)])


def failure(result: Result) -> Iterator[str]:
    """A case that failed, line by line; the sentence of a metric stands once, below its differences."""
    yield f"{result.case.file}:{result.case.line}: {result.case.sentence}"
    for reason, each in groupby(result.differences, lambda one: one.reason):
        for one in each:
            yield f"  line {one.line}: {one.path}: expected {shown(one.expected)}, got {shown(one.got)}"
        if reason:
            yield f"    {reason}"


def uncovered(report: Report) -> Iterator[str]:
    """What is not covered, file by file."""
    for file, points in groupby(report.uncovered, lambda point: point.file):
        yield f"  {file}"
        yield from (f"    {point.name}" for point in points)


def summary(report: Report, least_coverage: float) -> str:
    """How it all went, in one line."""
    failed, faults, points = len(report.failed), len(report.faults), len(report.points)
    words = [f"{len(report.results) - failed} of {len(report.results)} cases passed"]
    words += [f"{faults} {'fault' if faults == 1 else 'faults'}"] if faults else []
    words.append(f"coverage {report.coverage:g} % ({points - len(report.uncovered)} of {points})")
    return ", ".join(words) + (f", less than {least_coverage:g} %" if report.coverage < least_coverage else "")


def shown(value: Any) -> str:
    """A value of an answer, cut where it is long."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def json_of(report: Report) -> dict[str, Any]:
    """The report as machines read it."""
    return {
        "passed": len(report.results) - len(report.failed),
        "failed": len(report.failed),
        "cases": [json_of_result(result) for result in report.results],
        "faults": [
            {"file": fault.file, "line": fault.line, "column": fault.column, "detail": fault.detail}
            for fault in report.faults
        ],
        "coverage": {
            "percent": report.coverage,
            "covered": len(report.points) - len(report.uncovered),
            "total": len(report.points),
            "uncovered": [{"file": point.file, "name": point.name} for point in report.uncovered],
        },
    }


def json_of_result(result: Result) -> dict[str, Any]:
    """How one case came out."""
    return {
        "case": result.case.sentence,
        "file": result.case.file,
        "line": result.case.line,
        "passed": result.passed,
        "differences": [
            {"path": one.path, "line": one.line, "expected": one.expected, "got": one.got, "reason": one.reason}
            for one in result.differences
        ],
    }
