"""What rule files with dated editions share: their order, their sources, and lists of rules the engine decides."""

from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import fields

from service.core.chapters import Chapter
from service.rulebook.chapters import check_last, listed_rules
from service.rulebook.cursor import Cursor
from service.rulebook.facts import Facts
from service.rulebook.reach import check_rules
from service.schemas.scalars import Choice
from service.schemas.shapes import Shape

Outcome = tuple[str, Iterable[str]]


def deciding(cursor: Cursor, address: str, outcome: Outcome, facts: Facts) -> Chapter:
    """A list of rules of which the first that holds decides."""
    chapter = rules_of(cursor, address, outcome, facts)
    check_rules(cursor.entries(), [rule.wants for rule in chapter.rules], outcome[0], first_decides=True)
    check_last(cursor)
    return chapter


def telling(
    cursor: Cursor, address: str, outcome: Outcome, facts: Facts, placeholders: tuple[str, ...] = ()
) -> Chapter:
    """A list of rules of which every one that holds tells."""
    chapter = rules_of(cursor, address, outcome, facts, placeholders)
    check_rules(cursor.entries(), [rule.wants for rule in chapter.rules], outcome[0], first_decides=False)
    return chapter


def rules_of(
    cursor: Cursor, address: str, outcome: Outcome, facts: Facts, placeholders: tuple[str, ...] = ()
) -> Chapter:
    """A list of rules; the engine knows it by its place in the file, answers by the edition alone."""
    key, allowed = outcome
    for entry in cursor.entries():
        if allowed:
            entry[key].one_of(allowed, key)
    since = Cursor(cursor.source, cursor.path[:2])["since"].day()
    return Chapter(f"{address}/{cursor.path[-1]}", since, listed_rules(cursor, address, key, facts, placeholders))


def check_unique(cursor: Cursor, keys: Iterable[str]) -> None:
    """Faults for rules of different lists with one name, since answers would name them alike."""
    met: dict[str, str] = {}
    for key in keys:
        for entry in cursor[key].entries():
            if met.setdefault(entry["rule"].value, key) != key:
                entry["rule"].fault(f"rule {entry['rule'].value!r} stands among {met[entry['rule'].value]} too")


def check_editions(root: Cursor, key: str) -> None:
    """Faults for editions that are not newest first, and for sources that are not listed or were read on no day."""
    editions = root[key].entries()
    days = [entry["since"].value for entry in editions]
    for place in range(1, len(days)):
        if days[place - 1] <= days[place]:
            editions[place]["since"].fault("editions stand newest first, each with its own date")
    sources = root["sources"].value
    for name in sources:
        root["sources"][name]["read_on"].day()
    for named in named_sources(root[key]):
        named.one_of(sources, "source")


def named_sources(cursor: Cursor) -> Iterator[Cursor]:
    """Every place beneath a place that names a source."""
    if isinstance(cursor.value, dict):
        for key, inner in cursor.items():
            yield from [inner] if key == "source" else named_sources(inner)
    elif isinstance(cursor.value, list):
        for entry in cursor.entries():
            yield from named_sources(entry)


def choices(shape: Shape, name: str) -> tuple[str, ...]:
    """The words a field may have."""
    kind: fields.Field[Any] = shape.fields[name]
    return tuple(kind.choices) if isinstance(kind, Choice) else ()
