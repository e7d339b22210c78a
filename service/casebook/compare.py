"""What was expected against what the verdict says: only what is named is compared, lists are compared whole."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from service.casebook.cases import Difference
from service.casebook.records import absolute
from service.rulebook.cursor import Cursor
from service.rulebook.yaml_source import json_value

KEYED_BY = {
    "metrics": "metric",
    "actions": "action",
    "parts": "metric",
    "left_out": "because",
    "notices": "notice_id",
    "appeals": "appeal_id",
    "applications": "application_id",
    "related": "seller_id",
}


class Unlike(NamedTuple):
    """A place where a verdict says otherwise."""

    path: tuple[str, ...]
    expected: Cursor
    got: Any


def differences(expected: Cursor, verdicts: Mapping[str, Any], moment: datetime) -> Iterator[Difference]:
    """Everything the verdicts say otherwise.

    Args:
        expected: what a case expects: parts of the one verdict, or verdicts by seller.
        verdicts: by `<seller_id> <marketplace>`.
        moment: the instant of the question, for expected instants that are relative to it.
    """
    if not expected["verdicts"]:
        yield from of_verdict(expected, next(iter(verdicts.values())), (), moment)
    for name, inner in expected["verdicts"].items():
        path = ("verdicts", name)
        if inner and name not in verdicts:
            yield Difference(".".join(path), inner.place[1], "a verdict", f"verdicts on {', '.join(verdicts)} only")
        else:
            yield from of_verdict(inner, verdicts.get(name), path, moment)


def of_verdict(expected: Cursor, verdict: Any, path: tuple[str, ...], moment: datetime) -> Iterator[Difference]:
    """Everything one verdict says otherwise, each with the sentence of its metric."""
    reasons = {metric["metric"]: metric["reason"] for metric in (verdict or {}).get("metrics", ())}
    for place, cursor, got in unlike(expected, verdict, path, moment):
        wanted = wire(cursor.value, got, moment)
        steps = place[len(path) :]
        reason = reasons.get(steps[1]) if steps[:1] == ("metrics",) else None
        yield Difference(".".join(place), cursor.place[1], wanted, brief(got, wanted), reason)


def unlike(expected: Cursor, got: Any, path: tuple[str, ...], moment: datetime) -> Iterator[Unlike]:
    """The places where what was got is not what was expected."""
    value = expected.value
    if isinstance(value, dict) and isinstance(got, list) and path[-1] in KEYED_BY:
        got = {str(entry[KEYED_BY[path[-1]]]): entry for entry in got}
    if isinstance(value, dict) and isinstance(got, dict):
        for name, inner in expected.items():
            yield from unlike(inner, got.get(name), (*path, name), moment)
    elif holds_objects(value) and isinstance(got, list) and len(got) == len(value):
        for place, inner in enumerate(expected.entries()):
            yield from unlike(inner, got[place], (*path, str(place)), moment)
    elif not same(wire(value, got, moment), got):
        yield Unlike(path, expected, got)


def holds_objects(value: Any) -> bool:
    """Whether a value is a list of objects, which are compared key by key."""
    return isinstance(value, list) and any(isinstance(entry, dict) for entry in value)


def same(expected: Any, got: Any) -> bool:
    """Whether two values are the same; true is not 1, and an id may be written as a number."""
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    if isinstance(expected, int) and isinstance(got, str):
        return str(expected) == got
    return bool(expected == got) and isinstance(expected, bool) == isinstance(got, bool)


def wire(value: Any, got: Any, moment: datetime) -> Any:
    """An expected value as an answer has it."""
    return absolute(value, moment) if isinstance(got, str) and got.endswith("Z") else json_value(value)


def brief(got: Any, expected: Any) -> Any:
    """What was got; of a list of objects, only those keys that were expected of one."""
    if not holds_objects(expected) or not isinstance(got, list):
        return got
    named = {name for entry in expected for name in entry}
    return [{name: entry[name] for name in entry if name in named} for entry in got]
