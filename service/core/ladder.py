"""Levels: the figures of a slice → the rung the engine finds; whole columns of figures → the rung each would reach."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import dropwhile

import numpy as np

from service.core.cards import LEVELS, MILLION, VALUE, Edge, Edition, Level, Rung
from service.core.rulesets import Decide, measured
from service.core.tables import Mask, Numbers, all_of

PROPORTIONS = ("share", "average")
LARGEST_SCALED = 2**63 // MILLION // 10


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


def in_breach(edition: Edition, counted: Numbers, total: Numbers, also: Mapping[str, Numbers]) -> Mask:
    """Which of many figures of an edition are in breach; of an empty total a share is not.

    The engine is asked for every figure that is shown. Forecasts look at hundreds of days for each of them, and compare
    the same edges with whole columns.
    """
    proportion = edition.unit in PROPORTIONS
    if proportion and counted.size and max(abs(counted).max(), total.max()) >= LARGEST_SCALED:
        counted, total = counted.astype(object), total.astype(object)  # beyond 64 bits, exact all the same
    scaled, per = (counted * MILLION, total) if proportion else (counted, 1)
    breach = np.zeros(counted.shape, dtype=bool)
    for rung in dropwhile(lambda one: one.level != "breach", edition.ladder):
        reached = [
            reaches(edge, scaled, per) if edge.measure == VALUE else reaches(edge, also[edge.measure], 1)
            for edge in rung.edges
        ]
        breach = np.where(all_of(reached), rung.level == "breach", breach)
    return breach & (total > 0) if proportion else breach


def reaches(edge: Edge, measure: Numbers, per: Numbers | int) -> Mask:
    """Which of some measures, divided by as many, reach an edge."""
    found: Mask = measure > edge.at * per if edge.strict else measure >= edge.at * per
    return found


def worst(levels: Iterable[Level]) -> int:
    """The place of the worst level, the first of equals."""
    ranks = [LEVELS.index(level) for level in levels]
    return ranks.index(min(ranks))
