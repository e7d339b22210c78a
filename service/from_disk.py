"""standing evaluate: files and folders from disk → the answer the service would give, without a server."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from service.api.answers import CSV, written
from service.api.body import JSON, NDJSON, too_large
from service.api.judging import judged, require_sound
from service.api.problems import Problem
from service.api.state import limits_of
from service.app import load
from service.clock import now
from service.core.mappings import ReportMapping
from service.intake.files import REPORT, read_files
from service.intake.kinds import Written
from service.intake.kinds import written as how_written
from service.intake.ndjson import BATCH
from service.intake.parts import Part, shown_name
from service.intake.reports.glance import is_report
from service.intake.tables import Call, Limits, TooLarge, TooManyRecords
from service.intake.take import take
from service.report import print_answer, print_problem
from service.rulebook.folder import Snapshot
from service.schemas.records import TABLES
from service.settings import Settings

BETWEEN = (".", "-", "_", " ")  # may stand between the name of a table and what tells its files apart
FORMS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV}
WHOLE = frozenset({"json", "ndjson"})  # kinds that can hold a whole batch


class Wanted(NamedTuple):
    """What a person asks for.

    Attributes:
        paths: files and folders.
        top: what stands beside the tables, over what a batch file says.
        query: how to judge, as `schemas.batch.Query` reads it.
        form: the media type of the answer, None for a table to read.
        output: the file to write to, None for standard output.
    """

    paths: Sequence[Path]
    top: Mapping[str, Any]
    query: Mapping[str, Any]
    form: str | None = None
    output: Path | None = None


class NotUsable(Exception):
    """A file that no table can be told of; the message says which."""


class Found(NamedTuple):
    """A file on disk: the table it is for, `batch` where it may hold several, and how it is written."""

    path: Path
    table: str
    how: Written


def run_files(wanted: Wanted, settings: Settings, files: Snapshot) -> int:
    """Judges files and prints or writes the answer; the exit code says whether they could be judged.

    Raises:
        NotUsable: a file is for no table.
    """
    form = wanted.form or (FORMS.get(wanted.output.suffix.lower(), JSON) if wanted.output else None)
    try:
        answer = answered(wanted, settings, files)
    except Problem as problem:
        print_problem(problem.document(), as_json=form is not None)
        return 1
    if form is None:
        print_answer(answer)
    elif wanted.output:
        wanted.output.write_bytes(written(answer, form))
    else:
        sys.stdout.buffer.write(written(answer, form))
        sys.stdout.buffer.write(b"\n" if form == JSON else b"")
    return 0


def answered(wanted: Wanted, settings: Settings, files: Snapshot) -> dict[str, Any]:
    """The answer to some files.

    Raises:
        NotUsable: a file is for no table.
        Problem: they cannot be judged.
    """
    ready, limits = load(files), limits_of(settings)
    try:
        found = [each for path in wanted.paths for each in files_of(path, ready.rulebook.reports)]
        call = call_of(found, wanted.top, limits)
        taken = take(call, ready.rulebook.domains, now(), limits, ready.rulebook.reports)
        require_sound(taken, wanted.query)
        return judged(taken, ready, wanted.query)
    except TooLarge as error:
        raise too_large(error.limit, error.most) from None
    except TooManyRecords:
        raise too_large("records", limits.records) from None
    finally:
        ready.engine.close()


def call_of(found: Sequence[Found], top: Mapping[str, Any], limits: Limits) -> Call:
    """The call some files make, with a line on a terminal that says how far they are read.

    Raises:
        TooManyRecords, TooLarge: they hold more than the limits.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        line = progress.add_task("Reading", total=sum(each.path.stat().st_size for each in found))

        def read(several: Iterable[Found]) -> Iterator[Part]:
            for each in several:
                progress.update(line, description=f"Reading {shown_name(each.path.name)}")
                content = each.path.read_bytes()
                yield Part(each.table, each.how.kind, shown_name(each.path.name), content, each.how.encoding)
                progress.advance(line, len(content))

        beside = list(read(each for each in found if each.table == BATCH))
        return read_files(beside, read(each for each in found if each.table != BATCH), limits, top=top)


def files_of(path: Path, mappings: Sequence[ReportMapping]) -> Iterator[Found]:
    """The file itself, or every file of a folder that is written in a way that can be read.

    A marketplace's own report is known by what is in it, whatever it is called.

    Raises:
        NotUsable: a file is for no table.
    """
    inside = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in inside:
        how = how_written(file.name)
        if file.is_file() and not file.name.startswith(".") and is_report(file.read_bytes(), mappings):
            yield Found(file, REPORT, how)
            continue
        if path.is_dir() and (how.kind is None or not file.is_file() or file.name.startswith(".")):
            continue
        table = table_of(how.stem)
        if table is None and how.kind not in WHOLE:
            names = ", ".join(TABLES)
            raise NotUsable(f"{file}: a file is named after its table, which may be: {names}.")
        yield Found(file, table or BATCH, how)


def table_of(stem: str) -> str | None:
    """The table that a file is for by its name.

    Examples:
        >>> [table_of(stem) for stem in ("orders", "orders.2026-11", "performance_reports_2", "orderly")]
        ['orders', 'orders', 'performance_reports', None]
    """
    for table in TABLES:
        if stem == table or stem.startswith(tuple(table + between for between in BETWEEN)):
            return table
    return None
