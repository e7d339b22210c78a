"""Every fault a caller can meet → problem+json (RFC 9457). One table; no caller text but names of keys."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
from flask import Response

from service.intake.tables import Placed

LISTED_FAULTS = 1000
MEDIA_TYPE = "application/problem+json"

TITLES = {
    "bad_request": (400, "Bad request"),
    "not_json": (400, "The body is not JSON"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "not_acceptable": (406, "Not acceptable"),
    "precondition_failed": (412, "Other rules are in force"),
    "too_large": (413, "Too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "invalid_batch": (422, "Invalid batch"),
    "invalid_query": (422, "Invalid query"),
    "internal_error": (500, "Internal error"),
    "not_ready": (503, "Not ready"),
}

CODES = {
    "required": "a field that every record must have is not known",
    "not_an_object": "a record is no object",
    "invalid_list": "a list was expected",
    "invalid_id": "not an id",
    "invalid_text": "not a text",
    "too_long": "a text is longer than the service takes",
    "too_deep": "a record is nested more deeply than the service takes",
    "invalid_choice": "not one of the words allowed",
    "invalid_boolean": "neither true nor false",
    "invalid_integer": "not a whole number",
    "invalid_number": "not a plain decimal number",
    "out_of_range": "a number or an instant outside its bounds",
    "invalid_currency": "not a currency code",
    "needs_currency": "an amount without its currency",
    "invalid_timestamp": "not a timestamp",
    "no_time_zone": "a timestamp without offset, in a batch without timezone",
    "unknown_time_zone": "not an IANA time zone",
    "unknown_marketplace": "no rule pack knows the marketplace",
    "unknown_key": "no such table or key at the top of a batch",
    "unknown_parameter": "no such query parameter",
    "repeated_parameter": "a query parameter stands twice",
    "duplicate": "records with the same id that differ",
    "no_table": "a line of NDJSON that names no table",
    "repeated_batch": "a second line or part that says what stands beside the tables",
    "repeated_key": "a key that stands twice at the top of a batch",
    "unknown_format": "a file that neither its type nor its name says how to read",
    "unreadable_file": "a file that is damaged, or not what it is said to be",
    "corrupt": "compressed bytes of a file that are damaged or end too early",
    "undecodable": "a file that is no text in an encoding that is read",
    "not_json": "a file that is not JSON",
    "no_header": "a file without a header",
    "missing_column": "a file without a column that every record needs",
    "duplicate_column": "two columns of one name",
    "unsupported_type": "a column of a type that is not read",
    "extra_cell": "a row with more cells than the header",
    "broken_quotes": "a row whose quotes do not fit",
    "unknown_report": "a report whose header or keys no mapping knows",
    "unreadable_report": "a report that is not the JSON or XML it begins as",
    "unmapped_word": "a word of a report that its mapping does not know, where the field must be known",
}


@dataclass(frozen=True)
class Problem(Exception):
    """What stops a request: a kind of the table above, a sentence, and members of its own."""

    kind: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return TITLES[self.kind][0]

    def document(self) -> dict[str, Any]:
        """The problem as RFC 9457 writes it."""
        status, title = TITLES[self.kind]
        about = {"type": f"urn:standing:problem:{self.kind}", "title": title, "status": status, "detail": self.detail}
        return {**about, **self.members}

    def response(self) -> Response:
        """The problem as an answer."""
        return Response(orjson.dumps(self.document()), self.status, dict(self.headers), content_type=MEDIA_TYPE)


def shown_faults(faults: Iterable[Placed]) -> list[dict[str, Any]]:
    """The first faults, as answers list them; where they stand in a file, as far as that can be told."""
    return [
        {
            "pointer": fault.pointer,
            "code": fault.code,
            "detail": fault.detail,
            **{name: value for name, value in place._asdict().items() if value is not None},
        }
        for fault, place in islice(faults, LISTED_FAULTS)
    ]


def codes(faults: Iterable[Placed]) -> Counter[str]:
    """How many faults there are of each code."""
    return Counter(fault.code for fault, _ in faults)


def invalid(kind: str, faults: list[Placed], counts: Counter[str]) -> Problem:
    """The problem of a batch or a query with faults: the first of them, and how many there are of each code."""
    count = counts.total()
    what = "fault" if count == 1 else "faults"
    return Problem(
        kind,
        f"{count} {what}; nothing was evaluated.",
        {"errors": shown_faults(faults), "errors_total": totals(counts)},
    )


def totals(counts: Counter[str]) -> dict[str, int]:
    """How many faults there are of each code, as answers tell it."""
    return dict(sorted(counts.items()))
