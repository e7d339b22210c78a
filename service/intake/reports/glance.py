"""Whether a file on a disk is a marketplace's own report, rather than a batch or a table of ours."""

from collections.abc import Iterator
from contextlib import suppress

from service.core.mappings import ReportMapping
from service.intake.decompress import Corrupt, decompressed, unpacked
from service.intake.kinds import compression
from service.intake.reports.encodings import text_of_bytes
from service.intake.reports.flat import Garbled, headers
from service.intake.reports.recognise import Mappings, objects_within, of_form
from service.intake.reports.tree import json_values, xml_value
from service.intake.tables import Limits, TooLarge
from service.schemas.batch import Top
from service.schemas.records import TABLES

LOOKED_AT = 65_536  # bytes; of a flat file only the header counts
MARKS = "\ufeff \t\r\n"
TREES = ("<", "{", "[")


def is_tree(content: bytes, encoding: str | None) -> bool:
    """Whether a file begins like XML or JSON, of which only the whole tells whether it is a report."""
    return beginning(content, compression(encoding, content))[:1] in TREES


def is_report(content: bytes, encoding: str | None, mappings: Mappings) -> bool:
    """Whether a mapping knows what is in a file. A JSON object of tables of ours is a batch, whatever is in them.

    Args:
        content: its bytes, of a flat file the first.
        encoding: how its name says that it is compressed.
        mappings: how reports are read.
    """
    try:
        return any(True for _ in signs(content, compression(encoding, content), mappings))
    except (Corrupt, TooLarge, Garbled):
        return False


def signs(content: bytes, encoding: str | None, mappings: Mappings) -> Iterator[ReportMapping]:
    """The mappings that know something of a file."""
    first = beginning(content, encoding)
    if first[:1] not in TREES:
        known = of_form(mappings, "table")
        for header in headers(first):
            yield from (mapping for mapping in known if mapping.signs.fit(header.plain_names))
        return
    text = text_of_bytes(unpacked(content, encoding, Limits())).lstrip(MARKS)
    if first[:1] == "<":
        yield from (found.mapping for found in objects_within([xml_value(text)], of_form(mappings, "xml")))
        return
    ours = {*TABLES, *Top.names(), "table", "tables"}
    values = json_values(text)
    if not all(isinstance(value, dict) and value.keys() <= ours for value in values):
        yield from (found.mapping for found in objects_within(values, of_form(mappings, "json")))


def beginning(content: bytes, encoding: str | None) -> str:
    """How the text of a file begins; nothing where it cannot be decompressed."""
    first = content[:LOOKED_AT]
    if encoding:
        first = b""
        with suppress(Corrupt, TooLarge):  # mostly the end is only not among the bytes that are looked at
            for piece in decompressed([content[:LOOKED_AT]], encoding, Limits()):
                first += piece
                if len(first) > LOOKED_AT:
                    break
    return text_of_bytes(first[:LOOKED_AT]).lstrip(MARKS)
