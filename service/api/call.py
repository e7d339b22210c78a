"""The body of a request → the call it makes, whichever way it is written."""

from flask import request

from service.api.body import JSON, MULTIPART, media_type, pieces, too_large
from service.api.multipart import parts_of
from service.api.problems import Problem
from service.api.state import limits
from service.intake.decompress import Corrupt, whole
from service.intake.files import read_files
from service.intake.json_body import MalformedBody, read_json
from service.intake.ndjson import BATCH, read_ndjson
from service.intake.tables import Call, Limits, TooLarge, TooManyRecords


def read_call() -> Call:
    """The call the body makes.

    Raises:
        Problem: bad_request, not_json, too_large or unsupported_media_type.
    """
    bounds = limits()
    try:
        return call_of(media_type(), bounds)
    except MalformedBody as error:
        detail = f"{error.reason.rstrip('.')} (line {error.line}, column {error.column})."
        raise Problem("not_json", detail, {"line": error.line, "column": error.column}) from None
    except Corrupt as error:
        raise Problem("bad_request", str(error)) from None
    except TooLarge as error:
        raise too_large(error.limit, error.most) from None
    except TooManyRecords:
        raise too_large("records", bounds.records) from None


def call_of(form: str, bounds: Limits) -> Call:
    """The call a body of some type makes."""
    if form == MULTIPART:
        parts = parts_of(pieces(), request.mimetype_params["boundary"], request.content_length or 0)
        beside = [part for part in parts if part.table == BATCH]
        return read_files(beside, [part for part in parts if part.table != BATCH], bounds)
    return (read_json if form == JSON else read_ndjson)(whole(pieces()), bounds)
