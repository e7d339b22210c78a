"""The case to make: which records that hurt the marketplace may excuse, and the metric as it would stand then."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from service.core.cards import Edition, Mitigation
from service.core.clauses import AnyOf, Has
from service.core.conditions import Expressions
from service.core.evidence import hurting, of_headlines, with_ids
from service.core.figures import Figure, Question, figures_of
from service.core.ladder import worst
from service.core.measure import Measured, Slice, expressions, sliced

ROW_AND_PLACE = {"row": pl.UInt32, "place": pl.Int64}


@dataclass(frozen=True, slots=True)
class Mitigated:
    """A seller's metric as it would stand, and the excuses: record and mitigation, oldest record first."""

    figure: Figure
    excuses: tuple[tuple[str, Mitigation], ...]


def mitigate(
    edition: Edition, found: Measured, headlines: Mapping[int, Slice], question: Question
) -> dict[int, Mitigated]:
    """Per seller the metric without what may be excused; sellers for whom nothing may be are not named."""
    hurt = hurting(edition, found.marks) if edition.mitigations else found.marks.clear()
    if hurt.is_empty():
        return {}
    excused = excuses(edition, hurt["row"].unique(), question)
    shown = hurting(edition, of_headlines(found, headlines)).join(excused, on="row")
    if shown.is_empty():
        return {}
    ordered = with_ids(shown, found, question.related).sort("at", "id", "place")
    listed: dict[int, list[tuple[str, Mitigation]]] = {}
    for seller, record, place in ordered.select("seller", "id", "place").iter_rows():
        listed.setdefault(seller, []).append((record, edition.mitigations[place]))
    slices = without(edition, found, excused, list(listed), question)
    return {
        seller: Mitigated(as_it_would_stand(edition, headlines[seller], slices.get(seller), question), tuple(each))
        for seller, each in listed.items()
    }


def as_it_would_stand(edition: Edition, headline: Slice, slices: list[Slice] | None, question: Question) -> Figure:
    """The headline of what is left."""
    nothing = Slice(headline.days, headline.group, 0, 0)
    figures = figures_of(edition, slices or [nothing], question)
    return figures[worst(one.level for one in figures)]


def excuses(edition: Edition, rows: pl.Series, question: Question) -> pl.DataFrame:
    """The rows that are excused, each with the place of every mitigation that does it."""
    counting, tables = edition.counted_by, question.related.tables
    asked = expressions(counting, question.related, question.related.now)
    records = tables[counting.of].filter(pl.col("row").is_in(rows.implode()))
    places = range(len(edition.mitigations))
    own = {place for place in places if edition.mitigations[place].of == counting.of}
    held = {place: asked.of(edition.mitigations[place].when) for place in own}
    if len(own) < len(places):
        cleared = ~without_others(edition, question).of(counting.counts)
        for place in set(places) - own:
            mitigation = edition.mitigations[place]
            held[place] = cleared & asked.of(Has(mitigation.of, mitigation.when))
    found = [records.filter(held[place]).select("row", place=pl.lit(place, dtype=pl.Int64)) for place in places]
    return pl.concat(found) if found else pl.DataFrame(schema=ROW_AND_PLACE)


def without_others(edition: Edition, question: Question) -> Expressions:
    """The conditions of a card as they read without the related records that may be excused."""
    counting, tables = edition.counted_by, question.related.tables
    excused: dict[str, pl.Series] = {}
    for table in {one.of for one in edition.mitigations if one.of != counting.of and one.of in tables}:
        any_of = AnyOf(tuple(one.when for one in edition.mitigations if one.of == table))
        asked = Expressions(table, tables, question.related.now)
        excused[table] = tables[table].filter(asked.of(any_of))["row"]
    parts = {part.name: part.counts for part in counting.parts}
    return Expressions(counting.of, tables, question.related.now, parts, excused)


def without(
    edition: Edition, found: Measured, excused: pl.DataFrame, sellers: list[int], question: Question
) -> dict[int, list[Slice]]:
    """The slices of some sellers without what is excused; the first mitigation of a record says how."""
    first = excused.sort("place").unique("row", keep="first", maintain_order=True)
    leaving = [place for place, one in enumerate(edition.mitigations) if one.effect == "left_out"]
    out = first.filter(pl.col("place").is_in(leaving))["row"]
    kept = found.marks.filter(pl.col("seller").is_in(sellers) & ~pl.col("row").is_in(out.implode()))
    spared = pl.col("row").is_in(first["row"].implode())
    also = [
        pl.when(~spared).then(pl.col(f"also_{place}")).alias(f"also_{place}")
        for place in range(len(found.counting.also))
    ]
    marks = kept.with_columns(pl.col("counted") & ~spared, *also)
    return sliced(found.counting, marks, question.calendar)
