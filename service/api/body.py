"""The body of a request: its size, its type, its bytes."""

from flask import request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service.api.problems import Problem
from service.api.state import state

JSON = "application/json"


def too_large(limit: str, most: int) -> Problem:
    """The problem of a call beyond a limit."""
    unit = "records" if limit == "records" else "bytes"
    return Problem("too_large", f"The limit of {most} {unit} is exceeded.", {"limit": limit, "most": most})


def body() -> bytes:
    """The bytes of the request.

    Raises:
        Problem: unsupported_media_type or too_large.
    """
    if request.mimetype != JSON or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem("unsupported_media_type", f"Expected {JSON} in UTF-8.", headers={"Accept-Post": JSON})
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "The body must not be compressed."
        raise Problem("unsupported_media_type", detail, headers={"Accept-Encoding": "identity"})
    most = state().settings.max_body
    request.max_content_length = most + 1  # a body in pieces is cut there in silence: the byte too many tells
    try:
        whole = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large("body", most) from None
    except HTTPException:
        raise
    except Exception:  # whatever the server's own reader of pieces raises, the caller sent it
        raise Problem("bad_request", "The body could not be read to its end.") from None
    if len(whole) > most:
        raise too_large("body", most)
    return whole
