"""JSON bytes → the records of each table. Knows the grammar of JSON, not what a value means.

The body is scanned once for its outermost levels. Whatever is odd about a record sends that record, and no other, to be
read one by one. A key that stands twice at the top of a body is a fault; within a record the last value counts.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
import pyarrow as pa

from service.core.errors import Fault
from service.intake.guard import Guard
from service.intake.plain import plain
from service.intake.tables import PORTION, Call, Given, Limits, Placed, Portion, TooManyRecords
from service.schemas.batch import Top
from service.schemas.records import TABLES

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BYTE = re.compile(r"\(byte (\d+)\)")
REPEATED = "The key stands twice, and nothing says which of the two is meant."

Form = TypeVar("Form")


class MalformedBody(Exception):
    """The body is not JSON. `line` and `column` count from 1, the column in characters."""

    def __init__(self, reason: str, body: bytes, byte: int) -> None:
        before = body[:byte]
        self.reason = reason
        self.line = before.count(b"\n") + 1
        self.column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one table, still bytes."""

    records: list[msgspec.Raw]
    guard: Guard

    @property
    def height(self) -> int:
        """How many records there are."""
        return len(self.records)

    def portions(self) -> Iterator[Portion]:
        """The records column by column, at most `PORTION` at a time."""
        for start in range(0, len(self.records), PORTION):
            yield self.guard.portion(self.records[start : start + PORTION], start)


def read_json(body: bytes, limits: Limits) -> Call:
    """The call a JSON body makes.

    Raises:
        MalformedBody: the body is not a JSON object in UTF-8.
        TooManyRecords: its tables hold more than the limit together.
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    require_utf8(body)
    top, lists = levels(body)
    if sum(map(len, lists.values())) > limits.records:
        raise TooManyRecords
    beside = Top.names()
    others = [name for name in TABLES if name in top]
    return Call(
        top={name: plain(raw, limits.nesting) for name, raw in top.items() if name in beside},
        tables={name: given_table(name, records, limits.nesting) for name, records in lists.items()},
        strangers=tuple(sorted(name for name in top if name not in TABLES and name not in beside)),
        misfits=tuple(name for name in others if plain(top[name], limits.nesting) is not None),
        faults=tuple(Placed(Fault(f"/{name}", "repeated_key", REPEATED)) for name in repeated_keys(body, top, lists)),
    )


def levels(body: bytes) -> tuple[dict[str, msgspec.Raw], dict[str, list[msgspec.Raw]]]:
    """What stands beside the tables, and the records of each: found at once in a sound body, else level by level."""
    try:
        found = msgspec.structs.asdict(sound_body().decode(body))
    except (msgspec.MsgspecError, RecursionError):
        top = scan(body, body, dict[str, msgspec.Raw])
        lists = {name: scan(top[name], body, list[msgspec.Raw]) for name in TABLES if opens_list(top.get(name, b""))}
        return {name: raw for name, raw in top.items() if name not in lists}, lists
    given = {name: value for name, value in found.items() if value is not None}
    return (
        {name: value for name, value in given.items() if name not in TABLES},
        {name: value for name, value in given.items() if name in TABLES},
    )


@cache
def sound_body() -> msgspec.json.Decoder[msgspec.Struct]:
    """The decoder of a body that has no keys but ours, and lists for tables."""
    beside = [(name, msgspec.Raw, None) for name in sorted(Top.names())]
    tables = [(name, list[msgspec.Raw], None) for name in TABLES]
    return msgspec.json.Decoder(msgspec.defstruct("Body", [*beside, *tables], forbid_unknown_fields=True))


def repeated_keys(body: bytes, top: Mapping[str, msgspec.Raw], lists: Mapping[str, list[msgspec.Raw]]) -> list[str]:
    """The keys of ours that stand twice at the top: a parser keeps the last value, and the others are lost.

    They are found in what is left of a body without the values that were kept, which of a sound one is little.
    """
    start = pa.py_buffer(body).address
    kept = [(value, value, b"null") for value in top.values()]
    kept += [(records[0], records[-1], b"") for records in lists.values() if records]
    spans = sorted((pa.py_buffer(first).address - start, pa.py_buffer(last), instead) for first, last, instead in kept)
    rest, end = bytearray(), 0
    for begin, last, instead in spans:
        rest += body[end:begin] + instead
        end = last.address + last.size - start
    try:
        pairs = json.loads(rest + body[end:], parse_int=str, object_pairs_hook=list)
    except RecursionError:
        raise MalformedBody("The body is nested too deeply.", body, 0) from None
    often = Counter(name for name, _ in pairs)
    return [name for name in (*Top.names(), *TABLES) if often[name] > 1]


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


def opens_list(raw: msgspec.Raw | bytes) -> bool:
    """Whether a JSON value is a list."""
    return bytes(memoryview(raw)[:1]) == b"["


def given_table(table: str, records: list[msgspec.Raw], deepest: int, tag: str | None = None) -> Given:
    """The records of one table, to be read in portions; `tag` is a key of theirs that is no field."""

    def record(position: int) -> Any:
        value = plain(records[position], deepest)
        return {name: value[name] for name in value if name != tag} if isinstance(value, dict) else value

    guard = Guard(table, deepest, tag)
    return Given(table, Records(records, guard), [], record, guard.unknown)
