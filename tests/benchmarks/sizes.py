"""How much is measured: everything as promised, a quick look, or hardly anything for the test that keeps this alive."""

from typing import NamedTuple


class Size(NamedTuple):
    """Sizes of batches, and how often each thing is done.

    Attributes:
        orders: of the one big batch.
        sellers: of the one big batch.
        runs: of each big thing, after one for warmth.
        many: sellers with twenty records each.
        small_runs: of the one seller's batch.
        steps: orders of each step of the memory curve.
        wrk_seconds: how long wrk asks each server, each time.
        wrk_turns: how often it asks each of them.
    """

    orders: int = 200_000
    sellers: int = 50
    runs: int = 5
    many: int = 10_000
    small_runs: int = 60
    steps: tuple[int, ...] = (10_000, 30_000, 100_000, 300_000, 1_000_000)
    wrk_seconds: int = 6
    wrk_turns: int = 3


FULL = Size()
QUICK = Size(20_000, 50, 3, 500, 20, (10_000, 30_000), 4, 2)
TINY = Size(300, 3, 1, 5, 2, (100, 200), 1, 1)
