"""The benchmark stays alive: the same records in every form, and its parts run. How long they take is not asked."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import Message
from io import BytesIO, StringIO
from typing import Any

import orjson
import polars as pl
import pytest
from flask import Flask

from tests.batches import Record
from tests.benchmarks import batches, files, formats, page, peers, records, scaling, stages, whole
from tests.benchmarks.contenders import has_extra
from tests.benchmarks.own_way import application
from tests.benchmarks.peer.app import KINDS, create_app
from tests.benchmarks.sizes import TINY

BATCHES = {
    "many_orders": batches.many_orders(40, 3),
    "many_sellers": batches.many_sellers(2),
    "one_seller": batches.one_seller(),
}
Told = tuple[str, frozenset[tuple[str, str]]]


@pytest.mark.parametrize("form", files.FORMS)
@pytest.mark.parametrize("name", BATCHES)
def test_every_form_holds_the_same_records(name: str, form: str) -> None:
    batch = BATCHES[name]
    expected = sorted(told(table, record) for table, records in batch.tables.items() for record in records)
    assert sorted(told(table, record) for table, record in read_back(files.body(batch, form))) == expected


def test_batches_are_as_large_as_they_say() -> None:
    assert [batch.records for batch in BATCHES.values()] == [40, 40, 300]
    assert set(BATCHES["one_seller"].tables) == set(batches.THREE_HUNDRED) | set(records.OF_THE_ACCOUNT)


def test_formats_part_runs() -> None:
    assert formats.SAME_ANSWERS in page.shown(formats.run(TINY))


def test_stages_part_runs() -> None:
    assert "| evaluate |" in page.shown(stages.run(TINY))


def test_peers_count_what_we_count() -> None:
    written = page.shown(peers.run(TINY))
    assert peers.AGREE in written
    assert (peers.MISSING in written) is not has_extra()


@pytest.mark.parametrize("kind", KINDS)
def test_plain_services_answer(kind: str) -> None:
    assert said(create_app(kind), "/", batches.one_seller())["records"] == len(BATCHES["one_seller"].tables) + 2


@pytest.mark.parametrize("name", ["one_seller", "late_seller"])
def test_plain_service_names_the_levels_we_name(name: str) -> None:
    batch = BATCHES.get(name) or batches.many_orders(150, 1)
    levels = whole.levels_of_plain(said(create_app("judges"), "/", batch))
    assert levels == whole.levels_of_ours(said(application(), "/v1/verdicts", batch))
    assert len(levels) == 4


def test_bodies_grow_from_one_stream() -> None:
    small, large = (orjson.loads(each.content)["orders"] for each in scaling.bodies((3, 5), 2))
    assert large[:3] == small
    assert large == orjson.loads(files.body(batches.many_orders(5, 2), "json").content)["orders"]


def test_page_names_no_host_and_no_path() -> None:
    made = page.Circumstances("python -m tests.benchmarks", "Nothing.", 0.0, 0.0)
    written = page.page([page.Section("Title", "About.", ("who", "ms"), [("we", "1")])], made)
    assert "| we | 1 |" in written
    assert not re.search(r"(?<!\]\()(?<!\w)/\w", written)


def said(app: Flask, path: str, batch: batches.Batch) -> Record:
    """What an application answers to a batch."""
    body = files.body(batch, "json")
    reply = app.test_client().post(path, data=body.content, content_type=body.content_type)
    assert reply.status_code == 200, reply.get_data(as_text=True)
    answer: Record = orjson.loads(reply.get_data())
    return answer


def told(table: str, record: Record) -> Told:
    """A record by its table, and the text of each field that is known."""
    return table, frozenset((name, text) for name, value in record.items() if (text := text_of(value)))


def text_of(value: Any) -> str:
    """A value as a csv file would have it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ";".join(value)
    return "" if value is None else str(value) if isinstance(value, str | int | Decimal) else str(orjson.dumps(value))


def read_back(body: files.Body) -> Iterator[tuple[str, Record]]:
    """The records of a body, each with its table."""
    if body.content_type == "application/json":
        tables = {name: value for name, value in orjson.loads(body.content).items() if name not in batches.TOP}
        yield from ((table, record) for table, records in tables.items() for record in records)
    elif body.content_type == "application/x-ndjson":
        for record in map(orjson.loads, body.content.splitlines()[1:]):
            yield record.pop("table"), record
    else:
        whole = message_from_bytes(f"Content-Type: {body.content_type}\r\n\r\n".encode() + body.content)
        for part in list(whole.walk())[2:]:
            yield from ((str(part.get_param("name", header="Content-Disposition")), record) for record in rows(part))


def rows(part: Message) -> list[Record]:
    """The records of a part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    form = str(part.get_filename()).rpartition(".")[2]
    if form in {"csv", "tsv"}:
        return list(csv.DictReader(StringIO(content.decode()), delimiter="\t" if form == "tsv" else ","))
    if form == "json":
        records: list[Record] = orjson.loads(content)
        return records
    read = pl.read_parquet if form == "parquet" else pl.read_ipc_stream
    return read(BytesIO(content)).to_dicts()
