"""Lines of JSON → the records of each table. Sorts lines by table; records are read as those of a JSON body are."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import NamedTuple

import msgspec

from service.core.errors import Fault
from service.intake.beside import read_beside
from service.intake.faults import escaped
from service.intake.join import assembled
from service.intake.json_body import BYTE_ORDER_MARK, MalformedBody, given_table, require_utf8, scan
from service.intake.tables import Call, Given, Limits, Place, Placed, TooManyRecords
from service.schemas.records import TABLES

BATCH = "batch"
NAME = "table"
SPACES = b" \t\r"
LISTED = 1000
TOGETHER = 256  # lines looked at in one
NAMED_FIRST = re.compile(rb'\{ *"table" *: *"([a-z_]+)"')
NAMED_LAST = re.compile(rb', *"table" *: *"([a-z_]+)" *\}\Z')
NO_SIGN = b"\n\n"  # what no line begins or ends with
RAW_LINES: msgspec.json.Decoder[msgspec.Raw] = msgspec.json.Decoder(msgspec.Raw)
SECOND_BATCH = Fault("", "repeated_batch", "Only one line may say what stands beside the tables.")
NO_TABLE = Fault("", "no_table", 'Expected an object that names its "table".')

Locate = Callable[[Collection[int]], Mapping[int, Place]]


class Tabled(msgspec.Struct, gc=False):
    """The one key that says whose a line is."""

    table: str | None = None


class Sorted(NamedTuple):
    """The records of each table, and the places of the lines that are no records: the batch's, and strangers."""

    records: dict[str, list[msgspec.Raw]]
    batches: list[int]
    strangers: list[tuple[int, Fault]]


def read_ndjson(body: bytes, limits: Limits, source: str | None = None) -> Call:
    """The call a body, or a file of that name, of lines makes.

    Raises:
        MalformedBody: a line is not JSON.
        TooManyRecords: there are more records than the limit.
    """
    text = body.removeprefix(BYTE_ORDER_MARK)
    lines = raw_lines(text)
    found = by_table(lines)
    if sum(map(len, found.records.values())) > limits.records:
        raise TooManyRecords
    several = [
        lined(table, records, limits, partial(places_of, text, table, source=source))
        for table, records in found.records.items()
    ]
    strange = [(place, SECOND_BATCH) for place in found.batches[1:]] + found.strangers
    numbers = line_numbers(text, [place for place, _ in strange])
    faults = [Placed(fault, Place(source, numbers[place])) for place, fault in strange]
    first = read_beside(bytes(lines[found.batches[0]]), limits) if found.batches else Call({}, {})
    return assembled(first, several, faults)


def read_table_lines(table: str, text: bytes, source: str, limits: Limits) -> Given:
    """The table that a file of lines holds, each a record of it.

    Raises:
        MalformedBody: a line is not JSON.
        TooManyRecords: there are more records than the limit.
    """
    records = raw_lines(text)
    if len(records) > limits.records:
        raise TooManyRecords
    return lined(table, records, limits, partial(places_of, text, None, source=source))


def lined(table: str, records: list[msgspec.Raw], limits: Limits, locate: Locate) -> Given:
    """The records of one table that came as lines, which may name it."""
    return replace(given_table(table, records, limits.nesting, NAME), locate=locate)


def raw_lines(text: bytes) -> list[msgspec.Raw]:
    """Every line that is not blank.

    Raises:
        MalformedBody: one of them is not JSON.
    """
    require_utf8(text)
    try:
        lines = RAW_LINES.decode_lines(text)
    except (msgspec.MsgspecError, RecursionError):
        return [scanned(number, line) for number, line in lines_with_text(text)]
    if len(lines) == text.count(b"\n") + (text[-1:] != b"\n"):
        return lines
    several = list(lines_with_text(text))  # some are blank, or hold more than one value
    return lines if len(lines) == len(several) else [scanned(number, line) for number, line in several]


def lines_with_text(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Every line that is not blank, with its number."""
    return ((number, line) for number, line in enumerate(text.split(b"\n"), 1) if line.strip(SPACES))


def scanned(number: int, line: bytes) -> msgspec.Raw:
    """One line.

    Raises:
        MalformedBody: it is not JSON; the place is that in the whole text.
    """
    try:
        return scan(line, line, msgspec.Raw)
    except MalformedBody as error:
        error.line = number
        raise


def by_table(lines: Sequence[msgspec.Raw]) -> Sorted:
    """Lines sorted by table. Those of one table mostly stand together and begin or end alike: that is quickly seen."""
    found = Sorted({}, [], [])
    sign, records = NO_SIGN, list[msgspec.Raw]()
    for start in range(0, len(lines), TOGETHER):
        some = lines[start : start + TOGETHER]
        if all_have(some, sign):
            records.extend(some)
            continue
        for place, line in enumerate(some, start):
            if all_have([line], sign):
                records.append(line)
                continue
            table = table_of(line)
            if table in TABLES:
                records = found.records.setdefault(table, [])
                records.append(line)
                sign = sign_of(line, table)
            elif table == BATCH:
                found.batches.append(place)
            elif len(found.strangers) < LISTED:
                unknown = Fault(f"/{escaped(table)}", "unknown_key", "No such table or key.") if table else NO_TABLE
                found.strangers.append((place, unknown))
    return found


def all_have(lines: Sequence[msgspec.Raw], sign: bytes) -> bool:
    """Whether every one of some lines begins or ends as a sign says; none of them holds the end of a line."""
    return b"\n".join([b"", *lines, b""]).count(sign) == len(lines)


def table_of(line: msgspec.Raw) -> str:
    """The table a line names, if any."""
    try:
        return msgspec.json.decode(line, type=Tabled).table or ""
    except (msgspec.MsgspecError, RecursionError):
        return ""


def sign_of(line: msgspec.Raw, table: str) -> bytes:
    """What lines of a table begin with that name it first, or end with that name it last; `NO_SIGN` of others."""
    text, named = bytes(line), table.encode()
    if (first := NAMED_FIRST.match(text)) and first[1] == named:
        return b"\n" + first[0]
    last = NAMED_LAST.match(text, text.rfind(b","))
    return last[0] + b"\n" if last and last[1] == named else NO_SIGN


def line_numbers(text: bytes, places: Collection[int]) -> dict[int, int]:
    """The numbers of some lines, blank ones counted too, by their place among those that are not blank."""
    if not places:
        return {}
    wanted, last = set(places), max(places)
    first = islice(enumerate(lines_with_text(text)), last + 1)
    return {place: number for place, (number, _) in first if place in wanted}


def places_of(
    text: bytes, table: str | None, positions: Collection[int], source: str | None = None
) -> dict[int, Place]:
    """Where records of a table stand."""
    numbers = [
        number
        for number, line in lines_with_text(text)
        if table is None or table_of(msgspec.Raw(line)) == table
    ]  # fmt: skip
    return {position: Place(source, numbers[position]) for position in positions}
