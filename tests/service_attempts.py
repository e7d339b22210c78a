"""Attempts to break the engine through the service: sellers, groups, rules and names in great number."""

import re
from collections.abc import Callable
from contextlib import suppress

from service.api.state import EXTENSION, Loaded
from service.app import create_app, load
from service.core.errors import BrokenRulebook
from service.rulebook.folder import Snapshot, snapshot
from service.settings import Settings
from tests.batches import batch
from tests.trials import GROWTH_KIB, RULES, loaded, post, resident, service


def one_in_twenty_thousand() -> None:
    """A rate of 0.00005, which JSON writes with an exponent and the engine cannot read."""
    late = {"order_id": "0", "ship_by": "2026-11-17T09:00:00Z", "status": "unshipped"}
    in_time = {**late, "status": "shipped", "ship_confirmed_at": "2026-11-16T10:00:00Z"}
    orders = [late, *({**in_time, "order_id": str(place)} for place in range(1, 20_000))]
    metrics = post(service(), orders=orders)["verdicts"][0]["metrics"]
    found = {metric["metric"]: (metric["value"], metric["level"]) for metric in metrics}
    assert found["late_shipment_rate"] == (0.00005, "good")


def many_sellers() -> None:
    """Ten thousand sellers in one batch: far more than the engine can hold sessions."""
    orders = [
        {"seller_id": f"S{place:05}", "status": "cancelled", "cancelled_by": "seller" if place % 2 else "buyer"}
        for place in range(10_000)
    ]
    verdicts = post(service(), orders=orders)["verdicts"]
    assert [verdict["seller_id"] for verdict in verdicts] == [f"S{place:05}" for place in range(10_000)]
    assert [verdict["health"]["color"] == "red" for verdict in verdicts] == [place % 2 == 1 for place in range(10_000)]


def many_groups() -> None:
    """Three hundred categories in one metric, a figure each."""
    shipments = [
        {
            "shipment_id": str(place),
            "confirmed_at": "2026-11-01T09:00:00Z",
            "category": f"c{place:03}",
            "tracking_id": "T",
        }
        | ({"first_scan_at": "2026-11-02T09:00:00Z"} if place else {})
        for place in range(300)
    ]
    metrics = {metric["metric"]: metric for metric in post(service(), shipments=shipments)["verdicts"][0]["metrics"]}
    breakdown = metrics["valid_tracking_rate"]["breakdown"]
    assert [entry["group"] for entry in breakdown] == [None, *({"category": f"c{place:03}"} for place in range(300))]
    assert [entry["level"] for entry in breakdown] == ["good", "breach", *["good"] * 299]


def with_rules(file: str, *rules: str) -> Snapshot:
    """The shipped rule files with more rules at the head of one file."""
    files = snapshot(RULES)
    lines = "".join(f"      - {rule}\n" for rule in rules)
    text = re.sub(r"(?m)^    rules:.*\n", lambda found: found[0] + lines, files[file].decode(), count=1)
    return {**files, file: text.encode()}


def cards(held: Loaded) -> list[str]:
    """The metrics of the first pack."""
    return [card.metric for card in held.rulebook.packs[0].cards]


def many_rules() -> None:
    """As many rules as a file may hold, all of which hold at once, lead to the same answer every time."""
    rule = "{{rule: n{0}, when: {{due_ship_order: {{at_least: {0}}}}}, action: confirm_shipments}}"
    app = create_app(Settings(RULES), with_rules("amazon/actions.yaml", *map(rule.format, range(160, 1, -1))))
    ids = [str(place) for place in range(200)]
    orders = [{"order_id": id_, "status": "unshipped", "ship_by": "2026-11-23T09:00:00Z"} for id_ in ids]
    first, again = post(app, orders=orders), post(app, orders=orders)
    actions = {action["action"]: action for action in first["verdicts"][0]["actions"]}
    assert actions["confirm_shipments"]["records_total"] == 200
    assert first == again


def many_wants() -> None:
    """A rule that asks for every metric, with every level allowed, is decided or refused as a fault of its file."""
    metrics = ", ".join(f"{metric}: [breach, watch, good, insufficient_data]" for metric in cards(loaded()))
    with suppress(BrokenRulebook):
        held = load(with_rules("amazon/actions.yaml", f"{{rule: all, when: {{{metrics}}}, action: confirm_shipments}}"))
        facts: dict[str, int | str] = {**dict.fromkeys(held.rulebook.packs[0].actions[0].asked, 0)}
        facts |= dict.fromkeys(cards(held), "good")
        assert held.engine.decide("amazon/actions@2000-01-01", facts)[0] == "0"


def low_score() -> None:
    """A score that may fall below 0 has a level there too, or its card is refused as faulty."""
    files, name = snapshot(RULES), "amazon/metrics/account_health_rating.yaml"
    lower = {**files, name: files[name].replace(b"[0, 1000]", b"[-1000, 1000]")}
    with suppress(BrokenRulebook):
        load(lower).engine.close()
        app = create_app(Settings(RULES), lower)
        post(app, violations=[{"violation_id": str(place), "severity": "high"} for place in range(100)])


def bad_batches_between() -> None:
    """A failed call leaves nothing behind that the next one could trip over."""
    app = service()
    client = app.test_client()
    good = batch(orders=[{"status": "cancelled", "cancelled_by": "seller"}])
    first = client.post("/v1/verdicts", json=good).get_data()
    for body in (b"", b"{", b'{"orders": [{}]}', b'{"orders": {}}', b"[" * 10_000):
        assert client.post("/v1/verdicts", data=body, content_type="application/json").status_code in (400, 422)
        assert client.post("/v1/verdicts", json=good).get_data() == first
    assert app.extensions[EXTENSION].loaded


def many_names() -> None:
    """Unknown fields with huge names, another one each time, are not kept after the call."""
    client = service().test_client()

    def call(place: int) -> None:
        name = f"{place:03}".ljust(1_000_000, "x")
        assert client.post("/v1/verdicts", json=batch(orders=[{name: 1}])).status_code == 200

    for place in range(5):
        call(place)
    before = resident()
    for place in range(5, 65):
        call(place)
    assert resident() - before < GROWTH_KIB


ATTEMPTS: tuple[Callable[[], None], ...] = (
    one_in_twenty_thousand,
    many_sellers,
    many_groups,
    many_rules,
    many_wants,
    low_score,
    bad_batches_between,
    many_names,
)
