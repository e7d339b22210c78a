"""Ten figures of each seller's orders, counted in plain Python: the numbers every peer must agree on.

The windows are those of the rule files on the day of `as_of`, in UTC; what a plain service would write in its code.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

FIGURES = (
    "cancelled", "to_cancel", "late_10", "to_ship_10", "late_30", "to_ship_30", "refunded", "shipped",
    "by_seller", "by_marketplace",
)  # fmt: skip
Counts = dict[str, tuple[int, ...]]
Order = Mapping[str, Any]


class Windows(NamedTuple):
    """When each window opens, and when it ends, which is not part of it."""

    cancellations: tuple[datetime, datetime]
    ten_days: tuple[datetime, datetime]
    thirty_days: tuple[datetime, datetime]
    sixty_days: tuple[datetime, datetime]


def windows(as_of: datetime) -> Windows:
    """The windows of an instant."""
    midnight = as_of.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def window(days: int, lag: int = 0) -> tuple[datetime, datetime]:
        end = midnight + timedelta(days=1 - lag)
        return end - timedelta(days=days), end

    return Windows(window(7, 1), window(10), window(30), window(60, 15))


def counted(orders: Iterable[Order], as_of: datetime) -> Counts:
    """The figures of each seller, in the order of `FIGURES`."""
    days, counts = windows(as_of), dict[str, dict[str, int]]()
    for order in orders:
        own = counts.setdefault(order["seller_id"], dict.fromkeys(FIGURES, 0))
        for figure in figures_of(order, days, as_of):
            own[figure] += 1
    return {seller: tuple(own.values()) for seller, own in counts.items()}


def figures_of(order: Order, days: Windows, as_of: datetime) -> Iterator[str]:
    """The figures an order counts for."""
    bought, status = order["purchased_at"], order["status"]
    if status == "pending":
        return
    own = order["fulfilled_by"] == "seller"
    if own and is_within(bought, days.cancellations):
        yield from cancellation_figures(order)
    if own and order.get("ship_by") and status != "cancelled" and is_within(bought, days.thirty_days):
        yield from lateness_figures(order, as_of, is_recent=is_within(bought, days.ten_days))
    if order.get("ship_confirmed_at") and is_within(bought, days.thirty_days):
        yield "shipped"
        if order.get("refunded_at"):
            yield "refunded"
    if is_within(bought, days.sixty_days):
        yield "by_seller" if own else "by_marketplace"


def cancellation_figures(order: Order) -> Iterator[str]:
    """Of the seller's own order: whether it is of the total, and whether the seller cancelled it."""
    by = order.get("cancelled_by")
    if order["status"] != "cancelled":
        yield "to_cancel"
    elif by:
        yield "to_cancel"
        if by in {"seller", "marketplace"} and order.get("cancel_requested_via") != "order_page":
            yield "cancelled"


def lateness_figures(order: Order, as_of: datetime, *, is_recent: bool) -> Iterator[str]:
    """Of the seller's own order that was not cancelled: whether it is of the totals, and whether it was late."""
    confirmed, due = order.get("ship_confirmed_at"), order["ship_by"]
    if confirmed is None and order["status"] in {"shipped", "partially_shipped"}:
        return
    late = (confirmed or as_of) > due
    yield from ["to_ship_30", "late_30"] if late else ["to_ship_30"]
    if is_recent:
        yield from ["to_ship_10", "late_10"] if late else ["to_ship_10"]


def is_within(moment: datetime, window: tuple[datetime, datetime]) -> bool:
    """Whether an instant lies in a window."""
    return window[0] <= moment < window[1]
