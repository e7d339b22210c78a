"""A batch → its sellers and their tables, as known at its instant, each record tied to its seller and its order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from service.core.batch import Batch
from service.core.clauses import Condition
from service.core.conditions import NO_PARTS, Looking, Met
from service.core.instants import number_of
from service.core.known import FORMS, as_known
from service.core.reported import Identity, ReportedAccount
from service.core.tables import NO_WORD, Numbers, Table, encoded, numbered, shared_out

ORDER_DEFECTS = ("feedback", "claims", "chargebacks")
ORPHAN = -1
BY_DEFAULT = "seller"  # fulfils a shipment when nobody says who does


@dataclass(frozen=True, slots=True)
class Related:
    """The records of a batch, ready to be counted.

    `sellers` lists every (seller_id, marketplace) the batch names, sorted; a record's `seller` is its place there.
    `domains` are these marketplaces, each once.
    `order_row` is the place of its order among the orders, `ORPHAN` where it is not in the batch. `now` is the instant
    as tables hold it. `accounts` are the records of `sellers`, `reported` what marketplaces say of
    them. `met` is what is known so far of which records meet what.
    """

    as_of: datetime
    now: int
    sellers: list[tuple[str, str]]
    domains: frozenset[str]
    tables: Mapping[str, Table]
    orphans: Mapping[str, int]
    accounts: Mapping[int, Mapping[str, Any]]
    uncovered: frozenset[str]
    reported: Mapping[Identity, ReportedAccount]
    met: dict[str, Met] = field(default_factory=dict)

    def look(self, name: str, parts: Mapping[str, Condition] = NO_PARTS) -> Looking:
        """A look at all records of a table, for conditions of which some may ask for parts of their card."""
        met = self.met.setdefault(name, {})
        return Looking(name, self.tables, self.now, self.tables[name], self.met, met, parts)

    def missing(self, required: tuple[str, ...]) -> list[str]:
        """Which of the required tables and fields (`table` or `table.field`) nobody covered; of no table, no field."""
        return [name for name in required if name in self.uncovered or not ("." in name or name in self.tables)]


def related(batch: Batch) -> Related:
    """Ties every record to its seller and its order."""
    now = number_of(batch.as_of)
    sellers, owners = owned(batch.tables)
    known = {
        name: as_known(name, table.laid_over(seller=owner), now)
        for (name, table), owner in zip(batch.tables.items(), owners, strict=True)
    }
    tables = {name: table.laid_over(row=np.arange(table.height)) for name, table in with_orders(known).items()}
    accounts = {}
    if "sellers" in tables:
        accounts = dict(zip(tables["sellers"].numbers("seller").tolist(), tables["sellers"].records(), strict=True))
    orphans = {
        name: int(np.count_nonzero(tables[name].numbers("order_row") == ORPHAN))
        for name in ORDER_DEFECTS
        if name in tables
    }
    domains = frozenset(domain for _, domain in sellers)
    return Related(batch.as_of, now, sellers, domains, tables, orphans, accounts, batch.uncovered, batch.reported)


def owned(tables: Mapping[str, Table]) -> tuple[list[tuple[str, str]], list[Numbers]]:
    """Every seller and marketplace that a record names, sorted; per table the place of each record's."""
    if not tables:
        return [], []
    ids, id_texts = numbered(pl.concat([table.column("seller_id") for table in tables.values()]))
    domains, domain_texts = numbered(pl.concat([table.column("marketplace") for table in tables.values()]))
    pairs = ids * len(domain_texts) + domains
    named = np.flatnonzero(np.bincount(pairs)).tolist()
    sellers = {(id_texts[pair // len(domain_texts)], domain_texts[pair % len(domain_texts)]): pair for pair in named}
    ordered = sorted(sellers)
    places = np.zeros(max(named, default=0) + 1, dtype=np.int64)
    places[[sellers[seller] for seller in ordered]] = np.arange(len(ordered))
    return ordered, shared_out(places[pairs], [table.height for table in tables.values()])


def with_orders(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with the place of each record's order."""
    orders = tables.get("orders")
    others = {name: table for name, table in tables.items() if name != "orders" and "order_id" in table}
    tied = dict(tables)
    if orders is not None:
        tied["orders"] = orders.laid_over(order_row=np.arange(orders.height))
    for (name, table), rows in zip(others.items(), order_rows(orders, list(others.values())), strict=True):
        tied[name] = table.laid_over(order_row=rows)
    if "shipments" in tied:
        tied["shipments"] = with_fulfilment(tied["shipments"], orders)
    return tied


def order_rows(orders: Table | None, others: list[Table]) -> list[Numbers]:
    """Per table the place of each record's order."""
    heights = [table.height for table in others]
    if orders is None or not orders.height or not any(heights):
        return [np.full(height, ORPHAN) for height in heights]
    ids, texts = encoded(pl.concat([table.column("order_id") for table in (orders, *others)]))
    keys = np.concatenate([table.numbers("seller") for table in (orders, *others)]) * (len(texts) + 1) + ids + 1
    known, asked = keys[: orders.height], keys[orders.height :]
    order = known.argsort()
    place = order[known.searchsorted(asked, sorter=order).clip(max=len(order) - 1)]
    rows = np.where(known[place] == asked, place, ORPHAN)
    return shared_out(rows, heights)


def with_fulfilment(shipments: Table, orders: Table | None) -> Table:
    """The shipments with who fulfilled them: as they say, as their order says, else the seller."""
    own = shipments.numbers("fulfilled_by")
    if not np.count_nonzero(own == NO_WORD):
        return shipments
    by_default = np.full(shipments.height, shipments.words("fulfilled_by")[BY_DEFAULT], dtype=own.dtype)
    if orders is not None:
        rows = shipments.numbers("order_row")
        of_order = np.append(orders.numbers("fulfilled_by"), NO_WORD)[rows]
        by_default = np.where(of_order == NO_WORD, by_default, of_order)
    return shipments.laid_over(fulfilled_by=np.where(own == NO_WORD, by_default, own))


def key_of(table: str) -> str:
    """The field that identifies a record of a table."""
    key = FORMS[table].key
    if key is None:
        raise KeyError(table)
    return key
