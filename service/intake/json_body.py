"""JSON bytes → one table of texts per record type. Knows the grammar of JSON, not what a value means.

The body is scanned once for its outermost levels; records whose fields have fitting types are read in bulk as text
columns. Whatever is odd about a record sends that record, and no other, to be read one by one.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import polars as pl

from service.intake.guard import Guard, text_schema
from service.intake.tables import ROW, TOO_DEEP, Call, Given, Limits, TooManyRecords
from service.schemas.batch import Top
from service.schemas.records import BULK, TABLES

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BYTE = re.compile(r"\(byte (\d+)\)")
LONGEST_INTEGER = 300

Form = TypeVar("Form")


class MalformedBody(Exception):
    """The body is not JSON. `line` and `column` count from 1, the column in characters."""

    def __init__(self, reason: str, body: bytes, byte: int) -> None:
        before = body[:byte]
        self.reason = reason
        self.line = before.count(b"\n") + 1
        self.column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        super().__init__(reason)


def read_json(body: bytes, limits: Limits) -> Call:
    """The call a JSON body makes.

    Raises:
        MalformedBody: the body is not a JSON object in UTF-8.
        TooManyRecords: its tables hold more than the limit together.
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    require_utf8(body)
    top = scan(body, body, dict[str, msgspec.Raw])
    named = {name: top[name] for name in TABLES if name in top}
    lists = {name: scan(raw, body, list[msgspec.Raw]) for name, raw in named.items() if opens_list(raw)}
    if sum(map(len, lists.values())) > limits.records:
        raise TooManyRecords
    return Call(
        top={name: plain(raw, limits.nesting) for name, raw in top.items() if name in Top.names()},
        tables={name: given_table(name, records, limits.nesting) for name, records in lists.items()},
        strangers=tuple(sorted(name for name in top if name not in TABLES and name not in Top.names())),
        misfits=tuple(name for name in named if name not in lists and plain(named[name], limits.nesting) is not None),
    )


def require_utf8(body: bytes) -> None:
    """Refuses bytes that are no text, before any parser meets them."""
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise MalformedBody("The body is not UTF-8 text.", body, error.start) from None


def scan(part: bytes | msgspec.Raw, body: bytes, form: type[Form]) -> Form:
    """The outermost level of a JSON text, its values still bytes."""
    try:
        return msgspec.json.decode(part, type=form)
    except RecursionError:
        raise MalformedBody("The body is nested too deeply.", body, 0) from None
    except msgspec.MsgspecError as error:
        misplaced = isinstance(error, msgspec.ValidationError)
        reason = "The body is not a JSON object." if misplaced else "The body is not JSON."
        found = BYTE.search(str(error))
        raise MalformedBody(reason, body, int(found[1]) if found else 0 if misplaced else len(body)) from None


def opens_list(raw: msgspec.Raw) -> bool:
    """Whether a JSON value is a list."""
    return bytes(memoryview(raw)[:1]) == b"["


def plain(raw: msgspec.Raw, deepest: int) -> Any:
    """A JSON value as Python has it, or `TOO_DEEP`."""
    try:
        value = json.loads(bytes(raw), parse_int=bounded_integer, object_pairs_hook=first_values)
    except RecursionError:
        return TOO_DEEP
    return value if is_within(value, deepest) else TOO_DEEP


def is_within(value: Any, deepest: int) -> bool:
    """Whether a value has at most so many levels of lists and objects."""
    level = [value]
    for _ in range(deepest + 1):
        level = [inner for outer in level if isinstance(outer, (dict, list)) for inner in values_of(outer)]
        if not level:
            return True
    return False


def values_of(outer: dict[str, Any] | list[Any]) -> Iterable[Any]:
    """What an object or a list holds."""
    return outer.values() if isinstance(outer, dict) else outer


def first_values(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated keys have their first value, as the bulk reader has it."""
    return dict(reversed(pairs))


def bounded_integer(digits: str) -> int | float:
    """The integer of some digits; one too long for any field reads as infinite."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else float("inf")


def given_table(table: str, records: list[msgspec.Raw], deepest: int) -> Given:
    """The records of one table: in bulk as far as their types fit, the rest left to be read one by one."""

    def record(position: int) -> Any:
        return plain(records[position], deepest)

    if table not in BULK:
        return Given(table, None, list(range(len(records))), record)
    guard = Guard(table)
    fitting: Sequence[int] = [position for position, raw in enumerate(records) if guard.fits(raw)]
    odd = sorted(set(range(len(records))).difference(fitting)) if len(fitting) < len(records) else []
    lines = b"\n".join([one_line(records[position]) for position in fitting])
    schema = text_schema(table)
    try:
        texts = pl.read_ndjson(lines, schema=schema) if lines else pl.DataFrame(schema=schema)
    except pl.exceptions.PolarsError:  # the guard knows of no such record; should there be one, it costs time only
        return Given(table, None, list(range(len(records))), record)
    return Given(table, texts.with_columns(pl.Series(ROW, fitting, dtype=pl.UInt32)), odd, record, guard.unknown)


def one_line(record: msgspec.Raw) -> bytes:
    """The bytes of one record without line breaks, which JSON allows only between values."""
    text = bytes(record)
    return text.replace(b"\n", b" ").replace(b"\r", b" ") if b"\n" in text or b"\r" in text else text
