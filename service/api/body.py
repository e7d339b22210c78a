"""The body of a request: its type, its size, its bytes."""

from collections.abc import Iterator

from flask import request
from werkzeug.exceptions import HTTPException

from service.api.problems import Problem
from service.api.state import limits, state
from service.intake.decompress import PIECE, decompressed
from service.intake.tables import TooLarge

JSON = "application/json"
NDJSON = "application/x-ndjson"
MULTIPART = "multipart/form-data"
TEXTS = (JSON, NDJSON)
ACCEPTED = ", ".join((JSON, NDJSON, MULTIPART))
ENCODINGS = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}
UNITS = {"records": "{} records", "ratio": "{} times the compressed body"}


def too_large(limit: str, most: int) -> Problem:
    """The problem of a call beyond a limit."""
    told = UNITS.get(limit, "{} bytes").format(most)
    return Problem("too_large", f"The limit of {told} is exceeded.", {"limit": limit, "most": most})


def media_type() -> str:
    """The type of the body, one of those that are read.

    Raises:
        Problem: unsupported_media_type.
    """
    known = request.mimetype in TEXTS or (request.mimetype == MULTIPART and request.mimetype_params.get("boundary"))
    if not known or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        detail = f"Expected one of: {ACCEPTED}; texts in UTF-8, and files with their boundary."
        raise Problem("unsupported_media_type", detail, headers={"Accept-Post": ACCEPTED})
    return request.mimetype


def pieces() -> Iterator[bytes]:
    """The body as it comes, decompressed.

    Raises:
        Problem: unsupported_media_type, too_large or bad_request.
        Corrupt: the compressed bytes are damaged.
    """
    encoding = encoding_named(request.headers.get("Content-Encoding", "identity"))
    return inflated(encoding) if encoding else received()


def encoding_named(header: str) -> str | None:
    """How a body, or a part of one, is compressed by its header; None where it is not.

    Raises:
        Problem: unsupported_media_type.
    """
    named = header.strip().lower()
    if named == "identity":
        return None
    if named not in ENCODINGS:
        detail = "What is sent may be compressed with gzip or zstd, once."
        raise Problem("unsupported_media_type", detail, headers={"Accept-Encoding": "gzip, zstd"})
    return ENCODINGS[named]


def inflated(encoding: str) -> Iterator[bytes]:
    """The body decompressed."""
    try:
        yield from decompressed(received(), encoding, limits())
    except TooLarge as error:
        raise too_large(error.limit, error.most) from None


def received() -> Iterator[bytes]:
    """The body as it was sent.

    Raises:
        Problem: too_large or bad_request.
    """
    most, said, taken = state().settings.max_body, request.content_length or 0, 0
    require_body(said, most)
    try:
        while piece := request.stream.read(PIECE):
            taken += len(piece)
            require_body(taken, most)
            yield piece
    except (HTTPException, Problem):
        raise
    except Exception:  # whatever the server's own reader of pieces raises, the caller sent it
        raise cut_short() from None
    if taken < said:
        raise cut_short()


def cut_short() -> Problem:
    """The problem of a body whose end never came."""
    return Problem("bad_request", "The body could not be read to its end.")


def require_body(taken: int, most: int) -> None:
    """Refuses a body beyond the limit.

    Raises:
        Problem: too_large.
    """
    if taken > most:
        raise too_large("body", most)
