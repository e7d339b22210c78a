"""Every format over HTTP: one worker, one POST over loopback, beside `orjson.loads` of the JSON in the same turns."""

from functools import partial

import orjson

from tests.benchmarks.batches import many_orders
from tests.benchmarks.files import FORMS, Body, body
from tests.benchmarks.page import Row, Section
from tests.benchmarks.servers import is_spoken, posted, standing
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import Took, amount, in_turns, uncollected
from tests.serving import Served

REFERENCE = "orjson.loads"
UNCOLLECTED = "orjson.loads, no garbage collection"
TARGETS = {"json": 1.8, "ndjson": 1.5, "tsv": 1.0, "parquet": 0.5, "arrow": 0.35}
ABOUT = """\
A client posts {orders:,} orders of {sellers} sellers to one worker of `standing serve` and reads the whole answer: the
time is that of connecting, sending, reading, casting, judging, answering and receiving. `orjson.loads` reads the JSON
body in the client, in the same turns, while the server rests; the ratio is to that. More than half of what it takes may
be Python's garbage collector, which walks all the new objects: the second line is without it, and not what a service
would see. Milliseconds: the median of {runs} runs (least – most)."""
ANSWERS_DIFFER = "The verdicts of {forms} are **not** those of the JSON body: a fault, and no time of theirs counts."
SAME_ANSWERS = "The verdicts are the same in every format that is read."


def run(size: Size) -> Section:
    """Measures all formats."""
    batch = many_orders(size.orders, size.sellers)
    bodies = {form: body(batch, form) for form in FORMS}
    del batch
    with standing() as served:
        spoken = {form: each for form, each in bodies.items() if is_spoken(served, form)}
        actions = {form: partial(posted, served, each) for form, each in spoken.items()}
        loads = partial(orjson.loads, bodies["json"].content)
        times = in_turns({REFERENCE: loads, UNCOLLECTED: uncollected(loads), **actions}, size.runs)
        expected = verdicts(served, bodies["json"])
        differing = [form for form, each in spoken.items() if verdicts(served, each) != expected]
    rows = [row(form, bodies[form], times) for form in FORMS]
    note = ANSWERS_DIFFER.format(forms=", ".join(differing)) if differing else SAME_ANSWERS
    about = ABOUT.format(orders=size.orders, sellers=size.sellers, runs=size.runs)
    references = [row(name, bodies["json"], times) for name in (REFERENCE, UNCOLLECTED)]
    columns = ("body", "MB", "ms", f"of {REFERENCE}", "target")
    return Section("Formats over HTTP", about, columns, [*references, *rows], (note,))


def verdicts(served: Served, each: Body) -> object:
    """What a server says of a body."""
    return posted(served, each).json["verdicts"]


def row(form: str, each: Body, times: dict[str, Took]) -> Row:
    """The line of one format."""
    size = f"{len(each.content) / 1e6:.1f}"
    if form not in times:
        return (form, size, "skipped: the server does not read it", "", "")
    ratio = times[form].seconds / times[REFERENCE].seconds
    target = TARGETS.get(form)
    met = f"≤ {target}: {'met' if ratio <= target else 'missed'}" if target else ""
    return (form, size, times[form].ms, amount(ratio), met)
