"""Records over HTTP: every fault at its place, what is only warned of, and what counts as covered. Cases are files."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.problems import CODES, LISTED_FAULTS
from service.app import create_app
from service.rulebook.folder import Snapshot
from service.settings import Settings
from tests.batches import SOUND, TOP, at_pointer, batch, said
from tests.conftest import RULES
from tests.odd_records import records_of

Case = dict[str, Any]
FILES = sorted(Path(__file__).with_name("records").glob("*.json"))
CASES: list[Case] = [case for file in FILES for case in json.loads(file.read_text(encoding="utf-8"))]
ABSENT = {"required", "needs_currency"}


@pytest.fixture(scope="module")
def strict(files: Snapshot) -> Flask:
    """An application that takes little, so that cases at its limits stay readable."""
    return create_app(Settings(RULES, max_text=40, max_nesting=6), files)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case: Case, strict: Flask) -> None:
    """The answer to a batch is what its case says, and every fault leads to where it is."""
    sent = case["as_is"] if "as_is" in case else batch(**case["batch"])
    reply = strict.test_client().post("/v1/verdicts" + case.get("query", ""), json=sent)
    answer = said(reply)
    found = {"status": reply.status_code, **shown(answer, case["expect"])}
    assert {name: found.get(name) for name in case["expect"]} == case["expect"]
    if answer.get("title") != "Invalid query":
        faults: list[Case] = answer.get("errors") or answer["rejected"]
        assert all(leads_somewhere(fault, sent) for fault in faults)


def shown(answer: dict[str, Any], wanted: Case) -> dict[str, Any]:
    """What cases speak of, of an answer."""
    metrics = {metric["metric"]: metric for verdict in answer.get("verdicts", ())[:1] for metric in verdict["metrics"]}
    faults: Case = {
        name: [[fault["pointer"], fault["code"]] for fault in answer[name]]
        for name in ("errors", "rejected")
        if name in answer
    }
    return {
        **answer,
        **faults,
        "verdicts": [[verdict["seller_id"], verdict["marketplace"]] for verdict in answer.get("verdicts", ())],
        "reported": [verdict["status"]["reported"] for verdict in answer.get("verdicts", ())],
        "metrics": {
            name: {field: metrics[name][field] for field in fields}
            for name, fields in wanted.get("metrics", {}).items()
        },
        "covers": {
            name: {table: table not in metrics[name]["missing"] for table in tables}
            for name, tables in wanted.get("covers", {}).items()
        },
    }


def leads_somewhere(fault: Case, sent: Case) -> bool:
    """Whether a fault points into the batch; a field that is missing has at least its record there."""
    pointer = fault["pointer"]
    at_pointer(sent, pointer.rpartition("/")[0] if fault["code"] in ABSENT else pointer)
    return True


def test_every_code_has_a_case() -> None:
    """No code stands in the closed list that no case reaches, and none is reached that does not stand there."""
    listed = [fault for case in CASES for name in ("errors", "rejected") for fault in case["expect"].get(name, ())]
    of_files = list(CODES)[list(CODES).index("no_table") :]  # have cases of their own, in tests/formats
    assert {code for _, code in listed} == CODES.keys() - set(of_files)


@pytest.mark.parametrize("table", SOUND)
def test_every_table_takes_its_sound_record(table: str, client: FlaskClient) -> None:
    """The shortest record of every table is accepted, and an empty table is covered."""
    for records in ([Case()], []):
        reply = client.post("/v1/verdicts", json=batch(**{table: records}))
        assert (reply.status_code, said(reply)["errors_total"]) == (200, {})


@pytest.mark.parametrize("query", ["", "?on_invalid=skip"])
def test_many_faults_are_counted_beyond_the_listing(query: str, client: FlaskClient) -> None:
    """The first 1,000 faults are listed in the order of the batch; the totals count all of them."""
    count = LISTED_FAULTS + 200
    bad = [{"order_id": str(place), "status": "gone", "fulfilled_by": None} for place in range(count)]
    reply = client.post("/v1/verdicts" + query, json=batch(orders=[*bad, {"order_id": "sound"}]))
    listed = said(reply)["rejected" if query else "errors"]
    pointers = [f"/orders/{place}/{field}" for place in range(count) for field in ("fulfilled_by", "status")]
    assert reply.status_code == (200 if query else 422)
    assert [fault["pointer"] for fault in listed] == pointers[:LISTED_FAULTS]
    assert said(reply)["errors_total"] == {"invalid_choice": count, "required": count}


def test_many_unknown_fields(client: FlaskClient) -> None:
    """Unknown fields are counted over all records, however many there are."""
    records = [{"order_id": str(place), **{f"field_{n:03}": n for n in range(300)}} for place in range(3)]
    reply = client.post("/v1/verdicts", json=batch(orders=records))
    fields = {warning["field"]: warning["count"] for warning in said(reply)["warnings"]}
    assert fields == {f"field_{n:03}": 3 for n in range(100)}


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2000-01-01", "9998-12-31", "9999-07-01", "9999-12-31"])
def test_any_day_can_be_asked_for(day: str, client: FlaskClient) -> None:
    """A question about any instant there is has an answer, or is a fault of `as_of`."""
    cancelled = {"purchased_at": f"{day}T00:00:00Z", "status": "cancelled", "cancelled_by": "seller"}
    reply = client.post("/v1/verdicts", json=batch(as_of=f"{day}T23:59:59.999999Z", orders=[cancelled], claims=[{}]))
    assert reply.status_code in (200, 422)
    assert [fault["pointer"] for fault in said(reply).get("errors", ())] in ([], ["/as_of"])


def test_any_time_zone_can_be_named(client: FlaskClient) -> None:
    """No zone the service knows by name makes it fall over, strange ones included."""
    strange = [name for name in available_timezones() if "/" not in name]
    bodies = {name: batch(timezone=name, orders=[{"purchased_at": "2026-11-16"}]) for name in strange}
    statuses = {name: client.post("/v1/verdicts", json=body).status_code for name, body in bodies.items()}
    assert {name: status for name, status in statuses.items() if status not in (200, 422)} == {}
    assert {name for name, status in statuses.items() if status == 422} <= {"Factory", "localtime"}


SHARED = [HealthCheck.function_scoped_fixture]  # a client holds nothing of a call


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=SHARED)
@given(drawn=st.data())
def test_no_batch_is_an_accident(drawn: st.DataObject, client: FlaskClient) -> None:
    """Whatever records say, they are judged or their faults are told."""
    names = drawn.draw(st.lists(st.sampled_from(sorted(SOUND)), min_size=1, max_size=5, unique=True))
    tables = [f'"{name}": [{", ".join(drawn.draw(records_of(name)))}]' for name in names]
    body = "{" + ", ".join([json.dumps(TOP)[1:-1], *tables]) + "}"
    for query in ("", "?on_invalid=skip"):
        reply = client.post(f"/v1/verdicts{query}", data=body.encode(), content_type="application/json")
        assert reply.status_code in ((200,) if query else (200, 422))
        assert "errors_total" in said(reply)
