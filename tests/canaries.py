"""Requests of every kind, good, bad and large, with one word wherever a caller may put words of their own."""

import json
from collections.abc import Iterator

from tests.batches import batch
from tests.busy import busy
from tests.forms import FORMS, Body, multipart
from tests.serving import JSON

CANARY = "c4n4ry"
LARGE = 20_000_000
POST = "POST /v1/verdicts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
NOT_HTTP = (
    f"{CANARY}\r\n\r\n",
    f"GET /livez HTTP/1.1\r\nHost: x\r\n{CANARY}\r\n\r\n",
    f"GET /livez HTTP/1.1\r\nHost: x\r\n{CANARY}(1): x\r\n\r\n",
    f"GET /livez HTTP/{CANARY}\r\n\r\n",
    f"GET {CANARY} HTTP/1.1\r\nHost: x\r\n\r\n",
    f"{POST}Content-Length: {CANARY}\r\n\r\n",
    f"{POST}Transfer-Encoding: {CANARY}\r\n\r\n",
    f"{POST}Transfer-Encoding: chunked\r\n\r\n{CANARY}\r\n",
)


def large() -> bytes:
    """A sound batch of 20 MB."""
    orders = [{"order_id": f"{CANARY}-{place}", "sku": f"{CANARY:100}{place}"} for place in range(LARGE // 250)]
    return json.dumps(batch(orders=orders)).encode()


def bodies() -> Iterator[bytes]:
    """Batches good, bad and large, with the canary wherever a caller may put a word."""
    odd = {CANARY: CANARY, "order_id": CANARY, "seller_id": CANARY, "sku": CANARY, "buyer_key": CANARY}
    letter = {
        "text": CANARY,
        "subject": CANARY,
        "from_address": f"{CANARY}@example.org",
        "links": [f"https://{CANARY}"],
    }
    words = {"text": CANARY, "topic": CANARY}
    plan = {name: [CANARY] for name in ("about", "root_causes", "actions_taken", "preventive_steps")}
    appeal = {**words, **plan, "reply_text": f"Please send {CANARY}", "evidence": [{"kind": "other", "refs": [CANARY]}]}
    forged = {
        **letter,
        "notice_id": 2,
        "from_address": f"{CANARY}@amazon-{CANARY}.com",
        "links": [f"http://{CANARY}@x.io"],
    }
    good = batch(orders=[odd], notices=[letter, forged], messages=[words], appeals=[appeal])
    yield json.dumps(busy(1)).encode()
    yield json.dumps(good).encode()
    yield json.dumps(batch(orders=[{**odd, "status": CANARY, "ship_by": CANARY, "amount": CANARY}, CANARY])).encode()
    yield json.dumps(
        batch(**{CANARY: CANARY}, marketplace=CANARY, timezone=CANARY, as_of=CANARY, claims=CANARY)
    ).encode()
    yield json.dumps(batch(orders=[{"order_id": CANARY}, {"order_id": CANARY, "sku": CANARY}])).encode()
    yield f'{{"orders": [{{"order_id": "{CANARY}", {CANARY}]}}'.encode()
    yield CANARY.encode() * 1000
    yield large()


def files() -> Iterator[Body]:
    """Files good, broken and large, the canary in their names and cells; and lines, compressed."""
    batch = json.loads(large())
    for form in ("files of csv", "files of parquet", "files of arrow"):
        yield FORMS[form](batch)
    broken = f'order_id,purchased_at,status,fulfilled_by,{CANARY}\n"{CANARY}"{CANARY},{CANARY}\n{CANARY},{CANARY}\n'
    yield multipart(
        (name, broken.encode(), f"{CANARY}.{ending}", "")
        for name in ("orders", "claims", CANARY)
        for ending in ("csv", "json", "ndjson", "parquet", "arrow", CANARY, "csv.gz")
    )
    yield FORMS["lines in zstd"](batch)


def requests() -> Iterator[tuple[str, str, bytes | None, dict[str, str]]]:
    """Requests of every kind, as method, path, body and headers."""
    for body in bodies():
        for query in ("", "?on_invalid=skip&evidence=1000"):
            yield "POST", f"/v1/verdicts{query}", body, {**JSON, f"X-{CANARY}": CANARY}
    for path in (
        f"/{CANARY}",
        f"/v1/rules/{CANARY}",
        f"/v1/rules/amazon/metrics/{CANARY}",
        f"/v1/rules?{CANARY}={CANARY}",
    ):
        yield "GET", path, None, {"Accept": f"text/{CANARY}, */*", "If-None-Match": f'"{CANARY}"', "Cookie": CANARY}
    yield "POST", f"/v1/verdicts?{CANARY}={CANARY}", b"{}", JSON
    yield "POST", "/v1/verdicts", b"{}", {"Content-Type": f"application/{CANARY}; charset={CANARY}"}
    yield "POST", "/v1/verdicts", b"{}", {**JSON, "Content-Encoding": CANARY, "If-Match": CANARY}
    yield (
        "POST",
        "/v1/verdicts",
        b"{}",
        {**JSON, "If-Match": f'"{CANARY}"', "Authorization": f"Bearer {CANARY}", "User-Agent": CANARY},
    )
    for sent in files():
        yield "POST", "/v1/verdicts?on_invalid=skip", sent.data, dict(sent.headers)
    yield CANARY.upper(), "/v1/verdicts", None, {"Referer": CANARY}
