"""The cases beside the shipped rules, one test each; and the runner itself, on a small pack with one of each thing.

A file of `casebook/failing` begins with what the report says of it, `# says: line 8: …`; one of `casebook/broken` with
the faults it has, `# fault: 5:13 …` (line and column in the file itself). `uncovered.txt` lists what the examples of
the small pack do not show by themselves.
"""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner
from click.testing import Result as Run
from flask.testing import FlaskClient

from service import cli
from service.casebook.cases import Case, Report, Result
from service.casebook.read import case_sources, cases_of
from service.casebook.report import failure
from service.casebook.run import run_folder
from service.core.known import FORMS
from service.rulebook.folder import snapshot
from service.rulebook.shape import schema
from service.schemas.records import TABLES, shape
from service.schemas.scalars import Boolean, Choice, Timestamp

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
HERE = ROOT / "tests" / "casebook"
SHOP = HERE / "shop"
FAILING = sorted((HERE / "failing").glob("*.yaml"))
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
SHIPPED = list(cases_of(case_sources(snapshot(RULES))))
LEFT = (HERE / "uncovered.txt").read_text(encoding="utf-8").splitlines()


def named(case: Case) -> str:
    """A case as pytest lists it."""
    return f"{Path(case.file).stem}: {case.sentence}"


def shop(folder: Path, files: Iterable[Path] = (), *, own: bool = False) -> Path:
    """The small pack with some case files, with or without its own."""
    pack = folder / "shop"
    shutil.copytree(SHOP, pack, ignore=None if own else shutil.ignore_patterns("cases"))
    (pack / "cases").mkdir(exist_ok=True)
    for file in (SHOP / "cases" / "defaults.yaml", *files):
        shutil.copy(file, pack / "cases")
    return pack


def head(file: Path, word: str) -> list[str]:
    """What the first lines of a case file say."""
    return re.findall(rf"^# {word}: (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)


def begin_alike(found: list[str], expected: list[str]) -> bool:
    """Whether each line found begins with the line expected."""
    return len(found) == len(expected) and all(map(str.startswith, found, expected))


# The shipped rules


@pytest.fixture(scope="session")
def shipped() -> Report:
    """The report on the shipped cases."""
    return run_folder(RULES)


@pytest.fixture(scope="session")
def results(shipped: Report) -> dict[tuple[str, int], Result]:
    """How each shipped case came out, by file and line."""
    return {(result.case.file, result.case.line): result for result in shipped.results}


@pytest.mark.parametrize("case", SHIPPED, ids=named)
def test_shipped_case(case: Case, results: dict[tuple[str, int], Result]) -> None:
    result = results.get(((RULES / case.file).as_posix(), case.line))
    if result is None or not result.passed:
        pytest.fail("\n".join(failure(result)) if result else "the case has a fault", pytrace=False)


def test_shipped_case_files_have_no_fault(shipped: Report) -> None:
    assert not shipped.faults, "\n".join(map(str, shipped.faults))


def test_shipped_cases_and_examples_show_everything_the_rules_say(shipped: Report) -> None:
    assert SHIPPED
    assert not shipped.uncovered, "\n".join(f"{point.file}: {point.name}" for point in shipped.uncovered)
    assert shipped.coverage == 100


# The runner


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small pack with all its cases, and those that fail or are broken."""
    return shop(tmp_path_factory.mktemp("mixed"), [*FAILING, *BROKEN], own=True)


@pytest.fixture(scope="session")
def report(mixed: Path) -> Report:
    """The report on all of them."""
    return run_folder(mixed)


def test_small_pack_is_covered_by_its_cases() -> None:
    found = run_folder(SHOP)
    assert (found.faults, found.failed, found.uncovered, found.coverage) == ((), (), (), 100)
    assert found.exit_code(least_coverage=100) == 0


def test_everything_that_examples_alone_do_not_show_is_named(tmp_path: Path) -> None:
    found = run_folder(shop(tmp_path))
    assert [f"{Path(point.file).name}: {point.name}" for point in found.uncovered] == LEFT
    assert found.coverage == pytest.approx(100 - 100 * len(LEFT) / len(found.points), abs=0.1)
    assert (found.exit_code(), found.exit_code(least_coverage=found.coverage + 0.1)) == (0, 1)


@pytest.mark.parametrize("file", FAILING, ids=lambda file: file.stem)
def test_failing_case_says_what_differs(file: Path, report: Report) -> None:
    failed = [result for result in report.failed if Path(result.case.file).name == file.name]
    said = [line.strip() for result in failed for line in list(failure(result))[1:]]
    assert begin_alike(said, head(file, "says")), "\n".join(said)


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_broken_case_file_has_these_faults(file: Path, report: Report) -> None:
    faults = [fault for fault in report.faults if Path(fault.file).name == file.name]
    found = [f"{fault.line}:{fault.column} {fault.detail}" for fault in faults]
    assert begin_alike(found, head(file, "fault")), "\n".join(found)


def test_cases_of_reports_that_cannot_be_written_have_these_faults(tmp_path: Path) -> None:
    file = HERE / "faulty_reports.yaml"
    pack = shutil.copytree(ROOT / "tests" / "packs" / "minimal", tmp_path / "minimal")
    (pack / "cases" / "reports").mkdir(parents=True)
    shutil.copy(file, pack / "cases" / "reports")
    report = run_folder(pack)
    found = [f"{fault.line}:{fault.column} {fault.detail}" for fault in report.faults]
    assert begin_alike(found, head(file, "fault")), "\n".join(found)
    assert [result.passed for result in report.results] == [True], "\n".join(failure(report.results[0]))


def test_other_cases_run_beside_those_with_faults(report: Report) -> None:
    ran = {Path(result.case.file).name for result in report.results}
    assert ran == {"defect_rate.yaml", "sellers.yaml", "trust.yaml"} | {file.name for file in FAILING}
    assert report.exit_code() == 2


def test_faulty_rules_are_faults_of_the_report(tmp_path: Path) -> None:
    pack = shop(tmp_path)
    card = pack / "metrics" / "trust.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("unit: score", "unit: points"), encoding="utf-8")
    found = run_folder(pack)
    assert [(fault.file, fault.line) for fault in found.faults] == [(card.as_posix(), 6)]
    assert (found.results, found.exit_code()) == ((), 2)


def test_folder_of_packs_and_folder_of_none(tmp_path: Path) -> None:
    shop(tmp_path, own=True)
    assert len(run_folder(tmp_path).results) == len(run_folder(SHOP).results)
    (nothing,) = run_folder(HERE / "failing").faults
    assert nothing.detail == "neither a pack nor a folder of packs"


# What a person types


def typed(*words: str | Path) -> Run:
    """What `standing rules test` prints, and its exit code."""
    return CliRunner().invoke(cli.main, ["rules", "test", *map(str, words)])


def test_command_sums_up_in_its_last_line() -> None:
    summary = "7 of 7 cases passed, coverage 100 % (51 of 51)\n"
    run = typed(SHOP, "--coverage", "100")
    assert (run.exit_code, run.output) == (0, summary)


def test_command_names_what_is_too_little(tmp_path: Path) -> None:
    pack = shop(tmp_path)
    run = typed(pack, "--coverage", "50")
    assert run.exit_code == 1
    assert run.output.startswith(f"Shown by no case and no example:\n  {pack.as_posix()}/metrics/defect_rate.yaml\n")
    assert run.output.endswith("0 of 0 cases passed, coverage 37.2 % (19 of 51), less than 50 %\n")


def test_command_names_faults_and_failures_with_file_and_line(mixed: Path) -> None:
    run = typed(mixed)
    assert run.exit_code == 2
    assert f"{mixed.as_posix()}/cases/nobody.yaml:5:13: the records name no seller" in run.output
    assert f"{mixed.as_posix()}/cases/true_is_not_one.yaml:5: True is not one.\n  line 8: metrics.trust" in run.output


def test_json_says_what_the_text_says(mixed: Path, report: Report) -> None:
    told = json.loads(typed(mixed, "--json").output)
    assert (told["passed"], told["failed"]) == (len(report.results) - len(report.failed), len(report.failed))
    assert [case["passed"] for case in told["cases"]] == [result.passed for result in report.results]
    assert len(told["faults"]) == len(report.faults)
    assert told["coverage"] == {"percent": 100, "covered": 51, "total": 51, "uncovered": []}
    (odd,) = [case for case in told["cases"] if case["case"] == "True is not one."]
    reason = "The score is 5; the target is at least 5."
    assert odd["differences"] == [
        {"path": "metrics.trust.enforced", "line": 8, "expected": 1, "got": True, "reason": reason},
        {"path": "metrics.trust.value", "line": 8, "expected": True, "got": 5, "reason": reason},
    ]


def test_junit_counts_cases_failures_and_faults(mixed: Path, report: Report, tmp_path: Path) -> None:
    assert typed(mixed, "--junit", tmp_path / "junit.xml").exit_code == 2
    root = Xml.parse(tmp_path / "junit.xml").getroot()  # noqa: S314  # our own file
    counts = (len(report.results) + len(report.faults), len(report.failed), len(report.faults))
    assert tuple(int(root.attrib[name]) for name in ("tests", "failures", "errors")) == counts
    assert sum(int(suite.attrib["tests"]) for suite in root) == counts[0]
    failed = root.find(".//testcase[@name='True is not one.']")
    assert failed is not None
    assert failed.attrib["file"].endswith("/cases/true_is_not_one.yaml")
    assert "line 8: metrics.trust.value: expected true, got 5" in str(failed.findtext("failure"))
    assert [one.attrib["value"] for one in root.iter("property")] == ["100"]


# The schema


def definition(name: str) -> dict[str, Any]:
    """One definition of the schema of case files."""
    found: dict[str, Any] = schema("cases")["definitions"][name]
    return found


@pytest.mark.parametrize("table", TABLES)
def test_schema_knows_every_field_of_a_record(table: str) -> None:
    properties = definition(table)["properties"]
    kinds = {kind.data_key or name: kind for name, kind in shape(table).fields.items()}
    assert properties.keys() == {"times", *kinds}
    for name, kind in kinds.items():
        if isinstance(kind, Timestamp):
            assert properties[name] == {"$ref": "#/definitions/instant"}
        elif isinstance(kind, Choice):
            assert properties[name]["else"] == {"enum": list(kind.choices)}
        elif isinstance(kind, Boolean):
            assert properties[name]["type"] == ["boolean", "null"]
    assert not FORMS[table].key or f"{table}-1" in properties[FORMS[table].key]["description"]


def test_schema_lists_every_table() -> None:
    assert list(definition("case")["properties"]["records"]["properties"]) == list(TABLES)
    assert list(schema("cases")["properties"]["defaults"]["properties"]) == list(TABLES)
    fields = [f"{table}.{name}" for table in TABLES for name in shape(table).fields]
    whole = [f"{table}.complete" for table in TABLES]
    assert definition("case")["properties"]["absent"]["items"]["enum"] == [*TABLES, *fields, *whole]


def test_schema_names_everything_a_verdict_says(client: FlaskClient) -> None:
    example = (ROOT / "service" / "examples" / "seller_month.json").read_bytes()
    reply = client.post("/v1/verdicts", data=example, content_type="application/json")
    (verdict,) = json.loads(reply.data)["verdicts"]
    assert verdict.keys() - {"seller_id", "marketplace"} <= definition("verdict")["properties"].keys()
    for name, listed in (("metric", "metrics"), ("action", "actions"), ("due", "due")):
        assert verdict[listed]
        assert verdict[listed][0].keys() - {name} <= definition(name)["properties"].keys()
