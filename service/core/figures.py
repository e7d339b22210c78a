"""Figures: what is asked, and a number with the rung it reaches."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import numpy as np

from service.core.cards import Edition, Level, Rung
from service.core.ladder import rung_of, value_of, worst
from service.core.mappings import WHOLE
from service.core.measure import Calendar, Slice
from service.core.packs import Pack
from service.core.relations import Related
from service.core.rulesets import Decide
from service.core.tables import Mask

Remembered = TypeVar("Remembered")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of which records, by which pack, on which day, decided by whom, with how many ids.

    `memory` holds, while the question is answered, what many sellers have in common; `shown` what an answer states of
    figures, by the identity of these.
    """

    related: Related
    pack: Pack
    calendar: Calendar
    decide: Decide
    evidence: int
    memory: dict[Hashable, Any] = field(default_factory=dict)
    shown: dict[int, dict[str, Any]] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Remembered]) -> Remembered:
        """What `make` makes, made once for each key."""
        made: Remembered | None = self.memory.get(key)
        if made is None:
            made = self.memory[key] = make()
        return made

    def sells_in(self, marketplaces: frozenset[str] | None) -> Mask:
        """Which sellers sell in some marketplaces of the pack, in any of them where None."""
        meant = self.pack.marketplaces.keys() if marketplaces is None else self.pack.marketplaces.keys() & marketplaces
        return np.array([domain in meant for _, domain in self.related.sellers], dtype=bool)

    def by_domain(self, sellers: list[int]) -> dict[str, list[int]]:
        """Some sellers, marketplace by marketplace."""
        if len(self.related.domains) == 1:
            return dict.fromkeys(self.related.domains, sellers)
        found: dict[str, list[int]] = {}
        for seller in sellers:
            found.setdefault(self.related.sellers[seller][1], []).append(seller)
        return found

    def some(self, sellers: list[int]) -> Mask | None:
        """Which sellers these are, or None where it is all of them."""
        if len(sellers) == len(self.related.sellers):
            return None
        mask = np.zeros(len(self.related.sellers), dtype=bool)
        mask[sellers] = True
        return mask


class Figure(NamedTuple):
    """A number to be judged, the slice it stands for, the rung it reaches, and the level that makes of it."""

    slice: Slice
    value: int | Fraction | None
    rung: Rung | None
    level: Level


class Figures(NamedTuple):
    """The figures of one metric of a seller, and the headline among them: the first of the worst."""

    every: tuple[Figure, ...]
    headline: Figure


def figures_of(edition: Edition, slices: Sequence[Slice], question: Question) -> Figures:
    """The figures of some slices; of the same slices the very same, since many sellers have them."""
    return question.once((edition.address, *slices), lambda: figures_anew(edition, slices, question))


def figures_anew(edition: Edition, slices: Sequence[Slice], question: Question) -> Figures:
    """The figures of some slices."""
    if gaps_of(edition, question).partial:
        nothing = slices[0]._replace(counted=0, total=0)  # what is missing is not missing at random
        figure = Figure(nothing, None, None, "insufficient_data")
        return Figures((figure,), figure)
    every = tuple(figure_of(edition, one, question) for one in slices)
    return Figures(every, every[worst(one.level for one in every)])


def figure_of(edition: Edition, one: Slice, question: Question) -> Figure:
    """The figure of a slice."""
    key = (edition.address, one.counted, one.total, one.also)
    return Figure(one, *question.once(key, lambda: level_of(edition, one, question)))


def level_of(edition: Edition, one: Slice, question: Question) -> tuple[int | Fraction | None, Rung | None, Level]:
    """The value of a slice, its rung and its level; where something required is not covered it is never good.

    What hangs on a field that a source could not tell has no level at all.
    """
    value = value_of(edition, one.counted, one.total)
    rung, gaps = rung_of(edition, value, one.also, question.decide), gaps_of(edition, question)
    level: Level = rung.level if rung else "insufficient_data"
    if not gaps.has_level or (level == "good" and gaps.missing):
        level = "insufficient_data"
    return value, rung, level


class Gaps(NamedTuple):
    """What an edition requires and nobody covered.

    `partial` tells whether a source says itself that it holds only some of the records, `has_level` whether a figure
    may have a level that is not good all the same.
    """

    missing: tuple[str, ...]
    partial: bool
    has_level: bool


def gaps_of(edition: Edition, question: Question) -> Gaps:
    """What is missing for an edition; found once."""
    return question.once((edition.address, "gaps"), lambda: found_gaps(edition, question.related))


def found_gaps(edition: Edition, related: Related) -> Gaps:
    """What is missing for an edition. A figure may be too low only because nobody covered what it counts."""
    missing = tuple(related.missing(edition.requires))
    counted = edition.counting.of if edition.counting and not edition.counted_hurt else None
    unsure = any("." in name or name == counted for name in missing)
    return Gaps(missing, any(name.endswith(f".{WHOLE}") for name in missing), not unsure)
