"""What is sound but should be looked at: sources nobody uses, and sources nobody has read for a year."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from service.core.errors import RuleFault
from service.rulebook.folder import Snapshot, rules_of
from service.rulebook.yaml_source import Source, read_source

READ_AGAIN_AFTER = timedelta(days=365)


def advice(files: Snapshot, today: date) -> list[RuleFault]:
    """What to look at in sound rule files, by place."""
    found: list[RuleFault] = []
    for name, text in sorted(rules_of(files).items()):
        source = read_source(name, text)
        if isinstance(source.value, Mapping) and "sources" in source.value:
            found += of_card(source, today)
    return sorted(found)


def of_card(source: Source, today: date) -> Iterator[RuleFault]:
    """The advice on one metric card or report."""
    card: Mapping[str, Any] = source.value
    used = set(sources_used({key: value for key, value in card.items() if key != "sources"}))
    for name, entry in card["sources"].items():
        if "editions" in card and name not in used:
            line, column = source.keys["sources", name]
            yield RuleFault(source.file, line, column, f"no edition uses the source {name!r}")
        if today - date.fromisoformat(entry["read_on"]) > READ_AGAIN_AFTER:
            line, column = source.places["sources", name, "read_on"]
            yield RuleFault(source.file, line, column, f"not read for more than a year: read {name!r} again")


def sources_used(value: Any) -> Iterator[str]:
    """The sources named anywhere in a file."""
    if isinstance(value, Mapping):
        if isinstance(value.get("source"), str):
            yield value["source"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from sources_used(inner)
