"""standing evaluate: files and folders from disk → the answer the service would give, without a server."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from service.api.answers import written
from service.api.body import JSON, too_large
from service.api.judging import judged, require_sound
from service.api.problems import Problem
from service.api.state import limits_of
from service.app import load
from service.clock import now
from service.found import Found, Sought, found_in
from service.intake.files import read_files
from service.intake.ndjson import BATCH
from service.intake.parts import Part, shown_name
from service.intake.tables import Call, Limits, Place, Placed, TooLarge, TooManyRecords
from service.intake.take import Taken, take
from service.output import form_of, require_place, write_file, write_out
from service.report import NotUsable, answer_text, console_of, print_problem, print_rejected, printable
from service.rulebook.folder import Snapshot
from service.settings import Settings


class Wanted(NamedTuple):
    """What a person asks for.

    Attributes:
        paths: files and folders.
        top: what stands beside the tables, over what a batch file says.
        query: how to judge, as `schemas.batch.Query` reads it.
        forms: the forms of the answer that options ask for, by their names; none for a table to read.
        output: the file to write to, None for standard output.
    """

    paths: Sequence[Path]
    top: Mapping[str, Any]
    query: Mapping[str, Any]
    forms: Sequence[str] = ()
    output: Path | None = None


def run_files(wanted: Wanted, settings: Settings, files: Snapshot) -> int:
    """Judges files and prints or writes the answer; the exit code says whether they could be judged.

    Raises:
        NotUsable: what is wanted cannot be meant.
        OSError: a file cannot be read or written; names it.
    """
    form = form_of(wanted.forms, wanted.output)
    if wanted.output:
        require_place(wanted.output)
    try:
        answer = answered(wanted, settings, files)
    except Problem as problem:
        print_problem(problem.document(), as_json="json" in wanted.forms)
        return 1
    if form is None:
        print_rejected(answer)
        write_out(answer_text(answer))
    elif wanted.output:
        write_file(wanted.output, written(answer, form))
    else:
        write_out(written(answer, form) + (b"\n" if form == JSON else b""))
    return 0


def answered(wanted: Wanted, settings: Settings, files: Snapshot) -> dict[str, Any]:
    """The answer to some files.

    Raises:
        NotUsable: a file is for no table, or an option has no such value.
        Problem: they cannot be judged.
    """
    ready, limits = load(files), limits_of(settings)
    try:
        found = found_in(wanted.paths, Sought(ready.rulebook.reports, settings.max_body, wanted.output))
        call = call_of(found, wanted.top, limits)
        taken = take(call, ready.rulebook.domains, now(), limits, ready.rulebook.reports)
        require_options(taken, wanted.top)
        taken = with_source(taken, [each.path for each in found if each.table == BATCH])
        require_sound(taken, wanted.query)
        return judged(taken, ready, wanted.query)
    except TooManyRecords as error:
        raise beyond(error, limits) from None
    finally:
        ready.engine.close()


def call_of(found: Sequence[Found], top: Mapping[str, Any], limits: Limits) -> Call:
    """The call some files make, with a line on a terminal that says how far they are read.

    Raises:
        Problem: they hold more than the limits.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    console, source = console_of(stderr=True), ""
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        line = progress.add_task("Reading", total=sum(each.path.stat().st_size for each in found))

        def read(several: Iterable[Found]) -> Iterator[Part]:
            nonlocal source
            for each in several:
                source = printable(str(each.path))
                progress.update(line, description=f"Reading {shown_name(each.path.name)}")
                content = each.path.read_bytes() if each.content is None else each.content
                yield Part(each.table, each.how.kind, source, content, each.how.encoding)
                progress.advance(line, len(content))

        try:
            beside = list(read(each for each in found if each.table == BATCH))
            return read_files(beside, read(each for each in found if each.table != BATCH), limits, top=top)
        except (TooLarge, TooManyRecords) as error:
            raise beyond(error, limits, source=source) from None


def beyond(error: TooLarge | TooManyRecords, limits: Limits, **members: str) -> Problem:
    """The problem of files beyond a limit."""
    limit, most = (error.limit, error.most) if isinstance(error, TooLarge) else ("records", limits.records)
    problem = too_large(limit, most)
    return replace(problem, members={**problem.members, **members})


def require_options(taken: Taken, top: Mapping[str, Any]) -> None:
    """Refuses options that stand beside the tables and are at fault.

    Raises:
        NotUsable: an option has no such value.
    """
    for fault, _ in taken.call_faults:
        if (name := fault.pointer.removeprefix("/")) in top:
            detail = fault.detail.partition(";")[0].removesuffix(".")
            raise NotUsable(f"--{name.replace('_', '-')}: {detail}")


def with_source(taken: Taken, whole: Sequence[Path]) -> Taken:
    """The same, where a whole batch is among the files: faults that name no file are of that one."""

    def named(faults: Iterable[Placed]) -> list[Placed]:
        source = printable(str(whole[0]))
        return [each if each.place.source else each._replace(place=Place(source, *each.place[1:])) for each in faults]

    if not whole:
        return taken
    return replace(taken, call_faults=named(taken.call_faults), record_faults=named(taken.record_faults))
