"""Many sellers with twenty records each, over HTTP: full verdicts a second from one worker."""

from functools import partial

from tests.benchmarks.batches import TWENTY, many_sellers
from tests.benchmarks.files import Body, body
from tests.benchmarks.page import Row, Section
from tests.benchmarks.servers import is_spoken, posted, standing
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import Took, amount, in_turns

FORMS = ("json", "parquet")
TARGET = 2500
MOST_RUNS = 3
ABOUT = """\
One POST of {sellers:,} sellers with {each} records each ({mix}) to one worker of `standing serve`; three more tables
are said to be empty, so that nothing is missing. The answer, every verdict in full, is {answer:.0f} MB and is read to
its end. Medians of {runs} runs in turns (least – most). The target is {target:,} verdicts a second."""


def run(size: Size) -> Section:
    """Measures many sellers."""
    batch = many_sellers(size.many)
    bodies = {form: body(batch, form) for form in FORMS}
    del batch
    runs = min(size.runs, MOST_RUNS)
    with standing() as served:
        spoken = {form: each for form, each in bodies.items() if is_spoken(served, form)}
        answer = len(posted(served, bodies["json"]).body) / 1e6
        times = in_turns({form: partial(posted, served, each) for form, each in spoken.items()}, runs)
    mix = ", ".join(f"{count} {name}" for name, count in TWENTY.items())
    about = ABOUT.format(
        sellers=size.many, each=sum(TWENTY.values()), mix=mix, answer=answer, runs=runs, target=TARGET
    )  # fmt: skip
    rows = [row(form, bodies[form], times, size.many) for form in FORMS]
    return Section("Many sellers", about, ("body", "MB", "ms", "verdicts a second", "target"), rows)


def row(form: str, each: Body, times: dict[str, Took], sellers: int) -> Row:
    """The line of one format."""
    size = f"{len(each.content) / 1e6:.1f}"
    if form not in times:
        return (form, size, "skipped: the server does not read it", "", "")
    speed = sellers / times[form].seconds
    return (form, size, times[form].ms, amount(speed), "met" if speed >= TARGET else "missed")
