"""The steps of our own way, one by one, in this process."""

from functools import partial

import orjson

from tests.benchmarks.batches import many_orders
from tests.benchmarks.files import body
from tests.benchmarks.own_way import own_way
from tests.benchmarks.page import Row, Section
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import amount, in_turns, uncollected

REFERENCE = "`orjson.loads`"
ABOUT = """\
The JSON of the same {orders:,} orders of {sellers} sellers in this process, without a network. Read: bytes → tables of
texts. Cast: texts → typed columns and every fault. Evaluate: columns → counts → levels by the engine → verdicts with
their reasons, ids and forecasts. Serialise: verdicts → bytes. Medians of {runs} runs in turns (least – most)."""


def run(size: Size) -> Section:
    """Measures the steps."""
    own = own_way()
    text = body(many_orders(size.orders, size.sellers), "json").content
    call = own.read(text)
    gathered = own.cast(call)
    verdicts = own.evaluate(gathered)
    loads = partial(orjson.loads, text)
    times = in_turns(
        {
            REFERENCE: loads,
            f"{REFERENCE}, no garbage collection": uncollected(loads),
            "read": partial(own.read, text),
            "cast": partial(own.cast, call),
            "evaluate": partial(own.evaluate, gathered),
            "serialise": partial(own.serialise, verdicts),
            "**whole way**": partial(own.whole, text),
        },
        size.runs,
    )
    first = times[REFERENCE].seconds
    rows: list[Row] = [(name, took.ms, amount(took.seconds / first)) for name, took in times.items()]
    about = ABOUT.format(orders=size.orders, sellers=size.sellers, runs=size.runs)
    return Section("Steps of our own way", about, ("step", "ms", f"of {REFERENCE}"), rows)
