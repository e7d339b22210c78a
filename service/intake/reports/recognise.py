"""Which report it is: told by its header or its keys, never by the name of a file."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl

from service.core.mappings import ReportMapping, plain
from service.intake.parts import shown_name
from service.intake.reports.encodings import text_of_bytes
from service.intake.reports.flat import headers, lines_of
from service.intake.reports.tree import DEEPEST, Object, inner_values, json_values, names_of, values_at, xml_value
from service.intake.tables import Report

Mappings = Sequence[ReportMapping]


class Recognised(NamedTuple):
    """A mapping and what of a report it reads: the lines of a flat file, or objects.

    `names` are the columns of the file as it calls them, by their plain names; `source` is the name of the file.
    """

    mapping: ReportMapping
    lines: pl.DataFrame | None
    objects: list[Object]
    names: Mapping[str, str] = MappingProxyType({})
    source: str | None = None


class UnknownReport(Exception):
    """No mapping knows this header or these keys."""


def recognised(report: Report, mappings: Mappings) -> list[Recognised]:
    """What a report holds. One JSON report may hold objects of several kinds.

    Raises:
        UnknownReport: nothing of it is known.
        Garbled: it begins like JSON or XML and is not.
    """
    text = text_of_bytes(report.content)
    begins = text.lstrip("\ufeff \t\r\n")[:1]
    if begins == "<":
        found = objects_within([xml_value(text.lstrip("\ufeff \t\r\n"))], of_form(mappings, "xml"))
    elif begins and begins in "{[":
        found = objects_within(json_values(text.lstrip("\ufeff")), of_form(mappings, "json"))
    else:
        found = [flat_file(text, of_form(mappings, "table"))]
    if not found:
        raise UnknownReport
    return [one._replace(source=report.source) for one in found]


def of_form(mappings: Mappings, form: str) -> Mappings:
    """The mappings of one form."""
    return [mapping for mapping in mappings if mapping.form == form]


def flat_file(text: str, mappings: Mappings) -> Recognised:
    """The lines of a flat file below the first header that a mapping knows."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    for header in headers(text):
        for mapping in mappings:
            if mapping.signs.fit(header.plain_names):
                names = {plain(name): shown_name(name.strip()) for name in reversed(header.names)}
                return Recognised(mapping, lines_of(text, header), [], names)
    raise UnknownReport


def objects_within(values: Sequence[Any], mappings: Mappings) -> list[Recognised]:
    """The objects that mappings know, wherever lists and known wrappers hold them."""
    wrappers = frozenset(name for mapping in mappings for name in mapping.wrapped_in)
    found: dict[str, list[Object]] = {}
    level: Sequence[Any] = values
    for _ in range(DEEPEST):
        further: list[Any] = []
        for value in level:
            mapping = mapping_of(value, mappings)
            if mapping:
                found.setdefault(mapping.report, []).append(value)
            else:
                further.extend(inner_values(value, wrappers))
        level = further
    return [Recognised(mapping, None, found[mapping.report]) for mapping in mappings if mapping.report in found]


def mapping_of(value: Any, mappings: Mappings) -> ReportMapping | None:
    """The first mapping that knows an object."""
    if not isinstance(value, dict):
        return None
    names = names_of(value)
    return next((mapping for mapping in mappings if mapping.signs.fit(names | further_in(value, mapping))), None)


def further_in(value: Object, mapping: ReportMapping) -> frozenset[str]:
    """Those signs of a mapping that are paths, and lead somewhere in an object."""
    paths = (name for group in mapping.signs.every for name in group if "." in name)
    return frozenset(path for path in paths if values_at(value, path))
