"""The records behind a figure: which hurt, which were left out and why, oldest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from service.core.cards import Edition
from service.core.measure import IN_TOTAL, Measured, Slice
from service.core.relations import Related, key_of


@dataclass(frozen=True, slots=True)
class Records:
    """Ids of records, oldest first: all of them, as one column."""

    ids: pl.Series
    total: int

    def first(self, count: int) -> list[str]:
        """The first so many ids."""
        found: list[str] = self.ids.head(count).to_list()
        return found


NO_RECORDS = Records(pl.Series(dtype=pl.String), 0)


def hurting(edition: Edition, marks: pl.DataFrame) -> pl.DataFrame:
    """The marks that hurt: the counted ones of a bad figure, those not counted of a good one."""
    if edition.unit == "count" and not edition.counted_hurt:
        return marks.clear()
    inside = pl.col("left") == IN_TOTAL
    return marks.filter(inside & (pl.col("counted") if edition.counted_hurt else ~pl.col("counted")))


def against(edition: Edition, measured: Measured, marks: pl.DataFrame, related: Related) -> dict[int, Records]:
    """Per seller the records that hurt, among some marks."""
    return {seller: found for (seller,), found in listed(hurting(edition, marks), measured, related, ["seller"])}


def left_out(measured: Measured, marks: pl.DataFrame, related: Related) -> dict[int, dict[int, Records]]:
    """Per seller the records left out, by the place of the reason on the card."""
    left: dict[int, dict[int, Records]] = {}
    if measured.counting.leaves_out:
        outside = marks.filter(pl.col("left") != IN_TOTAL)
        for (seller, place), found in listed(outside, measured, related, ["seller", "left"]):
            left.setdefault(seller, {})[place] = found
    return left


def of_headlines(measured: Measured, headlines: Mapping[int, Slice]) -> pl.DataFrame:
    """The marks within each seller's headline window and group."""
    counting, marks = measured.counting, measured.marks
    single = len(counting.within) == 1 and not counting.within[0].needs and counting.group_by is None
    if single or marks.is_empty():
        return marks
    chosen = pl.DataFrame(
        [(seller, found.days.start, found.days.end, found.group) for seller, found in headlines.items()],
        schema={"seller": pl.UInt32, "start": marks.schema["at"], "end": marks.schema["at"], "chosen": pl.String},
        orient="row",
    )
    inside = (pl.col("at") >= pl.col("start")) & (pl.col("at") < pl.col("end"))
    meant = pl.col("chosen").is_null() | (pl.col("group").cast(pl.String) == pl.col("chosen"))
    return marks.join(chosen, on="seller").filter(inside & meant.fill_null(value=False)).select(marks.columns)


def with_ids(marks: pl.DataFrame, measured: Measured, related: Related) -> pl.DataFrame:
    """Some marks with the ids of their records, oldest first and then by id."""
    table = measured.counting.of
    ids = related.tables[table][key_of(table)]
    return marks.with_columns(id=ids.gather(marks["row"])).sort("at", "id")


def listed(
    marks: pl.DataFrame, measured: Measured, related: Related, by: list[str]
) -> Iterator[tuple[tuple[int, ...], Records]]:
    """Ids of records per seller (and reason)."""
    if marks.is_empty():
        return
    found = with_ids(marks.select(*by, "at", "row"), measured, related).group_by(by, maintain_order=True).agg("id")
    for place, key in enumerate(found.select(by).iter_rows()):
        ids = found["id"][place]
        yield key, Records(ids, len(ids))
