"""Probes and the description of the service."""

from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Response

from service.api.body import JSON
from service.api.conditional import tagged
from service.api.problems import Problem
from service.api.state import state
from service.rulebook.yaml_source import json_value, read_source
from service.settings import shipped

routes = Blueprint("probes", __name__)


@routes.get("/livez")
def livez() -> Response:
    """The process answers."""
    return Response(orjson.dumps({"status": "alive"}), content_type=JSON)


@routes.get("/readyz")
def readyz() -> Response:
    """A valid rulebook is loaded and the engine has passed its self-test on it."""
    held = state()
    if held.loaded is None:
        members = {"rule_faults": len(held.faults)}
        raise Problem("not_ready", "No valid rulebook is loaded.", members, {"Retry-After": "5"})
    return Response(orjson.dumps({"status": "ready", "digest": held.loaded.rulebook.digest}), content_type=JSON)


@routes.get("/openapi.yaml")
def openapi_yaml() -> Response:
    """The description as it is kept."""
    return tagged(Response(description(), content_type="application/yaml"))


@routes.get("/openapi.json")
def openapi_json() -> Response:
    """The same as JSON."""
    return tagged(Response(orjson.dumps(parsed_description()), content_type=JSON))


@cache
def description() -> bytes:
    """The bytes of openapi.yaml."""
    return shipped("openapi.yaml").read_bytes()


@cache
def parsed_description() -> Any:
    """The description as plain values."""
    return json_value(read_source("openapi.yaml", description()).value)
