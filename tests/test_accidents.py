"""Accidents: what goes wrong inside is a 500 that says so, and tells nobody a trace or a word of any record."""

import json
import logging

import pytest
from flask import Flask, request

from service.api.state import EXTENSION
from service.app import create_app
from service.rulebook.folder import Snapshot
from service.settings import Settings
from tests.batches import batch, said
from tests.conftest import RULES

CANARY = "c4n4ry"


class Refused(Exception):
    """An accident with its own words."""


@pytest.fixture
def fragile(files: Snapshot) -> Flask:
    """An application with routes that fail with the caller's words in the message, each in its own way."""
    app = create_app(Settings(RULES), files)

    def raises() -> str:
        raise Refused(request.get_data(as_text=True), request.headers["X-Secret"])

    def chains() -> str:
        try:
            return dict[str, str]()[request.get_data(as_text=True)]
        except KeyError as error:
            raise ValueError(f"no {request.path} {error}") from error

    def recurses() -> str:
        return recurses()

    for view in (raises, chains, recurses):
        app.add_url_rule(
            f"/{view.__name__}/<{view.__name__}>",
            view_func=lambda view=view, **_: view(),
            endpoint=view.__name__,
            methods=["POST"],
        )
    return app


def assert_tells_nothing(app: Flask, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """The answer is a problem without a word of the request; the log says where, and what kind of accident."""
    caplog.set_level(logging.DEBUG)
    given = batch(orders=[{"order_id": CANARY, CANARY: CANARY}], notices=[{"text": CANARY}])
    reply = app.test_client().post(path, json=given, headers={"X-Secret": CANARY, "X-Request-Id": "known"})
    assert (reply.status_code, reply.content_type) == (500, "application/problem+json")
    assert said(reply).keys() == {"type", "title", "status", "detail"}
    assert reply.headers["X-Request-Id"] == "known"
    assert reply.headers["Rulebook"]
    told = reply.get_data(as_text=True) + str(reply.headers) + caplog.text
    assert CANARY not in told
    assert not [word for word in ("Traceback", "File ", "Error(", "Refused(", "line ") if word in told]
    accidents = [json.loads(entry.getMessage()) for entry in caplog.records if entry.levelno >= logging.ERROR]
    assert [accident.keys() for accident in accidents] == [{"accident", "at", "request_id"}]
    assert accidents[0]["request_id"] == "known"


@pytest.mark.parametrize("path", ["raises", "chains", "recurses"])
def test_words_of_an_error_stay_inside(path: str, fragile: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever an error quotes of the request is told to nobody."""
    assert_tells_nothing(fragile, f"/{path}/{CANARY}", caplog)


def test_engine_that_is_closed(fragile: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """An engine that cannot decide makes no verdict, and the service still answers probes."""
    fragile.extensions[EXTENSION].loaded.engine.close()
    assert_tells_nothing(fragile, "/v1/verdicts", caplog)
    assert fragile.test_client().get("/livez").status_code == 200


def test_accident_leaves_nothing_behind(fragile: Flask) -> None:
    """The next call is answered as if nothing had happened."""
    client = fragile.test_client()
    good = batch(orders=[{}])
    before = client.post("/v1/verdicts", json=good).data
    assert client.post("/recurses/x").status_code == 500
    assert client.post("/v1/verdicts", json=good).data == before
