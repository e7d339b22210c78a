"""How long things take: warmed up, in turns, the median told with the least and the most."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import NamedTuple

Action = Callable[[], object]


class Took(NamedTuple):
    """The seconds of several runs."""

    seconds: float
    least: float
    most: float

    @property
    def ms(self) -> str:
        """As a table shows it: the median, and between what the runs lay."""
        return f"{amount(self.seconds * 1000)} ({amount(self.least * 1000)} – {amount(self.most * 1000)})"


def taken(times: list[float]) -> Took:
    """Of the times of some runs."""
    return Took(median(times), min(times), max(times))


def in_turns(actions: Mapping[str, Action], runs: int) -> dict[str, Took]:
    """The times of several actions, each run once for warmth and then in turns: A B C, A B C, and so on."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    with level_ground():
        for turn in range(runs + 1):
            for name, action in actions.items():
                took = seconds_of(action)
                if turn:
                    times[name].append(took)
    return {name: taken(each) for name, each in times.items()}


@contextmanager
def level_ground() -> Iterator[None]:
    """Spares the garbage collector what the process already holds: rules and libraries are no part of any action."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def seconds_of(action: Action) -> float:
    """How long an action takes; to let go of what it returned is not counted."""
    gc.collect()
    began = perf_counter()
    held = action()
    took = perf_counter() - began
    del held
    return took


def uncollected(action: Action) -> Action:
    """The same action, during which Python's garbage collector rests."""

    def act() -> object:
        gc.disable()
        try:
            return action()
        finally:
            gc.enable()

    return act


def amount(number: float) -> str:
    """A number with as many decimals as its size deserves."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"
