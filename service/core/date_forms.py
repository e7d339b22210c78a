"""Forms of dates in reports: a form is a picture of a date, such as `DD-MMM-YYYY[ HH:mm[:SS]]`.

In a form, words stand for parts of a date, a space for any space or a `T`, `_` for perhaps a space, and `[…]` for what
may be missing. Its pattern is one of the linear kind that both Python and Polars read.
"""

import re
from functools import cache

PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<year>[0-9]{2})",
    "MMM": r"(?P<month>[^\W\d_]{3,12})\.?",
    "MM": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{1,2})",
    "HH": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "SS": r"(?P<second>[0-9]{2})",
    "F": r"(?P<fraction>[0-9]{1,9})",
    "AM": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "Z": r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2}|\(?[A-Z]{2,5}\)?)",
    " ": r"(?:\s*T\s*|\s+)",
    "_": r"\s*",
    "[": "(?:",
    "]": ")?",
}
TOKEN = re.compile("|".join(map(re.escape, PARTS)) + "|.")
NEEDED = {"year", "month", "day"}


def pattern_of(form: str) -> str:
    """The pattern of a form."""
    return "^" + "".join(PARTS.get(token, re.escape(token)) for token in TOKEN.findall(form)) + "$"


@cache
def is_form(form: str) -> bool:
    """Whether a text is a form of a date: brackets closed, each part once, year, month and day among them.

    >>> is_form("DD.MM.YYYY[ HH:mm]"), is_form("DD.MM"), is_form("DD.MM.YYYY[ HH:mm")
    (True, False, False)
    """
    try:
        named = re.compile(pattern_of(form)).groupindex
    except re.error:
        return False
    return named.keys() >= NEEDED
