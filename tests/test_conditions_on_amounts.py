"""A condition on an amount compares exact decimals; an amount nobody knows meets none."""

from pathlib import Path

import pytest

from service.app import create_app
from service.rulebook.folder import Snapshot
from service.settings import Settings

CARD = "amazon/metrics/refund_rate.yaml"
AMOUNTS = ("9.99", "10", "10.01", None)


@pytest.mark.parametrize(("operator", "counted"), [("at_least", 2), ("above", 1), ("at_most", 2), ("below", 1)])
def test_amounts_below_at_and_above(operator: str, counted: int, files: Snapshot) -> None:
    text = files[CARD].decode().replace("refunded_at: {known: true}", f"amount: {{{operator}: 10}}")
    app = create_app(Settings(rules=Path()), {**files, CARD: text.encode()})
    order = {"purchased_at": "2026-11-20T12:00:00Z", "status": "shipped", "fulfilled_by": "seller", "currency": "USD"}
    orders = [
        {**order, "order_id": place, "ship_confirmed_at": "2026-11-21T12:00:00Z", "amount": amount}
        for place, amount in enumerate(AMOUNTS)
    ]
    batch = {"as_of": "2026-11-22T09:00:00Z", "marketplace": "amazon.com", "seller_id": "S", "orders": orders}
    reply = app.test_client().post("/v1/verdicts", json=batch)
    assert reply.status_code == 200
    metrics = {metric["metric"]: metric for metric in (reply.json or {})["verdicts"][0]["metrics"]}
    assert (metrics["refund_rate"]["counted"], metrics["refund_rate"]["total"]) == (counted, len(AMOUNTS))
