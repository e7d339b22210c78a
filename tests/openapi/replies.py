"""A reply of the service against what its operation describes."""

import json
from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from werkzeug.test import TestResponse

from tests.openapi.wire import Described, resolved

OF_HTTP = {"Content-Type", "Content-Length", "Date"}  # headers OpenAPI leaves to HTTP
READERS: dict[str, Callable[[bytes], Any]] = {
    "application/yaml": YAML(typ="safe", pure=True).load,
    "text/html": bytes.decode,
}


def check(reply: TestResponse, operation: Described, document: Described) -> None:
    """Asserts that a reply has the headers, the type and the body its operation describes, and no others."""
    described = resolved(operation["responses"][str(reply.status_code)], document)
    headers = {name: resolved(header, document) for name, header in described["headers"].items()}
    assert {name for name in headers if headers[name].get("required")} <= {*reply.headers.keys()}
    assert {*reply.headers.keys()} - OF_HTTP <= headers.keys()
    for name in headers.keys() & {*reply.headers.keys()}:
        whole = headers[name]["schema"].get("type") == "integer"
        conforms(int(reply.headers[name]) if whole else reply.headers[name], headers[name]["schema"], document)
    if not described.get("content"):
        assert not reply.data
        return
    media_type = reply.mimetype or ""
    value = READERS.get(media_type, json.loads)(reply.data)
    conforms(value, described["content"][media_type]["schema"], document)


def conforms(value: Any, schema: Described, document: Described) -> None:
    """Asserts that a value is what a schema of the document says."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    assert [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(value)] == []
