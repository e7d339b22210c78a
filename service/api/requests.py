"""What every request has: an id, a line in the log, the digest of the rules, and a problem for every error."""

import logging
import re
import sys
import time
import uuid
from traceback import extract_tb

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from service.api.problems import TITLES, Problem
from service.api.state import state

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
KINDS = {status: kind for kind, (status, _) in reversed(TITLES.items())}

log = logging.getLogger("standing.requests")


def attach(app: Flask) -> None:
    """Gives an application the manners every request is met with."""
    app.before_request(begin)
    app.after_request(finish)
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_accident)


def begin() -> None:
    """Notes when the request came and what it is called."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.perf_counter()


def finish(response: Response) -> Response:
    """Names the request and the rules in the answer, and writes one line that says nothing of any record."""
    held = state().loaded
    digest = held.rulebook.digest if held else None
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    if digest:
        response.headers["Rulebook"] = digest
    line = {
        "method": request.method if request.method in METHODS else "other",
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1),
        "records": g.get("records"),
        "sellers": g.get("sellers"),
        "digest": digest,
        "request_id": g.request_id,
    }
    log.info(orjson.dumps(line).decode())
    return response


def of_http(error: HTTPException) -> Response:
    """An error of the framework as a problem of the table."""
    status = error.code or 500
    kind = KINDS.get(status) or ("bad_request" if status < 500 else "internal_error")
    methods = error.valid_methods or () if isinstance(error, MethodNotAllowed) else ()
    headers = {"Allow": ", ".join(sorted(methods))} if methods else {}
    return Problem(kind, f"{TITLES[kind][1]}.", headers=headers).response()


def of_accident(error: Exception) -> Response:
    """An accident: the caller learns that it was ours, the log where it happened, neither of them any value."""
    frames = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    accident = {"accident": type(error).__name__, "at": frames[-8:], "request_id": g.get("request_id")}
    log.error(orjson.dumps(accident).decode())
    return Problem("internal_error", "The service failed; the batch was not evaluated.").response()


def write_log_lines() -> None:
    """Sends the request log to standard output, a line as it is."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
