"""Instants: texts of one form at a time by arithmetic on their digits, whatever is left by expressions.

What neither reads is refused and read again one by one; neither accepts what marshmallow does not.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from service.core.tables import UNKNOWN, Numbers
from service.intake.numbers import numbers_of
from service.intake.texts import BAR
from service.schemas.scalars import CLOCK, DATE, OFFSET, Reading

Bytes = npt.NDArray[np.uint8]
Truths = npt.NDArray[np.bool_]

CANONICAL = "2026-11-22T09:00:00Z"
BLANK, UNREAD = "-", "?"  # stand for a text that is not known, or of another form, as often as a form is long
FIRST_YEAR, LAST_YEAR = 1000, 2999
ZEROS = str.maketrans("123456789", "0" * 9)
ANY_FORM = re.compile(r"0000-00-00(?:[T ]00:00(?::00(?:\.(?P<fraction>0{1,6}))?)?(?P<offset>Z|(?P<sign>[+-])00:00)?)?")
MOST_FORMS = 16  # in one column; what is written in still others is read by expressions
A_SECOND = 1_000_000
TENTHS = A_SECOND // 10 ** np.arange(1, 7)
ANY_INSTANT = rf"^(?<date>{DATE})(?:[T ](?<clock>{CLOCK})(?<offset>{OFFSET})?)?$"
EARLIEST_YEAR, LATEST_YEAR = 1000, 9998  # beyond, an offset may lead out of the calendar
ZONE_YEARS = (1971, 2036)  # within, the zone rules of all sources agree


class Months(NamedTuple):
    """Of every month from `FIRST_YEAR` on: the days from the epoch to the eve of its first day, and how many it has."""

    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


@cache
def months() -> Months:
    """Every month there may be a canonical instant in."""
    starts = np.arange(f"{FIRST_YEAR}-01", f"{LAST_YEAR + 1}-01", dtype="M8[M]").astype("M8[D]").astype(np.int64)
    return Months(starts - 1, np.diff(starts, append=starts[-1] + 31))


class Form(NamedTuple):
    """One way to write an instant.

    Attributes:
        length: how many characters it takes.
        digits: where its digits stand: those of date and clock, of the fraction, of the offset.
        clock: how many of them are those of date and clock.
        signs: where the others stand, and which they are.
        fraction: how many digits the fraction of a second has.
        ahead: whether the offset is ahead of UTC (1), behind (-1), or none (0).
        local: whether it is told in the zone of the batch.
    """

    length: int
    digits: list[int]
    clock: int
    signs: list[int]
    between: Bytes
    fraction: int
    ahead: int
    local: bool


def form_of(text: str) -> Form | None:
    """The form of a text, if it is one."""
    zeros = text.translate(ZEROS)
    return known_form(zeros) if ANY_FORM.fullmatch(zeros) else None


@lru_cache(maxsize=64)
def known_form(zeros: str) -> Form:
    """The form of texts whose digits, all made zeros, read like this."""
    found = ANY_FORM.fullmatch(zeros)
    if found is None:
        raise ValueError(zeros)
    digits = [place for place, sign in enumerate(zeros) if sign == "0"]
    signs = [place for place, sign in enumerate(zeros) if sign != "0"]
    return Form(
        length=len(zeros),
        digits=digits,
        clock=len(digits) - len(found["fraction"] or "") - (4 if found["sign"] else 0),
        signs=signs,
        between=np.frombuffer(zeros.encode(), np.uint8)[signs],
        fraction=len(found["fraction"] or ""),
        ahead={"+": 1, "-": -1}.get(found["sign"], 0),
        local=found["offset"] is None,
    )


def instants(texts: Sequence[str | None], reading: Reading) -> tuple[Numbers, list[int]]:
    """The instants of texts, as tables hold them, and the places of those that are refused."""
    signs = aligned(texts, len(CANONICAL))
    read = read_in(known_form(CANONICAL.translate(ZEROS)), signs)
    unread = unread_of(texts, read == UNKNOWN, signs[:, 0] == ord(BLANK))
    hard: list[int] = []
    for _ in range(MOST_FORMS):
        if not len(unread):
            break
        some, first = [str(texts[place]) for place in unread.tolist()], int(unread[0])
        if form := form_of(some[0]):
            found = read_in(form, aligned(some, form.length))
            read[unread] = in_zone(found, reading.zone) if form.local else found
            unread = unread[read[unread] == UNKNOWN]
        if len(unread) and unread[0] == first:
            hard, unread = [*hard, first], unread[1:]
    rest = [*hard, *unread.tolist()]
    if not rest:
        return read, []
    others = pl.Series(values=[texts[place] for place in rest], dtype=pl.String).to_frame("text")
    by_expression = others.select(other_forms(reading.zone)).to_series()
    read[rest] = numbers_of(by_expression)
    return read, sorted(rest[place] for place in by_expression.is_null().arg_true().to_list())


def unread_of(texts: Sequence[str | None], unknown: Truths, blank: Truths) -> Numbers:
    """The places of texts that are there and were not read; some may begin as what stands for none."""
    if np.count_nonzero(blank) == texts.count(None):
        return np.flatnonzero(unknown & ~blank)
    return np.array([place for place in np.flatnonzero(unknown).tolist() if texts[place]], dtype=np.int64)


def aligned(texts: Sequence[str | None], length: int) -> Bytes:
    """Texts as rows of bytes and a bar, with a stand-in for what is not known or not of this length."""
    rows, blank, unread = (len(texts), length + len(BAR)), BLANK * length, UNREAD * length
    everything = BAR.join([text or blank for text in texts]) + BAR
    if len(everything) != rows[0] * rows[1] or everything.count(BAR) != rows[0] or not everything.isascii():
        fitting = [blank if not text else text if len(text) == length else unread for text in texts]
        everything = BAR.join(fitting) + BAR
    signs = np.frombuffer(everything.encode("ascii", "replace"), np.uint8).reshape(rows)
    if np.count_nonzero(signs[:, -1] != ord(BAR)):
        return aligned([text if not text or len(text) == length else unread for text in texts], length)
    return signs


def read_in(form: Form, signs: Bytes) -> Numbers:
    """The microseconds since the epoch of texts of one form, local ones by their own clock; else not known."""
    digits = signs[:, form.digits] - ord("0")
    fits: Truths = (digits < 10).all(axis=1) & (signs[:, form.signs] == form.between).all(axis=1)
    told = digits[:, : form.clock]
    parts = np.zeros((7, len(signs)), dtype=np.int64)
    parts[: form.clock // 2] = (told[:, ::2] * np.uint8(10) + told[:, 1::2]).T
    century, year, month, day, hour, minute, second = parts
    place = ((century * 100 + year) * 12 + month) - FIRST_YEAR * 12 - 1
    fits &= (century >= 10) & (century < 30) & (month > 0) & (month < 13) & (day > 0)
    place[~fits] = 0
    fits &= (day <= months().lengths[place]) & (hour < 24) & (minute < 60) & (second < 60)
    moment = ((((months().starts[place] + day) * 24 + hour) * 60 + minute) * 60 + second) * A_SECOND
    if form.fraction:
        moment += digits[:, form.clock : form.clock + form.fraction] @ TENTHS[: form.fraction]
    if form.ahead:
        ten, hours, tens, minutes = digits[:, -4:].T.astype(np.int64)
        fits &= (ten * 10 + hours < 24) & (tens < 6)
        moment -= form.ahead * ((ten * 10 + hours) * 60 + tens * 10 + minutes) * 60 * A_SECOND
    return np.where(fits, moment, UNKNOWN)


def in_zone(told: Numbers, zone: Any) -> Numbers:
    """The instants of what clocks of a zone tell; not known without a zone, nor where the clock is put on or back."""
    found = np.full(len(told), UNKNOWN)
    if zone is None:
        return found
    first, last = (np.datetime64(str(year), "us").astype(np.int64) for year in (ZONE_YEARS[0], ZONE_YEARS[1] + 1))
    agreed = np.flatnonzero((told >= first) & (told < last))
    clock = pl.Series(told[agreed]).cast(pl.Datetime("us"))
    moments = clock.dt.replace_time_zone(str(zone), ambiguous="earliest", non_existent="null")
    found[agreed] = numbers_of(moments.dt.convert_time_zone("UTC"))
    return found


@lru_cache(maxsize=64)
def other_forms(zone: Any) -> pl.Expr:
    """Any timestamp text as an instant: with offset, with fraction, without seconds, in the batch's own zone."""
    groups = pl.col("text").str.extract_groups(ANY_INSTANT)
    clock = groups.struct.field("clock").fill_null("00:00")
    seconds = pl.when(clock.str.len_bytes() == len("00:00")).then(clock + ":00").otherwise(clock)
    local = (groups.struct.field("date") + "T" + seconds).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
    )
    offset = groups.struct.field("offset")
    minutes = pl.when(offset == "Z").then(0).otherwise(
        (offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + offset.str.slice(4, 2).cast(pl.Int64, strict=False))
        * pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    )  # fmt: skip
    with_offset = (local - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    sensible = pl.when(local.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR))
    if zone is None:
        return sensible.then(with_offset)
    in_zone = local.dt.replace_time_zone(str(zone), ambiguous="earliest", non_existent="null")
    agreed = pl.when(local.dt.year().is_between(*ZONE_YEARS)).then(in_zone.dt.convert_time_zone("UTC"))
    return sensible.then(pl.when(offset.is_null()).then(agreed).otherwise(with_offset))
