"""Windows of whole days in the time zone of a pack."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.core.countings import Window
from service.core.instants import number_of


class Days(NamedTuple):
    """The days of a window, both included, and the instants it runs from (included) to (excluded), as numbers."""

    first: date
    last: date
    start: int
    end: int


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone.

    >>> day_of(datetime(2026, 11, 22, 23, 30, tzinfo=ZoneInfo("UTC")), ZoneInfo("Europe/Berlin"))
    datetime.date(2026, 11, 23)
    """
    return moment.astimezone(zone).date()


@lru_cache(maxsize=1024)
def days_of(window: Window, day: date, zone: ZoneInfo) -> Days:
    """The days of a window for a question asked on a day.

    >>> days = days_of(Window(60, 15), date(2020, 11, 19), ZoneInfo("UTC"))
    >>> str(days.first), str(days.last)
    ('2020-09-06', '2020-11-04')
    """
    last = day - timedelta(days=window.lag)
    first = last - timedelta(days=window.days - 1)
    return Days(first, last, midnight(first, zone), midnight(last + timedelta(days=1), zone))


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant a day begins, as a number."""
    return number_of(datetime.combine(day, time(), zone))
