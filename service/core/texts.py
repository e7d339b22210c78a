"""Figures as people read them, and rounded as machines read them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from service.core.cards import MILLION
from service.core.instants import EPOCH, number_of

NAIVE_EPOCH = EPOCH.replace(tzinfo=None)  # arithmetic without a zone is the quicker


def rounded(value: Fraction | int) -> float:
    """A share rounded half-even to six decimals.

    >>> rounded(Fraction(1, 3)), rounded(Fraction(5, 2 * 10**6))
    (0.333333, 2e-06)
    """
    whole, rest = divmod(value.numerator * MILLION, value.denominator)
    twice = 2 * rest - value.denominator
    return (whole + (twice > 0 or (twice == 0 and whole % 2))) / MILLION


def percent(value: Fraction) -> str:
    """A share in words, with as many decimals as it takes not to look like a rounder one.

    >>> percent(Fraction(2, 40)), percent(Fraction(1, 3)), percent(Fraction(24999, 10**6))
    ('5.0 %', '33.33 %', '2.4999 %')
    """
    return f"{quotient(value.numerator * 100, value.denominator)} %"


def decimal(value: Fraction) -> str:
    """A number with as many decimals as it takes not to look like a rounder one, six at most.

    >>> decimal(Fraction(24, 5)), decimal(Fraction(47_999, 10_000))
    ('4.8', '4.7999')
    """
    return quotient(value.numerator, value.denominator)


def quotient(number: int, divisor: int) -> str:
    """The same of a number that is divided, rounded half-even."""
    for decimals in range(1, 7):
        scale = 10**decimals
        figure, rest = divmod(number * scale, divisor)
        figure += 2 * rest > divisor or (2 * rest == divisor and figure % 2)
        if not rest or (decimals > 1 and figure % 10):
            break
    return f"{figure // scale}.{figure % scale:0{decimals}d}"


def instant(moment: datetime) -> str:
    """An instant in UTC, with a fraction only where there is one.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 11, 22, 9, tzinfo=UTC))
    '2026-11-22T09:00:00Z'
    """
    return instant_of(number_of(moment))


def instant_of(number: int) -> str:
    """The same of an instant as tables hold it.

    >>> instant_of(500_000)
    '1970-01-01T00:00:00.500000Z'
    """
    return (NAIVE_EPOCH + timedelta(microseconds=number)).isoformat() + "Z"


def filled(template: str, words: Mapping[str, str]) -> str:
    """A rule file's sentence with its placeholders filled; the loader has checked their names."""
    return template.format_map(words)
