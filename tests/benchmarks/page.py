"""What a part has to tell, as a page: sections of prose and tables, and on which machine they came about."""

import os
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from service.clock import now

LIBRARIES = (
    "polars", "numpy", "orjson", "msgspec", "marshmallow", "flask", "gunicorn", "durable_rules", "duckdb", "pandas",
)  # fmt: skip
Row = tuple[str, ...]


class Section(NamedTuple):
    """One part of the page. The first column of a table names, the others measure."""

    title: str
    about: str
    columns: Row
    rows: list[Row]
    notes: tuple[str, ...] = ()


def shown(section: Section) -> str:
    """A section in Markdown."""
    table = [line(section.columns), line(["---", *["---:"] * (len(section.columns) - 1)]), *map(line, section.rows)]
    return "\n\n".join([f"## {section.title}", section.about, "\n".join(table), *section.notes]) + "\n"


def line(cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def page(sections: Iterable[Section], command: str, load: float, minutes: float) -> str:
    """The whole page.

    Args:
        sections: what the parts had to tell.
        command: what was typed.
        load: the load average of the machine before the first part.
        minutes: how long it all took.
    """
    head = f"# Results\n\nWritten by `{command}`; [README.md](README.md) says what is measured, and how to read it.\n"
    facts = "\n".join(f"* {fact}" for fact in machine(load, minutes))
    return "\n".join([head, facts + "\n", *map(shown, sections)])


def machine(load: float, minutes: float) -> Iterator[str]:
    """What the figures depend on."""
    yield f"{now():%Y-%m-%d}, in {minutes:.0f} minutes; load average {load:.1f} before the start"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"{os.cpu_count()} cores of {processor()}, {memory:.0f} GiB of memory, {platform.system()}"
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
