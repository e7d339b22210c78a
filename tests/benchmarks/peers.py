"""What others take for the same files, beside our own way; and whether they count the same."""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from tests.benchmarks.batches import Batch, many_orders
from tests.benchmarks.contenders import Contender, everybody, has_extra
from tests.benchmarks.files import body, table_file
from tests.benchmarks.page import Row, Section
from tests.benchmarks.peer.counting import FIGURES, Counts
from tests.benchmarks.sizes import Size
from tests.benchmarks.timing import Took, amount, level_ground, taken

FORMS = ("json", "ndjson", "tsv", "parquet")
SLOW = "marshmallow"
ABOUT = """\
The same {orders:,} orders of {sellers} sellers, in this process, without a network. Every peer counts the same
{figures} figures of each seller: counted and total of the cancellation rate, of the late shipment rate over 10 and 30
days and of the refund rate, and the orders of the order defect rate by who ships. Our own way does what it always
does: it checks every value, names every fault, judges every metric, lists ids, forecasts, and writes the whole answer.
The ratio is to our own way from the same kind of file (from JSON, where it does not read that kind): below 1.00 the
peer is quicker. Milliseconds: medians of {runs} runs in turns; marshmallow ran once."""
AGREE = "Every peer's counts are those of our answer, seller by seller, figure by figure."
DIFFER = "The counts of {names} are **not** those of our answer: a fault of one of us."
MISSING = "DuckDB and pandas are not installed, so they were skipped: `pip install -e '.[bench]'` brings them."
WHY = {
    "duckdb": """\
**Where DuckDB is quicker:** it parses only the columns its query names, straight into typed vectors, and stops at ten
figures: no verdict, no reason, no list of ids, no forecast; and the first value that does not fit ends the query.
Read whole into a table it has to look at every field, as we have. Its price of some milliseconds per query does not
show here; small batches would pay it.""",
    "pandas": """\
**Where pandas is quicker:** it converts only the columns that are counted, checks none of their words, and stops at
ten figures.""",
    "marshmallow": "**Where marshmallow with loops is quicker:** it should not be; something of ours is broken.",
}


class Turn(NamedTuple):
    """The seconds of one run: to read, to count, and both."""

    reading: float
    counting: float

    @property
    def both(self) -> float:
        """All of it."""
        return self.reading + self.counting


class Measured(NamedTuple):
    """A contender, its times, and what it counted."""

    contender: Contender
    turns: list[Turn]
    counts: Counts

    @property
    def both(self) -> Took:
        """The times from file to answer."""
        return taken([turn.both for turn in self.turns])


def run(size: Size) -> Section:
    """Measures everybody."""
    batch = many_orders(size.orders, size.sellers)
    bodies = {form: body(batch, form) for form in FORMS}
    with TemporaryDirectory() as folder:
        files = {form: written(Path(folder), batch, form) for form in FORMS}
        del batch
        contenders = everybody(bodies, files)
        with level_ground():
            measured = in_turns(contenders, size.runs)
    return section(measured, size)


def written(folder: Path, batch: Batch, form: str) -> Path:
    """The file of one form: of the orders alone, but in JSON of the whole call."""
    path = folder / f"orders.{form}"
    orders = batch.tables["orders"]
    path.write_bytes(body(batch, form).content if form == "json" else table_file("orders", orders, form))
    return path


def in_turns(contenders: list[Contender], runs: int) -> list[Measured]:
    """Everybody once for warmth, where the counts are taken, then in turns; the slow one once, at the end."""
    quick = [contender for contender in contenders if contender.library != SLOW]
    measured = [Measured(contender, [], turn(contender)[1]) for contender in quick]
    for _ in range(runs):
        for each in measured:
            each.turns.append(turn(each.contender)[0])
    once = [(contender, *turn(contender)) for contender in contenders if contender.library == SLOW]
    return measured + [Measured(contender, [took], counts) for contender, took, counts in once]


def turn(contender: Contender) -> tuple[Turn, Counts]:
    """One run."""
    gc.collect()
    began = perf_counter()
    held = contender.read() if contender.read else None
    between = perf_counter()
    answer = contender.count(held)
    took = Turn(between - began, perf_counter() - between)
    return took, contender.counts(answer)


def section(measured: list[Measured], size: Size) -> Section:
    """What there is to tell."""
    own = {
        each.contender.form: each.both.seconds for each in reversed(measured) if each.contender.library == "standing"
    }
    ratios = [each.both.seconds / own.get(each.contender.form, own["json"]) for each in measured]
    rows = [row(each, ratio) for each, ratio in zip(measured, ratios, strict=True)]
    winners = {each.contender.library for each, ratio in zip(measured, ratios, strict=True) if ratio < 1}
    different = sorted({each.contender.name for each in measured if each.counts != measured[0].counts})
    notes = [DIFFER.format(names=", ".join(different)) if different else AGREE]
    notes += [why for library, why in WHY.items() if library in winners]
    notes += [] if has_extra() else [MISSING]
    about = ABOUT.format(orders=size.orders, sellers=size.sellers, figures=len(FIGURES), runs=size.runs)
    columns = ("who", "file", "reading, ms", "counting, ms", "both, ms", "of ours")
    return Section("Peers over the same files", about, columns, rows, tuple(notes))


def row(each: Measured, ratio: float) -> Row:
    """The line of one contender."""
    apart = each.contender.read is not None
    parts = [taken([turn.reading for turn in each.turns]), taken([turn.counting for turn in each.turns])]
    shown = [amount(part.seconds * 1000) if apart else "" for part in parts]
    return (each.contender.name, each.contender.form, *shown, each.both.ms, amount(ratio))
