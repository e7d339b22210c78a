"""What is open, asked day by day: the records as they would read then, one world for each coming day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.independent.naive_cards import SHARES, Card
from tests.independent.naive_metrics import headline_of, never_good, offered_metrics, requires, slices_of
from tests.independent.naive_records import Record
from tests.independent.naive_shares import Slice, share_slice, share_slices, window_of
from tests.independent.naive_view import View, by_order

DAY = timedelta(days=1)
FAR = 120  # days after which no window holds a record that was open
Turn = Callable[[Record, View, datetime], datetime | None]


def weekdays_after(moment: datetime, count: int) -> datetime:
    """The same time of day so many weekdays later; from a weekend on they are counted from the Friday before."""
    while moment.weekday() > 4:
        moment -= DAY
    for _ in range(count):
        moment += DAY * (3 if moment.weekday() == 4 else 1)
    return moment


def cancelled_at(order: Record, now: datetime) -> datetime | None:
    """When the marketplace cancels an order that nobody confirms, if it does."""
    waits = order["status"] == "unshipped" and order["fulfilled_by"] == "seller" and order["ship_confirmed_at"] is None
    if now.date() < date(2024, 9, 16) or not waits or order["ship_by"] is None:
        return None
    return max(now, weekdays_after(order["ship_by"], 3))


def granted_at(claim: Record, now: datetime) -> datetime | None:
    """When a pending claim is granted."""
    return max(now, claim["filed_at"] + timedelta(hours=72)) if claim["outcome"] == "pending" else None


def past(moment: datetime | None, then: datetime) -> bool:
    """Whether a known instant lies strictly before another."""
    return moment is not None and moment < then


def world(view: View, now: datetime, then: datetime) -> View:
    """The view as it would read at a later instant, nobody having done anything."""
    orders = [
        {**order, "status": "cancelled", "cancelled_by": "marketplace"}
        if past(cancelled_at(order, now), then)
        else order
        for order in view["orders"]
    ]
    claims = [
        {**claim, "outcome": "granted"} if past(granted_at(claim, now), then) else claim for claim in view["claims"]
    ]
    changed = {"orders": orders, "claims": claims, "order": {order["id"]: order for order in orders}}
    return {**view, **changed, "claims_of": by_order(claims)}


def first_grant(order: Record, view: View, now: datetime) -> datetime | None:
    """When the first claim on an order is granted that would count."""
    counting = [
        granted_at(claim, now)
        for claim in view["claims_of"].get(order["id"], [])
        if claim["counts_against_odr"] is None and not claim["claims_protected"]
    ]
    return min((moment for moment in counting if moment), default=None)


def window_begins(shipment: Record, view: View, now: datetime) -> datetime:
    """When the tracking rate reaches back to a package."""
    day = shipment["confirmed_at"].astimezone(UTC).date() + timedelta(days=10)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


TURNS: dict[str, Turn] = {
    "order_defect_rate": first_grant,
    "cancellation_rate": lambda order, view, now: cancelled_at(order, now),
    "late_shipment_rate": lambda order, view, now: order["ship_by"],
    "valid_tracking_rate": window_begins,
    "on_time_delivery_rate": lambda shipment, view, now: shipment["deliver_by"],
    "contact_response_rate": lambda message, view, now: message["received_at"] + timedelta(hours=24),
    "return_dissatisfaction_rate": lambda request, view, now: request["requested_at"] + timedelta(hours=48),
    "invoice_defect_rate": lambda order, view, now: order["invoice_by"],
}


def hurting(slices: list[Slice]) -> set[str]:
    """The records that hurt in any slice."""
    return {record for one in slices for record in one["against"]}


def settled(metric: str, view: View, now: datetime) -> set[str]:
    """The records that hurt now, or would in any window, whatever comes."""
    card = SHARES[metric]
    rows = card["rows"](view)
    if metric == "on_time_delivery_rate":
        rows = [row for row in rows if row["deliver_by"] is not None and row["deliver_by"] < now]
    if metric == "valid_tracking_rate":
        rows = [row for row in rows if row["first_scan_at"] is not None]
    anywhere = share_slice(card, view, now, rows, None, window_of(now, 1, 0))
    done = hurting([anywhere]) | hurting(share_slices(card, view, now))
    if metric == "cancellation_rate":  # orders that only a new edition counts are not open
        done |= hurting([share_slice(card, view, now + FAR * DAY, rows, None, window_of(now, 1, 0))])
    return done


def first_days(metric: str, view: View, now: datetime) -> dict[str, int]:
    """The open records, each with the first coming day on which it hurts."""
    done, found = settled(metric, view, now), dict[str, int]()
    for day in range(1, FAR):
        then = now + day * DAY
        for record in hurting(share_slices(SHARES[metric], world(view, now, then), then)) - done:
            found.setdefault(record, day)
    return found


def turned(metric: str, view: View, now: datetime, found: dict[str, int]) -> list[Slice]:
    """The slices of today with every open record as it reads on its day."""
    card, then = SHARES[metric], {record: now + day * DAY for record, day in found.items()}
    worlds = {moment: world(view, now, moment) for moment in {*then.values(), now}}
    read = {
        record: row
        for moment, each in worlds.items()
        for row in card["rows"](each)
        if then.get(record := row["id"], now) == moment
    }

    def at_its_time(test: Any) -> Any:
        return lambda row, _, __: test(row, worlds[then.get(row["id"], now)], then.get(row["id"], now))

    as_read: Card = {
        **card,
        "rows": lambda _: [*read.values()],
        "counted": at_its_time(card["counted"]),
        "left_out": [(reason, at_its_time(test)) for reason, test in card["left_out"]],
    }
    return share_slices(as_read, view, now)


def breaches_on(metric: str, view: View, now: datetime) -> str | None:
    """The first coming day on which the metric is in breach."""
    for day in range(1, FAR):
        then = now + day * DAY
        if headline_of(share_slices(SHARES[metric], world(view, now, then), then))["level"] == "breach":
            return then.date().isoformat()
    return None


def exposed(metric: str, view: View, now: datetime) -> Record | None:
    """One metric of `exposure`, None where nothing is open."""
    found = first_days(metric, view, now)
    if not found:
        return None
    table = {row["id"]: row for row in SHARES[metric]["rows"](view)}
    turns = sorted((TURNS[metric](table[record], view, now), record) for record in found)
    missing = [name for name in requires(metric) if name not in view["covered"]]
    slices = [{**one, "level": never_good(one["level"], missing)} for one in turned(metric, view, now, found)]
    then, level_now = headline_of(slices), headline_of(slices_of(metric, view, now))["level"]
    return {
        "metric": metric,
        "open": len(turns),
        "records": [record for _, record in turns],
        "records_total": len(turns),
        "first_at": turns[0][0],
        "last_at": turns[-1][0],
        "level_now": level_now,
        "breaches_on": None if level_now == "breach" else breaches_on(metric, view, now),
        "value": None if then["value"] is None else round(then["value"], 6),
        "counted": then["counted"],
        "total": then["total"],
        "level": then["level"],
    }


def exposure(view: View, now: datetime) -> Record:
    """What a seller is exposed to."""
    names = [name for name in offered_metrics(view) if name in TURNS]
    metrics = [each for name in names if (each := exposed(name, view, now))]
    breaching = [(each["breaches_on"], each["metric"]) for each in metrics if each["breaches_on"]]
    first = min(breaching, key=lambda one: one[0], default=None)
    return {"metrics": metrics, "first_breach": first and {"metric": first[1], "on": first[0]}}
