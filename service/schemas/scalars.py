"""The scalars of the wire: one ASCII pattern each, used by marshmallow here and by the bulk casts of `intake`.

A scalar reads the *text* of a value, so `5` and `"5"` are the same integer in every format. Nothing here knows a table.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields
from marshmallow.experimental.context import Context

SPACES = " \t\r\n"
CONTROL = r"[\x00-\x1f\x7f-\x9f]"
SURROGATE = re.compile("[\ud800-\udfff]")
INTEGER = r"-?[0-9]{1,18}(?:\.0{1,6})?"
DECIMAL = r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?"
BOOLEAN = r"true|false"
CURRENCY = r"[A-Z]{3}"
DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
OFFSET = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
TIMESTAMP = rf"{DATE}(?:[T ]{CLOCK}{OFFSET}?)?"
ID_LENGTH = 128
DECIMAL_PLACES = 9


class Reading(NamedTuple):
    """How a batch is to be read: the zone of timestamps without offset, and the longest text allowed."""

    zone: ZoneInfo | None = None
    longest_text: int = 100_000


def reading() -> Reading:
    """The `Reading` in force, given with `with Context(Reading(...)):`."""
    return Context[Reading].get(Reading())


class Wording(NamedTuple):
    """What is wrong with a value: its code and its sentence."""

    code: str
    detail: str


REQUIRED = Wording("required", "This field is required.")


def refusal(code: str, detail: str) -> ValidationError:
    """The error that carries one coded fault."""
    return ValidationError([Wording(code, detail)])


def text_of(value: object) -> str | None:
    """The text of a JSON scalar, or None for a list or an object. Floats are written plainly: 100.0 → "100"."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**128 else None
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0") if abs(value) < 1e300 else None
    return None


class Scalar(fields.Field[Any]):
    """A value read from its text. `accepts` names the JSON types it may come as."""

    accepts: ClassVar[tuple[type, ...]] = (str,)
    code: ClassVar[str] = "invalid_text"
    wants: ClassVar[str] = "a text"
    trimmed: ClassVar[bool] = False
    default_error_messages: dict[str, Any] = {"required": [REQUIRED]}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        meant = self.meant(value)
        if isinstance(meant, Wording):
            raise refusal(*meant)
        return meant

    def meant(self, value: Any) -> Any:
        """What a known value of JSON means, or the `Wording` of what is wrong with it."""
        text = text_of(value) if type(value) in self.accepts else None
        if text is None or SURROGATE.search(text):
            return self.unfit
        return self.read(text.strip(SPACES) if self.trimmed else text)

    def read(self, text: str) -> Any:
        """The value of a text, or the `Wording` of what is wrong with it."""
        return text

    @cached_property
    def unfit(self) -> Wording:
        """What is wrong with a value of another type, or a text that does not fit the pattern."""
        return Wording(self.code, f"Expected {self.wants}.")


class Text(Scalar):
    """Free text, trimmed. The longest allowed length comes with the `Reading`."""

    accepts = (str, int)
    trimmed = True

    def read(self, text: str) -> str | Wording:
        longest = reading().longest_text
        if len(text) > longest:
            return Wording("too_long", f"Expected at most {longest} characters.")
        return text


class Id(Scalar):
    """An id: text or integer, trimmed, 1–128 characters, no control characters."""

    accepts = (str, int)
    code = "invalid_id"
    wants = f"an id: 1 to {ID_LENGTH} characters (or an integer) without control characters"
    trimmed = True

    def read(self, text: str) -> str | Wording:
        if len(text) > ID_LENGTH or re.search(CONTROL, text):
            return self.unfit
        return text


class Choice(Scalar):
    """One word of a closed list."""

    code = "invalid_choice"

    def __init__(self, *choices: str, **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(**kwargs)

    def read(self, text: str) -> str | Wording:
        if text not in self.choices:
            return Wording(self.code, f"Expected one of: {', '.join(self.choices)}.")
        return text


class Boolean(Scalar):
    """true or false; not known reads false unless the field says otherwise."""

    accepts = (bool, str)
    code = "invalid_boolean"
    wants = "true or false"

    def __init__(self, *, unknown: bool | None = False, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs["load_default"] = unknown
        super().__init__(**kwargs)

    def read(self, text: str) -> bool | Wording:
        if not re.fullmatch(BOOLEAN, text):
            return self.unfit
        return text == "true"


class Integer(Scalar):
    """A whole number between two bounds, both included."""

    accepts = (int, float, str)
    code = "invalid_integer"

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        self.wants = f"a whole number from {least} to {most}"  # type: ignore[misc]  # told per field
        super().__init__(**kwargs)

    def read(self, text: str) -> int | Wording:
        if not re.fullmatch(INTEGER, text):
            return self.unfit
        number = int(text.partition(".")[0])
        if not self.least <= number <= self.most:
            return Wording("out_of_range", f"Expected {self.wants}.")
        return number


class Amount(Scalar):
    """A decimal of at least 0, kept exactly."""

    accepts = (int, float, str)
    code = "invalid_number"
    wants = f"a plain decimal number of at least 0 with at most {DECIMAL_PLACES} decimals"

    def read(self, text: str) -> Decimal | Wording:
        if not re.fullmatch(DECIMAL, text):
            return self.unfit
        number = Decimal(text)
        if number < 0:
            return Wording("out_of_range", f"Expected {self.wants}.")
        return number


class Currency(Scalar):
    """Three capital letters of ISO 4217."""

    code = "invalid_currency"
    wants = "a currency code of three capital letters (ISO 4217)"

    def read(self, text: str) -> str | Wording:
        if not re.fullmatch(CURRENCY, text):
            return self.unfit
        return text


class Timestamp(Scalar):
    """An instant, read to UTC. Without an offset it is read in the batch's `timezone`; without that it is a fault."""

    code = "invalid_timestamp"
    wants = "a timestamp such as 2026-11-22T09:00:00Z"

    def read(self, text: str) -> datetime | Wording:
        if not re.fullmatch(TIMESTAMP, text):
            return self.unfit
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                if reading().zone is None:
                    return Wording("no_time_zone", "A timestamp without offset needs the batch's timezone.")
                moment = moment.replace(tzinfo=reading().zone)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return self.unfit
