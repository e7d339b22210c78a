"""HTTP as a caller meets it on a real server: every status, the headers of every answer, limits, and pieces."""

import gzip
import json
import random
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from tests.batches import batch
from tests.serving import JSON, Reply, Served, reply_of, serving

Case = dict[str, Any]
CASES: list[Case] = json.loads(Path(__file__).with_name("http.json").read_text(encoding="utf-8"))
BODY = json.dumps(batch(orders=[{}])).encode()
MEBIBYTE = 2**20
RECORDS = 500
CHUNKED = (
    b"POST /v1/verdicts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two workers that takes little."""
    limits = {"MAX_BODY_MB": 1, "MAX_DECOMPRESSED_MB": 3, "MAX_RECORDS": RECORDS, "TIMEOUT": 15}
    with serving(
        tmp_path_factory.mktemp("small") / "output",
        workers=2,
        environment={f"STANDING_{name}": str(limit) for name, limit in limits.items()},
    ) as served:
        yield served


def asked(case: Case, small: Served) -> Reply:
    """The answer to the request of a case; `repeat` is a body of a middle told many times between two ends."""
    method, body = case.get("method", "POST"), case.get("body")
    given = {**(JSON if method != "GET" else {}), **case.get("headers", {})}
    if "repeat" in case:
        first, opens, closes, last, times = case["repeat"]
        body = first + opens * times + closes * times + last
    sent = BODY if body is None else body.encode()
    headers = {name: value for name, value in given.items() if value is not None}
    return small.ask(method, case.get("path", "/v1/verdicts"), sent if method == "POST" else None, headers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_status(case: Case, small: Served) -> None:
    """A request is answered as its case says, and like every answer names itself and the rules."""
    reply = asked(case, small)
    assert reply.status == case["status"]
    assert_manners(reply, small)
    assert case.get("has", {}).items() <= reply.headers.items()
    if case.get("method") != "HEAD" and reply.headers["Content-Type"] != "application/x-ndjson":
        assert case.get("members", {}).items() <= reply.json.items()
        faults = [[fault["pointer"], fault["code"]] for fault in reply.json.get("errors", ())]
        assert faults == case.get("errors", faults)


def assert_manners(reply: Reply, small: Served) -> None:
    """What every answer has: an id, the digest of the rules; every error a problem that says its own status."""
    digest = small.ask().json["digest"]
    assert reply.headers["X-Request-Id"]
    assert reply.headers["Rulebook"] == digest
    if reply.status >= 400:
        assert reply.headers["Content-Type"] == "application/problem+json"
        problem = reply.json if reply.body else {"type": "", "title": "", "status": reply.status, "detail": ""}
        assert problem.keys() >= {"type", "title", "status", "detail"}
        assert problem["status"] == reply.status


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "0" * 128])
def test_well_formed_request_id_is_echoed(given: str, small: Served) -> None:
    """The caller's own id comes back."""
    assert small.post(BODY, **{"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "0" * 129, "a b", "a/b", "a\tb", "\xe9", "<a>", 'a"', "a;b"])
def test_ill_formed_request_id_is_replaced(given: str, small: Served) -> None:
    """An id that might break a log is not echoed; another is made, each time another one."""
    made = [small.post(BODY, **{"X-Request-Id": given}).headers["X-Request-Id"] for _ in range(2)]
    assert given not in made
    assert len({*made}) == 2


def precondition(small: Served, tags: str) -> int:
    """The status of a batch asked for under certain rules only."""
    return small.post(BODY, **{"If-Match": tags}).status


def test_if_match(small: Served) -> None:
    """Only rules that the caller names may judge; weak tags name nothing here."""
    rules = small.ask(path="/v1/rules").json
    rulebook, pack = rules["digest"], rules["packs"][0]["digest"]
    taken = [f'"{rulebook}"', f'"{pack}"', "*", f'"other", "{pack}"', f'W/"{pack}", "{rulebook}"', ""]
    refused = ['"other"', f'W/"{rulebook}"', f'W/"{pack}"', '"*"', 'W/"*"', '""', f'"{rulebook[:-1]}"', '"a", "b"']
    assert {tags: precondition(small, tags) for tags in taken} == dict.fromkeys(taken, 200)
    assert {tags: precondition(small, tags) for tags in refused} == dict.fromkeys(refused, 412)


def test_if_match_of_a_batch_without_a_pack(small: Served) -> None:
    """A batch that uses no pack is asked for under the rulebook, and of faulty records nothing is asked at all."""
    pack = small.ask(path="/v1/rules").json["packs"][0]["digest"]
    other = {"If-Match": '"other"'}
    assert small.post(b"{}", **other).status == 412
    assert small.post(b"{}", **{"If-Match": f'"{pack}"'}).status in (200, 412)
    assert small.post(b'{"orders": [{}]}', **other).status == 422


@pytest.mark.parametrize("size", [MEBIBYTE + 1, 3 * MEBIBYTE, 20 * MEBIBYTE])
@pytest.mark.parametrize("chunked", [False, True])
def test_body_beyond_the_limit(size: int, chunked: bool, small: Served) -> None:
    """A body of one byte too many is refused, however it comes and whatever its first part says."""
    body = b"{}".ljust(size)
    parts = (body[start : start + 65_536] for start in range(0, size, 65_536))
    reply = small.ask("POST", "/v1/verdicts", parts if chunked else body, JSON)
    assert reply.status == 413
    assert {"limit": "body", "most": MEBIBYTE}.items() <= reply.json.items()


@pytest.mark.parametrize("chunked", [False, True])
def test_body_at_the_limit(chunked: bool, small: Served) -> None:
    """A body of exactly the limit is taken."""
    body = BODY.ljust(MEBIBYTE)
    parts = (body[start : start + 65_536] for start in range(0, MEBIBYTE, 65_536))
    assert small.ask("POST", "/v1/verdicts", parts if chunked else body, JSON).status == 200


def test_records_at_and_beyond_the_limit(small: Served) -> None:
    """Records are counted over all tables, sound or not."""
    halves = {"orders": [{"order_id": str(n)} for n in range(RECORDS // 2)], "claims": [5] * (RECORDS // 2)}
    assert small.post(json.dumps(batch(**halves)).encode(), "?on_invalid=skip").status == 200
    reply = small.post(json.dumps(batch(**halves, notices=[{}])).encode(), "?on_invalid=skip")
    assert reply.status == 413
    assert {"limit": "records", "most": RECORDS}.items() <= reply.json.items()


def test_compressed_bodies(small: Served) -> None:
    """A compressed body is as good as a plain one, also in several members; a damaged one is the caller's fault."""
    plain = small.post(BODY).body
    halves = (BODY[:20], BODY[20:])
    for name, compress in (("gzip", gzip.compress), ("zstd", zstd.compress), ("X-GZip", gzip.compress)):
        assert small.post(compress(BODY), **{"Content-Encoding": name}).body == plain
        assert small.post(b"".join(map(compress, halves)), **{"Content-Encoding": name}).body == plain
        for broken in (compress(BODY)[:-1], b"", BODY, compress(BODY) + b"x"):
            reply = small.post(broken, **{"Content-Encoding": name})
            assert (reply.status, reply.json["title"]) == (400, "Bad request"), broken[:9]
        assert small.post(BODY, **{"Content-Encoding": "br"}).headers["Accept-Encoding"] == "gzip, zstd"


def test_compressed_bodies_beyond_the_limits(small: Served) -> None:
    """Decompressing stops at what is allowed, by size and by growth; the compressed body has its own limit."""
    chance = random.Random(1)  # noqa: S311  # chance that can be repeated
    noise = "".join(chance.choices("0123456789abcdef", k=MEBIBYTE))
    for name, compress in (("gzip", gzip.compress), ("zstd", zstd.compress)):
        grown = small.post(compress(b" " * 2 * MEBIBYTE), **{"Content-Encoding": name})
        assert (grown.status, grown.json["limit"], grown.json["most"]) == (413, "ratio", 200)
        large = small.post(compress(noise.encode() + b" " * 3 * MEBIBYTE), **{"Content-Encoding": name})
        assert (large.status, large.json["limit"]) == (413, "decompressed")


def test_chunks(small: Served) -> None:
    """A body may come in any pieces; pieces that are none are the caller's fault."""
    pieces = (BODY[place : place + 1] for place in range(len(BODY)))
    assert small.ask("POST", "/v1/verdicts", pieces, JSON).body == small.post(BODY).body
    for broken in (b"x\r\n{}\r\n0\r\n\r\n", b"5\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n", b"2\r\n{}"):
        reply = small.say(CHUNKED + broken)
        assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json"), broken


@pytest.mark.parametrize("sent", [b'{"orders": [', BODY], ids=["half an object", "a whole object"])
def test_body_shorter_than_promised(sent: bytes, small: Served) -> None:
    """A caller who hangs up early is told so, not that the service failed; what came is not judged, sound or not."""
    head = "POST /v1/verdicts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    assert small.say(head.format(len(BODY)).encode() + BODY).status == 200
    reply = small.say(head.format(len(BODY) + 1).encode() + sent)
    assert (reply.status, reply.json["detail"]) == (400, "The body could not be read to its end.")


def test_a_caller_who_falls_silent(small: Served) -> None:
    """In the middle of a body, for as long as a worker may take: given up, so that others are answered."""
    head = b"POST /v1/verdicts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    silent = HTTPConnection("127.0.0.1", small.port, timeout=60)
    silent.connect()
    silent.sock.sendall(head + b"{")
    assert reply_of(silent).status == 400


@pytest.mark.parametrize(
    "request_bytes",
    [b"GARBAGE\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n", b"GET /livez HTTP/9.9\r\n\r\n",
     b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
     b"POST /v1/verdicts HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
     b"GET /livez HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 100_000 + b"\r\n\r\n"],
    ids=["request line", "header", "version", "long path", "length", "long header"],
)  # fmt: skip
def test_request_that_is_no_http(request_bytes: bytes, small: Served) -> None:
    """What never reaches the application is a problem like any other: with its type, an id and the rules."""
    reply = small.say(request_bytes)
    assert 400 <= reply.status < 500
    assert_manners(reply, small)


def test_compressed_answer_is_not_sent_unasked(small: Served) -> None:
    """Whoever accepts any coding still gets bytes that say how they are coded."""
    reply = small.post(BODY, **{"Accept-Encoding": "gzip, br, zstd"})
    body = gzip.decompress(reply.body) if reply.headers.get("Content-Encoding") == "gzip" else reply.body
    assert json.loads(body)["as_of"] == "2026-11-22T09:00:00Z"


@pytest.mark.parametrize("seed", range(40))
def test_damaged_json(seed: int, small: Served) -> None:
    """A body with a few characters changed is refused exactly where it is no JSON any more."""
    chance = random.Random(seed)  # noqa: S311  # chance that can be repeated
    text = list(json.dumps(batch(orders=[{"sku": '\u00e9\\"'}], notices=[{"links": ["https://a"]}], claims=None)))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text))
        text[place : place + chance.randint(0, 2)] = chance.choice('{}[]",:\\ \n0-.eu/\x00\u00e9') * chance.randint(
            0, 2
        )
    body = "".join(text)
    assert (small.post(body.encode()).status == 400) is not is_object(body), body


def is_object(body: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return isinstance(json.loads(body, parse_constant=float), dict)
    except ValueError:
        return False
