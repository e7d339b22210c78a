"""Levels: the figures of a slice → the rung the engine finds."""

from collections.abc import Iterable
from fractions import Fraction

from service.core.cards import LEVELS, VALUE, Edition, Level, Rung
from service.core.rulesets import Decide, measured

PROPORTIONS = ("share", "average")


def value_of(edition: Edition, counted: int, total: int) -> int | Fraction | None:
    """The figure of some sums: a count, or a share or average (None of an empty total)."""
    if edition.unit not in PROPORTIONS:
        return counted
    return Fraction(counted, total) if total else None


def rung_of(edition: Edition, value: int | Fraction | None, also: tuple[int, ...], decide: Decide) -> Rung | None:
    """The rung a figure and its further measures reach; None where there is no figure."""
    if value is None:
        return None
    further = edition.counting.also if edition.counting else ()
    fact: dict[str, int | Fraction] = {VALUE: value}
    fact.update((one.name, count) for one, count in zip(further, also, strict=False))
    proportions = frozenset({VALUE}) if edition.unit in PROPORTIONS else frozenset()
    return edition.ladder[int(decide(edition.address, measured(fact, proportions))[0])]


def worst(levels: Iterable[Level]) -> int:
    """The place of the worst level, the first of equals."""
    ranked = list(levels)
    return min(range(len(ranked)), key=lambda place: (LEVELS.index(ranked[place]), place))
