"""Instants: texts in the one canonical form by arithmetic on their digits, every other form by expressions.

What neither reads is refused and read again one by one; neither accepts what marshmallow does not.
"""

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
DIGITS = [place for place, sign in enumerate(CANONICAL) if sign.isdigit()]
SIGNS = [place for place, sign in enumerate(CANONICAL) if not sign.isdigit()]
BLANK, UNREAD = "-" * len(CANONICAL), "?" * len(CANONICAL)  # stand for texts that are not known, or of another form
FIRST_YEAR, LAST_YEAR = 1000, 2999
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


def instants(texts: Sequence[str | None], reading: Reading) -> tuple[Numbers, list[int]]:
    """The instants of texts, as tables hold them, and the places of those that are refused."""
    signs = aligned(texts)
    read = canonical(signs)
    unread = np.flatnonzero((read == UNKNOWN) & (signs[:, 0] != ord("-")))
    if not len(unread):
        return read, []
    others = pl.Series(values=[texts[place] for place in unread.tolist()], dtype=pl.String).to_frame("text")
    found = others.select(other_forms(reading.zone)).to_series()
    read[unread] = numbers_of(found)
    return read, unread[found.is_null().to_numpy()].tolist()


def aligned(texts: Sequence[str | None]) -> Bytes:
    """Texts as rows of bytes and a bar, with a stand-in for what is not known or not as long as the canonical form."""
    rows = (len(texts), len(CANONICAL) + len(BAR))
    everything = BAR.join([text or BLANK for text in texts]) + BAR
    if len(everything) != rows[0] * rows[1] or everything.count(BAR) != rows[0] or not everything.isascii():
        fitting = [BLANK if not text else text if len(text) == len(CANONICAL) else UNREAD for text in texts]
        everything = BAR.join(fitting) + BAR
    signs = np.frombuffer(everything.encode("ascii", "replace"), np.uint8).reshape(rows)
    if (signs[:, -1] != ord(BAR)).any():
        return aligned([text if not text or len(text) == len(CANONICAL) else UNREAD for text in texts])
    return signs


def canonical(signs: Bytes) -> Numbers:
    """The microseconds since the epoch of texts as long as the canonical form; not known where they have another."""
    digits = signs[:, DIGITS] - ord("0")
    fits: Truths = (digits < 10).all(axis=1) & (signs[:, SIGNS] == form()).all(axis=1)
    century, year, month, day, hour, minute, second = (digits[:, ::2] * np.uint8(10) + digits[:, 1::2]).T.astype(
        np.int64
    )
    place = ((century * 100 + year) * 12 + month) - FIRST_YEAR * 12 - 1
    fits &= (century >= 10) & (century < 30) & (month > 0) & (month < 13) & (day > 0)
    place[~fits] = 0
    fits &= (day <= months().lengths[place]) & (hour < 24) & (minute < 60) & (second < 60)
    seconds = (((months().starts[place] + day) * 24 + hour) * 60 + minute) * 60 + second
    return np.where(fits, seconds * 1_000_000, UNKNOWN)


@cache
def form() -> Bytes:
    """The signs between the digits of the canonical form."""
    return np.frombuffer(CANONICAL.encode(), np.uint8)[SIGNS]


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
