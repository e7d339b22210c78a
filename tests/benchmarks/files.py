"""A batch in every form a caller may send it in: the bytes of each table's file, and the body and type of the call."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import NamedTuple

import orjson
import polars as pl

from service.schemas import scalars
from service.schemas.records import BULK, shape
from service.schemas.shapes import ListOf
from tests.batches import Record
from tests.benchmarks.batches import Batch

FORMS = ("json", "ndjson", "csv", "tsv", "parquet", "arrow")
TEXTUAL = orjson.OPT_UTC_Z
BOUNDARY = "standing-benchmark-7d1f4b0c"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
COLUMN_TYPES: dict[type, pl.DataType] = {
    scalars.Timestamp: pl.Datetime("us", "UTC"),
    scalars.Boolean: pl.Boolean(),
    scalars.Integer: pl.Int64(),
    ListOf: pl.List(pl.String),
}
MONEY = pl.Decimal(18, 2)


class Body(NamedTuple):
    """What goes over the wire."""

    content_type: str
    content: bytes


def body(batch: Batch, form: str) -> Body:
    """The call of a batch in one of the `FORMS`."""
    if form == "json":
        return Body("application/json", orjson.dumps({**batch.top, **batch.tables}, option=TEXTUAL))
    if form == "ndjson":
        return Body("application/x-ndjson", lines([batch_line(batch), *tabled(batch)]))
    return Body(f"multipart/form-data; boundary={BOUNDARY}", b"".join(parts(batch, form)))


def batch_line(batch: Batch) -> Record:
    """What stands beside the tables, and which of them are there although they are empty."""
    empty = [name for name, records in batch.tables.items() if not records]
    return {"table": "batch", **batch.top, "tables": empty}


def tabled(batch: Batch) -> Iterator[Record]:
    """Every record with the name of its table."""
    for name, records in batch.tables.items():
        for record in records:
            yield {"table": name, **record}


def lines(records: Iterable[Record]) -> bytes:
    """Records one a line."""
    return b"".join([orjson.dumps(record, option=TEXTUAL | orjson.OPT_APPEND_NEWLINE) for record in records])


def parts(batch: Batch, form: str) -> Iterator[bytes]:
    """The parts of a multipart body: the batch, then each table; those of an account, which nest, as JSON."""
    yield part("batch", "batch.json", orjson.dumps(batch_line(batch), option=TEXTUAL))
    for name, records in batch.tables.items():
        if records:
            own = form if name in BULK else "json"
            yield part(name, f"{name}.{own}", table_file(name, records, own))
    yield f"--{BOUNDARY}--\r\n".encode()


def part(name: str, file_name: str, content: bytes) -> bytes:
    """One part of a multipart body."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
    kind = "Content-Type: application/octet-stream\r\n\r\n"
    return (head + kind).encode() + content + b"\r\n"


def table_file(table: str, records: list[Record], form: str) -> bytes:
    """The file of one table."""
    if form == "json":
        return orjson.dumps(records, option=TEXTUAL)
    if form == "ndjson":
        return lines(records)
    written, columns = BytesIO(), typed(table, records)
    if form == "parquet":
        columns.write_parquet(written)
    elif form == "arrow":
        columns.write_ipc_stream(written, compat_level=pl.CompatLevel.oldest())  # as every Arrow library reads it
    else:
        texts(columns).write_csv(written, separator="\t" if form == "tsv" else ",")
    return written.getvalue()


def typed(table: str, records: list[Record]) -> pl.DataFrame:
    """The records as typed columns, every field of the table among them, as in a warehouse; amounts are decimals."""
    fields = shape(table).fields
    types = {name: COLUMN_TYPES.get(type(kind), pl.String()) for name, kind in fields.items() if name != "marketplace"}
    money = [name for name, kind in fields.items() if isinstance(kind, scalars.Amount)]
    return pl.DataFrame(records, schema=types).with_columns(pl.col(name).cast(MONEY) for name in money)


def texts(columns: pl.DataFrame) -> pl.DataFrame:
    """Typed columns as a csv file writes them."""
    written = {pl.Datetime: lambda column: column.dt.strftime(INSTANT), pl.List: lambda column: column.list.join(";")}
    return columns.with_columns(
        written[kind.base_type()](pl.col(name)) for name, kind in columns.schema.items() if kind.base_type() in written
    )
