"""One seller with three hundred records over all tables, beside a bare Flask route that only loads the same body."""

from contextlib import ExitStack
from functools import partial
from statistics import median

from tests.benchmarks.batches import one_seller
from tests.benchmarks.files import Body, body
from tests.benchmarks.page import Row, Section
from tests.benchmarks.servers import peer, posted, standing, told_ms
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import Took, amount, in_turns
from tests.serving import Served

OWN = "**Standing**, the whole answer"
STOCK = "Flask + marshmallow, stock fields, only `load`"
SAME = "Flask + marshmallow, our own fields, only `load`"
ABOUT = """\
{records} records of one seller over {tables} tables, {size:.0f} kB of JSON, one request at a time to one worker each,
all under the same gunicorn settings. The two bare routes do nothing but `schema.load(request.get_json())`: once with
marshmallow's own fields and validators in the same shapes, once with the service's fields. In the server: what the
request log says, medians of {runs} requests in turns. For the client: with connection and answer (least – most)."""
KEPT = "Kept: the whole answer takes less time in the server than loading the body with stock marshmallow."
BROKEN = """\
**Not kept: the bare route with stock marshmallow is quicker.** It makes a Python object of each record and stops. Our
own way asks the same questions of every table and metric however few the records are, a fixed price that big batches
do not notice; and it answers with every metric, its reasons, ids and forecasts."""


class Counted:
    """Posts a body again and again, each time under an id of its own."""

    def __init__(self, served: Served, each: Body, path: str) -> None:
        self.served, self.ids = served, list[str]()
        self._post = partial(posted, served, each, path)

    def __call__(self) -> object:
        self.ids.append(f"request-{len(self.ids)}")
        return self._post(**{"X-Request-Id": self.ids[-1]})


def run(size: Size) -> Section:
    """Measures the small batch."""
    batch = one_seller()
    each = body(batch, "json")
    with ExitStack() as servers:
        posts = {
            OWN: Counted(servers.enter_context(standing()), each, "/v1/verdicts"),
            STOCK: Counted(servers.enter_context(peer("loads_stock")), each, "/"),
            SAME: Counted(servers.enter_context(peer("loads_own")), each, "/"),
        }
        times = in_turns(posts, size.small_runs)
        told = {name: median(told_by(post)) for name, post in posts.items()}
    about = ABOUT.format(
        records=batch.records, tables=len(batch.tables), size=len(each.content) / 1e3, runs=size.small_runs
    )  # fmt: skip
    rows = [row(name, times[name], told) for name in posts]
    columns = ("who", "in the server, ms", "of ours", "for the client, ms")
    return Section("One small batch", about, columns, rows, (KEPT if told[OWN] < told[STOCK] else BROKEN,))


def told_by(post: Counted) -> list[float]:
    """What a server says of the requests it was sent, but for the first, which was for warmth."""
    told = told_ms(post.served.output, post.ids[-1])
    return [told[name] for name in post.ids[1:]]


def row(name: str, took: Took, told: dict[str, float]) -> Row:
    """The line of one server."""
    return (name, amount(told[name]), amount(told[name] / told[OWN]), took.ms)
