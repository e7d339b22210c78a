"""Instants: texts by arithmetic on their digits, one form at a time.

What is in no form, or of a far year, is refused and read again one by one; nothing is read that marshmallow refuses.
"""

from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from service.core.tables import UNKNOWN, Numbers
from service.intake.numbers import numbers_of
from service.intake.texts import BAR
from service.intake.typed import in_utc
from service.schemas.scalars import Reading

Bytes = npt.NDArray[np.uint8]
Truths = npt.NDArray[np.bool_]

CANONICAL = "2026-11-22T09:00:00Z"
BLANK, UNREAD = "-", "?"  # stand for a text that is not known, or of another form, as often as a form is long
FIRST_YEAR, LAST_YEAR = 1000, 2999
DAY = "0000-00-00"
OFFSETS = {"": 0, "Z": 0, "+00:00": 1, "-00:00": -1}  # each with whether it is ahead of UTC, or behind
A_SECOND = 1_000_000
TENTHS = A_SECOND // 10 ** np.arange(1, 7)


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


@cache
def forms() -> dict[int, list[Form]]:
    """Every form there is, by its length."""
    clocks = ["00:00", "00:00:00", *(f"00:00:00.{'0' * digits}" for digits in range(1, 7))]
    found = {len(DAY): [form_of(DAY, 0, "")]}
    for between, clock, offset in product("T ", clocks, OFFSETS):
        written = f"{DAY}{between}{clock}{offset}"
        found.setdefault(len(written), []).append(form_of(written, len(clock.partition(".")[2]), offset))
    return found


def form_of(written: str, fraction: int, offset: str) -> Form:
    """The form of texts that read like this once their digits are zeros."""
    digits = [place for place, sign in enumerate(written) if sign == "0"]
    signs = [place for place, sign in enumerate(written) if sign != "0"]
    return Form(
        length=len(written),
        digits=digits,
        clock=len(digits) - fraction - offset.count("0"),
        signs=signs,
        between=np.frombuffer(written.encode(), np.uint8)[signs],
        fraction=fraction,
        ahead=OFFSETS[offset],
        local=not offset,
    )


@cache
def canonical() -> Form:
    """The canonical form."""
    return form_of(f"{DAY}T00:00:00Z", 0, "Z")


def form_read(text: str) -> Form | None:
    """The form a text is read in, if there is one."""
    signs = aligned([text], len(text))
    return next((form for form in forms().get(len(text), ()) if read_in(form, signs)[0] != UNKNOWN), None)


def instants(texts: Sequence[str | None], reading: Reading) -> tuple[Numbers, Numbers]:
    """The instants of texts, as tables hold them, and the places of those that are refused."""
    signs = aligned(texts, len(CANONICAL))
    read = told_in(canonical(), signs, reading)
    unread = unread_of(texts, read == UNKNOWN, signs[:, 0] == ord(BLANK))
    if not len(unread):
        return read, unread
    others = [str(texts[place]) for place in unread.tolist()]
    found, lengths = np.full(len(others), UNKNOWN), np.fromiter(map(len, others), dtype=np.int64)
    for length in forms().keys() & set(lengths.tolist()):
        rows = np.flatnonzero(lengths == length)
        signs = aligned([others[row] for row in rows.tolist()], length)
        for form in forms()[length]:
            left = np.flatnonzero(found[rows] == UNKNOWN)
            if not len(left):
                break
            found[rows[left]] = told_in(form, signs[left], reading)
    read[unread] = found
    return read, unread[found == UNKNOWN]


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
        everything = BAR.join([blank if not text else text if len(text) == length else unread for text in texts]) + BAR
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


def told_in(form: Form, signs: Bytes, reading: Reading) -> Numbers:
    """The instants of texts of one form; those told by a local clock in the zone of the batch."""
    told = read_in(form, signs)
    if not form.local:
        return told
    return numbers_of(in_utc(pl.Series(told).cast(pl.Datetime("us")), str(reading.zone) if reading.zone else None))
