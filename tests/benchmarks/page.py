"""What a part has to tell, as a page: sections of prose and tables, and on which machine they came about."""

import os
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from service.clock import now

LIBRARIES = (
    "polars", "numpy", "orjson", "msgspec", "marshmallow", "flask", "gunicorn", "durable_rules", "duckdb", "pandas",
)  # fmt: skip
WIDTH = 120
Row = tuple[str, ...]


class Section(NamedTuple):
    """One part of the page. The first column of a table names, the others measure."""

    title: str
    about: str
    columns: Row
    rows: list[Row]
    notes: tuple[str, ...] = ()


class Circumstances(NamedTuple):
    """How a page came about.

    Attributes:
        command: what was typed.
        size: a sentence on how much was measured.
        load: the load average of the machine before the first part.
        minutes: how long it all took.
    """

    command: str
    size: str
    load: float
    minutes: float


def shown(section: Section) -> str:
    """A section in Markdown."""
    parts = [f"## {section.title}", wrapped(section.about)]
    if section.rows:
        head = [line(section.columns), line(["---", *["---:"] * (len(section.columns) - 1)])]
        parts.append("\n".join([*head, *map(line, section.rows)]))
    return "\n\n".join([*parts, *map(wrapped, section.notes)]) + "\n"


def wrapped(prose: str, indent: str = "") -> str:
    """A paragraph in lines of one width."""
    return fill(prose, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def line(cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def page(sections: Iterable[Section], made: Circumstances) -> str:
    """The whole page."""
    about = wrapped(f"{made.size} [README.md](README.md) says what is measured and how to read it.")
    facts = "\n".join(wrapped(f"* {fact}", "  ") for fact in circumstances(made))
    return "\n".join([f"# Results\n\n{about}\n", facts + "\n", *map(shown, sections)])


def circumstances(made: Circumstances) -> Iterator[str]:
    """What the figures depend on."""
    yield f"`{made.command}` on {now():%Y-%m-%d}: {made.minutes:.1f} minutes, load average {made.load:.1f} at the start"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    yield f"{cores} cores of {processor()}, {memory:.0f} GiB of memory, {platform.system()}"
    yield f"Python {platform.python_version()}; " + ", ".join(f"{name} {installed(name)}" for name in LIBRARIES)


def processor() -> str:
    """The model of the processor, where the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown make")


def installed(name: str) -> str:
    """The version of a library."""
    try:
        return version(name)
    except ModuleNotFoundError:
        return "not installed"
