"""The ten figures by DuckDB: one SQL query over a file, or over a table that was read before."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.benchmarks.peer.counting import Counts, windows

MOMENTS = ("purchased_at", "ship_by", "ship_confirmed_at", "cancelled_at", "cancel_requested_at", "refunded_at")
TEXTS = ("seller_id", "order_id", "status", "fulfilled_by", "cancelled_by", "cancel_requested_via", "currency", "sku")
REST = {"buyer_key": "VARCHAR", "amount": "DECIMAL(18, 2)", "programs": "VARCHAR"}
COLUMNS = {**dict.fromkeys(TEXTS, "VARCHAR"), **dict.fromkeys(MOMENTS, "TIMESTAMPTZ"), **REST}
ASKED = (*MOMENTS[:3], "refunded_at", "seller_id", "status", "fulfilled_by", "cancelled_by", "cancel_requested_via")
LARGEST_OBJECT = 2_000_000_000

FILTERS = {
    "cancelled": "cancellable and status = 'cancelled' and cancelled_by in ('seller', 'marketplace') "
    "and cancel_requested_via is distinct from 'order_page'",
    "to_cancel": "cancellable and (status <> 'cancelled' or cancelled_by is not null)",
    "late_10": "shippable and late and bought_in_10",
    "to_ship_10": "shippable and bought_in_10",
    "late_30": "shippable and late",
    "to_ship_30": "shippable",
    "refunded": "bought_in_30 and ship_confirmed_at is not null and refunded_at is not null",
    "shipped": "bought_in_30 and ship_confirmed_at is not null",
    "by_seller": "bought_in_60 and fulfilled_by = 'seller'",
    "by_marketplace": "bought_in_60 and fulfilled_by = 'marketplace'",
}


class Duck(NamedTuple):
    """DuckDB with some files of orders beside it."""

    connection: duckdb.DuckDBPyConnection
    files: dict[str, Path]
    as_of: datetime

    def source(self, form: str) -> str:
        """The orders of a file, with declared types, as SQL has it."""
        path = f"'{self.files[form]}'"
        if form == "parquet":
            return f"read_parquet({path})"
        if form == "tsv":
            return f"read_csv({path}, delim = '\t', header = true, types = {COLUMNS})"
        if form == "ndjson":
            return f"read_json({path}, format = 'newline_delimited', columns = {COLUMNS})"
        fields = ", ".join(f"{name} {COLUMNS[name]}" for name in ASKED)
        objects = (
            f"read_json({path}, maximum_object_size = {LARGEST_OBJECT}, columns = {{orders: 'STRUCT({fields})[]'}})"
        )
        return f"(select unnest(orders, recursive := true) from {objects})"

    def intake(self, form: str) -> None:
        """Reads a file into a table."""
        self.connection.execute(f"create or replace table orders as select * from {self.source(form)}")

    def count_table(self, _: None = None) -> Counts:
        """The figures of each seller of the table."""
        return self._count("orders")

    def count_file(self, form: str) -> Counts:
        """The figures of each seller of a file."""
        return self._count(self.source(form))

    def _count(self, source: str) -> Counts:
        rows = self.connection.execute(query(source, self.as_of)).fetchall()
        return {seller: tuple(figures) for seller, *figures in rows}


def duck(files: dict[str, Path], as_of: datetime, threads: int | None = None) -> Duck:
    """DuckDB in memory, with as many threads as it likes or as are given."""
    connection = duckdb.connect(config={"threads": threads} if threads else {})
    connection.execute("set timezone = 'UTC'")
    return Duck(connection, files, as_of)


def query(source: str, as_of: datetime) -> str:
    """The query for the ten figures."""
    days = windows(as_of)
    bought = {
        f"bought_in_{name}": f"purchased_at >= '{start.isoformat()}' and purchased_at < '{end.isoformat()}'"
        for name, (start, end) in zip(("7", "10", "30", "60"), days, strict=True)
    }
    flags = {
        **bought,
        "cancellable": f"{bought['bought_in_7']} and fulfilled_by = 'seller'",
        "shippable": f"{bought['bought_in_30']} and fulfilled_by = 'seller' and ship_by is not null "
        "and status <> 'cancelled' "
        "and (ship_confirmed_at is not null or status not in ('shipped', 'partially_shipped'))",
        "late": f"coalesce(ship_confirmed_at, '{as_of.isoformat()}') > ship_by",
    }
    named = ", ".join(f"({meaning}) as {name}" for name, meaning in flags.items())
    figures = ", ".join(f"count(*) filter ({meaning})" for meaning in FILTERS.values())
    orders = f"select *, {named} from {source} where status <> 'pending'"
    return f"select seller_id, {figures} from ({orders}) group by seller_id"
