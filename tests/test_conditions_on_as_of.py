"""A condition on the instant of the question alone holds record by record, however few fields it names."""

from pathlib import Path

import pytest

from service.app import create_app
from service.rulebook.folder import Snapshot
from service.settings import Settings

CARD = "amazon/metrics/invoice_defect_rate.yaml"
NOT_KNOWN = "  - {because: not_known, when: {invoice_by: {known: false}}}\n"
ORDER = {
    "purchased_at": "2026-10-28T12:00:00Z",
    "status": "shipped",
    "fulfilled_by": "seller",
    "programs": ["business"],
}


@pytest.mark.parametrize(
    "condition", ["{not_after: invoice_by}", "{before: invoice_by}", "{within: 1h, of: invoice_by}"]
)
@pytest.mark.parametrize(("invoice_by", "total"), [("2026-11-22T12:00:00Z", 0), ("2026-11-20T12:00:00Z", 2)])
def test_only_reason_to_leave_out(condition: str, invoice_by: str, total: int, files: Snapshot) -> None:
    text = files[CARD].decode().replace(NOT_KNOWN, "").replace("{not_after: invoice_by}", condition)
    app = create_app(Settings(rules=Path()), {**files, CARD: text.encode()})
    orders = [{**ORDER, "order_id": number, "invoice_by": invoice_by} for number in (1, 2)]
    batch = {"as_of": "2026-11-22T09:00:00Z", "marketplace": "amazon.de", "seller_id": "S", "orders": orders}
    reply = app.test_client().post("/v1/verdicts", json=batch)
    assert reply.status_code == 200
    metrics = {metric["metric"]: metric for metric in (reply.json or {})["verdicts"][0]["metrics"]}
    assert metrics["invoice_defect_rate"]["total"] == total
