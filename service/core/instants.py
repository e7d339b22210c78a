"""Instants as tables hold them: whole microseconds since 1970."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(span: timedelta) -> int:
    """A duration in microseconds."""
    return span // MICROSECOND


def number_of(moment: datetime) -> int:
    """An instant as tables hold it.

    >>> number_of(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return micros(moment - EPOCH)


def moment_of(number: int) -> datetime:
    """The instant a number stands for."""
    return EPOCH + number * MICROSECOND
