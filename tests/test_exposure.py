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
