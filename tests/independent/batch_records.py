"""Random canonical records of every other table for one seller on one marketplace."""

from __future__ import annotations

from collections.abc import Callable

from tests.independent.batch_moments import DAY, after, inside_window, maybe, near, near_window, window_edges
from tests.independent.batch_orders import HOURS, Place, Record, draw_order

POLICIES = [
    "listing",
    "product_authenticity",
    "product_condition",
    "product_safety",
    "received_ip_complaint",
    "suspected_ip",
    "restricted_product",
    "food_safety",
    "review_policy",
    "document_request",
    "other",
]


def draw_shipment(place: Place) -> Record:
    """Any shipment."""
    rng, now = place.rng, place.now
    order_id, purchased = place.order_link()
    confirmed = place.late_enough(near_window(rng, now, [(30, 10)]), purchased)
    deliver_by = rng.choice([near_window(rng, now, [(14, 7)]), confirmed + 5 * DAY, near(rng, now)])
    delivered = rng.choice([near(rng, deliver_by), confirmed + rng.randrange(240) * HOURS, near(rng, now)])
    return place.record(
        shipment_id=place.new_id(),
        order_id=order_id,
        confirmed_at=confirmed,
        units=rng.choice([None, None, 1, 2, 5, 12]),
        category=rng.choice([None, "toys", "Books", "été", "zoo"]),
        tracking_id=maybe(rng, 0.9, rng.choice(["1Z999", "TBA-ü"])),
        first_scan_at=maybe(rng, 0.85, max(confirmed, rng.choice([confirmed + HOURS, near(rng, now)]))),
        deliver_by=maybe(rng, 0.9, deliver_by),
        delivered_at=maybe(rng, 0.85, max(confirmed, delivered)),
        tracking_exempt=maybe(rng, 0.4, rng.random() < 0.2),
        delivery_protected=maybe(rng, 0.4, rng.random() < 0.4),
        fulfilled_by=rng.choice([None, None, "seller", "marketplace"]),
    )


def draw_message(place: Place) -> Record:
    """Any message."""
    rng, now = place.rng, place.now
    order_id, purchased = place.order_link() if rng.random() < 0.6 else (None, None)
    received = rng.choice(
        [near_window(rng, now, [(30, 0)]), near_window(rng, now, [(30, 0)]), near(rng, now - 24 * HOURS)]
    )
    received = place.late_enough(received, purchased)
    return place.record(
        message_id=place.new_id(),
        received_at=received,
        order_id=order_id,
        responded_at=maybe(rng, 0.8, after(rng, received, now, 40, 24 * HOURS)),
        auto_reply=maybe(rng, 0.4, rng.random() < 0.2),
        no_response_needed=maybe(rng, 0.4, rng.random() < 0.2),
        phase=rng.choice([None, None, "pre_order", "post_order"]),
        topic=rng.choice([None, "product", "delivery", "return", "invoice", "customization", "cancellation", "x y"]),
    )


def draw_return(place: Place) -> Record:
    """Any return."""
    rng, now = place.rng, place.now
    order_id, purchased = place.order_link()
    requested = rng.choice(
        [near_window(rng, now, [(30, 0)]), near_window(rng, now, [(30, 0)]), near(rng, now - 48 * HOURS)]
    )
    requested = place.late_enough(requested, purchased)
    decision = rng.choice([None, "pending", "approved", "approved", "refunded", "closed", "rejected"])
    answered = 0.15 if decision in (None, "pending") else 0.8
    return place.record(
        return_id=place.new_id(),
        requested_at=requested,
        order_id=order_id,
        decision=decision,
        responded_at=maybe(rng, answered, after(rng, requested, now, 72, 48 * HOURS)),
        in_policy=maybe(rng, 0.6, rng.random() < 0.4),
        negative_feedback=maybe(rng, 0.5, rng.random() < 0.1),
        needs_approval=maybe(rng, 0.5, rng.random() < 0.7),
    )


def draw_feedback(place: Place) -> Record:
    """Any feedback."""
    rng, now = place.rng, place.now
    order_id, purchased = place.order_link()
    received = place.late_enough(near_window(rng, now, [(30, 0), (90, 0), (365, 0), (60, 15)]), purchased)
    state = rng.choice([None, "shown", "shown", "shown", "removed", "struck"])
    removed = None
    if state == "removed" or (place.open_points and rng.random() < 0.4):
        removed = maybe(rng, 0.7, after(rng, received, now, 240))
    elif state == "struck":
        removed = maybe(rng, 0.5, received)
    return place.record(
        feedback_id=place.new_id(),
        received_at=received,
        order_id=order_id,
        rating=rng.choice([1, 2, 3, 4, 5, 5, 5, 5]),
        state=state,
        removed_at=removed,
        about=rng.choice([None, "seller", "product", "delivery", "mixed"]),
    )


def draw_claim(place: Place) -> Record:
    """Any claim."""
    rng, now = place.rng, place.now
    order_id, purchased = place.order_link()
    filed = place.late_enough(near_window(rng, now, [(60, 0), (30, 30)]), purchased)
    outcome = rng.choice(
        ["pending", "granted", "seller_refunded", "denied", "withdrawn", "buyer_refused", "appeal_granted", "granted"]
    )
    decided = None
    if outcome != "pending":
        decided = maybe(rng, 0.8, max(filed, rng.choice([near(rng, now - 30 * DAY), near(rng, now), filed + 3 * DAY])))
    word = maybe(rng, 0.25, rng.random() < 0.5)
    if decided is not None and decided > now and not place.open_points:
        word = None
    appealed = maybe(rng, 0.2, after(rng, decided, now, 200)) if decided else None
    return place.record(
        claim_id=place.new_id(),
        filed_at=filed,
        order_id=order_id,
        outcome=outcome,
        decided_at=decided,
        appealed_at=appealed,
        counts_against_odr=word,
        claims_protected=maybe(rng, 0.4, rng.random() < 0.4),
    )


def draw_chargeback(place: Place) -> Record:
    """Any chargeback."""
    rng, now = place.rng, place.now
    order_id, purchased = place.order_link()
    filed = place.late_enough(near_window(rng, now, [(60, 0)]), purchased)
    outcome = rng.choice([None, "pending", "lost", "won", "won"])
    decided = maybe(rng, 0.7, after(rng, filed, now, 400)) if outcome in ("lost", "won") else None
    return place.record(
        chargeback_id=place.new_id(),
        filed_at=filed,
        order_id=order_id,
        kind=rng.choice(["service", "service", "fraud"]),
        outcome=outcome,
        decided_at=decided,
    )


def draw_survey(place: Place) -> Record:
    """Any survey; few conversations and few instants, so that ties arise."""
    rng, now = place.rng, place.now
    first, _ = window_edges(now, 30, 0)
    answered = rng.choice([near_window(rng, now, [(30, 0)]), first, first + 3 * DAY, now])
    return place.record(
        survey_id=place.new_id(),
        answered_at=answered,
        solved=rng.random() < 0.75,
        order_id=maybe(rng, 0.5, place.order_link()[0]),
        conversation_id=rng.choice([None, None, "c1", "7", "ç", *(f"k{rng.randrange(30)}" for _ in range(3))]),
    )


def draw_violation(place: Place) -> Record:
    """Any violation."""
    rng, now = place.rng, place.now
    opened = near_window(rng, now, [(180, 0), (180, 0), (7, 0)])
    state = rng.choice([None, "open", "open", "acknowledged", "disputed", "resolved", "resolved"])
    resolved = maybe(rng, 0.7, after(rng, opened, now, 3000)) if state == "resolved" else None
    if state != "resolved" and rng.random() < 0.15:
        resolved = after(rng, opened, now, 3000)
        if resolved > now and state in ("acknowledged", "disputed") and not place.open_points:
            resolved = now if now >= opened else None
    return place.record(
        violation_id=place.new_id(),
        opened_at=opened,
        policy=rng.choice(POLICIES),
        state=state,
        resolved_at=resolved,
        severity=rng.choices([None, "low", "medium", "high", "critical"], [3, 4, 4, 4, 0.4])[0],
        consequence=rng.choices([None, "warning", "listing_removed", "account_blocked"], [5, 3, 0.6, 0.3])[0],
    )


def draw_seller(place: Place) -> Record:
    """The sellers record of the place; csba may begin or end just at a purchase."""
    rng, now = place.rng, place.now
    terms = []
    for _ in range(rng.randrange(4)):
        order = place.some_order()
        pivot = order["purchased_at"] if order else inside_window(rng, now, (30, 0))
        begin, end = rng.choice([(pivot, pivot + 9 * DAY), (pivot - 9 * DAY, pivot), (None, pivot), (pivot, None)])
        terms.append({"program": rng.choice(["csba", "csba", "csba", "fba"]), "from": begin, "to": end})
    return place.record(
        status=rng.choice([None, "active", "under_review", "restricted", "suspended"]),
        status_since=maybe(rng, 0.6, near(rng, now - rng.randrange(3) * DAY)),
        programs=terms or None,
        emergency_contact=maybe(rng, 0.5, True),
    )


DRAW: dict[str, Callable[[Place], Record]] = {
    "shipments": draw_shipment,
    "messages": draw_message,
    "returns": draw_return,
    "feedback": draw_feedback,
    "claims": draw_claim,
    "chargebacks": draw_chargeback,
    "surveys": draw_survey,
    "violations": draw_violation,
}


def draw_tables(place: Place, sizes: dict[str, int]) -> dict[str, list[Record]]:
    """All tables of a place, so many records of each."""
    place.orders = [draw_order(place) for _ in range(sizes.get("orders", 0))]
    tables = {"orders": list(place.orders)}
    for table, draw in DRAW.items():
        tables[table] = [draw(place) for _ in range(sizes.get(table, 0))]
    tables["sellers"] = [draw_seller(place) for _ in range(sizes.get("sellers", 0))]
    return tables
