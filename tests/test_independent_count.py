"""An independent count, written from the contract alone in plain Python, agrees with every figure of random batches."""

import json
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.independent.batches import batch
from tests.independent.differences import instant, take, verdict_differences
from tests.independent.naive import answer

SEEDS = [(seed, mode) for mode in ("auto", "open") for seed in range(40)]


@pytest.mark.parametrize(("seed", "mode"), SEEDS)
def test_independent_count_agrees(seed: int, mode: str, client: FlaskClient) -> None:
    body = batch(seed, mode)
    reply = client.post("/v1/verdicts?evidence=1000", json=body)
    assert reply.status_code == 200, reply.json
    got: dict[str, Any] = json.loads(reply.data, parse_float=Fraction)
    expected = answer(body, evidence=1000)
    assert instant(take(got, "as_of")) == expected["as_of"]
    served = {(found["seller_id"], found["marketplace"]): found for found in got["verdicts"]}
    assert list(served) == list(expected["verdicts"])
    for place, verdict in expected["verdicts"].items():
        assert not list(verdict_differences(verdict, served[place])), place
