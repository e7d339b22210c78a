"""One rule file as values and places. The only reader of YAML; knows nothing of what a rule means.

YAML 1.2, so `no`, `on` and `12:30` stay text; dates stay text too; decimals are exact. Aliases are refused, since a
rule that stands elsewhere cannot be read where it acts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from service.core.errors import RuleFault

Path = tuple[str | int, ...]
DEEPEST = 24
AROUND = (StreamStartEvent, DocumentEndEvent)
STARTS = (SequenceStartEvent, MappingStartEvent)
ENDS = (SequenceEndEvent, MappingEndEvent)
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,11})\.[0-9]{1,9}")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Source:
    """A file's values, where each stands, and what is wrong with its form. Lines and columns count from 1."""

    file: str
    value: Any = None
    whole: bool = False
    faults: list[RuleFault] = field(default_factory=list)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def blame(self, place: tuple[int, int], detail: str) -> None:
        """Adds a fault at a place."""
        self.faults.append(RuleFault(self.file, *place, detail))

    def fault(self, path: Path, detail: str, *, key: bool = False) -> None:
        """Adds a fault at the nearest place that is known, the key's rather than the value's where asked."""
        known = self.keys if key else self.places
        while path not in known and path:
            path, known = path[:-1], self.places
        self.faults.append(RuleFault(self.file, *known.get(path, (1, 1)), detail))


def read_source(file: str, text: bytes) -> Source:
    """Reads one file; every fault of its form is in the answer."""
    source = Source(file)
    try:
        written = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        lines = text[: error.start].decode("utf-8-sig").split("\n")
        source.blame((len(lines), len(lines[-1]) + 1), "not UTF-8 text")
        return source
    reader = Reader(source, YAML(typ="safe", pure=True).parse(written))
    try:
        reader.document()
    except ReaderError as error:
        lines = written[: error.position].split("\n")
        source.blame((len(lines), len(lines[-1]) + 1), f"not YAML: the character {chr(error.character)!a}")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else reader.place
        source.blame(place, f"not YAML: {error.problem or error.context}")
    except (YAMLError, ValueError) as error:
        source.blame(reader.place, f"not YAML after this: {error}")
    return source


class Reader:
    """The events of a file as plain values. Never deeper in calls than rule files may be in levels."""

    def __init__(self, source: Source, events: Iterator[Event]) -> None:
        self._source, self._events = source, events
        self.place = (1, 1)
        self._whole = True

    def document(self) -> None:
        """Reads the one document of the file into the source."""
        source, event = self._source, self._next()
        event = self._next() if isinstance(event, DocumentStartEvent) else event
        if isinstance(event, StreamEndEvent):
            source.blame((1, 1), "the file is empty")
            return
        source.value = self._value(event, ())
        if isinstance(self._next(), DocumentStartEvent):
            self._unread_at(self.place, "a second document: a file holds one")
        source.whole = self._whole

    def _next(self) -> Any:
        event = next(event for event in self._events if not isinstance(event, AROUND))
        self.place = event.start_mark.line + 1, event.start_mark.column + 1
        return event

    def _value(self, event: Any, path: Path) -> Any:
        """The value that begins with an event; notes its place, and faults on aliases, tags and depth."""
        self._source.places[path] = self.place
        if isinstance(event, AliasEvent):
            return self._unread(path, "an alias: write the value out")
        if event.tag is not None:
            self._source.fault(path, f"a tag ({event.tag}): write the value without it")
        if isinstance(event, ScalarEvent):
            if found := UNWRITABLE.search(event.value):
                self._source.fault(path, f"the control character or half surrogate {found[0]!a}: no text holds it")
            return scalar(event)
        if len(path) > DEEPEST:
            self._skip()
            return self._unread(path, f"deeper than {DEEPEST} levels")
        if isinstance(event, SequenceStartEvent):
            return [self._value(entry, (*path, place)) for place, entry in enumerate(self._begun())]
        return dict(self._pairs(path))

    def _begun(self) -> Iterator[Any]:
        """What begins within a list or mapping that has begun, up to its end."""
        while not isinstance(event := self._next(), ENDS):
            yield event

    def _unread(self, path: Path, detail: str) -> None:
        self._unread_at(self._source.places[path], detail)

    def _unread_at(self, place: tuple[int, int], detail: str) -> None:
        self._source.blame(place, detail)
        self._whole = False

    def _skip(self) -> None:
        """Passes over the rest of a list or mapping that has begun."""
        depth = 1
        while depth:
            event = self._next()
            depth += isinstance(event, STARTS) - isinstance(event, ENDS)

    def _pairs(self, path: Path) -> Iterator[tuple[str, Any]]:
        """The keys and values of a mapping, a repeated key once."""
        met: set[str] = set()
        for event in self._begun():
            key, place = self._key(event, met), self.place
            inner = self._next()
            if key is None:
                if isinstance(inner, STARTS):
                    self._skip()
                continue
            met.add(key)
            self._source.keys[(*path, key)] = place
            found = self._value(inner, (*path, key))
            if isinstance(inner, ScalarEvent) and inner.style is None and not inner.value:
                self._source.places[(*path, key)] = place
            yield key, found

    def _key(self, event: Event, met: set[str]) -> str | None:
        """The key, or None where it is none."""
        if isinstance(event, ScalarEvent) and event.value not in met:
            return str(event.value)
        detail = f"key {event.value!r} stands twice" if isinstance(event, ScalarEvent) else "a key must be a plain word"
        self._source.blame(self.place, "an alias: write the value out" if isinstance(event, AliasEvent) else detail)
        if isinstance(event, STARTS):
            self._skip()
        return None


def scalar(node: ScalarEvent) -> Any:
    """The value of a scalar: quoted ones and everything that is no number, boolean or null are text."""
    text = str(node.value)
    if node.style is not None:
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if DECIMAL.fullmatch(text) else text


def json_value(value: Any) -> Any:
    """The same value with decimals as plain JSON numbers."""
    if isinstance(value, Mapping):
        return {key: json_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [json_value(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
