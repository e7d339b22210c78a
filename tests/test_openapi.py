"""openapi.yaml and the service say the same, both ways: routes, records, problems, examples and real answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from ruamel.yaml import YAML
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import negative_data_rejection

from service.api.problems import CODES, MEDIA_TYPE, TITLES
from service.app import create_app
from service.rulebook.account_rules import ACCOUNT_FILES
from service.rulebook.folder import Snapshot
from service.rulebook.load import LETTER_FILES, OUTLOOK_FILES, PACK_FILES, PERIOD_FILES
from service.rulebook.shape import KINDS, schema
from service.schemas.batch import Query, Top
from service.schemas.records import TABLES, shape
from service.schemas.scalars import CLOCK, DATE, OFFSET, Choice, Integer
from service.settings import Settings
from tests.conftest import ROOT, RULES
from tests.openapi.replies import check
from tests.openapi.wire import Described, of_object, read_by, resolved, said_of

BRACES = str.maketrans("<>", "{}")
OF_FLASK = {"HEAD", "OPTIONS"}  # methods every route has without asking
UNREACHED = {405, 500}  # 405 has a test of its own; nothing is known that leads to 500
CASES: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(ROOT / "tests" / "openapi" / "answers.yaml")


@pytest.fixture(scope="session")
def document(app: Flask) -> Described:
    """The document as it is served."""
    return app.test_client().get("/openapi.json").get_json()  # type: ignore[no-any-return]


def operations(document: Described) -> Iterator[tuple[str, Described]]:
    """Every operation, by method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_document_is_valid(document: Described) -> None:
    validate(document)


def test_document_is_served_as_it_is_kept(client: FlaskClient, document: Described) -> None:
    kept = (ROOT / "openapi.yaml").read_bytes()
    assert client.get("/openapi.yaml").data == kept
    assert YAML(typ="safe", pure=True).load(kept) == document


def test_every_route_is_described_and_every_path_is_a_route(app: Flask, document: Described) -> None:
    routes = {
        f"{method} {rule.rule.translate(BRACES)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - OF_FLASK
    }
    assert routes == {name for name, _ in operations(document)}


def test_batch_has_the_keys_that_are_read(document: Described) -> None:
    batch = said_of(document["components"]["schemas"]["Batch"], document)
    as_of = {**read_by(Top().fields["as_of"]), "pattern": f"^(?:{DATE}[T ]{CLOCK}{OFFSET})?$"}  # there is no zone yet
    beside = {**of_object(Top())["properties"], "as_of": as_of}
    assert {name: said for name, said in batch["properties"].items() if name not in TABLES} == beside
    assert batch["properties"].keys() == beside.keys() | TABLES.keys()
    assert not batch["additionalProperties"]


@pytest.mark.parametrize("table", TABLES)
def test_records_are_described_as_they_are_read(table: str, document: Described) -> None:
    described = said_of(document["components"]["schemas"]["Batch"]["properties"][table], document)
    assert described == {"type": {"array", "null"}, "items": of_object(shape(table))}


def test_query_is_described_as_it_is_read(document: Described) -> None:
    parameters = [each for each in document["paths"]["/v1/verdicts"]["post"]["parameters"] if each.get("in") == "query"]
    described = {each["name"]: said_of(each["schema"], document) for each in parameters}
    read: Described = {}
    for name, kind in Query().fields.items():
        default = {} if kind.load_default is None else {"default": kind.load_default}
        if isinstance(kind, Choice):
            read[name] = {"type": {"string"}, "enum": {*kind.choices}} | default
        if isinstance(kind, Integer):
            read[name] = {"type": {"integer"}, "minimum": kind.least, "maximum": kind.most} | default
    assert described == read


def test_kinds_of_problems_are_those_of_the_service(document: Described) -> None:
    kinds = {
        (name, properties["type"]["const"], properties["title"]["const"], properties["status"]["const"])
        for name, said in document["components"]["schemas"].items()
        if "const" in (properties := said.get("properties", {})).get("type", {})
    }
    assert kinds == {
        (kind.title().replace("_", ""), f"urn:standing:problem:{kind}", title, status)
        for kind, (status, title) in TITLES.items()
    }


def test_each_status_offers_its_kinds_of_problems(document: Described) -> None:
    offered = {
        (int(status), each["$ref"].rpartition("/")[2])
        for _, operation in operations(document)
        for status, response in operation["responses"].items()
        for said in [resolved(response, document).get("content", {}).get(MEDIA_TYPE)]
        for each in (said["schema"].get("oneOf", [said["schema"]]) if said else ())
    }
    assert offered == {(status, kind.title().replace("_", "")) for kind, (status, _) in TITLES.items()}


def test_codes_of_faults_are_those_of_the_service(document: Described) -> None:
    described = document["components"]["schemas"]["FaultCode"]
    assert described["enum"] == list(CODES)
    assert re.findall(r"^\* `(\w+)` - (.+)$", described["description"], re.MULTILINE) == list(CODES.items())


def test_rules_are_described_by_the_keys_they_are_written_with(document: Described) -> None:
    schemas = document["components"]["schemas"]
    card = schema("metric")
    kind = document["paths"]["/v1/schemas/{kind}"]["get"]["parameters"][0]["schema"]
    assert schemas["Card"]["properties"].keys() == card["properties"].keys()
    assert {*schemas["Card"]["required"]} == {*card["required"]}
    assert schemas["Pack"]["properties"].keys() == {
        "digest",
        *PACK_FILES.values(),
        *LETTER_FILES.values(),
        *ACCOUNT_FILES.values(),
        *PERIOD_FILES.values(),
        *OUTLOOK_FILES.values(),
        "phrases",
        "metrics",
        "reports",
    }
    assert kind["enum"] == list(KINDS)


def test_examples_are_answered_as_the_document_says(client: FlaskClient, document: Described) -> None:
    operation = document["paths"]["/v1/verdicts"]["post"]
    asked = operation["requestBody"]["content"]["application/json"]["examples"]
    told = {
        name: (int(status), resolved(example, document)["value"])
        for status, response in operation["responses"].items()
        for content in resolved(response, document).get("content", {}).values()
        for name, example in content.get("examples", {}).items()
    }
    assert asked.keys() == told.keys()
    for name, example in asked.items():
        parameters = [resolved(each, document) for each in operation["parameters"]]
        given = {each["name"]: each["examples"][name] for each in parameters if name in each.get("examples", {})}
        query = {parameter: value["value"] for parameter, value in given.items()}
        reply = client.post("/v1/verdicts", query_string=query, json=resolved(example, document)["value"])
        status, body = told[name]
        answer = reply.get_json()
        if status == 200:
            body = {**body, "rulebook": answer["rulebook"]}  # its digests change with any rule
        assert (reply.status_code, answer) == (status, body), name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_answer_is_as_described(case: dict[str, Any], app: Flask, files: Snapshot, document: Described) -> None:
    if {"settings", "rules"} & case.keys():
        rules = {name: text.encode() for name, text in case.get("rules", {}).items()}
        app = create_app(Settings(RULES, **case.get("settings", {})), rules or files)
    method, path = case["ask"].split()
    body = (ROOT / case["file"]).read_bytes() if "file" in case else json.dumps(case.get("body", {}))
    reply = app.test_client().open(
        path.format(**case.get("with", {})),
        method=method,
        query_string=case.get("query"),
        headers={**({"Content-Type": "application/json"} if method == "POST" else {}), **case.get("headers", {})},
        data=case.get("text", body) * case.get("times", 1) if method == "POST" else None,
    )
    assert reply.status_code == case["status"], reply.text
    check(reply, dict(operations(document))[case["ask"]], document)


def test_every_answer_that_can_be_had_is_a_case(document: Described) -> None:
    described = {(name, int(status)) for name, operation in operations(document) for status in operation["responses"]}
    had = {(case["ask"], case["status"]) for case in CASES}
    assert had == {(name, status) for name, status in described if status not in UNREACHED}


def test_other_methods_are_refused_as_described(client: FlaskClient, document: Described) -> None:
    for name, operation in operations(document):
        reply = client.open(name.split()[1], method="DELETE")
        assert reply.status_code == 405, name
        check(reply, operation, document)
        assert {*reply.headers["Allow"].split(", ")} - OF_FLASK == {name.split()[0]}


# What a schema cannot say of a sound batch: that its texts are real dates, zones and marketplaces, what depends on the
# rest of the batch, and bounds of numbers that come as text.
BEYOND_A_SCHEMA = {
    "duplicate",
    "invalid_number",
    "invalid_timestamp",
    "no_time_zone",
    "out_of_range",
    "unknown_marketplace",
    "unknown_time_zone",
}
FUZZ = {
    "seed": 1,
    "phases": {"coverage": {"generate-duplicate-query-parameters": True}},
    "checks": {
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "404", "412", "422"]},
    },
}
API = schemathesis.openapi.from_path(ROOT / "openapi.yaml", config=SchemathesisConfig.from_dict(FUZZ))


@schemathesis.serializer("application/x-ndjson")
def as_text(_: Any, value: Any) -> bytes:
    """Lines are sent as they are."""
    return str(value).encode(errors="replace")


def refused_only_beyond_a_schema(_: Any, response: Response, case: schemathesis.Case[Any]) -> None:
    """A batch the document allows is refused only for what a schema cannot say."""
    if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
        homeless = {
            fault["code"]
            for fault in response.json()["errors"]
            if fault["code"] == "required" and fault["pointer"].endswith(("/seller_id", "/marketplace"))
        }
        assert response.json()["errors_total"].keys() <= BEYOND_A_SCHEMA | homeless, response.text


@API.parametrize()
@settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_service_keeps_to_the_document(case: schemathesis.Case[Any], app: Flask) -> None:
    response = case.call(app=app)
    if case.media_type not in (None, "application/json"):  # a schema says nothing of what is within lines and files
        assert response.status_code in (200, 400, 412, 413, 415, 422)
        return
    skipped = response.status_code == 200 and b'"rejected":[{' in response.content  # refused, record by record
    case.validate_response(
        response,
        additional_checks=[refused_only_beyond_a_schema],
        excluded_checks=[negative_data_rejection] if skipped else [],
        transport_kwargs={"app": app},
    )
