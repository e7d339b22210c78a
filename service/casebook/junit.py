"""A report as JUnit XML, for whatever shows the results of tests: a suite per file, a test per case."""

from xml.etree import ElementTree as Xml

from service.casebook.cases import Report, Result
from service.casebook.report import failure
from service.core.errors import RuleFault


def junit_of(report: Report) -> bytes:
    """The report as JUnit XML; a fault is an error, coverage a property."""
    root = Xml.Element("testsuites", name="standing rules test")
    for file in sorted({result.case.file for result in report.results} | {fault.file for fault in report.faults}):
        suite = Xml.SubElement(root, "testsuite", name=file)
        for result in report.results:
            if result.case.file == file:
                add_case(suite, result)
        for fault in report.faults:
            if fault.file == file:
                add_fault(suite, fault)
        count(suite)
    count(root)
    suite = Xml.SubElement(root, "testsuite", name="coverage", tests="0", failures="0", errors="0")
    Xml.SubElement(Xml.SubElement(suite, "properties"), "property", name="coverage", value=f"{report.coverage:g}")
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def add_case(suite: Xml.Element, result: Result) -> None:
    """Adds the test of a case."""
    case = result.case
    test = Xml.SubElement(
        suite, "testcase", name=case.sentence, classname=case.file, file=case.file, line=str(case.line)
    )
    if not result.passed:
        path = result.differences[0].path
        Xml.SubElement(test, "failure", message=f"otherwise: {path}").text = "\n".join(failure(result))


def add_fault(suite: Xml.Element, fault: RuleFault) -> None:
    """Adds a test that could not be made because of a fault."""
    name = f"{fault.line}:{fault.column}"
    test = Xml.SubElement(suite, "testcase", name=name, classname=fault.file, file=fault.file, line=str(fault.line))
    Xml.SubElement(test, "error", message=fault.detail).text = str(fault)


def count(element: Xml.Element) -> None:
    """Says how many tests an element holds."""
    held = {"tests": "testcase", "failures": "failure", "errors": "error"}
    element.attrib.update({name: str(len(list(element.iter(tag)))) for name, tag in held.items()})
