"""Conditions as rule files mean them: frozen types that say what a record must be. No expression of any engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

AS_OF = "as_of"
ANY = None


@dataclass(frozen=True, slots=True)
class Test:
    """One question of one field; `value` is what the operator compares with, `of` the instant a duration starts at."""

    field: str
    operator: str
    value: Any
    of: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Has:
    """Holds when a record of `table` belongs to the same order and meets the condition."""

    table: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Every:
    """Holds when records of `table` belong to the same order and all of them meet the condition."""

    table: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Twin:
    """Holds when another record has the same fields, lies within a duration of this one, and meets the condition."""

    same: tuple[str, ...]
    by: str
    within: timedelta
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class PartIs:
    """Holds when one of the named parts of the card counts the record."""

    parts: tuple[str, ...]


Condition = Test | AllOf | AnyOf | Has | Every | Twin | PartIs


def asked(condition: Condition | None, table: str) -> Iterator[tuple[str, Any]]:
    """Every field (`table.field`) that a condition on records of a table asks for, with each value it asks for.

    `ANY` stands for whatever value there is.
    """
    match condition:
        case Test():
            if condition.operator in ("is", "not"):
                yield from ((f"{table}.{condition.field}", value) for value in condition.value)
                return
            for name in (condition.field, condition.of, condition.value):
                if isinstance(name, str):
                    yield f"orders.{name[6:]}" if name.startswith("order.") else f"{table}.{name}", ANY
        case AllOf() | AnyOf():
            for inner in condition.conditions:
                yield from asked(inner, table)
        case Has() | Every():
            yield from asked(condition.condition, condition.table)
        case Twin():
            yield from ((f"{table}.{name}", ANY) for name in condition.same)
            yield from asked(condition.condition, table)


def walk(condition: Condition | None) -> Iterator[Condition]:
    """A condition and everything within it."""
    if condition is None:
        return
    yield condition
    if isinstance(condition, (AllOf, AnyOf)):
        for inner in condition.conditions:
            yield from walk(inner)
    elif isinstance(condition, (Has, Every, Twin)):
        yield from walk(condition.condition)
