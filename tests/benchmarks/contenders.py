"""Everybody who counts the figures of one file of orders in this process: our own way, DuckDB, pandas, plain Python."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tests.benchmarks.files import Body
from tests.benchmarks.own_way import application, own_counts, own_way
from tests.benchmarks.peer.counting import Counts, counted
from tests.benchmarks.peer.shapes import stock_batch
from tests.benchmarks.records import AS_OF


class Contender(NamedTuple):
    """One way to the figures of a file.

    Attributes:
        library: what it is made with.
        name: as the page says it.
        form: of the file.
        read: file → whatever is counted; None where reading and counting are one.
        count: what was read → an answer.
        counts: an answer → the figures.
    """

    library: str
    name: str
    form: str
    read: Callable[[], Any] | None
    count: Callable[[Any], Any]
    counts: Callable[[Any], Counts] = dict


def everybody(bodies: dict[str, Body], files: dict[str, Path]) -> list[Contender]:
    """Those that can be asked here; the slow one last. Ours, from JSON, is the first."""
    extra = [*ducks(files), *pandas(bodies["json"], files["tsv"])] if has_extra() else []
    return [*ours(bodies), *extra, by_hand(bodies["json"])]


def has_extra() -> bool:
    """Whether the libraries of the extra `bench` are installed."""
    return bool(find_spec("duckdb") and find_spec("pandas"))


def ours(bodies: dict[str, Body]) -> Iterator[Contender]:
    """Our own way: from JSON with its steps apart, from every format the application reads as one."""
    own = own_way()
    text = bodies["json"].content
    steps = (lambda: own.cast(own.read(text)), lambda gathered: own.serialise(own.evaluate(gathered)))
    yield Contender("standing", "**Standing**", "json", *steps, lambda answer: own_counts(orjson.loads(answer)))
    client = application().test_client()

    def answer(form: str) -> Any:
        each = bodies[form]
        return client.post("/v1/verdicts", data=each.content, content_type=each.content_type)

    for form in ("ndjson", "tsv", "parquet"):
        if answer(form).status_code != 415:
            yield Contender("standing", "**Standing**", form, None, partial(one_go, answer, form), counts_of_reply)


def one_go(answer: Callable[[str], Any], form: str, _: None) -> Any:
    """The answer to a file, read and counted in one."""
    return answer(form)


def counts_of_reply(reply: Any) -> Counts:
    """The figures in an answer of the application."""
    return own_counts(reply.get_json()["verdicts"])


def ducks(files: dict[str, Path]) -> Iterator[Contender]:
    """DuckDB: a table and then SQL, or one query over the file, with one thread as our worker has, and with all."""
    from tests.benchmarks.peer.duck import duck

    one, several = duck(files, AS_OF, threads=1), duck(files, AS_OF)
    yield Contender("duckdb", "DuckDB, all into a table", "ndjson", partial(one.intake, "ndjson"), one.count_table)
    for form in ("ndjson", "json", "tsv", "parquet"):
        yield Contender("duckdb", "DuckDB, one query", form, None, partial(one_go, one.count_file, form))
    yield Contender("duckdb", "DuckDB, all cores", "ndjson", None, partial(one_go, several.count_file, "ndjson"))


def pandas(text: Body, tsv: Path) -> Iterator[Contender]:
    """pandas; it reads Parquet only with yet another library."""
    from tests.benchmarks.peer import frames

    count = partial(frames.count, as_of=AS_OF)
    yield Contender("pandas", "pandas", "json", partial(frames.from_json, text.content), count)
    yield Contender("pandas", "pandas", "tsv", partial(frames.from_tsv, tsv), count)


def by_hand(text: Body) -> Contender:
    """marshmallow's own fields, and loops."""
    schema = stock_batch()
    return Contender(
        "marshmallow", "marshmallow, plain loops", "json",
        lambda: schema.load(json.loads(text.content))["orders"], partial(counted, as_of=AS_OF),
    )  # fmt: skip
