"""Plain Flask services to be measured against: one that only loads a batch with marshmallow, one that judges it."""

import logging
import sys
import time
from typing import Any

import orjson
from flask import Flask, Response, g, jsonify, request
from marshmallow import Schema, ValidationError

from tests.benchmarks.peer.counting import counted
from tests.benchmarks.peer.judging import Judge
from tests.benchmarks.peer.shapes import own_batch, stock_batch

KINDS = {"loads_stock": stock_batch, "loads_own": own_batch, "judges": stock_batch}

log = logging.getLogger("peer.requests")


def create_app(kind: str) -> Flask:
    """One of the `KINDS` of services: POST / takes a batch."""
    app, schema = Flask("peer"), KINDS[kind]()
    app.before_request(begin)
    app.after_request(finish)
    app.add_url_rule("/readyz", view_func=lambda: "ready")
    judge = Judge() if kind == "judges" else None

    @app.post("/")
    def take() -> tuple[Response, int] | Response:
        try:
            batch = loaded(schema)
        except ValidationError as error:
            return jsonify(errors=error.messages), 422
        return jsonify(verdicts=verdicts(batch, judge) if judge else [], records=len(batch))

    return app


def loaded(schema: Schema) -> dict[str, Any]:
    """The batch of the request, validated."""
    batch: dict[str, Any] = schema.load(request.get_json())
    return batch


def verdicts(batch: dict[str, Any], judge: Judge) -> list[dict[str, Any]]:
    """What the peer says of each seller."""
    counts = counted(batch["orders"], batch["as_of"])
    return [{"seller_id": seller, **judge.judged(counts[seller])} for seller in sorted(counts)]


def begin() -> None:
    """Notes when the request came."""
    g.began = time.perf_counter()


def finish(response: Response) -> Response:
    """Writes the line our own service writes, as far as it is about time."""
    took = round((time.perf_counter() - g.began) * 1000, 1)
    log.info(orjson.dumps({"ms": took, "request_id": request.headers.get("X-Request-Id", "")}).decode())
    return response


def write_log_lines() -> None:
    """Sends the request log to standard output, as our own service does."""
    log.handlers = [logging.StreamHandler(sys.stdout)]
    log.setLevel(logging.INFO)
    log.propagate = False
