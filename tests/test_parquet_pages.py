"""Parquet that holds more than it says is refused before it is read; sound Parquet of whatever writer is read."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from io import BytesIO
from itertools import product
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask
from flask.testing import FlaskClient
from thrift.Thrift import TType

from service.app import create_app
from service.rulebook.folder import Snapshot
from service.settings import Settings
from tests.batches import TOP, Record, said
from tests.conftest import RULES
from tests.forged import PLAIN, RLE, Change, first_header, parquet, said_of_chunks, structure, written
from tests.forms import multipart

AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
LONG = "x" * 300_000
NO_ONE = pa.nulls(100_000, pa.struct([("kind", pa.string()), ("value", pa.string())]))
CODECS = ("snappy", "gzip", "brotli", "zstd", "lz4")
OF_DATA, STATISTICS, LEAST = 5, 5, 6  # fields of a header
HUGE = b"\xff\xff\xff\xff\x07"  # the most that a length of 32 bits says


def orders(skus: Any) -> pa.Table:
    """As many orders as there are SKUs."""
    count = len(skus)
    fixed = {"status": ["shipped"] * count, "fulfilled_by": ["seller"] * count, "purchased_at": [AT] * count}
    return pa.table({"order_id": [str(place) for place in range(count)], **fixed, "sku": skus})


PLAINLY: Record = {"use_dictionary": False}
ONCE: Record = {"use_dictionary": ["sku"], "dictionary_pagesize_limit": 10_000_000}
TEN = orders([LONG] * 10)
TWO_GROUPS = orders(pa.chunked_array([[LONG + "a"] * 5, [LONG + "b"] * 5]))
PEOPLE = pa.table({"status": ["active"], "identities": pa.ListArray.from_arrays(pa.array([0, 100_000]), NO_ONE)})
MANY_MAILS = pa.table({"status": ["active"], "identities": [[{"kind": "email", "value": LONG}] * 10]})
FIXED = pa.array([b"x" * 300_000] * 10, pa.binary(300_000))

LIARS: dict[str, tuple[bytes, int, str]] = {
    **{
        f"pages of {codec}, version {version}": (
            said_of_chunks(parquet(TEN, compression=codec, data_page_version=version, **PLAINLY), "sku", plain=100),
            413, "decompressed",
        )
        for codec, version in product(CODECS, ("1.0", "2.0"))
    },
    "many pages, none of them large": (
        said_of_chunks(parquet(TEN, data_page_size=1, write_batch_size=1, **PLAINLY), "sku", plain=100),
        413, "decompressed",
    ),
    "a dictionary": (
        said_of_chunks(parquet(orders(["y" * 3_000_000]), **ONCE), "sku", plain=100), 413, "decompressed",
    ),
    "several groups of rows": (
        said_of_chunks(parquet(TWO_GROUPS, row_group_size=5, **PLAINLY), "sku", plain=100), 413, "decompressed",
    ),
    "one text told often, said to stand there each time": (
        said_of_chunks(parquet(TEN, **ONCE), "sku", encodings=[PLAIN, RLE]), 413, "decompressed",
    ),
    **{
        f"texts that share all they have with the one before, version {version}": (
            parquet(TEN, data_page_version=version, column_encoding={"sku": "DELTA_BYTE_ARRAY"}, **PLAINLY),
            413, "decompressed",
        )
        for version in ("1.0", "2.0")
    },
    "such texts in lists of objects": (
        parquet(MANY_MAILS, column_encoding={"identities.list.element.value": "DELTA_BYTE_ARRAY"}, **PLAINLY),
        413, "decompressed",
    ),
    "bytes of a fixed length, none of them known": (
        parquet(orders(pa.nulls(10, pa.binary(300_000))), **PLAINLY), 413, "decompressed",
    ),
    "bytes of a fixed length, told once": (parquet(orders(FIXED), **ONCE), 413, "decompressed"),
    "more values than are said": (
        said_of_chunks(parquet(PEOPLE, **PLAINLY), "identities", values=1), 422, "unreadable_file",
    ),
    "a page beyond its chunk": (
        said_of_chunks(parquet(orders(["a", "b"]), **PLAINLY), "sku", stored=20), 422, "unreadable_file",
    ),
    "a chunk beyond its file": (
        said_of_chunks(parquet(orders(["a", "b"]), **PLAINLY), "sku", stored=10**9), 422, "unreadable_file",
    ),
    "no values where there are rows": (
        reduce(
            lambda file, name: said_of_chunks(file, name, values=0), TEN.column_names, parquet(orders(["a", "b"])),
        ),
        422, "unreadable_file",
    ),
}  # fmt: skip

HEADERS: dict[str, Change] = {
    "a list in lists without end": lambda header: b"\x99" + b"\x19" * (len(header) - 1),
    "structures in structures without end": lambda header: b"\x9c" + b"\x1c" * (len(header) - 1),
    "a text of two gigabytes": lambda header: (b"\x98" + HUGE).ljust(len(header), b"x"),
    "a list of two billion numbers": lambda header: (b"\x99\xf5" + HUGE).ljust(len(header), b"\2"),
    "numbers that are too long": lambda header: b"\x15" + b"\xff" * (len(header) - 1),
    "nothing at all": lambda header: bytes(len(header)),
    "a size below nothing": lambda header: header[:3] + b"\1" + header[4:],
    "no count of values": lambda header: header.replace(b"\x2c\x15", b"\x2c\x25", 1),
}


def outcome(app: Flask, table: str, content: bytes) -> tuple[int, Record]:
    """What comes of a file."""
    body = multipart([("batch", json.dumps(TOP).encode(), "batch.json", ""), (table, content, f"{table}.parquet", "")])
    reply = app.test_client().post("/v1/verdicts", data=body.data, headers=dict(body.headers))
    return reply.status_code, said(reply)


def told(status: int, answer: Record) -> tuple[int, str]:
    """How a file was refused."""
    return status, answer.get("limit") or ", ".join(fault["code"] for fault in answer.get("errors", ()))


@pytest.fixture(scope="module")
def strict(files: Snapshot) -> Flask:
    """An application that takes little."""
    return create_app(Settings(RULES, max_decompressed_mb=2), files)


@pytest.fixture
def memory() -> Iterator[pa.MemoryPool]:
    """What Arrow takes its memory from, which tells how much that was at most."""
    own = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(own)
    pa.set_memory_pool(pool)
    yield pool
    pa.set_memory_pool(own)


@pytest.mark.parametrize("what", LIARS)
def test_a_file_that_holds_more_than_it_says(what: str, strict: Flask, memory: pa.MemoryPool) -> None:
    """It is refused before what it holds is decompressed."""
    content, status, why = LIARS[what]
    table = "sellers" if b"identities" in content else "orders"
    assert len(content) < 1_000_000
    assert told(*outcome(strict, table, content)) == (status, why)
    assert memory.max_memory() < 1_000_000


@pytest.mark.parametrize("what", HEADERS)
def test_a_header_that_is_none(what: str, strict: Flask) -> None:
    sound = parquet(orders(["a", "b"]), compression="none", **PLAINLY)
    assert outcome(strict, "orders", sound)[0] == 200
    forged = first_header(sound, "sku", HEADERS[what])
    assert forged != sound
    assert told(*outcome(strict, "orders", forged)) == (422, "unreadable_file")


def in_polars(table: pa.Table, *, small: bool) -> bytes:
    """A table as Polars writes it."""
    buffer, size = BytesIO(), 100 if small else None
    pl.DataFrame(table).write_parquet(buffer, data_page_size=size, row_group_size=size)
    return buffer.getvalue()


def in_long_headers(table: pa.Table) -> bytes:
    """A table whose last column has the least of its values, a long one, in the header of its page."""
    sound = parquet(table, **PLAINLY)
    longer = first_header(sound, "sku", with_least)
    chunk = pq.ParquetFile(BytesIO(sound)).metadata.row_group(0).column(table.num_columns - 1)
    return said_of_chunks(longer, "sku", stored=chunk.total_compressed_size + len(longer) - len(sound))


def with_least(header: bytes) -> bytes:
    """A header with statistics."""
    said, _ = structure(header)
    said[OF_DATA][1][STATISTICS] = (TType.STRUCT, {LEAST: (TType.STRING, LONG.encode())})
    return written(said)


def ways() -> Iterator[tuple[str, Record]]:
    """Ways to write a file, each of which changes what its pages are."""
    texts = ("PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY")
    instants = ("PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT")
    for (text, instant), version in product(zip(texts, instants, strict=True), ("1.0", "2.0")):
        encodings = {"order_id": text, "sku": text, "purchased_at": instant}
        yield f"{text} {version}", {**PLAINLY, "column_encoding": encodings, "data_page_version": version}
    for codec, version in product(("none", *CODECS), ("1.0", "2.0")):
        yield f"{codec} {version}", {"compression": codec, "data_page_version": version, "data_page_size": 500}
    yield "a dictionary that is given up", {"dictionary_pagesize_limit": 100, "write_batch_size": 10}
    yield "groups of rows", {"row_group_size": 7, "write_page_checksum": True, "write_page_index": True}


WAYS = dict(ways())


@pytest.mark.parametrize("way", [*WAYS, "polars", "polars in small pages", "a long header"])
def test_a_sound_file(way: str, client: FlaskClient) -> None:
    """It is read, whoever wrote it how."""
    chance = random.Random(way)  # noqa: S311  # chance that can be repeated
    table = orders([chance.choice(["a", "", None, chance.randbytes(30).hex()]) for _ in range(300)])
    if way in WAYS:
        content = parquet(table, **WAYS[way])
    elif way == "a long header":  # more than is looked at first
        content = in_long_headers(table)
    else:
        content = in_polars(table, small="small" in way)
    assert outcome(client.application, "orders", content)[0] == 200
