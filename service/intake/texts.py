"""Columns of texts, ids and amounts: all texts of a column are looked at in one, and singly only where that tells."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

import numpy as np

from service.schemas.scalars import CONTROL, DECIMAL, SPACES, text_of

BAR = "|"  # between the texts of a column; one within a text costs time only
CONTROLS = re.compile(CONTROL)
UNSIGNED = DECIMAL.removeprefix("-?")
AMOUNT = re.compile(UNSIGNED)
AMOUNTS = re.compile(rf"(?:{UNSIGNED}\|)*")
FIRST_PRINTABLE, LAST_PRINTABLE = ord(" "), ord("~")
REFUSED: Final = object()
UNREADABLE = "\0"  # stands for a number too large for any field


class Column(NamedTuple):
    """The values of a column, None where not known, and the places of those that are refused."""

    values: Sequence[Any]
    refused: Collection[int] = ()


def texts(values: Sequence[Any], longest: int) -> Column:
    """A column of trimmed texts."""
    values, everything = as_texts(values)
    if not is_trimmed(everything):
        values = trimmed(values)
    if len(everything) <= longest:
        return Column(values)
    return Column(values, [place for place, value in enumerate(values) if value is not None and len(value) > longest])


def ids(values: Sequence[Any]) -> Column:
    """A column of trimmed texts without control characters; whoever hands them over has looked at their length."""
    values, everything = as_texts(values)
    if is_trimmed(everything):
        return Column(values)
    values = trimmed(values)
    return Column(values, [place for place, value in enumerate(values) if value is not None and CONTROLS.search(value)])


def are_plain(values: Sequence[Any], longest: int | None = None) -> bool:
    """Whether values are trimmed texts without control characters, none too long, as far as they are known."""
    together = in_one(values)
    if together is None or not is_trimmed(together):
        return False
    return longest is None or len(together) <= longest or max(map(len, filter(None, values))) <= longest


def are_amounts(values: Sequence[Any]) -> bool:
    """Whether values are texts of plain decimal numbers of at least 0, as far as they are known."""
    together = in_one(values)
    return together is not None and bool(AMOUNTS.fullmatch(together + BAR))


def amounts(values: Sequence[Any]) -> Column:
    """A column of the texts of plain decimal numbers of at least 0."""
    values, everything = as_texts(values)
    if AMOUNTS.fullmatch(everything + BAR):
        return Column(values)
    return without_refused([value or None if not value or AMOUNT.fullmatch(value) else REFUSED for value in values])


def as_texts(values: Sequence[Any]) -> tuple[Sequence[str | None], str]:
    """The texts of texts and numbers, and those of them that are known in one."""
    if (together := in_one(values)) is not None:
        return values, together
    return as_texts([value if value in (None, "") else text_of(value) or UNREADABLE for value in values])


def in_one(values: Sequence[Any]) -> str | None:
    """All known texts in one; None where some value is something else."""
    with suppress(TypeError):
        return BAR.join(values)  # the quickest, where all are known
    with suppress(TypeError):
        return BAR.join([value for value in values if value is not None])
    return None


def trimmed(values: Sequence[str | None]) -> Sequence[str | None]:
    """Texts without spaces around them, None where nothing is left."""
    return [value if value is None else value.strip(SPACES) or None for value in values]


def is_trimmed(everything: str) -> bool:
    """Whether no text among several, bars between them, is empty, or begins or ends with a space."""
    framed = f"{BAR}{everything}{BAR}"
    sound = is_sound_ascii(framed) if framed.isascii() else framed.isprintable() and BAR + BAR not in framed
    return sound and (" " not in everything or not (BAR + " " in framed or " " + BAR in framed))


def is_sound_ascii(framed: str) -> bool:
    """Whether ASCII texts between bars can all be printed and none is empty: what the methods of texts say, quicker."""
    signs = np.frombuffer(framed.encode(), np.uint8)
    bars = signs == ord(BAR)
    printable = signs.min() >= FIRST_PRINTABLE and signs.max() <= LAST_PRINTABLE
    return bool(printable and not np.count_nonzero(bars[1:] & bars[:-1]))


def without_refused(found: list[Any], blank: Any = None) -> Column:
    """A column of meanings, some of which may be `REFUSED`."""
    refused = [place for place, value in enumerate(found) if value is REFUSED]
    for place in refused:
        found[place] = blank
    return Column(found, refused)
