"""One metric of every seller: slices → figures → levels, and the headline among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from service.core.cards import Edition, Level, Pack, Rung
from service.core.ladder import rung_of, value_of, worst
from service.core.measure import NO_RECORDS, Measured, Records, Slice, evidence, measure
from service.core.relations import Related
from service.core.rulesets import Decide
from service.core.score import PartOfScore, scored


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of which records, by which pack, on which day, decided by whom, with how many ids."""

    related: Related
    pack: Pack
    day: date
    decide: Decide
    evidence: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to be judged, the slice it stands for, the rung it reaches, and the level that makes of it."""

    slice: Slice
    value: int | Fraction | None
    rung: Rung | None
    level: Level


@dataclass(frozen=True, slots=True)
class Judged:
    """One metric of one seller: the headline, all figures it was chosen from, and the records behind it."""

    edition: Edition
    headline: Figure
    figures: tuple[Figure, ...]
    missing: tuple[str, ...]
    against: Records
    left_out: Mapping[int, Records]
    score_parts: tuple[PartOfScore, ...] = ()

    @property
    def rule(self) -> str:
        """The address of the rule that decided."""
        rung = self.headline.rung
        level = self.headline.level
        return rung.address if rung and rung.level == level else f"{self.edition.address}#{level}"


def judge(edition: Edition, sellers: list[int], question: Question) -> Iterator[tuple[int, Judged]]:
    """One metric of some sellers, all of them judged by the same edition."""
    if edition.score:
        return judge_score(edition, sellers, question)
    return judge_counting(edition, sellers, question)


def judge_counting(edition: Edition, sellers: list[int], question: Question) -> Iterator[tuple[int, Judged]]:
    """A share or a count."""
    counting = edition.counted_by
    found = measure(counting, question.related, some(sellers, question), question.day, question.pack.time_zone)
    missing = tuple(question.related.missing(edition.requires))
    nothing = Slice(found.windows[0], None, 0, 0, (0,) * len(counting.parts))
    figures: dict[int, tuple[Figure, ...]] = {}
    headlines: dict[int, Figure] = {}
    for seller in sellers:
        slices = found.slices.get(seller, [nothing])
        each = tuple(figure(edition, one, value_of(edition, one), question, missing) for one in slices)
        figures[seller] = each
        headlines[seller] = each[worst(one.level for one in each)]
    chosen = {seller: headline.slice for seller, headline in headlines.items()}
    against, left_out = evidence(found, question.related, chosen, counted_hurt=edition.counted_hurt)
    for seller in sellers:
        records = against.get(seller, NO_RECORDS)
        yield seller, Judged(edition, headlines[seller], figures[seller], missing, records, left_out.get(seller, {}))


def judge_score(edition: Edition, sellers: list[int], question: Question) -> Iterator[tuple[int, Judged]]:
    """A score."""
    score = edition.scored_by
    measures = [
        measure(term.counting, question.related, some(sellers, question), question.day, question.pack.time_zone)
        for term in score.terms
    ]
    missing = tuple(question.related.missing(edition.requires))
    harmful = [found for term, found in zip(score.terms, measures, strict=True) if term.hurts]
    against = evidence_of_score(harmful, question) if harmful else {}
    for seller in sellers:
        totals = [sum(one.total for one in found.slices.get(seller, ())) for found in measures]
        result = scored(score, totals)
        stands_for = Slice(measures[0].windows[0], None, 0, 0, ())
        headline = figure(edition, stands_for, result.value, question, missing)
        records = against.get(seller, NO_RECORDS)
        yield seller, Judged(edition, headline, (headline,), missing, records, {}, result.parts)


def evidence_of_score(harmful: list[Measured], question: Question) -> dict[int, Records]:
    """The records of all terms that take points away; the loader sees to it that they are of one table."""
    together = pl.concat([found.marks for found in harmful])
    first = harmful[0]
    whole = Measured(first.counting, first.windows, together, {})
    return evidence(whole, question.related, {}, counted_hurt=True)[0]


def some(sellers: list[int], question: Question) -> pl.Series | None:
    """The sellers as a column, or None where it is all of them."""
    return None if len(sellers) == len(question.related.sellers) else pl.Series(sellers, dtype=pl.UInt32)


def figure(
    edition: Edition, one: Slice, value: int | Fraction | None, question: Question, missing: tuple[str, ...]
) -> Figure:
    """A figure with its level; where something required is not covered it is never good."""
    rung = rung_of(edition, value, question.decide)
    level: Level = rung.level if rung else "insufficient_data"
    return Figure(one, value, rung, "insufficient_data" if missing and level == "good" else level)
