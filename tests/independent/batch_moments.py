"""Random instants that lie on, or a microsecond beside, the edges of windows and deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

Value = TypeVar("Value")
TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# (days, lag) of every window of CONTRACT §4
ORDER_WINDOWS = [(60, 15), (7, 1), (10, 0), (30, 0), (7, 23), (180, 0)]
SPECIAL_AS_OF = [
    "2022-05-22T23:59:59.999999",
    "2022-05-23T00:00:00",
    "2022-05-22T10:00:00",
    "2022-05-23T08:30:00",
    "2022-05-10T00:00:00",
    "2024-09-24T23:59:59.999999",
    "2024-09-25T00:00:00",
    "2024-09-24T12:00:00",
    "2024-02-29T00:00:00",
    "2020-11-19T15:00:00",
    "2024-12-31T23:59:59",
    "2025-01-01T00:00:00",
]


def random_as_of(rng: Random) -> datetime:
    """An instant of 2019 … 2027, often at a special date or at midnight."""
    if rng.random() < 0.3:
        return datetime.fromisoformat(rng.choice(SPECIAL_AS_OF)).replace(tzinfo=UTC)
    day = datetime(rng.randint(2019, 2027), 1, 1, tzinfo=UTC) + timedelta(days=rng.randrange(365))
    clock = rng.choice(
        [
            timedelta(0),
            DAY - TICK,
            timedelta(hours=12),
            timedelta(seconds=rng.randrange(86400)),
            timedelta(microseconds=rng.randrange(86_400_000_000)),
        ]
    )
    return day + clock


def window_edges(now: datetime, days: int, lag: int) -> tuple[datetime, datetime]:
    """First instant of a window and the first instant after it."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=lag + days - 1), midnight - timedelta(days=lag - 1)


def uniform(rng: Random, first: datetime, end: datetime) -> datetime:
    """Some instant in [first, end), mostly of whole seconds."""
    ticks = max(1, (end - first) // TICK)
    moment = first + TICK * rng.randrange(ticks)
    whole = moment.replace(microsecond=0)
    return whole if whole >= first and rng.random() < 0.8 else moment


def near_window(rng: Random, now: datetime, windows: list[tuple[int, int]]) -> datetime:
    """An instant on, beside, inside or a little outside one of the windows."""
    first, end = window_edges(now, *rng.choice(windows))
    roll = rng.random()
    if roll < 0.3:
        return rng.choice([first, first - TICK, first + TICK, end, end - TICK, end - SECOND, first - SECOND])
    if roll < 0.36:
        return now + rng.choice([-TICK, timedelta(0), TICK, SECOND, DAY])
    if roll < 0.45:
        return uniform(rng, first - 5 * DAY, end + 5 * DAY)
    return uniform(rng, first, end)


def inside_window(rng: Random, now: datetime, window: tuple[int, int]) -> datetime:
    """An instant certainly in a window and not after now."""
    first, end = window_edges(now, *window)
    last = min(end - TICK, now)
    if rng.random() < 0.15:
        return rng.choice([first, last])
    return uniform(rng, first, last)


def near(rng: Random, moment: datetime) -> datetime:
    """Exactly a moment, or a little beside it."""
    return moment + rng.choice([timedelta(0), timedelta(0), TICK, -TICK, SECOND, -SECOND])


def after(rng: Random, start: datetime, now: datetime, hours: int, limit: timedelta | None = None) -> datetime:
    """Some event after a start: at its time limit, about now, or within some hours."""
    roll = rng.random()
    if limit is not None and roll < 0.35:
        return near(rng, start + limit)
    if roll < 0.5 and now >= start:
        return max(start, near(rng, now))
    return start + timedelta(seconds=rng.randrange(hours * 3600))


def maybe(rng: Random, chance: float, value: Value) -> Value | None:
    """A value, or now and then None for not known."""
    return value if rng.random() < chance else None
