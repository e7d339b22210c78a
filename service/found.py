"""What a person's files and folders hold: which files are evaluated, and which table each is for."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from service.api.answers import is_answer
from service.core.mappings import ReportMapping
from service.intake.files import REPORT
from service.intake.kinds import KINDS, Written, written
from service.intake.ndjson import BATCH
from service.intake.reports.glance import LOOKED_AT, is_report, is_tree
from service.report import NotUsable, reason_of
from service.schemas.records import TABLES

BETWEEN = (".", "-", "_", " ")  # may stand between the name of a table and what tells its files apart
WHOLE = frozenset({"json", "ndjson"})  # kinds that can hold a whole batch


class Found(NamedTuple):
    """A file on disk: the table it is for, `batch` where it may hold several, and how it is written.

    `content` is what is in it, where that was read to find out.
    """

    path: Path
    table: str
    how: Written
    content: bytes | None = None


class Sought(NamedTuple):
    """What is known before files are looked at.

    Attributes:
        reports: how marketplaces' own reports are read.
        most: the most bytes that are read to find out what a file is.
        output: the file the answer goes to.
    """

    reports: Sequence[ReportMapping]
    most: int
    output: Path | None


def found_in(paths: Iterable[Path], sought: Sought) -> list[Found]:
    """Every file to evaluate.

    Raises:
        NotUsable: a file is for no table, cannot be read, or is the one the answer goes to; a folder has none.
    """
    found: list[Found] = []
    for path in paths:
        try:
            files = files_in(path, sought.output) if path.is_dir() else [path]
            several = [each for file in files if (each := found_at(file, sought, named=file == path))]
        except OSError as error:
            raise NotUsable(reason_of(error)) from None
        if not several:
            raise NotUsable(f"no files to evaluate in {path}")
        found += several
    for file in (each.path for each in found):
        if sought.output and same(file, sought.output):
            raise NotUsable(f"{sought.output}: the answer would be written over {file}, which is to be evaluated")
    if len(whole := [each.path for each in found if each.table == BATCH]) > 1:
        raise NotUsable(f"{whole[1]}: only one file may hold a whole batch, and {whole[0]} does")
    return found


def files_in(folder: Path, output: Path | None) -> Iterator[Path]:
    """The files of a folder that are not hidden; not the answer of an earlier run, if the next is to replace it."""
    for file in sorted(folder.iterdir()):
        replaced = output and same(file, output) and file.is_file() and table_of(written(file.name).stem) is None
        if not (file.name.startswith(".") or (replaced and is_answer(first_bytes(file)))):
            yield file


def same(file: Path, other: Path) -> bool:
    """Whether two paths lead to one file."""
    return file.exists() and other.exists() and file.samefile(other)


def first_bytes(file: Path) -> bytes:
    """How a file begins."""
    with file.open("rb") as opened:
        return opened.read(LOOKED_AT)


def found_at(file: Path, sought: Sought, *, named: bool) -> Found | None:
    """What a file is for, None where it is a stranger in a folder.

    A marketplace's own report is known by what is in it, whatever it is called.

    Raises:
        NotUsable: it is for no table, or cannot be read as the one it is named after.
    """
    how = written(file.name)
    content, known = looked_into(file, how.encoding, sought) if file.is_file() else (None, False)
    if known:
        return Found(file, REPORT, how, content)
    table = table_of(how.stem.removeprefix("."))
    if how.kind is None or not (file.is_file() or named):
        if table:
            kinds = ", ".join(KINDS)
            raise NotUsable(f"{file}: cannot be read as {table}; expected a file that ends in one of: {kinds}")
        if not named:
            return None
    if table is None and how.kind not in WHOLE:
        raise NotUsable(f"{file}: a file is named after its table, which may be: {', '.join(TABLES)}")
    return Found(file, table or BATCH, how, content)


def looked_into(file: Path, encoding: str | None, sought: Sought) -> tuple[bytes | None, bool]:
    """What is in a file, where all of it had to be read, and whether it is a report."""
    with file.open("rb") as opened:
        content = opened.read(LOOKED_AT)
        if is_tree(content, encoding) and file.stat().st_size <= sought.most:
            content += opened.read()
        whole = not opened.read(1)
    return content if whole else None, is_report(content, encoding, sought.reports)


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
