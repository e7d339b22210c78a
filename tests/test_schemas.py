"""The published JSON Schemas: they are served, they speak to a person, and they accept what is shipped."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator

from service.rulebook.load import kind_of as kind_by_place
from service.rulebook.shape import KINDS, check_shape, schema
from service.rulebook.yaml_source import json_value, read_source
from tests.broken_cases import BROKEN, case
from tests.conftest import RULES

FILES = sorted(RULES.rglob("*.yaml"))
TELLING = {"description", "title", "$ref", "if", "enum"}
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def kind_of(path: Path) -> str:
    """Which kind of rule file a shipped file is, by its place."""
    if path.parent.name == "reports":
        return "report_cases" if path.parent.parent.name == "cases" else "report"
    return {"metrics": "metric", "phrases": "phrases", "cases": "cases"}.get(path.parent.name, path.stem)


def properties(part: Any) -> Iterator[tuple[str, Any]]:
    """Every property a schema names, with what it says of it."""
    if isinstance(part, dict):
        yield from part.get("properties", {}).items()
        for inner in part.values():
            yield from properties(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from properties(inner)


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_served_valid_and_described(kind: str, client: FlaskClient) -> None:
    reply = client.get(f"/v1/schemas/{kind}")
    assert reply.status_code == 200
    assert reply.content_type == "application/schema+json"
    served = reply.get_json(force=True)
    assert served == schema(kind)
    Draft7Validator.check_schema(served)
    named = {name: said for name, said in properties(served) if said and not TELLING & said.keys()}
    assert not named


def test_unknown_schema_is_not_found(client: FlaskClient) -> None:
    assert client.get("/v1/schemas/nothing").status_code == 404


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(RULES).as_posix())
def test_shipped_file_names_its_schema_and_is_accepted(path: Path) -> None:
    modeline = MODELINE.match(path.read_text(encoding="utf-8"))
    assert modeline, "the first line names the schema for editors"
    assert (path.parent / modeline[1]).resolve().name == f"{kind_of(path)}.json"
    assert (path.parent / modeline[1]).resolve().exists()
    value = json_value(read_source(path.name, path.read_bytes()).value)
    assert not list(Draft7Validator(schema(kind_of(path))).iter_errors(value))


def test_files_wrong_in_shape_are_refused_by_the_published_schema() -> None:
    refused = 0
    for path in sorted(BROKEN.glob("*.yaml")):
        broken = case(path)
        kind = kind_by_place(broken.file)
        source = read_source(broken.file, broken.text)
        if kind is None or source.faults:
            continue
        check_shape(source, kind)
        assert Draft7Validator(schema(kind)).is_valid(source.value) == (not source.faults), path.name
        refused += bool(source.faults)
    assert refused > 50
