"""The ten figures by pandas: a frame of the needed columns, flags in columns, a sum per seller."""

from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from tests.benchmarks.peer.counting import FIGURES, Counts, windows

MOMENTS = ["purchased_at", "ship_by", "ship_confirmed_at", "refunded_at"]
COLUMNS = ["seller_id", "status", "fulfilled_by", "cancelled_by", "cancel_requested_via", *MOMENTS]
Frame = Any  # pandas brings no types


def from_json(body: bytes) -> Frame:
    """The orders of a JSON body; quicker than pandas' own reader."""
    return dated(pd.DataFrame.from_records(orjson.loads(body)["orders"], columns=None)[COLUMNS])


def from_tsv(path: Path) -> Frame:
    """The orders of a tab-separated file."""
    return dated(pd.read_csv(path, sep="\t", usecols=COLUMNS, dtype=str))


def dated(orders: Frame) -> Frame:
    """The same with instants in place of their texts."""
    return orders.assign(**{name: pd.to_datetime(orders[name], format="ISO8601", utc=True) for name in MOMENTS})


def count(orders: Frame, as_of: datetime) -> Counts:
    """The figures of each seller."""
    figures = flags(orders[orders["status"] != "pending"], as_of)
    sums = figures.groupby("seller_id", sort=False)[list(FIGURES)].sum()
    return {row[0]: tuple(map(int, row[1:])) for row in sums.itertuples()}


def flags(orders: Frame, as_of: datetime) -> Frame:
    """Per order, which figures it counts for."""
    days, bought, status = windows(as_of), orders["purchased_at"], orders["status"]
    seven, ten, thirty, sixty = ((bought >= start) & (bought < end) for start, end in days)
    own, cancelled, confirmed = orders["fulfilled_by"] == "seller", status == "cancelled", orders["ship_confirmed_at"]
    by_seller = orders["cancelled_by"].isin(["seller", "marketplace"])
    unknown = confirmed.isna() & status.isin(["shipped", "partially_shipped"])
    to_ship = thirty & own & orders["ship_by"].notna() & ~cancelled & ~unknown
    late = to_ship & (confirmed.fillna(pd.Timestamp(as_of)) > orders["ship_by"])
    shipped = thirty & confirmed.notna()
    values = (
        seven & own & cancelled & by_seller & (orders["cancel_requested_via"] != "order_page"),
        seven & own & (~cancelled | orders["cancelled_by"].notna()),
        late & ten, to_ship & ten, late, to_ship, shipped & orders["refunded_at"].notna(), shipped,
        sixty & own, sixty & ~own,
    )  # fmt: skip
    return orders[["seller_id"]].assign(**dict(zip(FIGURES, values, strict=True)))
