"""Marketplaces' own reports over HTTP and from disk: merged, hostile, in any order; never an accident."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from backports import zstd
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from service.api.state import Loaded
from service.app import create_app
from service.cli import main
from service.core.mappings import Dates, plain
from service.intake.reports.dates import timestamps
from service.rulebook.cursor import Cursor
from service.rulebook.folder import Snapshot
from service.rulebook.report_words import common_words
from service.rulebook.yaml_source import read_source
from service.settings import Settings
from service.uploads import Upload, multipart
from tests.conftest import ROOT, RULES

FEEDBACK = ("Date", "Rating", "Comments", "Your Response", "Order ID", "Rater Email")
AT = "2026-11-17T08:30:00Z"
BATCH = {"seller_id": "A1", "marketplace": "amazon.com", "as_of": "2026-11-22T09:00:00Z"}
EXAMPLES = ROOT / "service" / "examples" / "reports"
REPORTS = sorted(path for path in EXAMPLES.iterdir() if path.name != "batch.json")
HEADER = ("amazon-order-id", "purchase-date", "last-updated-date", "order-status", "fulfillment-channel", "sku")
SHIPPED = ("1", "2026-11-17T08:30:00Z", "2026-11-18T08:30:00Z", "Shipped", "Merchant", "A")
V0 = {"AmazonOrderId": "1", "PurchaseDate": AT, "OrderStatus": "Shipped", "FulfillmentChannel": "MFN"}
WAITING = {"order-id": "1", "purchase-date": AT, "promise-date": "2026-11-19T08:30:00Z", "quantity-shipped": "0"}
RATE = {"orderCount": 40, "cancellationCount": 1, "rate": 0.025, "status": "GOOD", "targetValue": 0.025}
ODD = {
    "rate": {},
    "orderCount": [1],
    "lateShipmentCount": 1e99,
    "reportingDateRange": {"reportingDateTo": "9999-99-99"},
}
FIGURES = {"accountStatuses": [{"marketplaceId": "ATVPDKIKX0DER", "status": "DEACTIVATED"}]}
DEEP = b"[" * 100_000
BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
NO_ID = b"Order ID\tOrder date\tReturn request date\tReturn request status\n1\t2026-11-01\t2026-11-02\tApproved\n"
HOSTILE = {
    "nothing": b"",
    "spaces": b" \r\n\t ",
    "nil bytes": b"\0" * 100,
    "bytes": bytes(range(256)) * 20,
    "deep JSON": DEEP,
    "deep objects": b'{"payload":' * 5_000 + b"1" + b"}" * 5_000,
    "deep XML": b"<a>" * 20_000 + b"</a>" * 20_000,
    "entities": BOMB,
    "an external entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><order_id>&b;</order_id></a>',
    "a number beyond floats": b'{"accountStatuses": [{"status": 1e400}], "performanceMetrics": 7}',
    "metrics that are texts": b'{"accountStatuses": "x", "performanceMetrics": ["y", 3, null, [[]]]}',
    "rates that are objects": json.dumps(
        {"performanceMetrics": [{"marketplaceId": "ATVPDKIKX0DER", "lateShipmentRate": ODD}]}
    ).encode(),
    "orders that are texts": json.dumps(
        {"payload": {"Orders": ["a", {"AmazonOrderId": {}, "PurchaseDate": [], "OrderStatus": {"a": 1}}]}}
    ).encode(),
    "half a surrogate": json.dumps({**V0, "AmazonOrderId": "\ud800", "PurchaseDate": "\udfff"}).encode(),
    "one column": b"amazon-order-id\n1\n",
    "a thousand delimiters": b"\t" * 1000 + b"\n" + b"\t" * 1000,
    "quotes left open": b'"amazon-order-id","purchase-date","order-status"\n"1,2\n3',
    "a column twice": b"amazon-order-id\tAmazon Order ID\tpurchase-date\torder-status\n1\t2\t2026-11-17\tShipped\n",
    "returns without an id": NO_ID,
    "damaged gzip": b"\x1f\x8b" + b"x" * 50,
    "a bomb": gzip.compress(b"0" * 300_000_000, 9),
}


def flat(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    """A flat file."""
    return "\r\n".join("\t".join(row) for row in (header, *rows)).encode()


def post(client: FlaskClient, *reports: bytes, query: str = "", **tables: Any) -> TestResponse:
    """The answer to some reports, and tables of ours beside them."""
    own = [Upload(name, f"{name}.json", json.dumps(rows).encode()) for name, rows in tables.items()]
    parts = [Upload("amazon_report", f"report-{place}.bin", report) for place, report in enumerate(reports)]
    body, content_type = multipart([Upload("batch", "batch.json", json.dumps(BATCH).encode()), *own, *parts])
    return client.post(f"/v1/verdicts{query}", data=body, content_type=content_type)


def metric(reply: TestResponse, name: str) -> dict[str, Any]:
    """One metric of the only verdict."""
    assert reply.status_code == 200, reply.get_json()
    verdict = reply.get_json()["verdicts"][0]
    found: dict[str, Any] = next(one for one in verdict["metrics"] if one["metric"] == name)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_report_is_refused_or_read_never_an_accident(name: str, client: FlaskClient) -> None:
    reply = post(client, HOSTILE[name])
    assert reply.status_code in (200, 413, 422)
    assert b"root:" not in reply.data


def test_reports_without_ids_are_refused_together(client: FlaskClient) -> None:
    """Of every line the id that must be there is missed, in as many reports as there are."""
    replies = [post(client, NO_ID), post(client, NO_ID, NO_ID), post(client, NO_ID.splitlines()[0])]
    missed = [[(one["pointer"], one["code"]) for one in reply.get_json().get("errors", ())] for reply in replies]
    assert missed == [
        [("/returns/0/return_id", "required")],
        [(f"/returns/{place}/return_id", "required") for place in (0, 1)],
        [],
    ]
    assert replies[2].status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_report_is_never_an_accident(client: FlaskClient, data: st.DataObject) -> None:
    report = bytearray(data.draw(st.sampled_from(REPORTS)).read_bytes()[:3000])
    for _ in range(data.draw(st.integers(1, 8))):
        report[data.draw(st.integers(0, len(report) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(report)))
    assert post(client, bytes(report[:cut])).status_code in (200, 422)


def test_same_bytes_whatever_the_order_of_reports_lines_and_columns(client: FlaskClient) -> None:
    rows = [SHIPPED, ("1", *SHIPPED[1:3], "Unshipped", "Merchant", "B"), ("2", *SHIPPED[1:])]
    turned = [tuple(reversed(row)) for row in reversed(rows)]
    other = flat(("3", *SHIPPED[1:]))
    first = post(client, flat(*rows), other, feedback=[])
    second = post(client, other, flat(*turned, header=tuple(reversed(HEADER))), feedback=[])
    assert first.status_code == 200
    assert first.data == second.data


def test_reports_on_one_order_are_one_order(client: FlaskClient) -> None:
    waiting = flat(tuple(WAITING.values()), header=tuple(WAITING))
    reply = post(client, flat(("1", *SHIPPED[1:3], "Unshipped", "Merchant", "A")), waiting)
    verdict = reply.get_json()["verdicts"][0]
    assert [(due["kind"], due["record"], due["due_at"]) for due in verdict["due"]] == [
        ("ship_order", "1", "2026-11-19T08:30:00Z")
    ]
    assert "orders.ship_by" not in metric(reply, "late_shipment_rate")["missing"]


def test_what_one_report_tells_of_some_orders_only_is_not_covered(client: FlaskClient) -> None:
    waiting = flat(tuple(WAITING.values()), header=tuple(WAITING))
    reply = post(client, flat(("2", *SHIPPED[1:])), waiting)
    assert "orders.ship_by" in metric(reply, "late_shipment_rate")["missing"]


def test_feedback_of_one_to_three_stars_makes_no_rate_of_positive_feedback(client: FlaskClient) -> None:
    feedback = flat(("11/02/26", "1", "", "", "1", ""), header=FEEDBACK)
    found = metric(post(client, feedback), "positive_feedback_rate")
    assert (found["value"], found["total"], found["level"]) == (None, 0, "insufficient_data")
    assert found["missing"] == ["feedback.complete"]


def test_returns_carry_no_time_of_an_answer(client: FlaskClient) -> None:
    returns = flat(
        ("1", "12-Nov-2026", "Approved", "R1", "Y"),
        header=("Order ID", "Return request date", "Return request status", "Amazon RMA ID", "In policy"),
    )
    found = metric(post(client, returns), "return_dissatisfaction_rate")
    assert found["level"] == "insufficient_data"
    assert "returns.responded_at" in found["missing"]


def test_orders_of_the_api_stand_among_ours(client: FlaskClient) -> None:
    own = {"order_id": "2", "purchased_at": "2026-11-17T08:30:00Z", "status": "shipped", "fulfilled_by": "seller"}
    bad = {**V0, "AmazonOrderId": "3", "OrderStatus": "Oddly"}
    items = {"AmazonOrderId": "1", "OrderItems": [{"SellerSKU": "A"}]}
    reply = client.post("/v1/verdicts?on_invalid=skip", json={**BATCH, "orders": [own, V0, bad, items]})
    assert metric(reply, "cancellation_rate")["total"] == 2
    assert "orders.cancelled_by" in metric(reply, "cancellation_rate")["missing"]
    rejected = reply.get_json()["rejected"]
    assert [(fault["pointer"], fault["code"]) for fault in rejected] == [("/orders/2/status", "unmapped_word")]
    assert "Oddly" in rejected[0]["detail"]


def test_marketplace_and_caller_may_tell_different_statuses(client: FlaskClient) -> None:
    said = json.dumps(FIGURES).encode()
    assert post(client, said).get_json()["verdicts"][0]["status"]["reported"] == "suspended"
    both = post(client, said, sellers=[{"status": "active"}]).get_json()
    assert both["verdicts"][0]["status"]["reported"] == "active"
    assert {"code": "status_conflict", "table": "sellers", "field": "status", "count": 1} in both["warnings"]
    same = client.post("/v1/verdicts", json={**BATCH, "performance_reports": [FIGURES]})
    assert same.get_json()["verdicts"][0]["status"]["reported"] == "suspended"


def test_figures_are_reported_for_metrics_without_records(client: FlaskClient) -> None:
    rate = {**RATE, "targetCondition": "LESS_THAN"}
    report = {"performanceMetrics": [{"marketplaceId": "ATVPDKIKX0DER", "preFulfillmentCancellationRate": rate}]}
    found = metric(post(client, json.dumps(report).encode()), "cancellation_rate")
    assert found["level"] == "insufficient_data"
    assert found["reported"] == {
        "value": 0.025, "counted": 1, "total": 40, "status": "GOOD", "target": {"below": 0.025}, "target_met": False,
        "group": None, "window": None, "breakdown": [],
    }  # fmt: skip


def test_fault_of_a_report_has_its_file_line_and_column(client: FlaskClient) -> None:
    reply = post(client, flat(SHIPPED, ("2", "2026-02-30", "", "Shipped", "Merchant", "")), b"a\tb\n")
    told = [
        (fault.get("source"), fault.get("line"), fault.get("column"), fault["code"])
        for fault in reply.get_json()["errors"]
    ]
    assert sorted(told, key=str) == [
        ("report-0.bin", 3, "purchase-date", "invalid_timestamp"),
        ("report-1.bin", None, None, "unknown_report"),
    ]


def test_too_many_lines_are_too_large(files: Snapshot) -> None:
    client = create_app(Settings(rules=RULES, max_records=2), files).test_client()
    reply = post(client, flat(*[(str(number), *SHIPPED[1:]) for number in range(3)]))
    assert (reply.status_code, reply.get_json()["limit"]) == (413, "records")


def test_every_month_and_zone_of_the_rules_is_read(files: Snapshot) -> None:
    root = Cursor(read_source("reports.yaml", files["amazon/reports.yaml"]))
    words = common_words(root, frozenset())
    dates = Dates(("DD MMM YYYY[_Z]",), months=words.months, zones=words.zones)
    texts = [f"05 {month} 2026 {zone}" for month in words.months for zone in words.zones]
    read = timestamps(pl.Series(texts), dates, None, None).to_list()
    expected = [
        f"2026-{int(number):02}-05T00:00:00{offset}"
        for number in words.months.values()
        for offset in words.zones.values()
    ]
    assert read == expected


@pytest.mark.parametrize(
    "word", ["Order ID", "\uff4f\uff52\uff44\uff45\uff52\uff0d\uff49\uff44", "order_id ", "ORDER.ID"]
)
def test_names_are_compared_without_case_spaces_and_signs(word: str) -> None:
    assert plain(word) == "orderid"


def test_every_report_of_the_rules_is_shown(client: FlaskClient, loaded: Loaded) -> None:
    shown = client.get("/v1/rules/amazon").get_json()["reports"]
    assert list(shown) == [mapping.report for mapping in loaded.rulebook.reports]


def evaluated(*arguments: str) -> dict[str, Any]:
    """What the command answers."""
    result = CliRunner().invoke(main, ["evaluate", "--json", *arguments])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_evaluate_takes_reports_from_disk_whatever_they_are_called(client: FlaskClient, tmp_path: Path) -> None:
    beside = [f"--{name.replace('_', '-')}={value}" for name, value in BATCH.items()]
    for place, path in enumerate(REPORTS):
        (tmp_path / f"orders-{place}.csv").write_bytes(
            gzip.compress(path.read_bytes()) if place == 1 else path.read_bytes()
        )
    told = post(client, *(path.read_bytes() for path in REPORTS)).get_json()
    assert (
        evaluated(*beside, str(EXAMPLES / "all_orders.txt"), *(str(path) for path in REPORTS[1:]))["verdicts"]
        == told["verdicts"]
    )
    assert evaluated(*beside, str(tmp_path))["verdicts"] == told["verdicts"]


def test_evaluate_takes_compressed_reports(tmp_path: Path) -> None:
    """As their name says, or their first bytes."""
    beside = [f"--{name.replace('_', '-')}={value}" for name, value in BATCH.items()]
    plain = REPORTS[0].read_bytes()
    contents = {"a.txt": plain, "b.txt.zst": zstd.compress(plain), "c.txt.gz": gzip.compress(plain)}
    told = []
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        told.append(evaluated(*beside, str(tmp_path / name))["verdicts"])
    assert told[0]
    assert told == told[:1] * 3


def test_batch_that_holds_a_performance_report_is_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "month.json"
    path.write_text(json.dumps({**BATCH, "orders": [], "performance_reports": [FIGURES]}))
    assert evaluated(str(path))["verdicts"][0]["status"]["reported"] == "suspended"
