"""Figures: what is asked, and a number with the rung it reaches."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from service.core.cards import Edition, Level, Rung
from service.core.ladder import rung_of, value_of
from service.core.mappings import WHOLE
from service.core.measure import Calendar, Slice
from service.core.packs import Pack
from service.core.relations import Related
from service.core.rulesets import Decide


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of which records, by which pack, on which day, decided by whom, with how many ids."""

    related: Related
    pack: Pack
    calendar: Calendar
    decide: Decide
    evidence: int

    def some(self, sellers: list[int]) -> pl.Series | None:
        """The sellers as a column, or None where it is all of them."""
        return None if len(sellers) == len(self.related.sellers) else pl.Series(sellers, dtype=pl.UInt32)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to be judged, the slice it stands for, the rung it reaches, and the level that makes of it."""

    slice: Slice
    value: int | Fraction | None
    rung: Rung | None
    level: Level


def figures_of(edition: Edition, slices: Iterable[Slice], question: Question) -> tuple[Figure, ...]:
    """The figures of some slices."""
    return tuple(figure(edition, one, value_of(edition, one.counted, one.total), question) for one in slices)


def figure(edition: Edition, one: Slice, value: int | Fraction | None, question: Question) -> Figure:
    """A figure with its level; where something required is not covered it is never good.

    What hangs on a field that a source could not tell has no level at all, and of a table that is not complete no
    figure is made: what is missing there is not missing at random.
    """
    missing = question.related.missing(edition.requires)
    if any(name.endswith(f".{WHOLE}") for name in missing):
        return Figure(replace(one, counted=0, total=0), None, None, "insufficient_data")
    rung = rung_of(edition, value, one.also, question.decide)
    level: Level = rung.level if rung else "insufficient_data"
    told = all("." not in name for name in missing)
    if missing and (level == "good" or not told or is_shortfall(edition, question)):
        level = "insufficient_data"
    return Figure(one, value, rung, level)


def is_shortfall(edition: Edition, question: Question) -> bool:
    """Whether a figure may be too low only because nobody covered the table it counts."""
    counting = edition.counting
    return counting is not None and not edition.counted_hurt and counting.of not in question.related.tables
