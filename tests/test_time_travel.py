"""An old question: what had not happened by `as_of` is not known, and with the date goes what it dates."""

import json
from datetime import datetime, timedelta
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.known import FORMS
from service.core.relations import related
from service.intake.gather import gather
from service.intake.json_body import read_json
from service.intake.tables import Limits
from service.schemas.records import shape
from tests.batches import Record, batch, said

HAPPENS = datetime.fromisoformat("2026-11-16T12:00:00Z")
LONG_AGO = "1990-01-01T00:00:00Z"
WHEN = {
    "before": HAPPENS - timedelta(microseconds=1),
    "at": HAPPENS,
    "after": HAPPENS + timedelta(microseconds=1),
}
CASES: dict[str, list[Record]] = json.loads(Path(__file__).with_name("time_travel.json").read_text(encoding="utf-8"))
DOMAINS = {"amazon.com": "amazon.com"}


def as_text(moment: datetime) -> str:
    """An instant as callers write it."""
    return moment.isoformat().replace("+00:00", "Z")


def known(table: str, record: Record, as_of: str) -> list[Record]:
    """What is known of one record at an instant: it, or nothing."""
    call = read_json(json.dumps(batch(as_of=as_of, **{table: [record]})).encode(), Limits())
    gathered = gather(call, DOMAINS, HAPPENS, Limits())
    assert not gathered.record_faults
    return list(related(gathered.batch).tables[table].records())


def dated(table: str, moment: str) -> Record:
    """The own date of a record, where its table has one."""
    own = FORMS[table].dated_by
    return {own: moment} if own else {}


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("case", CASES["events"], ids=lambda case: f"{case['table']}.{case['event']} {case['record']}")
def test_event(case: Record, when: str) -> None:
    """Until an event has happened, its record reads as if nobody knew; from that very instant it reads as it stands."""
    table, event = case["table"], case["event"]
    record = {**dated(table, LONG_AGO), **case["record"], event: as_text(HAPPENS)}
    (read,) = known(table, record, as_text(WHEN[when]))
    wanted = {**case["record"], event: HAPPENS}
    changed = {**case["before"], event: None} if when == "before" else {}
    assert {name: read[name] for name in wanted} == {**wanted, **changed}


def test_every_event_has_a_case() -> None:
    """Each event of each table is travelled through, and each state it changes; no field that is one is forgotten."""
    events = {(table, event.at) for table, form in FORMS.items() for event in form.events}
    words = {
        (table, name, word)
        for table, form in FORMS.items()
        for event in form.events
        for name, states in event.reads.items()
        for word in states
    }
    dates = {(table, form.dated_by) for table, form in FORMS.items()}
    fields = {
        (table, name) for table in FORMS for name in shape(table).fields if name.endswith(("_at", "status_since"))
    }
    assert events == {(case["table"], case["event"]) for case in CASES["events"]} == fields - dates
    assert words <= {(case["table"], name, word) for case in CASES["events"] for name, word in case["record"].items()}


@pytest.mark.parametrize("table", [table for table, form in FORMS.items() if form.dated_by])
def test_record_is_left_out_until_its_own_date(table: str) -> None:
    """A record whose own date lies ahead does not exist yet."""
    record = dated(table, as_text(HAPPENS))
    assert {when: len(known(table, record, as_text(as_of))) for when, as_of in WHEN.items()} == {
        "before": 0,
        "at": 1,
        "after": 1,
    }


@pytest.mark.parametrize("table", ["appeals", "applications", "sellers"])
def test_record_without_a_date_always_is(table: str) -> None:
    """A draft, and a seller, were there at any time."""
    assert len(known(table, {}, LONG_AGO)) == 1


@pytest.mark.parametrize("case", CASES["events"], ids=lambda case: f"{case['table']}.{case['event']} {case['record']}")
def test_state_without_a_date_holds_always(case: Record) -> None:
    """What nobody dated is taken as it stands, however old the question."""
    (read,) = known(case["table"], {**dated(case["table"], LONG_AGO), **case["record"]}, LONG_AGO)
    assert {name: read[name] for name in case["record"]} == case["record"]


@pytest.mark.parametrize("case", CASES["effects"], ids=lambda case: case["case"])
def test_effect(case: Record, client: FlaskClient) -> None:
    """An event changes the answer from its very instant on."""
    tables = {case["table"]: [{**case["record"], case["event"]: as_text(HAPPENS)}], **case["others"]}
    found = {when: answer_at(client, tables, as_of, case["path"]) for when, as_of in WHEN.items()}
    assert found == {"before": case["before"], "at": case["since"], "after": case["since"]}


def answer_at(client: FlaskClient, tables: Record, as_of: datetime, path: list[Any]) -> Any:
    """One value of the verdict a batch leads to, metrics by their names."""
    answer = said(client.post("/v1/verdicts", json=batch(as_of=as_text(as_of), **tables)))
    verdict = answer["verdicts"][0]
    verdict["metrics"] = {metric["metric"]: metric for metric in verdict["metrics"]}
    return reduce(getitem, path, verdict)
