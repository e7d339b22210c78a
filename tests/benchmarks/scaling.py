"""From ten thousand orders to a million: time, and the most memory the worker holds, against the size of the body."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from statistics import median
from typing import NamedTuple

import orjson

from tests.benchmarks.batches import TOP, orders
from tests.benchmarks.files import TEXTUAL, Body
from tests.benchmarks.page import Row, Section
from tests.benchmarks.servers import Memory, posted, standing
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import Took, amount, seconds_of, taken

TIMES_THE_BODY = 6
MOST_RUNS = 3
BIG = 500_000
TELLING = 60
ABOUT = """\
JSON bodies of {sellers} sellers to one worker of `standing serve`, growing. Its peak of resident memory is reset
between the steps; before the first big batch it held {rest:.0f} MiB. Linear means: the same time per order at every
step. Peak over body: the whole process, rules and libraries included, against the bytes it was sent; the promise is at
most {times} for big bodies, where the process itself no longer counts. Medians of up to {runs} runs (least – most)."""


class Step(NamedTuple):
    """What one step of the curve took: seconds, and MiB."""

    orders: int
    body: float
    took: Took
    peak: float


def run(size: Size) -> Section:
    """Measures the curve."""
    with standing() as served:
        [worker] = served.workers()
        memory = Memory(worker)
        posted(served, next(bodies((size.steps[0],), size.sellers)))
        rest, steps = memory.now(), list[Step]()
        for count, each in zip(size.steps, bodies(size.steps, size.sellers), strict=True):
            memory.forget_peak()
            post = partial(posted, served, each)
            times = [seconds_of(post) for _ in range(1 if count > BIG else min(size.runs, MOST_RUNS))]
            steps.append(Step(count, len(each.content) / 2**20, taken(times), memory.peak()))
    about = ABOUT.format(sellers=size.sellers, rest=rest, times=TIMES_THE_BODY, runs=MOST_RUNS)
    columns = ("orders", "body, MiB", "ms", "µs an order", "peak, MiB", "peak over body")
    return Section("Growing", about, columns, [row(step) for step in steps], tuple(said(steps)))


def bodies(counts: tuple[int, ...], sellers: int) -> Iterator[Body]:
    """The JSON of so many orders, each beginning with those of the one before."""
    stream, held = orders(sellers), bytearray(orjson.dumps(TOP, option=TEXTUAL)[:-1] + b',"orders":[')
    known = 0
    for count in counts:
        for record in islice(stream, count - known):
            held += orjson.dumps(record, option=TEXTUAL) + b","
        known = count
        yield Body("application/json", bytes(held[:-1]) + b"]}")


def row(step: Step) -> Row:
    """The line of one step."""
    each = amount(step.took.seconds / step.orders * 1e6)
    return (
        f"{step.orders:,}",
        f"{step.body:.1f}",
        step.took.ms,
        each,
        amount(step.peak),
        amount(step.peak / step.body),
    )


def said(steps: list[Step]) -> Iterator[str]:
    """What the curve says of the two promises."""
    paces, last = [step.took.seconds / step.orders for step in steps], steps[-1]
    yield f"The time per order at the end of the curve is {paces[-1] / median(paces):.2f} times that of its middle."
    if last.body < TELLING:
        yield f"Bodies below {TELLING} MiB say nothing of the memory a body takes: the process itself outweighs them."
    else:
        times = last.peak / last.body
        kept = "kept" if times <= TIMES_THE_BODY else "not kept"
        yield f"At {last.orders:,} orders the peak is {times:.1f} times the body: the promise is {kept}."
