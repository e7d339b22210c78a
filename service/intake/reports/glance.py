"""Whether a file on a disk is a marketplace's own report, rather than a batch or a table of ours."""

from collections.abc import Iterator

from service.core.mappings import ReportMapping
from service.intake.decompress import Corrupt, decompressed, whole
from service.intake.reports.encodings import text_of_bytes
from service.intake.reports.flat import Garbled, headers
from service.intake.reports.recognise import Mappings, objects_within, of_form
from service.intake.reports.tree import json_values, xml_value
from service.intake.tables import Limits, TooLarge
from service.schemas.batch import Top
from service.schemas.records import TABLES

GZIP_MARK = b"\x1f\x8b"
LOOKED_AT = 65_536  # of a flat file only the header counts
MARKS = "\ufeff \t\r\n"


def is_report(content: bytes, mappings: Mappings) -> bool:
    """Whether a mapping knows what is in a file. A JSON object of tables of ours is a batch, whatever is in them."""
    try:
        if content.startswith(GZIP_MARK):
            content = whole(decompressed([content], "gzip", Limits()))
        return any(True for _ in signs(content, mappings))
    except (Corrupt, TooLarge, Garbled):
        return False


def signs(content: bytes, mappings: Mappings) -> Iterator[ReportMapping]:
    """The mappings that know something of a file."""
    text = text_of_bytes(content[:LOOKED_AT]).lstrip(MARKS)
    if text[:1] == "<":
        value = xml_value(text_of_bytes(content).lstrip(MARKS))
        yield from (found.mapping for found in objects_within([value], of_form(mappings, "xml")))
    elif text[:1] in ("{", "["):
        ours = {*TABLES, *Top.names(), "table", "tables"}
        values = json_values(text_of_bytes(content).lstrip(MARKS))
        if not all(isinstance(value, dict) and value.keys() <= ours for value in values):
            yield from (found.mapping for found in objects_within(values, of_form(mappings, "json")))
    else:
        known = of_form(mappings, "table")
        for header in headers(text):
            yield from (mapping for mapping in known if mapping.signs.fit(header.plain_names))
