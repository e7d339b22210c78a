"""One batch in every form there is: as a body with its type, made from plain records."""

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO, StringIO
from typing import Any, NamedTuple

import polars as pl
from backports import zstd
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from service.schemas.records import TABLES, shape
from service.schemas.scalars import Boolean, Integer, Timestamp
from tests.batches import Record

JSON = "application/json"
CANONICAL = "%Y-%m-%dT%H:%M:%SZ"
LOCAL = "%Y-%m-%dT%H:%M:%S"


class Body(NamedTuple):
    """A body as it is sent."""

    data: bytes
    headers: Mapping[str, str]


def cell(value: Any) -> str:
    """A value as a cell holds it."""
    if isinstance(value, list) and not any(isinstance(entry, dict | list) for entry in value):
        return ";".join(map(cell, value))
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def cells(table: str, records: Iterable[Record]) -> list[dict[str, str]]:
    """Records as rows of all the fields there are."""
    return [{name: cell(record.get(name)) for name in shape(table).fields} for record in records]


def separated(separator: str) -> Callable[[str, list[Record]], bytes]:
    """A writer of files with a separator."""

    def write(table: str, records: list[Record]) -> bytes:
        text = StringIO(newline="")
        writer = csv.DictWriter(text, list(shape(table).fields), delimiter=separator)
        writer.writeheader()
        writer.writerows(cells(table, records))
        return text.getvalue().encode()

    return write


def frame(table: str, records: list[Record]) -> pl.DataFrame:
    """Records as columns, each of the best type its values allow."""
    texts = pl.DataFrame(cells(table, records), schema=dict.fromkeys(shape(table).fields, pl.String))
    return texts.with_columns(typed(texts[name], kind) for name, kind in shape(table).fields.items())


def typed(column: pl.Series, kind: Any) -> pl.Series:
    """A column in the type of its field where that loses nothing."""
    known = column.replace("", None)
    read = None
    if isinstance(kind, Timestamp):
        utc = known.str.to_datetime(CANONICAL, strict=False, time_zone="UTC", time_unit="ms")
        read = utc if utc.null_count() == known.null_count() else known.str.to_datetime(LOCAL, strict=False)
        exact = read.dt.strftime(LOCAL if read is not utc else CANONICAL)
    elif isinstance(kind, Integer):
        read = known.cast(pl.Int16, strict=False)
        exact = read.cast(pl.String)
    elif isinstance(kind, Boolean):
        read = known.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
        exact = read.cast(pl.String)
    return column if read is None or not exact.equals(known, null_equal=True) else read


def bytes_of(write: Callable[[pl.DataFrame, BytesIO], Any]) -> Callable[[str, list[Record]], bytes]:
    """A writer of typed files."""

    def written(table: str, records: list[Record]) -> bytes:
        buffer = BytesIO()
        write(frame(table, records), buffer)
        return buffer.getvalue()

    return written


def lines(_: str, records: list[Record]) -> bytes:
    """A record a line."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


FILES: dict[str, Callable[[str, list[Record]], bytes]] = {
    "csv": separated(","),
    "tsv": separated("\t"),
    "ndjson": lines,
    "json": lambda _, records: json.dumps(records, indent=1).encode(),
    "parquet": bytes_of(lambda table, buffer: table.write_parquet(buffer)),
    "arrow": bytes_of(lambda table, buffer: table.write_ipc_stream(buffer)),
    "ipc": bytes_of(lambda table, buffer: table.write_ipc(buffer)),
}


def beside(batch: Record) -> Record:
    """What stands beside the tables."""
    return {name: value for name, value in batch.items() if name not in TABLES}


def in_json(batch: Record) -> Body:
    """One JSON object."""
    return Body(json.dumps(batch).encode(), {"Content-Type": JSON})


def in_lines(batch: Record) -> Body:
    """Lines of JSON, the tables taken in turn, so that lines of different tables follow each other."""
    tables = {name: list(value) for name, value in batch.items() if name in TABLES}
    turns = [
        {"table": name, **records[place]} if place % 2 else {**records[place], "table": name}
        for place in range(max(map(len, tables.values()), default=0))
        for name, records in tables.items()
        if place < len(records)
    ]
    first = {"table": "batch", **beside(batch), "tables": [name for name, records in tables.items() if not records]}
    text = "\r\n".join(json.dumps(line) for line in [first, *turns])
    return Body(text.encode(), {"Content-Type": "application/x-ndjson"})


def in_files(ending: str) -> Callable[[Record], Body]:
    """A file per table."""

    def files(batch: Record) -> Body:
        parts = [
            (name, FILES[ending](name, value), f"{name}.{ending}", "")
            for name, value in batch.items()
            if name in TABLES
        ]
        return multipart([*parts, ("batch", json.dumps(beside(batch)).encode(), "batch.json", "")])

    return files


def multipart(parts: Iterable[tuple[str, bytes, str, str]]) -> Body:
    """A body of parts: the name of each, its content, its file name and its type, either of them empty for none."""
    storages = [
        (name, FileStorage(BytesIO(content), file or None, name, kind or None)) for name, content, file, kind in parts
    ]
    boundary, data = encode_multipart(MultiDict(storages))
    return Body(data, {"Content-Type": f'multipart/form-data; boundary="{boundary}"'})


def compressed(form: Callable[[Record], Body], encoding: str) -> Callable[[Record], Body]:
    """The same, compressed."""

    def squeezed(batch: Record) -> Body:
        body = form(batch)
        data = gzip.compress(body.data) if encoding == "gzip" else zstd.compress(body.data)
        return Body(data, {**body.headers, "Content-Encoding": encoding})

    return squeezed


FORMS: dict[str, Callable[[Record], Body]] = {
    "json": in_json,
    "lines": in_lines,
    **{f"files of {ending}": in_files(ending) for ending in FILES},
    "json in gzip": compressed(in_json, "gzip"),
    "lines in zstd": compressed(in_lines, "zstd"),
    "files of csv in gzip": compressed(in_files("csv"), "gzip"),
}
