"""Levels: the figures of a slice → the rung the engine finds."""

from collections.abc import Iterable
from fractions import Fraction

from service.core.cards import LEVELS, Edition, Level, Rung
from service.core.measure import Slice
from service.core.rulesets import Decide, measured

SHARES = frozenset({"value"})


def value_of(edition: Edition, one: Slice) -> int | Fraction | None:
    """The figure of a slice: a share (None of an empty total), or the count itself."""
    if edition.unit != "share":
        return one.counted
    return Fraction(one.counted, one.total) if one.total else None


def rung_of(edition: Edition, value: int | Fraction | None, decide: Decide) -> Rung | None:
    """The rung a figure reaches; None where there is no figure."""
    if value is None:
        return None
    fact = measured({"value": value}, SHARES if edition.unit == "share" else frozenset())
    return edition.ladder[int(decide(edition.address, fact)[0])]


def worst(levels: Iterable[Level]) -> int:
    """The place of the worst level, the first of equals."""
    ranked = list(levels)
    return min(range(len(ranked)), key=lambda place: (LEVELS.index(ranked[place]), place))
