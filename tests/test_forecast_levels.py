"""Forecasts compare whole columns with the edges of a ladder; the engine, asked figure by figure, says the same."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.app import load
from service.core.cards import Edition
from service.core.ladder import PROPORTIONS, in_breach, rung_of, value_of
from service.core.score import scored, scores
from service.rulebook.folder import Snapshot, snapshot
from tests.rule_folders import OTHER_PACKS

COUNTS = st.integers(0, 60) | st.integers(0, 10**7) | st.integers(10**12, 10**15)


@pytest.fixture(scope="module", params=["shipped", "others"])
def editions(request: pytest.FixtureRequest, files: Snapshot) -> Iterator[tuple[list[Edition], object]]:
    loaded = load(files if request.param == "shipped" else snapshot(OTHER_PACKS))
    yield [edition for pack in loaded.rulebook.packs for card in pack.cards for edition in card.editions], loaded.engine
    loaded.engine.close()
