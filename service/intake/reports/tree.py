"""JSON and XML → objects, and objects → lines of texts. Knows no report; never deeper than it can answer for."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import msgspec
import polars as pl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from service.core.mappings import plain
from service.intake.reports.fields import SEVERAL
from service.intake.reports.flat import LINE, Garbled
from service.schemas.scalars import text_of

DEEPEST = 32
ANY_KEY = "*"
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
Object = dict[str, Any]


def json_values(text: str) -> list[Any]:
    """The values of a JSON text, or of one value a line.

    Raises:
        Garbled: it is neither.
    """
    try:
        return [msgspec.json.decode(text)]
    except (msgspec.MsgspecError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise Garbled("The report is not JSON.") from error
    try:
        return [msgspec.json.decode(line) for line in lines]
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Garbled("The report is not JSON.") from error


def xml_value(text: str) -> Any:
    """An XML document as an object: children by their names, lists where a name is repeated, texts at the end.

    Raises:
        Garbled: it is not well formed, is nested too deeply, or declares what a report has no need of (a document
            type, entities).
    """
    try:
        root = fromstring(DECLARATION.sub("", text, count=1), forbid_dtd=True)
    except DefusedXmlException as error:
        raise Garbled("The report declares a document type or entities, which is not read.") from error
    except (ParseError, ValueError) as error:
        raise Garbled("The report is not well-formed XML.") from error
    return {local(root.tag): value_of(root, 0)}


def value_of(element: Element, depth: int) -> Any:
    """The text of an element, or its children by name."""
    if not len(element):
        return element.text or ""
    if depth > DEEPEST:
        raise Garbled("The report is nested too deeply.")
    found: dict[str, list[Any]] = {}
    for child in element:
        found.setdefault(local(child.tag), []).append(value_of(child, depth + 1))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def inner_values(value: Any, wrappers: frozenset[str]) -> Iterator[Any]:
    """What a list holds, or an object under keys that are known to wrap."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from (inner for key, inner in value.items() if ANY_KEY in wrappers or plain(key) in wrappers)


def names_of(value: Object) -> frozenset[str]:
    """The plain names of an object's keys."""
    return frozenset(map(plain, value))


def values_at(value: Any, path: str) -> list[Any]:
    """What stands at a dotted path of plain names; of lists on the way, what stands in each entry."""
    found = [value]
    for step in path.split(".") if path else ():
        flat = [entry for one in found for entry in (one if isinstance(one, list) else (one,))]
        found = [inner for one in flat if isinstance(one, dict) for key, inner in one.items() if plain(key) == step]
    return [entry for one in found for entry in (one if isinstance(one, list) else (one,))]


def lines_of_objects(objects: Iterable[Object], per: str | None, paths: Iterable[str]) -> pl.DataFrame:
    """A line per object, or per entry of one of its lists: a text column per path that any object has, and `line`."""
    columns: dict[str, list[str | None]] = {path: [] for path in paths}
    positions: list[int] = []
    present: set[str] = set()
    for position, whole in enumerate(objects, 1):
        present |= names_of(whole)
        for one in entries_of(whole, per):
            positions.append(position)
            for path, column in columns.items():
                column.append(text_at(one, path))
    told = {path: texts for path, texts in columns.items() if path.partition(".")[0] in present}
    lines = pl.DataFrame(told, schema=dict.fromkeys(told, pl.String))
    return lines.with_columns(pl.Series(LINE, positions, dtype=pl.UInt32)).select(LINE, *told)


def entries_of(whole: Object, per: str | None) -> Iterator[Object]:
    """An object once per entry of one of its lists, that entry in place of the list."""
    key = next((key for key in whole if plain(key) == per), None)
    entries = whole[key] if key is not None else None
    if not isinstance(entries, list) or not entries:
        yield whole
        return
    yield from ({**whole, str(key): entry} for entry in entries)


def text_at(value: Object, path: str) -> str | None:
    """The text at a path; several texts as one cell."""
    texts = [text for one in values_at(value, path) if (text := text_of(one))]
    return SEVERAL.join(texts).encode(errors="replace").decode() if texts else None  # half a surrogate is no text
