"""Lines of a report → the fields of records, as texts of the wire. One expression per field; money stays exact."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from service.core.mappings import ANY_WORD, Filled, Filling
from service.intake.reports.dates import timestamps
from service.schemas.records import shape
from service.schemas.scalars import Choice
from service.schemas.shapes import ListOf

BLANKS = " \t\r\n\"'=\u00a0\u3000\ufeff"
SEVERAL = "\u001f"  # parts the entries of a list within one cell; no text of a report holds it
SIGNS = r"[^\p{L}\p{N}]"
VALUE = "_value"  # no plain name of a column
MONEY = pl.Decimal(38, 9)
NUMBER = r"^[^0-9,.\-]*(-?[0-9][0-9.,' \u00a0]*)[^0-9,.\-]*$"


class Locale(NamedTuple):
    """Where a report is from: the batch's marketplace and time zone, as far as it names them."""

    marketplace: str | None = None
    zone: ZoneInfo | None = None


class Unmapped(NamedTuple):
    """A word of a report that its mapping does not know."""

    table: str
    field: str
    word: str


class Lines(NamedTuple):
    """Fields of one table line by line, `line` beside them; the fields the report tells; words it could not read."""

    table: pl.DataFrame
    told: frozenset[str]
    unmapped: Mapping[Unmapped, int]


def fields_of(raw: pl.DataFrame, filling: Filling, yes: tuple[str, ...], locale: Locale) -> Lines:
    """The fields of a table, one row per line of the report.

    Args:
        raw: a text column per plain name, and `line`.
        filling: which field comes from where.
        yes: the words that say yes.
        locale: where the report is from.
    """
    needed = [name for one in filling.fields for name in one.names]
    used = [name for name in dict.fromkeys([*needed, *filling.newest]) if name in raw.columns]
    known = raw.select("line", *map(known_text, used))
    told = [one for one in filling.fields if is_told(one, frozenset(raw.columns))]
    columns = [column_of(one, known, filling.table, yes, locale) for one in told]
    unmapped = {key: count for one in told for key, count in strange_words(one, known, filling.table)}
    newest = [pl.col(name) for name in filling.newest if name in raw.columns]
    latest = evaluated(known, pl.coalesce(newest) if newest else pl.lit(None, dtype=pl.String), ())
    if filling.dates:
        latest = timestamps(latest, filling.dates, locale.marketplace, locale.zone)
    rows = known.select("line", latest.alias("newest")).with_columns(columns)
    return Lines(rows, frozenset(one.fills for one in told), unmapped)


def is_told(one: Filled, columns: frozenset[str]) -> bool:
    """Whether the report has what a field comes from."""
    if one.constant is not None or not columns.isdisjoint(one.sources) or not columns.isdisjoint(one.adds):
        return True
    flags = [name for names in one.flags.values() for name in names]
    return not columns.isdisjoint(flags) or bool(one.joined and columns.issuperset(one.joined))


def known_text(name: str) -> pl.Expr:
    """The text of a cell, null where it says nothing."""
    text = pl.col(name).str.strip_chars(BLANKS)
    return pl.when(text != "").then(text).alias(name)


def column_of(one: Filled, known: pl.DataFrame, table: str, yes: tuple[str, ...], locale: Locale) -> pl.Series:
    """One field of every line."""
    return found_by(one, known, table, yes, locale).alias(one.fills)


def found_by(one: Filled, known: pl.DataFrame, table: str, yes: tuple[str, ...], locale: Locale) -> pl.Series:
    """What the lines say of one field."""
    if is_list(one, table):
        return evaluated(known, list_of(one, known.columns, yes), one.names)
    if one.adds:
        return evaluated(known, sum_of(one, known.columns), one.names)
    text = source(one, known.columns)
    if one.dates:
        return timestamps(evaluated(known, text, ()), one.dates, locale.marketplace, locale.zone)
    if one.words:
        read = read_word(text, one.words, keep=is_required(one, table))
        return evaluated(known, read if one.constant is None else read.fill_null(pl.lit(one.constant)), one.names)
    if one.fills == "marketplace":
        return evaluated(known, domain(text), one.names)
    return evaluated(known, text, ())


def evaluated(known: pl.DataFrame, expression: pl.Expr, names: Iterable[str]) -> pl.Series:
    """An expression over all lines; once for lines that say the same in some columns, where many do."""
    used = [name for name in names if name in known.columns]
    cells = known.select(used)
    different = cells.unique() if used else cells
    if not used or different.height * 2 > known.height:
        return known.select("line", expression.alias(VALUE))[VALUE]
    read = different.with_columns(expression.alias(VALUE))
    return cells.join(read, on=used, how="left", nulls_equal=True, maintain_order="left")[VALUE]


def is_list(one: Filled, table: str) -> bool:
    """Whether a field is a list."""
    return isinstance(shape(table).fields[one.fills], ListOf)


def domain(text: pl.Expr) -> pl.Expr:
    """A marketplace's domain in small letters, as domains are compared; ids as they are."""
    return pl.when(text.str.contains(".", literal=True)).then(text.str.to_lowercase()).otherwise(text)


def source(one: Filled, columns: Iterable[str]) -> pl.Expr:
    """The text a field comes from."""
    there = [pl.col(name) for name in one.sources if name in columns]
    if one.joined and set(columns).issuperset(one.joined):
        there.append(pl.concat_str([pl.col(name) for name in one.joined], separator=":"))
    constant = [pl.lit(one.constant)] if one.constant is not None and one.words is None else []
    return pl.coalesce([*there, *constant]) if there or constant else pl.lit(None, dtype=pl.String)


def is_required(one: Filled, table: str) -> bool:
    """Whether a record must have the field: then a word nobody knows stays, to be refused where it stands."""
    kind = shape(table).fields[one.fills]
    return kind.required and isinstance(kind, Choice)


def plain_words(text: pl.Expr) -> pl.Expr:
    """A text without case, spaces and signs."""
    return text.str.normalize("NFKC").str.to_lowercase().str.replace_all(SIGNS, "")


def read_word(text: pl.Expr, words: Mapping[str, str | None], *, keep: bool = False) -> pl.Expr:
    """What a word reads as; null for words that say nothing and, unless they are kept, for those nobody knows."""
    word = plain_words(text)
    exact = {name: value for name, value in words.items() if not name.endswith(ANY_WORD)}
    read = word.replace_strict(exact, default=None, return_dtype=pl.String)
    for name, value in words.items():
        if name.endswith(ANY_WORD):
            begins = word.str.starts_with(name.removesuffix(ANY_WORD)) & read.is_null() & ~word.is_in(list(exact))
            read = pl.when(begins).then(pl.lit(value, dtype=pl.String)).otherwise(read)
    return pl.when(is_strange(text, words)).then(text).otherwise(read) if keep else read


def is_strange(text: pl.Expr, words: Mapping[str, str | None]) -> pl.Expr:
    """Whether a word is none of those that are known."""
    word = plain_words(text)
    begins = [word.str.starts_with(name.removesuffix(ANY_WORD)) for name in words if name.endswith(ANY_WORD)]
    return word.is_not_null() & (word != "") & ~pl.any_horizontal([word.is_in(list(words)), *begins])


def strange_words(one: Filled, known: pl.DataFrame, table: str) -> Iterator[tuple[Unmapped, int]]:
    """The words of a field that its mapping does not know, with how many lines say them."""
    if one.words is None:
        return
    text = known.select("line", source(one, known.columns).alias("word"))
    if is_list(one, table):
        text = text.select(pl.col("word").str.split(SEVERAL)).explode("word")
    strange = text.group_by("word").len().filter(is_strange(pl.col("word"), one.words))
    for word, count in strange.sort("word").rows():
        yield Unmapped(table, one.fills, word), count


def list_of(one: Filled, columns: Iterable[str], yes: tuple[str, ...]) -> pl.Expr:
    """A list field: the entries whose column says yes, and those a cell names."""
    entries = [
        pl.when(pl.any_horizontal([plain_words(pl.col(name)).is_in(list(yes)) for name in there])).then(pl.lit(entry))
        for entry, names in one.flags.items()
        if (there := [name for name in names if name in columns])
    ]
    flagged = pl.concat_list(entries) if entries else pl.lit([], dtype=pl.List(pl.String))
    there = [name for name in one.sources if name in columns]
    if there:
        named = pl.coalesce([pl.col(name) for name in there]).str.split(SEVERAL)
        if one.words is not None:
            named = named.list.eval(read_word(pl.element(), one.words))
        flagged = pl.concat_list(flagged, named.fill_null(pl.lit([], dtype=pl.List(pl.String))))
    return flagged.list.drop_nulls().list.unique().list.sort()


def sum_of(one: Filled, columns: Iterable[str]) -> pl.Expr:
    """A sum of money, exact; null where none of its parts is known, never below zero."""
    adds = [amount(name) for name in one.adds if name in columns]
    subtracts = [amount(name).abs() for name in one.subtracts if name in columns]
    nothing = pl.lit(0, dtype=MONEY)
    total = pl.sum_horizontal([part.fill_null(nothing) for part in adds]) - (
        pl.sum_horizontal([part.fill_null(nothing) for part in subtracts]) if subtracts else nothing
    )
    return pl.when(pl.any_horizontal([part.is_not_null() for part in adds])).then(total.cast(MONEY).clip(nothing))


def amount(name: str) -> pl.Expr:
    """The number of a cell, with a sign of its currency or without; `1.234,56` and `1,234.56` are the same."""
    number = pl.col(name).str.extract(NUMBER).str.replace_all(r"[' \u00a0]", "")
    comma_last = number.str.contains(r",[0-9]{1,2}$") & ~number.str.contains(r",[0-9]+\.")
    european = number.str.replace_all(r"\.", "").str.replace(",", ".", literal=True)
    english = number.str.replace_all(",", "")
    return pl.when(comma_last).then(european).otherwise(english).str.strip_chars_end(".").cast(MONEY, strict=False)
