"""Case files → cases. What is wrong with their form is noted in their sources, as everywhere in rule files."""

from collections.abc import Iterable, Iterator

from service.casebook.cases import Case, Defaults
from service.rulebook.cursor import Cursor
from service.rulebook.folder import Snapshot, rules_of
from service.rulebook.shape import check_shape
from service.rulebook.yaml_source import Source, read_source

SHARED = "/cases/defaults.yaml"
OF_REPORTS = "/cases/reports/"


def case_sources(files: Snapshot) -> list[Source]:
    """The case files among the files of a pack, each with what is wrong with its form."""
    rules = rules_of(files)
    return [checked(read_source(name, files[name])) for name in sorted(files) if name not in rules]


def checked(source: Source) -> Source:
    """A case file with every fault of its form."""
    of_reports = OF_REPORTS in source.file
    if not source.faults:
        check_shape(source, "report_cases" if of_reports else "cases")
    if not source.faults and not of_reports:
        check_meaning(Cursor(source))
    return source


def check_meaning(root: Cursor) -> None:
    """Faults for what a schema cannot see."""
    if not root["cases"] and not root.source.file.endswith(SHARED):
        root.fault("'cases' is missing; only cases/defaults.yaml may hold defaults alone")
    for table in root["defaults"].value or ():
        if times := root["defaults"][table]["times"]:
            times.fault("'times' belongs to a record of a case", key=True)
    met: set[str] = set()
    for case in root["cases"].entries():
        if case["case"].value in met:
            case["case"].fault("another case of this file has the same sentence")
        met.add(case["case"].value)
        for absent in case["absent"].entries():
            if case["records"][absent.value]:
                absent.fault(f"{absent.value!r} has records in this case")


def cases_of(sources: Iterable[Source]) -> Iterator[Case]:
    """The cases of the files that are sound, in the order of the files."""
    roots = [Cursor(source) for source in sources if not source.faults and OF_REPORTS not in source.file]
    shared = next((defaults(root) for root in roots if root.source.file.endswith(SHARED)), {})
    for root in roots:
        own = defaults(root)
        both = {table: {**shared.get(table, {}), **own.get(table, {})} for table in {**shared, **own}}
        for case in root["cases"].entries():
            yield Case(case, both)


def report_cases_of(sources: Iterable[Source]) -> Iterator[Case]:
    """The cases of reports among the files that are sound, each with what every row of its file has."""
    for source in sources:
        if not source.faults and OF_REPORTS in source.file:
            root = Cursor(source)
            yield from (Case(case, {"rows": root["defaults"].value or {}}) for case in root["cases"].entries())


def defaults(root: Cursor) -> Defaults:
    """What every record of a table has, as one file says it."""
    return dict(root["defaults"].value or {})
