"""Every fault a caller can meet → problem+json (RFC 9457). One table; no caller text but names of keys."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Response

from service.core.errors import Fault

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

    def response(self) -> Response:
        """The problem as an answer."""
        status, title = TITLES[self.kind]
        body = {
            "type": f"urn:standing:problem:{self.kind}",
            "title": title,
            "status": status,
            "detail": self.detail,
            **self.members,
        }
        return Response(orjson.dumps(body), status, dict(self.headers), content_type=MEDIA_TYPE)


def shown_faults(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """The first faults, as answers list them."""
    listed = list(faults)[:LISTED_FAULTS]
    return [{"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in listed]


def totals(faults: Iterable[Fault]) -> dict[str, int]:
    """How many faults of each code."""
    return dict(sorted(Counter(fault.code for fault in faults).items()))


def invalid(kind: str, faults: list[Fault]) -> Problem:
    """The problem of a batch or a query with faults."""
    what = "fault" if len(faults) == 1 else "faults"
    return Problem(
        kind,
        f"{len(faults)} {what}; nothing was evaluated.",
        {"errors": shown_faults(faults), "errors_total": totals(faults)},
    )
