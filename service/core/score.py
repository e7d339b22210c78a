"""Scores: a start, the points of each term, two bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.core.countings import Score
from service.core.tables import Numbers


@dataclass(frozen=True, slots=True)
class PartOfScore:
    """The points of one part, and how many records gave them."""

    name: str
    counted: int
    points: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One seller's score and what it is made of."""

    value: int
    parts: tuple[PartOfScore, ...]


def scored(score: Score, counts: Sequence[int]) -> Scored:
    """The score of so many records per term, in the order of the terms."""
    parts: dict[str, PartOfScore] = {}
    settled: list[int] = []
    value = score.start
    for term, count in zip(score.terms, counts, strict=True):
        points = count // term.per * term.points
        so_far = parts.get(term.part, PartOfScore(term.part, 0, 0))
        parts[term.part] = PartOfScore(term.part, so_far.counted + count, so_far.points + points)
        value += points
        if term.sets is not None and count:
            settled.append(term.sets)
    value = min(settled) if settled else value
    return Scored(min(max(value, score.least), score.most), tuple(parts.values()))


def scores(score: Score, counts: Sequence[Numbers]) -> Numbers:
    """The scores of many counts per term at once, in the order of the terms."""
    value = np.full(counts[0].shape, score.start)
    settled = np.full(counts[0].shape, score.most)
    some = np.zeros(counts[0].shape, dtype=bool)
    for term, count in zip(score.terms, counts, strict=True):
        value = value + count // term.per * term.points
        if term.sets is not None:
            settled = np.where(count > 0, np.minimum(settled, term.sets), settled)
            some |= count > 0
    return np.clip(np.where(some, settled, value), score.least, score.most)
