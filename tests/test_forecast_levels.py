"""Forecasts compare whole columns with the edges of a ladder; the engine, asked figure by figure, says the same."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.app import load
from service.core.cards import Edition
from service.core.ladder import in_breach, rung_of, value_of
from service.core.rulesets import Decide
from service.core.score import scored, scores
from service.rulebook.folder import snapshot

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE.parent / "rules", HERE / "other_packs" / "rules")
COUNT = st.integers(0, 60) | st.integers(0, 10**7) | st.integers(10**12, 10**15)
FIGURES = st.lists(st.tuples(COUNT, COUNT, st.integers(0, 9)), min_size=1, max_size=20)
Ladders = list[tuple[Edition, Decide]]


@pytest.fixture(scope="module")
def ladders() -> Iterator[Ladders]:
    """Every edition of the shipped rules and of other packs, with the engine that decides it."""
    held = [load(snapshot(folder)) for folder in FOLDERS]
    yield [
        (edition, loaded.engine.decide)
        for loaded in held
        for pack in loaded.rulebook.packs
        for card in pack.cards
        for edition in card.editions
    ]
    for loaded in held:
        loaded.engine.close()


@given(figures=FIGURES)
def test_columns_and_engine_agree(figures: list[tuple[int, int, int]], ladders: Ladders) -> None:
    for edition, decide in ladders:
        named = [one.name for one in edition.counting.also] if edition.counting else []
        sums = [(min(counted, total) if edition.unit == "share" else counted, total) for counted, total, _ in figures]
        also = [(extra,) * len(named) for _, _, extra in figures]
        counted, total = (np.array(column) for column in zip(*sums, strict=True))
        found = in_breach(edition, counted, total, dict.fromkeys(named, np.array([extra for _, _, extra in figures])))
        asked = [
            rung_of(edition, value_of(edition, *one), further, decide) for one, further in zip(sums, also, strict=True)
        ]
        assert found.tolist() == [rung is not None and rung.level == "breach" for rung in asked], edition.address


@given(counts=st.lists(st.integers(0, 3000), min_size=20, max_size=20))
def test_scores_of_columns_and_of_one_seller_agree(counts: list[int], ladders: Ladders) -> None:
    for edition, _ in ladders:
        if edition.score:
            own = counts[: len(edition.score.terms)]
            together = scores(edition.score, [np.array([count, 0]) for count in own])
            assert together.tolist() == [scored(edition.score, each).value for each in (own, [0] * len(own))]
