"""A report as people and machines read it."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as Xml

from service.casebook.cases import Report, Result


def text_of(report: Report) -> str:
    """The report as a person reads it: faults, failures, what is not covered, and one line that sums up."""
    blocks = ["\n".join(map(str, report.faults))] if report.faults else []
    blocks += ["\n".join(failure(result)) for result in report.failed]
    if report.uncovered:
        blocks.append("\n".join(["Shown by no case and no example:", *uncovered(report)]))
    return "\n\n".join([*blocks, summary(report)])


def failure(result: Result) -> Iterator[str]:
    """A case that failed, line by line."""
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


def summary(report: Report) -> str:
    """How it all went, in one line."""
    failed, faults, points = len(report.failed), len(report.faults), len(report.points)
    words = [f"{len(report.results) - failed} of {len(report.results)} cases passed"]
    words += [f"{faults} {'fault' if faults == 1 else 'faults'}"] if faults else []
    words.append(f"coverage {report.coverage:g} % ({points - len(report.uncovered)} of {points})")
    return ", ".join(words)


def shown(value: Any) -> str:
    """A value of an answer."""
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


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
    differences = [
        {"path": one.path, "line": one.line, "expected": one.expected, "got": one.got, "reason": one.reason}
        for one in result.differences
    ]
    case = result.case
    return {"case": case.sentence, "file": case.file, "line": case.line, "passed": result.passed, "differences": differences}


def junit_of(report: Report) -> bytes:
    """The report as JUnit XML: a suite per file, a test per case; a fault is an error, coverage a property."""
    root = Xml.Element("testsuites", name="standing rules test")
    files = sorted({result.case.file for result in report.results} | {fault.file for fault in report.faults})
    for file in files:
        suite = Xml.SubElement(root, "testsuite", name=file)
        results = [result for result in report.results if result.case.file == file]
        for result in results:
            where = {"classname": file, "file": file, "line": str(result.case.line)}
            test = Xml.SubElement(suite, "testcase", name=result.case.sentence, **where)
            if not result.passed:
                message = f"{len(result.differences)} differences"
                Xml.SubElement(test, "failure", message=message).text = "\n".join(failure(result))
        faults = [fault for fault in report.faults if fault.file == file]
        for fault in faults:
            where = {"classname": file, "file": file, "line": str(fault.line)}
            test = Xml.SubElement(suite, "testcase", name=f"{fault.line}:{fault.column}", **where)
            Xml.SubElement(test, "error", message=fault.detail).text = str(fault)
        count(suite, len(results) + len(faults), sum(not result.passed for result in results), len(faults))
    count(root, len(report.results) + len(report.faults), len(report.failed), len(report.faults))
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def count(element: Xml.Element, tests: int, failures: int, errors: int) -> None:
    """Says how many tests an element holds."""
    element.attrib.update(tests=str(tests), failures=str(failures), errors=str(errors))
