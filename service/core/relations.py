"""A batch → its sellers and their tables, as known at its instant, each record tied to its seller and its order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from service.core.batch import Batch
from service.core.known import FORMS, as_known
from service.core.reported import Identity, ReportedAccount
from service.core.windows import constant

ORDER_DEFECTS = ("feedback", "claims", "chargebacks")
SELLER = ["seller_id", "marketplace"]


@dataclass(frozen=True, slots=True)
class Related:
    """The records of a batch, ready to be counted.

    `now` is the instant as a constant column. `sellers` lists every (seller_id, marketplace) the batch names, sorted;
    a record's `seller` is its place there. `row` is a record's place in its table, `order_row` the place of its order,
    null for an orphan. `accounts` are the records of `sellers`, `reported` is what marketplaces say of them.
    """

    as_of: datetime
    now: pl.Expr
    sellers: list[tuple[str, str]]
    tables: Mapping[str, pl.DataFrame]
    orphans: Mapping[str, int]
    accounts: Mapping[int, Mapping[str, Any]]
    uncovered: frozenset[str]
    reported: Mapping[Identity, ReportedAccount]

    def missing(self, required: tuple[str, ...]) -> list[str]:
        """Which of the required tables and fields (`table` or `table.field`) nobody covered; of a table no fields."""
        tables = [name for name in required if name.partition(".")[0] not in self.tables]
        named = [name for name in tables if "." not in name or name.partition(".")[0] not in tables]
        return [name for name in required if name in named or (name in self.uncovered and name not in tables)]


def related(batch: Batch) -> Related:
    """Ties every record to its seller and its order."""
    sellers = named_sellers(batch)
    tables: dict[str, pl.DataFrame] = {}
    now = constant(batch.as_of)
    for name, records in batch.tables.items():
        owned = records.join(sellers, on=SELLER, how="left", maintain_order="left").drop("row", strict=False)
        known = as_known(name, owned, now).with_row_index("row")
        tables[name] = with_order(known, name, tables.get("orders"))
    accounts = {row["seller"]: row for row in tables["sellers"].iter_rows(named=True)} if "sellers" in tables else {}
    orphans = {name: tables[name]["order_row"].null_count() for name in ORDER_DEFECTS if name in tables}
    return Related(
        batch.as_of, now, sellers.select(SELLER).rows(), tables, orphans, accounts, batch.uncovered, batch.reported
    )


def named_sellers(batch: Batch) -> pl.DataFrame:
    """Every seller and marketplace that a record names, in order, each with its place."""
    named = [records.select(SELLER).unique() for records in batch.tables.values()]
    together = pl.concat(named) if named else pl.DataFrame(schema=dict.fromkeys(SELLER, pl.String))
    return together.unique().sort(SELLER).with_row_index("seller")


def with_order(records: pl.DataFrame, name: str, orders: pl.DataFrame | None) -> pl.DataFrame:
    """The records of a table with the place of their order."""
    if name == "orders":
        return records.with_columns(order_row="row")
    if "order_id" not in records.columns:
        return records
    if orders is None:
        tied = records.with_columns(order_row=pl.lit(None, dtype=pl.UInt32))
    else:
        places = orders.select("seller", "order_id", order_row="row", order_fulfilled_by="fulfilled_by")
        tied = records.join(places, on=["seller", "order_id"], how="left", maintain_order="left")
    if name == "shipments":
        own = pl.col("fulfilled_by").cast(pl.String)
        order = pl.col("order_fulfilled_by").cast(pl.String) if orders is not None else pl.lit(None, dtype=pl.String)
        tied = tied.with_columns(own.fill_null(order).fill_null("seller"))
    return tied.drop("order_fulfilled_by", strict=False)


def key_of(table: str) -> str:
    """The field that identifies a record of a table."""
    key = FORMS[table].key
    if key is None:
        raise KeyError(table)
    return key
