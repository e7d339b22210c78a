"""Conditions as rule files write them → conditions as `core` means them, every field and word checked."""

from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from marshmallow import ValidationError, fields

from service.core.clauses import AS_OF, AllOf, AnyOf, Condition, Every, Has, PartIs, Test, Twin, walk
from service.core.known import FORMS
from service.rulebook.cursor import Cursor
from service.schemas.records import TABLES, shape
from service.schemas.scalars import Amount, Boolean, Choice, Integer, Scalar, Timestamp
from service.schemas.shapes import ListOf

NUMBER_OPERATORS = ("at_least", "at_most", "above", "below")
INSTANT_OPERATORS = ("after", "before", "not_after", "not_before")
ORDER_TABLES = tuple(name for name in TABLES if "order_id" in shape(name).fields)
HOURS = {"h": 1, "d": 24}

test = lru_cache(4096, typed=True)(
    Test
)  # equal tests are one, so records are asked once; `core` tells them by identity


@cache
def field_kinds(table: str) -> dict[str, fields.Field[Any]]:
    """The fields a condition on a table may ask for."""
    kinds: dict[str, fields.Field[Any]] = {
        name: kind for name, kind in shape(table).fields.items() if not isinstance(kind, fields.Raw)
    }
    return kinds | {AS_OF: Timestamp()}


def single_fields(table: str) -> list[str]:
    """The fields of a record that hold one value, by which records can be told apart."""
    return [name for name, kind in field_kinds(table).items() if isinstance(kind, Scalar) and name != AS_OF]


def duration(text: str) -> timedelta:
    """A duration such as 24h or 30d."""
    return timedelta(hours=int(text[:-1]) * HOURS[text[-1]])


def condition(cursor: Cursor, table: str, parts: frozenset[str] = frozenset()) -> Condition:
    """The condition at a place: entries of a list are alternatives, keys of a map must all hold."""
    options = [all_of(entry, table, parts) for entry in cursor.entries()]
    return options[0] if len(options) == 1 else AnyOf(tuple(options))


def all_of(cursor: Cursor, table: str, parts: frozenset[str]) -> Condition:
    """The condition of one map."""
    tests: list[Condition] = []
    for key, inner in cursor.items():
        if key in ("has", "all"):
            tests += [related(child, other, table, Has if key == "has" else Every) for other, child in inner.items()]
        elif key == "twin":
            tests.append(twin(inner, table))
        elif key == "part":
            if not parts:
                inner.fault(f"unknown part {inner.value!r}; the card has no parts")
                continue
            named = [entry for entry in inner.entries() if entry.one_of(parts, "part")]
            tests.append(PartIs(tuple(entry.value for entry in named)))
        elif inner.one_of(field_kinds(table), f"field of {table}", key=True):
            tests.append(any_test(inner, key, table))
    return tests[0] if len(tests) == 1 else AllOf(tuple(tests))


def related(cursor: Cursor, other: str, table: str, kind: type[Has | Every]) -> Condition:
    """A condition on records of the same order."""
    others = [name for name in ORDER_TABLES if name != table] if table in ORDER_TABLES else []
    if not others:
        cursor.fault(f"{table} belong to no order", key=True)
    elif cursor.one_of(others, "related table", key=True):
        return kind(other, condition(cursor, other))
    return AllOf(())


def twin(cursor: Cursor, table: str) -> Condition:
    """A condition on another record much like this one."""
    for name in cursor["same"].entries():
        name.one_of(single_fields(table), f"field of {table}")
    dated_by = FORMS[table].dated_by
    if dated_by is None:
        cursor.fault(f"records of {table} have no date to be close by")
    return Twin(
        tuple(cursor["same"].value), str(dated_by), duration(cursor["within"].value), condition(cursor["when"], table)
    )


def any_test(cursor: Cursor, name: str, table: str) -> Condition:
    """The tests of one field: alternatives in a list, plain values among them taken together."""
    values = [entry for entry in cursor.entries() if not isinstance(entry.value, dict)]
    options: list[Condition] = []
    if values:
        kind = field_kinds(table)[name]
        options.append(test(name, "is", tuple(word(entry, kind, name) for entry in values)))
    options += [operators(entry, name, table) for entry in cursor.entries() if isinstance(entry.value, dict)]
    return options[0] if len(options) == 1 else AnyOf(tuple(options))


def operators(cursor: Cursor, name: str, table: str) -> Condition:
    """The operators of one field; all must hold."""
    kind = field_kinds(table)[name]
    tests: list[Condition] = []
    for operator, inner in cursor.items():
        if operator == "known":
            tests.append(test(name, "known", inner.value))
        elif operator in ("is", "not"):
            tests.append(test(name, operator, tuple(word(entry, kind, name) for entry in inner.entries())))
        elif operator in NUMBER_OPERATORS:
            if not isinstance(kind, (Integer, Amount)):
                inner.fault(f"{operator!r} needs a number, and {name!r} of {table} is none", key=True)
            tests.append(test(name, operator, inner.value))
        elif operator in (*INSTANT_OPERATORS, "of"):
            instants(cursor, inner, name, table)
            if operator != "of":
                tests.append(test(name, operator, inner.value))
        elif operator == "during":
            if not isinstance(kind, Timestamp) or name == AS_OF:
                cursor.fault(f"'during' needs an instant, and {name!r} of {table} is none")
            tests.append(test(name, operator, inner.value))
        else:
            tests.append(test(name, operator, duration(inner.value), of=cursor["of"].value))
    return tests[0] if len(tests) == 1 else AllOf(tuple(tests))


def instants(cursor: Cursor, other: Cursor, name: str, table: str) -> None:
    """Faults unless both sides of a comparison of instants are instants."""
    kinds = field_kinds(table)
    allowed = [field for field, kind in kinds.items() if isinstance(kind, Timestamp)]
    if table != "orders" and table in ORDER_TABLES:
        orders = {field: kind for field, kind in field_kinds("orders").items() if field != AS_OF}
        allowed += [f"order.{field}" for field, kind in orders.items() if isinstance(kind, Timestamp)]
    other.one_of(allowed, f"instant of {table}")
    if not isinstance(kinds[name], Timestamp):
        cursor.fault(f"only instants can be compared so, and {name!r} of {table} is none")


def word(cursor: Cursor, kind: fields.Field[Any], name: str) -> Any:
    """A value a field may have; a misspelt word is a fault."""
    kind = kind.inner if isinstance(kind, ListOf) else kind
    if isinstance(kind, Choice):
        cursor.one_of(kind.choices, f"value of {name!r}")
    elif isinstance(kind, Boolean) != isinstance(cursor.value, bool):
        wanted = "true or false" if isinstance(kind, Boolean) else "no yes-or-no field"
        cursor.fault(f"found {cursor.value!r}; {name!r} is {wanted}")
    elif not isinstance(kind, Scalar) or isinstance(kind, Timestamp):
        cursor.fault(f"{name!r} cannot be compared with a value; ask for known, after, before or within")
    elif not isinstance(kind, Boolean):
        try:
            kind.deserialize(str(cursor.value))
        except ValidationError as error:
            number = "a number: " if isinstance(kind, (Integer, Amount)) else ""
            refused: Any = error.messages[0]
            cursor.fault(f"found {cursor.value!s}; {name!r} is {number}{refused.detail}")
    return cursor.value


def asks_for_now(found: Condition | None) -> bool:
    """Whether a condition asks for `as_of`."""
    tests = [test for test in walk(found) if isinstance(test, Test)]
    return any(AS_OF in (test.field, test.value, test.of) for test in tests)


def asks_for_now_elsewhere(found: Condition | None) -> bool:
    """Whether a condition asks for `as_of` of related records; coming days cannot be foreseen from that."""
    related = [inner for inner in walk(found) if isinstance(inner, (Has, Every, Twin))]
    return any(asks_for_now(one.condition) for one in related)
