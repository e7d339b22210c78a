"""Whole columns of texts → columns of their fields' types, as long as every text is in plain form.

A column with anything unusual is not read here but value by value, so nothing is accepted that would be refused there.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from marshmallow import fields

from service.core.tables import UNKNOWN, Column, Numbers
from service.intake.columns import WORD, column_type, default_of, number_type
from service.intake.instants import BLANK, CANONICAL, form_read, told_in
from service.intake.numbers import numbers_of
from service.intake.texts import BAR, FIRST_PRINTABLE, LAST_PRINTABLE, is_trimmed
from service.schemas.scalars import (
    BOOLEAN,
    CURRENCY,
    DECIMAL,
    ID_LENGTH,
    Amount,
    Boolean,
    Choice,
    Currency,
    Id,
    Integer,
    Reading,
    Text,
    Timestamp,
)
from service.schemas.shapes import ListOf

SPACE = ord(" ")
WHOLE = "-?[0-9]{1,18}"


def read_series(kind: fields.Field[Any], column: pl.Series, reading: Reading) -> Column | None:
    """The typed column, or None where a value must be looked at by itself."""
    if isinstance(kind, Timestamp) and column.dtype == pl.String:
        return instants_of_one_form(blank_as_null(column), reading)
    if column.dtype == pl.String:
        read = of_texts(kind, blank_as_null(column), reading)
    elif column.dtype == column_type(kind):
        read = of_own_type(kind, column)
    else:
        read = of_lists(kind, column)
    if read is None:
        return None
    default = default_of(kind)
    whole = read if default is None else read.fill_null(default)
    return whole if number_type(kind) is None else numbers_of(whole)


def home_series(read: pl.Series, domains: Mapping[str, str] | None, default: str | None) -> pl.Series | None:
    """The sellers, or with domains the marketplaces, of records; the batch's own where a record names none."""
    if domains is not None:
        named = {name: domains.get(name) for name in read.unique().to_list() if name is not None}
        if None in named.values():
            return None
        if any(name != domain for name, domain in named.items()):
            read = read.replace_strict(named, return_dtype=pl.String)
    return read if default is None else read.fill_null(default)


def blank_as_null(column: pl.Series) -> pl.Series:
    """The column with null for an empty text."""
    blank = column == ""
    return column.zip_with(~blank, pl.Series([None], dtype=pl.String)) if blank.any() else column


def of_texts(kind: fields.Field[Any], known: pl.Series, reading: Reading) -> pl.Series | None:
    """A column of texts."""
    match kind:
        case Choice():
            return if_whole(known.cast(pl.Enum(kind.choices), strict=False).to_physical().cast(WORD), known)
        case Currency():
            return known if fits(known.unique(), CURRENCY) else None
        case Id():
            return plain_texts(known, ID_LENGTH)
        case Text():
            return plain_texts(known, reading.longest_text)
        case Boolean():
            return known == "true" if fits(known.unique(), BOOLEAN) else None
        case Integer():
            number = known.cast(pl.Int64, strict=False) if fits(known, WHOLE) else None
            return None if number is None else if_whole(within(kind, number), known)
        case Amount():
            return known.cast(column_type(kind)) if fits(known, DECIMAL.removeprefix("-?")) else None
    return None


def of_own_type(kind: fields.Field[Any], column: pl.Series) -> pl.Series | None:
    """A column that came in its field's own type."""
    match kind:
        case Integer():
            return if_whole(within(kind, column), column)
        case Amount():
            return column if not (column < 0).any() else None
        case Boolean() | Timestamp():
            return column
    return None


def of_lists(kind: fields.Field[Any], column: pl.Series) -> pl.Series | None:
    """A column of lists of words."""
    if not (isinstance(kind, ListOf) and isinstance(kind.inner, Choice) and column.dtype == pl.List(pl.String)):
        return None
    read = column.cast(column_type(kind), strict=False)
    return read if not read.list.explode(empty_as_null=False, keep_nulls=False).null_count() else None


def instants_of_one_form(known: pl.Series, reading: Reading) -> Numbers | None:
    """The instants of texts that are all in the form of the first of them."""
    form = form_read(known[known.is_not_null().arg_max() or 0] or CANONICAL)
    if form is None or not (known.str.len_bytes() == form.length).all():
        return None
    signs = np.frombuffer(known.fill_null(BLANK * form.length).str.join("").item().encode(), np.uint8)
    read = told_in(form, signs.reshape(-1, form.length), reading)
    return read if int((read == UNKNOWN).sum()) == known.null_count() else None


def plain_texts(known: pl.Series, longest: int) -> pl.Series | None:
    """Texts that are trimmed, not too long and of signs that can be printed, which no control character can."""
    short = not (known.str.len_bytes() > longest).any()
    return known if short and (is_plain_ascii(known) or is_trimmed(known.str.join(BAR).item())) else None


def is_plain_ascii(known: pl.Series) -> bool:
    """Whether texts, none of them empty, are trimmed and of printable ASCII, as the bytes of all of them tell."""
    _, bounds, content = known.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    signs, places = np.frombuffer(content or b" ", np.uint8), np.frombuffer(bounds, np.int64)
    least = signs.min()
    if least < FIRST_PRINTABLE or signs.max() > LAST_PRINTABLE:
        return False
    if least > SPACE:
        return True
    begins, ends = places[:-1], places[1:]
    held = ends > begins
    return not (np.count_nonzero(signs[begins[held]] == SPACE) or np.count_nonzero(signs[ends[held] - 1] == SPACE))


def fits(known: pl.Series, pattern: str) -> bool:
    """Whether a pattern fits the whole of every text."""
    return known.str.contains(f"^(?:{pattern})$").all()


def within(kind: Integer, numbers: pl.Series) -> pl.Series:
    """Numbers, null where they are out of bounds."""
    wrong = ~numbers.is_between(kind.least, kind.most)
    return numbers.zip_with(~wrong, pl.Series([None], dtype=numbers.dtype)) if wrong.any() else numbers


def if_whole(read: pl.Series, known: pl.Series) -> pl.Series | None:
    """A column of which nothing was lost."""
    return read if read.null_count() == known.null_count() else None
