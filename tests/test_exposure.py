"""Exposure: an independent count that asks day by day says the same of what is open, by when, what it would break."""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.independent.batches import batch
from tests.independent.differences import instant
from tests.independent.naive_exposure import exposure
from tests.independent.naive_records import read_instant
from tests.independent.naive_view import make_views
from tests.other_packs.cases import DAY, application_of, ask, breaches, local_day
from tests.other_packs.records import Lot, as_known, moment

SEEDS = [(seed, mode) for mode in ("auto", "open") for seed in range(24)]


def differences(said: dict[str, Any], seen: dict[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    """Where an answer and the independent count disagree: metric, key, what is said, what is seen."""
    told, found = ({each["metric"]: each for each in one["metrics"]} for one in (said, seen))
    if list(told) != list(found) or said["first_breach"] != seen["first_breach"]:
        yield "all", "metrics", (list(told), said["first_breach"]), (list(found), seen["first_breach"])
    for name in told.keys() & found.keys():
        for key, value in found[name].items():
            answered = instant(told[name][key]) if key.endswith("_at") else told[name][key]
            if answered != value:
                yield name, key, answered, value


@pytest.mark.parametrize(("seed", "mode"), SEEDS)
def test_independent_count_agrees(seed: int, mode: str, client: FlaskClient) -> None:
    body = batch(seed, mode)
    reply = client.post("/v1/verdicts?evidence=1000", json=body)
    assert reply.status_code == 200, reply.json
    got: dict[str, Any] = json.loads(reply.data, parse_float=Fraction)
    now = read_instant(body["as_of"], None)
    views = make_views(body, now)
    for verdict in got["verdicts"]:
        place = (verdict["seller_id"], verdict["marketplace"])
        assert not [*differences(verdict["exposure"], exposure(views[place], now))], place


@pytest.mark.parametrize(
    ("seed", "as_of"), [(21, "2026-11-22T09:00:00Z"), (22, "2026-10-25T07:30:00Z"), (23, "2027-03-05T04:59:59.999999Z")]
)
def test_breaches_of_other_packs_begin_on_the_day_said(seed: int, as_of: str) -> None:
    """What is exposed and not in breach is asked about again, day after day, with what is known now."""
    app, now, days = application_of(()), moment(as_of), 25
    known = as_known(Lot(seed, now).batch(18, ["ebay.com", "ebay.de", "etsy.com"], 60), now)
    said = {
        (verdict["seller_id"], verdict["marketplace"], each["metric"]): each["breaches_on"]
        for verdict in ask(app, known, now)["verdicts"]
        for each in verdict["exposure"]["metrics"]
        if each["level_now"] != "breach"
    }
    assert said
    seen: dict[tuple[str, str, str], str | None] = dict.fromkeys(said)
    for ahead in range(1, days + 1):
        for breach in breaches(ask(app, known, now + ahead * DAY, "?evidence=0&at_least=breach")).keys() & said.keys():
            seen[breach] = seen[breach] or local_day(app, breach[1], now + ahead * DAY)
    last = {breach: local_day(app, breach[1], now + days * DAY) for breach in said}
    assert {breach: day if day and day <= last[breach] else None for breach, day in said.items()} == seen
