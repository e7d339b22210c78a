"""Lines of JSON → one table of texts per record type. Splits lines by table; records are read as those of a JSON body."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from service.core.errors import Fault
from service.intake.beside import read_beside
from service.intake.cast import escaped
from service.intake.join import assembled
from service.intake.json_body import MalformedBody, given_table, require_utf8, scan
from service.intake.parts import Part
from service.intake.tables import Call, Given, Limits, Place, Placed, TooManyRecords
from service.schemas.records import TABLES

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BATCH = "batch"
NAMED = re.compile(rb'[ \t]*\{[ \t]*"table"[ \t]*:[ \t]*"([a-z_]{1,32})"[ \t]*[,}]')
SPACES = b" \t\r"
NAME = "table"
LISTED = 1000
SECOND_BATCH = Fault("", "repeated_batch", "Only one line may say what stands beside the tables.")

Locate = Callable[[Collection[int]], Mapping[int, Place]]


class Tabled(msgspec.Struct, gc=False):
    """The one key that says whose a line is."""

    table: str | None = None


class Line(NamedTuple):
    """A line that says something: its number, counted from 1, its table and its bytes."""

    number: int
    table: str | None
    text: bytes


def read_ndjson(body: bytes, limits: Limits) -> Call:
    """The call a body of lines makes.

    Raises:
        MalformedBody: a line is not JSON.
        TooManyRecords: there are more records than the limit.
    """
    text = body.removeprefix(BYTE_ORDER_MARK)
    require_utf8(text)
    lines: dict[str, list[bytes]] = {}
    beside: list[Line] = []
    faults: list[Placed] = []
    for line in named_lines(text):
        if line.table in TABLES:
            lines.setdefault(line.table or "", []).append(line.text)
        elif line.table == BATCH:
            beside.append(line)
        else:
            faults += [stranger(line)] if len(faults) < LISTED else []
    if sum(map(len, lines.values())) > limits.records:
        raise TooManyRecords
    several = [given_lines(table, texts, limits, partial(lines_of, text, table)) for table, texts in lines.items()]
    faults += [Placed(SECOND_BATCH, Place(line=line.number)) for line in beside[1:]]
    return assembled(batch_line(beside[0], limits) if beside else Call({}, {}), several, faults)


def read_table_lines(part: Part, text: bytes, limits: Limits) -> Given:
    """The table that a file of lines holds, each line a record of it.

    Raises:
        MalformedBody: a line is not JSON.
        TooManyRecords: there are more records than the limit.
    """
    lines = [line.text for line in lines_with_text(text)]
    if len(lines) > limits.records:
        raise TooManyRecords
    return given_lines(part.table, lines, limits, partial(lines_of, text, None, source=part.source))


def lines_with_text(text: bytes) -> Iterator[Line]:
    """Every line that is not blank."""
    for number, line in enumerate(text.split(b"\n"), 1):
        if line.strip(SPACES):
            yield Line(number, None, line)


def named_lines(text: bytes) -> Iterator[Line]:
    """Every line that is not blank, with its table. Lines of one table mostly begin alike, which is quickest to see.

    Raises:
        MalformedBody: a line that does not begin with its table is not JSON.
    """
    beginning, table = b"\n", ""
    for line in lines_with_text(text):
        if line.text.startswith(beginning):
            yield line._replace(table=table)
        elif found := NAMED.match(line.text):
            beginning, table = found[0], found[1].decode()
            yield line._replace(table=table)
        else:
            yield line._replace(table=named_within(line))


def named_within(line: Line) -> str | None:
    """The table of a line that names it elsewhere than at its beginning."""
    try:
        return msgspec.json.decode(line.text, type=Tabled).table
    except msgspec.ValidationError:
        return None
    except (msgspec.MsgspecError, RecursionError):
        require_json(line)
        return None


def stranger(line: Line) -> Placed:
    """The fault of a line that belongs to no table."""
    require_json(line)
    place = Place(line=line.number)
    if line.table is not None:
        return Placed(Fault(f"/{escaped(line.table)}", "unknown_key", "No such table or key."), place)
    return Placed(Fault("", "no_table", 'Expected an object that names its "table".'), place)


def require_json(line: Line) -> None:
    """Refuses a line that is not JSON.

    Raises:
        MalformedBody: it is not; the place is that in the whole text.
    """
    try:
        scan(line.text, line.text, msgspec.Raw)
    except MalformedBody as error:
        error.line = line.number
        raise


def batch_line(line: Line, limits: Limits) -> Call:
    """The call of the line that says what stands beside the tables."""
    require_json(line)
    return read_beside(line.text, limits)


def given_lines(table: str, lines: list[bytes], limits: Limits, locate: Locate) -> Given:
    """The records of one table.

    Raises:
        MalformedBody: a line is not JSON.
    """
    given = given_table(table, [msgspec.Raw(line) for line in lines], limits.nesting)
    for position in given.odd:
        try:
            scan(lines[position], lines[position], msgspec.Raw)
        except MalformedBody as error:
            error.line = locate([position])[position].line or error.line
            raise
    unknown = Counter({name: count for name, count in given.unknown.items() if name != NAME})
    return replace(given, unknown=unknown, record=partial(without_table, given), locate=locate)


def without_table(given: Given, position: int) -> Any:
    """One record without the name of its table."""
    record = given.record(position)
    return {name: value for name, value in record.items() if name != NAME} if isinstance(record, dict) else record


def lines_of(text: bytes, table: str | None, positions: Collection[int], source: str | None = None) -> dict[int, Place]:
    """Where records of a table stand."""
    lines = lines_with_text(text) if table is None else (line for line in named_lines(text) if line.table == table)
    wanted, last = set(positions), max(positions, default=-1)
    first = islice(enumerate(lines), last + 1)
    return {position: Place(source, line.number) for position, line in first if position in wanted}
