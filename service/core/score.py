"""Scores: a start, the points of each term, two bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.core.countings import Score


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
