"""The shape of rule files: one JSON Schema per kind, and its faults in words that say what is allowed."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator, ValidationError

from service.rulebook.yaml_source import Path, Source

KINDS = (
    "pack", "metric", "health", "status", "actions", "deadlines", "exposure", "excluded_periods", "notices", "appeals",
    "phrases", "funds", "related", "applications", "reports", "report", "cases", "report_cases",
)  # fmt: skip


@cache
def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft-07) of one kind of rule file."""
    text = files("service.rulebook").joinpath(f"schemas/{kind}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@cache
def validator(kind: str) -> Draft7Validator:
    """The validator of one kind of rule file."""
    return Draft7Validator(schema(kind))


def check_shape(source: Source, kind: str) -> None:
    """Adds every fault of shape to the source."""
    for error in validator(kind).iter_errors(source.value):
        for path, detail, at_key in described(error):
            source.fault(path, detail, key=at_key)


def described(error: ValidationError) -> Iterator[tuple[Path, str, bool]]:
    """What is wrong and where, and whether a key is to blame rather than its value."""
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", ()))
        for key in sorted(error.instance.keys() - set(allowed)):
            yield (*path, key), f"unknown key {key!r}; {expected(key, allowed)}", True
    elif error.validator == "required":
        missing = next(key for key in error.validator_value if f"'{key}'" in error.message.split(" is ")[0])
        yield path, f"{missing!r} is missing", False
    elif error.validator == "enum":
        yield path, f"found {shown(error.instance)}; {expected(str(error.instance), error.validator_value)}", False
    elif "propertyNames" in error.absolute_schema_path:
        yield (*path, error.instance), f"found key {error.instance!r}; expected {wanted(error)}", True
    elif "dependencies" in error.absolute_schema_path:
        steps = [str(step) for step in error.absolute_schema_path]
        after = steps[steps.index("dependencies") + 1 :]
        alone = after[0] if after else error.message.rsplit("'", 2)[1]
        yield path, f"{alone!r} stands alone: 'of' goes with within or beyond, 'needs' with 'otherwise'", False
    else:
        yield path, f"found {shown(error.instance)}; expected {wanted(error)}", False


def expected(found: str, allowed: list[Any]) -> str:
    """The allowed words, the nearest first."""
    words = [str(word) for word in allowed]
    near = get_close_matches(found, words, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}allowed: {', '.join(words)}"


def wanted(error: ValidationError) -> str:
    """What the schema asks for, in its own words where it has some."""
    if title := error.schema.get("title"):
        return str(title)
    if error.validator in ("minItems", "minProperties"):
        return "at least one entry"
    if error.validator == "uniqueItems":
        return "no entry twice"
    if error.validator in ("maxItems", "maxProperties"):
        most = error.validator_value
        return "at most one entry" if most == 1 else f"at most {most} entries"
    kinds = {"object": "a mapping", "array": "a list", "string": "a text"}
    return kinds.get(str(error.validator_value), str(error.message))


def shown(value: Any) -> str:
    """A value as a fault quotes it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    return repr(value) if isinstance(value, str) else str(value).lower()
