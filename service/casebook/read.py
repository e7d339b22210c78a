"""Case files → cases. Faults of form are noted in the sources, as everywhere in rule files."""

from collections.abc import Iterator
from pathlib import Path

from service.casebook.cases import Case, Defaults
from service.rulebook.cursor import Cursor
from service.rulebook.shape import check_shape
from service.rulebook.yaml_source import Source, read_source

FOLDER = "cases"
SHARED = "defaults.yaml"


def case_sources(pack: Path) -> list[Source]:
    """The case files of a pack, each with what is wrong with its form."""
    return [checked(path) for path in sorted((pack / FOLDER).glob("*.y*ml"))]


def checked(path: Path) -> Source:
    """One case file."""
    source = read_source(path.as_posix(), path.read_bytes())
    if path.suffix != ".yaml":
        source.fault((), "a case file is called *.yaml")
    if not source.faults:
        check_shape(source, FOLDER)
    if not source.faults:
        check_meaning(Cursor(source))
    return source


def check_meaning(root: Cursor) -> None:
    """Faults for what a schema cannot see."""
    if not root["cases"] and not root.source.file.endswith(f"/{SHARED}"):
        root.fault(f"'cases' is missing; a file of defaults alone is called {SHARED}")
    for _, record in root["defaults"].items():
        if record["times"]:
            record["times"].fault("'times' belongs to a record of a case", key=True)
    met: set[str] = set()
    for case in root["cases"].entries():
        if case["case"].value in met:
            case["case"].fault("another case of this file has the same sentence")
        met.add(case["case"].value)
        for table in case["absent"].entries():
            if case["records"][table.value]:
                table.fault(f"{table.value!r} has records in this case")


def cases_of(sources: list[Source]) -> Iterator[Case]:
    """The cases of the files that are sound, in the order of the files."""
    roots = [Cursor(source) for source in sources if not source.faults]
    shared = next((defaults(root) for root in roots if root.source.file.endswith(f"/{SHARED}")), {})
    for root in roots:
        own = defaults(root)
        both = {table: {**shared.get(table, {}), **own.get(table, {})} for table in {**shared, **own}}
        for case in root["cases"].entries():
            yield Case(case, both)


def defaults(root: Cursor) -> Defaults:
    """What every record of a table has, as one file says it."""
    return dict(root["defaults"].value or {})
