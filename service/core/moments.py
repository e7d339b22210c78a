"""Coming days: whole days of 24 hours after the question, told by the days of a calendar."""

from collections.abc import Hashable
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from service.core.instants import EPOCH, micros
from service.core.later import Laters
from service.core.relations import Related
from service.core.tables import INSTANT, Numbers
from service.core.windows import day_of

HORIZON = 365
DAY = timedelta(days=1)
A_DAY = micros(DAY)
FIRST_DAY = EPOCH.toordinal()
UTC = ZoneInfo("UTC")


class Moments(NamedTuple):
    """The coming days that matter: `days[k]` is the day k whole days after the question, k from `first` to `last`.

    Days are told by the ordinals of Python's dates. `later` are the tables some records of which read otherwise then,
    `memory` what was found of them before.
    """

    related: Related
    zone: ZoneInfo
    days: Numbers
    first: int
    last: int
    later: Laters
    memory: dict[Hashable, Any]

    def date(self, place: int) -> date:
        """One of the days as a date."""
        return date.fromordinal(int(self.days[place]))

    def places(self, dated: Numbers, later: int, side: Literal["left", "right"]) -> Numbers:
        """Where the days so many days later stand among these, as `searchsorted` says: it is asked once of each day."""
        if side not in self.memory:
            first = int(self.days[0]) - 1
            self.memory[side] = first, self.days.searchsorted(np.arange(first, self.days[-1] + 2), side=side)
        first, known = self.memory[side]
        found: Numbers = known.take(dated + (later - first), mode="clip")
        return found


def coming_days(as_of: datetime, zone: ZoneInfo) -> Numbers:
    """The day of a question and the days that follow it, whole days of 24 hours apart."""
    if zone == UTC:
        return day_of(as_of, zone).toordinal() + np.arange(HORIZON + 1)
    return np.array([day_of(as_of + place * DAY, zone).toordinal() for place in range(HORIZON + 1)])


def ordinals(instants: Numbers, zone: ZoneInfo) -> Numbers:
    """The days of some instants in a zone."""
    if zone == UTC:
        return instants // A_DAY + FIRST_DAY
    local = pl.Series(instants).cast(INSTANT).dt.convert_time_zone(str(zone)).dt.date()
    found: Numbers = local.to_physical().to_numpy().astype(np.int64)
    return found + FIRST_DAY
