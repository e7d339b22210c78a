"""A seller on a marketplace while its records are drawn, and random canonical orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.independent.batch_moments import DAY, ORDER_WINDOWS, after, maybe, near, near_window

Record = dict[str, Any]
HOURS = timedelta(hours=1)
PREFIXES = ["o-", "ü-", "📦", "\uff21", "Z", "a ", "日本-", "", "", "111-"]


class Place:
    """A seller on a marketplace while its records are drawn; `open_points` also draws what the contract leaves open."""

    def __init__(self, rng: Random, now: datetime, seller_id: str, marketplace: str, open_points: bool = False):
        self.rng, self.now, self.open_points = rng, now, open_points
        self.seller_id, self.marketplace = seller_id, marketplace
        self.orders: list[Record] = []
        self.drawn = 0

    def new_id(self) -> str:
        """An id not used before in this place."""
        self.drawn += 1
        return f"{self.rng.choice(PREFIXES)}{self.drawn}"

    def record(self, **fields: Any) -> Record:
        """A record of this place."""
        return {"seller_id": self.seller_id, "marketplace": self.marketplace, **fields}

    def some_order(self) -> Record | None:
        """An order of the place that had been placed by now."""
        known = self.orders if self.open_points else [o for o in self.orders if o["purchased_at"] <= self.now]
        return self.rng.choice(known) if known else None

    def order_link(self) -> tuple[str, datetime | None]:
        """An order's id and purchase, now and then of an order that is not in the batch."""
        order = self.some_order()
        if order is None or self.rng.random() < 0.1:
            return f"orphan-{self.rng.randrange(5)}", None
        return order["order_id"], order["purchased_at"]

    def late_enough(self, moment: datetime, purchased: datetime | None) -> datetime:
        """A moment not before the purchase it hangs on."""
        return moment if purchased is None else max(moment, purchased)


def draw_order(place: Place, purchased: datetime | None = None) -> Record:
    """Any order."""
    rng, now = place.rng, place.now
    purchased = purchased or near_window(rng, now, ORDER_WINDOWS)
    status = rng.choices(
        ["pending", "unshipped", "partially_shipped", "shipped", "cancelled", "unfulfillable"], [8, 14, 8, 50, 16, 4]
    )[0]
    ship_by = rng.choice([purchased + rng.randint(0, 5) * DAY, near(rng, now), purchased + 12 * HOURS])
    order = place.record(
        order_id=place.new_id(),
        purchased_at=purchased,
        status=status,
        fulfilled_by="seller" if rng.random() < 0.75 else "marketplace",
        ship_by=maybe(rng, 0.85, ship_by),
        ship_confirmed_at=None,
        cancelled_at=None,
        cancelled_by=None,
        cancel_requested_at=None,
        cancel_requested_via=None,
        programs=draw_programs(rng),
        invoice_by=None,
        invoice_uploaded_at=None,
        refunded_at=None,
        sku=maybe(rng, 0.2, "SKU 1"),
        amount=maybe(rng, 0.2, "12.50"),
    )
    order["currency"] = "USD" if order["amount"] else None
    confirmable = {"shipped": 0.85, "partially_shipped": 0.85, "cancelled": 0.1, "unshipped": 0.08}
    if status == "pending" and place.open_points:
        confirmable["pending"] = 0.5
    if rng.random() < confirmable.get(status, 0):
        order["ship_confirmed_at"] = max(purchased, draw_confirmation(rng, purchased, ship_by, now))
    if status == "cancelled":
        cancel(place, order)
    if rng.random() < 0.1:
        order["refunded_at"] = after(rng, purchased, now, 20 * 24)
    if place.marketplace != "amazon.com" or place.open_points:
        invoice(place, order)
    return order


def draw_programs(rng: Random) -> list[str] | None:
    """The programs of an order."""
    return rng.choice(
        [
            None,
            [],
            ["prime"],
            ["business"],
            ["business", "prime"],
            ["invoice_by_marketplace", "business"],
            ["premium"],
            ["business"],
        ]
    )


def draw_confirmation(rng: Random, purchased: datetime, ship_by: datetime, now: datetime) -> datetime:
    """When an order was confirmed: often just at its ship_by or about now."""
    return rng.choice([near(rng, ship_by), purchased + rng.randrange(72) * HOURS, ship_by - HOURS, near(rng, now)])


def cancel(place: Place, order: Record) -> None:
    """Fill in how an order was cancelled."""
    rng, now, purchased = place.rng, place.now, order["purchased_at"]
    cancelled = after(rng, purchased, now, 120)
    order["cancelled_at"] = maybe(rng, 0.75, cancelled)
    order["cancelled_by"] = rng.choice(["buyer", "seller", "seller", "seller", "marketplace", None])
    if rng.random() < 0.5:
        order["cancel_requested_via"] = rng.choice(["order_page", "message", "phone", "email"])
        asked = purchased + (cancelled - purchased) * rng.random()
        order["cancel_requested_at"] = maybe(rng, 0.6, asked)


def invoice(place: Place, order: Record) -> None:
    """Fill in the invoice of an order."""
    rng, now, purchased = place.rng, place.now, order["purchased_at"]
    deadline = rng.choice([purchased + 1 * DAY, purchased + 2 * DAY, near(rng, now)])
    order["invoice_by"] = maybe(rng, 0.85, deadline)
    if rng.random() < 0.7:
        order["invoice_uploaded_at"] = max(
            purchased, rng.choice([near(rng, deadline), purchased + 5 * HOURS, near(rng, now)])
        )
