"""The header of a file with separators: what separates, and which columns there are."""

from typing import NamedTuple

from service.intake.parts import Part, Unreadable, require_once
from service.intake.rows import Row, rows
from service.schemas.records import shape
from service.schemas.scalars import SPACES

SEPARATORS = {"csv": ",;\t|", "tsv": "\t;,|"}
LONGEST_HEADER = 256 * 1024


class Header(NamedTuple):
    """The names of the columns, in order, what separates them, and how many lines they take from the top."""

    names: list[str]
    separator: str
    line: int
    lines: int


def read_header(part: Part, text: bytes) -> Header:
    """The header of a file: of the separators there may be, the one that makes most names known.

    Raises:
        Unreadable: there is none, or two columns have one name.
    """
    start = (text if len(text) <= LONGEST_HEADER else text[: text.rfind(b"\n", 0, LONGEST_HEADER) + 1]).decode()
    found = [header for separator in SEPARATORS[part.kind or "csv"] if (header := with_separator(start, separator))]
    if not found:
        detail = "The file has no header, or one too long; a header alone says that there are no records."
        raise Unreadable([part.fault("no_header", detail, 1)])
    known = shape(part.table).fields.keys()
    header = max(found, key=lambda one: len(known & set(one.names)))
    require_once(part, filter(None, header.names), header.line)
    return header


def with_separator(start: str, separator: str) -> Header | None:
    """The first row of a text as one separator reads it."""
    several = rows(start, separator)
    first = next(several, Row(1, None))
    if first.cells is None:
        return None
    lines = first.line + sum(cell.count("\n") for cell in first.cells)
    return Header([name.strip(SPACES) for name in first.cells], separator, first.line, lines)
