"""A recognised report → records: per table one row per record, as texts, and what the report tells of them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from service.core.mappings import Filling
from service.intake.reports.fields import MONEY, Locale, Unmapped, fields_of, plain_words
from service.intake.reports.fold import folded
from service.intake.reports.recognise import Recognised
from service.intake.reports.tree import lines_of_objects
from service.intake.tables import Place


class Records(NamedTuple):
    """The records one report makes of a table.

    `rows` has a text (or list of texts) per field told, `line` and `newest`; `told` are the fields it tells of every
    record; `unmapped` words nobody knows; `left_out` how many lines were passed over; `lines` how many there were.
    """

    found: Recognised
    filling: Filling
    rows: pl.DataFrame
    told: frozenset[str]
    unmapped: Mapping[Unmapped, int]
    left_out: int
    lines: int

    def place(self, line: int) -> Place:
        """Where a record stands; objects have no lines."""
        return Place(self.found.source, line if self.found.names else None)

    def column(self, field: str) -> str:
        """What the report calls the field; of several columns the first that is there."""
        names = next((one.names for one in self.filling.fields if one.fills == field), ())
        return next((self.found.names[name] for name in names if name in self.found.names), field)


def records_of(found: Recognised, locale: Locale) -> Iterator[Records]:
    """The records of every table a report fills."""
    for filling in found.mapping.fillings:
        raw = found.lines
        if raw is None:
            raw = lines_of_objects(found.objects, filling.per, paths_of(filling))
        kept = raw.filter(~left_out(filling, raw)) if filling.leaves_out else raw
        read = fields_of(kept, filling, found.mapping.yes, locale)
        rows = folded(read.table, filling, objects=found.lines is None)
        texts = rows.with_columns(as_text(name) for name, kind in rows.schema.items() if kind == MONEY)
        yield Records(found, filling, texts, read.told, read.unmapped, raw.height - kept.height, raw.height)


def paths_of(filling: Filling) -> list[str]:
    """Every path a table of objects is read from."""
    names = [name for one in filling.fields for name in one.names]
    return list(dict.fromkeys([*names, *filling.newest, *filling.leaves_out]))


def left_out(filling: Filling, raw: pl.DataFrame) -> pl.Expr:
    """Whether a line is none of the marketplace's."""
    passed = [says(name, words) for name, words in filling.leaves_out.items() if name in raw.columns]
    return pl.any_horizontal(passed) if passed else pl.lit(value=False)


def says(name: str, words: tuple[str, ...]) -> pl.Expr:
    """Whether a cell says one of some words; `non*` is any word that begins so."""
    word = plain_words(pl.col(name))
    said = [word.str.starts_with(one[:-1]) if one.endswith("*") else word == one for one in words]
    return pl.any_horizontal([one.fill_null(value=False) for one in said])


def as_text(name: str) -> pl.Expr:
    """A sum of money as the wire has it, without zeros nobody wrote."""
    return pl.col(name).cast(pl.String).str.replace(r"(\.[0-9]*?)0+$", "${1}").str.strip_chars_end(".").alias(name)
