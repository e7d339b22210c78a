"""Amounts of money as answers show them, with as many decimals as ISO 4217 gives a currency."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

from iso4217 import Currency

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)  # more digits than any sum of a batch can have
USUAL = 2


@cache
def decimals_of(currency: str) -> int | None:
    """How many decimals a currency has; None where ISO 4217 knows no such code, or gives it none to speak of.

    >>> [decimals_of(code) for code in ("USD", "JPY", "KWD", "XAU", "ABC")]
    [2, 0, 3, None, None]
    """
    try:
        decimals: int | None = Currency(currency).exponent
    except ValueError:
        return None
    return decimals


def shown_amount(amount: Decimal, currency: str) -> str:
    """An amount as text, rounded half-even where it has more decimals than its currency.

    Of a currency nobody knows all decimals are kept, two at least.

    >>> shown_amount(Decimal("10"), "USD"), shown_amount(Decimal("10.005"), "USD"), shown_amount(Decimal("7.5"), "ABC")
    ('10.00', '10.00', '7.50')
    """
    decimals = decimals_of(currency)
    if decimals is None:
        decimals = max(USUAL, decimals_needed(amount))
    return f"{amount.quantize(Decimal(1).scaleb(-decimals), context=EXACT):f}"


def decimals_needed(amount: Decimal) -> int:
    """How many decimals an amount has, zeros at the end aside.

    >>> decimals_needed(Decimal("10.500000000")), decimals_needed(Decimal("1000"))
    (1, 0)
    """
    return len(f"{amount:f}".partition(".")[2].rstrip("0"))


def is_rounded(amount: Decimal, currency: str) -> bool:
    """Whether an amount is shown rounded."""
    decimals = decimals_of(currency)
    return decimals is not None and decimals_needed(amount) > decimals
