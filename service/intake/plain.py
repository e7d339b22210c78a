"""JSON values as Python has them, no deeper and no longer than any field can use."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec

from service.intake.tables import TOO_DEEP

LONGEST_INTEGER = 300


def plain(raw: msgspec.Raw | bytes, deepest: int) -> Any:
    """A JSON value as Python has it, or `TOO_DEEP`."""
    try:
        value = decoder().decode(bytes(raw).decode())
    except RecursionError:
        return TOO_DEEP
    return value if is_within(value, deepest) else TOO_DEEP


def plain_column(raws: Sequence[msgspec.Raw | None], deepest: int) -> list[Any]:
    """The same of many values."""
    try:
        values = decoder().decode((b"[" + b",".join([b"null" if raw is None else raw for raw in raws]) + b"]").decode())
    except RecursionError:
        return [None if raw is None else plain(raw, deepest) for raw in raws]
    return values if is_within(values, deepest + 1) else [v if is_within(v, deepest) else TOO_DEEP for v in values]


def is_shallow(raw: msgspec.Raw | msgspec.UnsetType, deepest: int) -> bool:
    """Whether a JSON value, if there is one, has at most so many levels; one with as few brackets need not be read."""
    if raw is msgspec.UNSET:
        return True
    text = bytes(raw)
    return text.count(b"{") + text.count(b"[") <= deepest or plain(raw, deepest) is not TOO_DEEP


@cache
def decoder() -> json.JSONDecoder:
    """What reads JSON, made once."""
    return json.JSONDecoder(parse_int=bounded_integer)


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


def bounded_integer(digits: str) -> int | float:
    """The integer of some digits; one too long for any field reads as infinite."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else float("inf")
