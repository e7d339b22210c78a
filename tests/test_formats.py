"""The same records in every form: the same verdicts to the byte. Files in the wild: read, or refused at their place."""

import gzip
import json
import random
from base64 import b64decode, b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from marshmallow import fields
from pyarrow import ipc

from service.api.multipart import parts_of
from service.api.problems import CODES
from service.app import create_app
from service.intake.parts import ROOMY
from service.rulebook.folder import Snapshot
from service.schemas.records import shape
from service.schemas.scalars import Amount, Boolean, Choice, Currency, Id, Integer, Timestamp
from service.schemas.shapes import ListOf
from service.settings import Settings
from tests.batches import SOUND, TOP, Record, record, said
from tests.busy import busy
from tests.conftest import RULES
from tests.forms import FILES as FILES_OF
from tests.forms import FORMS, Body, compressed, in_files, in_json, multipart
from tests.serving import serving

Texts = st.SearchStrategy[Any]
FILES = sorted(Path(__file__).with_name("formats").glob("*.json"))
CASES: list[Record] = [case for file in FILES for case in json.loads(file.read_text(encoding="utf-8"))]
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # a client holds nothing of a call

INK = (
    "a",
    "B7",
    " a ",
    'say "so"',
    "a, b",
    "a;b",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "=1+1",
    "\u00e4\u20ac",
    "\U0001f600",
    "'",
    "x" * 129,
    "{",
    "[a",
    "",
)
GOOD: dict[type[fields.Field[Any]], tuple[Any, ...]] = {
    Timestamp: ("2026-11-16T09:00:00Z", "2026-11-18T23:59:59Z", "2026-10-02T09:00:00Z", ""),
    Boolean: (True, False, "true", ""),
    Integer: (1, 4, "5", ""),
    Amount: ("5", "19.90", "0.000000001", ""),
    Currency: ("EUR", "USD"),
    Id: ("1", "2", 3, "4"),
}
ODD: dict[type[fields.Field[Any]], tuple[Any, ...]] = {
    Timestamp: (
        "2026-11-16", "2026-11-16T09:00", "2026-11-16T09:00:00", "2026-11-16 09:00:00.5+01:00", "2026-02-30", "x",
        "2026-11-01T01:30:00", "2026-03-08T02:30:00", "0001-01-01T00:00:00Z",
    ),
    Boolean: ("yes", "TRUE", " true"),
    Integer: ("5.0", "6.5", " 3", "70000000000", "\u0665"),
    Amount: ("-1", "1e5", "1.0000000001", "12,50"),
    Currency: ("eur", "XXXX"),
    Id: INK,
}  # fmt: skip


def values_of(kind: fields.Field[Any]) -> Texts:
    """Values of a field that every form can hold: fitting ones mostly."""
    if isinstance(kind, ListOf):
        inner = st.lists(values_of(kind.inner).filter(lambda value: value not in INK), max_size=2)
        return inner if isinstance(kind.inner, Choice) else st.just([])
    if isinstance(kind, Choice):
        return st.sampled_from([*kind.choices, *kind.choices, ""])
    good, odd = GOOD.get(type(kind), INK), ODD.get(type(kind), INK)
    return st.sampled_from(good) | st.sampled_from(good) | st.sampled_from(good) | st.sampled_from(odd)


def records_of(table: str) -> st.SearchStrategy[list[Record]]:
    """Some records of a table."""
    kinds = {name: kind for name, kind in shape(table).fields.items() if name not in ("seller_id", "marketplace")}
    record = st.fixed_dictionaries({}, optional={name: values_of(kind) for name, kind in kinds.items()})
    named = {"seller_id": "A1"}  # in files a row that says nothing is none
    return st.lists(record.map(lambda given: {**SOUND[table], **given, **named}), max_size=6)


def answer(client: FlaskClient, body: Body, query: str = "?on_invalid=skip&evidence=1000") -> Record:
    """The answer to a body."""
    return said(client.post(f"/v1/verdicts{query}", data=body.data, headers=dict(body.headers)))


def told(answer: Record) -> list[Any]:
    """What may not depend on the form: the bytes of the verdicts, and which records are faulty for what."""
    faults = [[fault["pointer"], fault["code"]] for fault in answer["rejected"]]
    return [json.dumps(answer["verdicts"]), faults, answer["errors_total"], answer["as_of"]]


@settings(
    phases=[Phase.generate],
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SHARED,
)
@given(drawn=st.data())
def test_every_form_gives_the_same_verdicts(drawn: st.DataObject, client: FlaskClient) -> None:
    names = drawn.draw(
        st.lists(st.sampled_from(sorted(SOUND.keys() - {"performance_reports"})), max_size=4, unique=True)
    )
    zone = drawn.draw(st.sampled_from(["", "America/New_York"]))
    batch = {**TOP, "timezone": zone, **{name: drawn.draw(records_of(name)) for name in names}}
    expected = told(answer(client, in_json(batch)))
    for name, form in FORMS.items():
        assert told(answer(client, form(batch))) == expected, name


@pytest.mark.parametrize("form", FORMS)
def test_a_busy_month_is_judged_alike(form: str, client: FlaskClient) -> None:
    """A month with records of every kind, as nobody would draw it by chance."""
    batch = busy(1)
    assert told(answer(client, FORMS[form](batch))) == told(answer(client, in_json(batch)))


@pytest.mark.parametrize("form", FORMS)
def test_of_many_faults_the_first_are_told_in_the_order_of_the_call(form: str, client: FlaskClient) -> None:
    """Faults found together are told record by record, those of one record by their pointers; all are counted."""
    orders = [
        record("orders", order_id=f"{place}", purchased_at="2026-11-16T09:00:00", status="sent" if place % 3 else "")
        for place in range(450)
    ]
    lone = record("orders", order_id="450", amount="5", currency="", marketplace="ebay.com")
    claims = [record("claims", claim_id=f"{place}", outcome="" if place % 2 else "lost") for place in range(300)]
    found = answer(client, FORMS[form]({**TOP, "orders": [*orders, lone], "claims": claims}))
    expected = [
        *(
            [f"/orders/{place}/{field}", code]
            for place in range(450)
            for field, code in (
                ("purchased_at", "no_time_zone"),
                ("status", "invalid_choice" if place % 3 else "required"),
            )
        ),
        ["/orders/450/currency", "needs_currency"],
        ["/orders/450/marketplace", "unknown_marketplace"],
        *([f"/claims/{place}/outcome", "required" if place % 2 else "invalid_choice"] for place in range(300)),
    ]
    assert [[fault["pointer"], fault["code"]] for fault in found["rejected"]] == expected[:1000]
    counts = {"invalid_choice": 450, "needs_currency": 1, "no_time_zone": 450, "required": 300}
    assert found["errors_total"] == {**counts, "unknown_marketplace": 1}


def test_lines_belong_to_the_table_they_name(client: FlaskClient) -> None:
    """Whatever else a line begins or ends with, and whatever the lines before it did."""
    misleading: list[Record] = [
        {"table ": "orders"}, {"x": {"table": "orders"}}, {'"table': "orders"}, {"x": ',"table":"orders"}'},
    ]  # fmt: skip
    named = [
        (table, {**SOUND[table], key: f"{table} {place}"}, misleading[place % 4])
        for table, key in [("orders", "order_id"), ("feedback", "feedback_id"), ("orders", "order_id")]
        for place in range(300)
    ]
    several = [
        [{"table": table, **record, **odd} for table, record, odd in named],
        [{**odd, **record, "table": table} for table, record, odd in named],
        [{**odd, "table": table, **record} for table, record, odd in named],
    ]
    tables = {of: [{**record, **odd} for table, record, odd in named if table == of] for of in ("orders", "feedback")}
    expected = told(answer(client, in_json({**TOP, **tables})))
    for lines in several:
        text = "\n".join(json.dumps(line, separators=(",", ":")) for line in [{"table": "batch", **TOP}, *lines])
        assert told(answer(client, Body(text.encode(), {"Content-Type": "application/x-ndjson"}))) == expected


@pytest.mark.parametrize("ending", ["arrow", "ipc", "parquet"])
def test_a_large_typed_file_is_judged_alike(ending: str, client: FlaskClient) -> None:
    """Whether its length is told or, compressed, is more than what is told."""
    chance = random.Random(7)  # noqa: S311  # chance that can be repeated
    texts = [chance.randbytes(2500).hex() for _ in range(2000)]
    records = [{**SOUND["messages"], "message_id": str(place), "text": text} for place, text in enumerate(texts)]
    batch = {**TOP, "messages": records, "orders": []}
    form = in_files(ending)
    several = [form(batch), compressed(form, "gzip")(batch)]
    assert min(len(body.data) for body in several) > ROOMY
    expected = told(answer(client, in_json(batch)))
    assert [told(answer(client, body)) for body in several] == [expected, expected]


def test_every_form_over_a_real_server(tmp_path: Path) -> None:
    """The very bytes of the answer, whatever the form, as a server sends them; and as many forms of answer."""
    batch = busy(2)
    with serving(tmp_path / "output") as served:
        bodies = {name: form(batch) for name, form in FORMS.items()}
        replies = {name: served.ask("POST", "/v1/verdicts", *body) for name, body in bodies.items()}
        assert {name: reply.status for name, reply in replies.items()} == dict.fromkeys(FORMS, 200)
        assert {name for name, reply in replies.items() if reply.body != replies["json"].body} == set()
        whole = replies["json"].json
        lines = served.post(in_json(batch).data, Accept="text/csv;q=0.1, application/x-ndjson").body.splitlines()
    assert [json.loads(line) for line in lines[:-1]] == whole["verdicts"]
    assert json.loads(lines[-1]) == {"summary": {name: value for name, value in whole.items() if name != "verdicts"}}


@pytest.fixture(scope="module")
def strict(files: Snapshot) -> Flask:
    """An application that takes little."""
    return create_app(Settings(RULES, max_records=5, max_decompressed_mb=2, max_ratio=50, max_nesting=6), files)


def content(part: Record) -> bytes:
    """The bytes of a part of a case."""
    if "base64" in part:
        return b64decode(part["base64"])
    text = "".join(part["text"]) if isinstance(part["text"], list) else part["text"]
    return str(text).encode(part.get("encoding", "utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_file(case: Record, strict: Flask) -> None:
    """A file is read, or every fault of it is told at its place."""
    parts = [(part["name"], content(part), part.get("file", ""), part.get("type", "")) for part in case["parts"]]
    top = case.get("batch", TOP)
    beside = ("batch", (top if isinstance(top, str) else json.dumps(top)).encode(), "batch.json", "")
    body = multipart([beside, *parts])
    reply = strict.test_client().post(
        f"/v1/verdicts{case.get('query', '')}", data=body.data, headers=dict(body.headers)
    )
    found = said(reply)
    expected = case["expect"]
    listed = found.get("errors") or found.get("rejected") or []
    places = [[fault["pointer"], fault["code"], *map(fault.get, ("source", "line", "column"))] for fault in listed]
    shown = {**found, "status": reply.status_code, "faults": places}
    assert {name: shown.get(name) for name in expected} == expected


OF_SELLERS = pa.struct([("kind", pa.string()), ("value", pa.string())])
NO_ONE = pa.nulls(100_000, OF_SELLERS)
TEXT = pa.array(["x" * 100_000])
TOLD_OFTEN = pa.DictionaryArray.from_arrays(pa.array([0] * 30, pa.int8()), TEXT)
IN_VIEWS = pa.concat_arrays([TEXT.cast(pa.string_view())] * 30)
MANY: dict[str, pa.Array] = {
    "gaps": pa.ListArray.from_arrays(pa.array([0, 100_000]), NO_ONE),
    "gaps of a fixed number": pa.FixedSizeListArray.from_arrays(pa.nulls(100_000), 100_000),
    "texts of a dictionary": pa.ListArray.from_arrays(pa.array([0, 30]), TOLD_OFTEN),
    "texts in views": pa.ListArray.from_arrays(pa.array([0, 30]), IN_VIEWS),
    "texts in objects": pa.ListArray.from_arrays(
        pa.array([0, 30]), pa.StructArray.from_arrays([TOLD_OFTEN, TOLD_OFTEN], ["kind", "value"])
    ),
    "texts in a map": pa.MapArray.from_arrays(pa.array([0, 30], pa.int32()), pa.array(["x"] * 30), TOLD_OFTEN),
    "lists of a dictionary": pa.DictionaryArray.from_arrays(
        pa.array([0], pa.int8()), pa.ListArray.from_arrays(pa.array([0, 30]), TOLD_OFTEN)
    ),
    "lists that share": pa.ListArray.from_arrays(
        pa.array([0, 30]),
        pa.ListViewArray.from_arrays(pa.array([0] * 30, pa.int32()), pa.array([1] * 30, pa.int32()), TEXT),
    ),
}


def in_arrow(table: pa.Table) -> bytes:
    """A table as an Arrow stream, compressed."""
    buffer = BytesIO()
    with ipc.new_stream(buffer, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(table)
    return buffer.getvalue()


def in_parquet(table: pa.Table) -> bytes:
    """A table as Parquet."""
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def status_of(table: str, content: bytes, ending: str, app: Flask) -> tuple[int, Record]:
    """What comes of a file of one table."""
    body = multipart([("batch", json.dumps(TOP).encode(), "batch.json", ""), (table, content, f"{table}.{ending}", "")])
    reply = app.test_client().post("/v1/verdicts", data=body.data, headers=dict(body.headers))
    return reply.status_code, said(reply)


@pytest.mark.parametrize("what", MANY)
def test_few_bytes_that_tell_of_many_values(what: str, strict: Flask) -> None:
    """They are refused before they are written out."""
    content = in_arrow(pa.table({"status": ["active"], "identities": MANY[what]}))
    assert len(content) < 1_000_000
    status, told_of = status_of("sellers", content, "arrow", strict)
    assert (status, told_of.get("limit")) == (413, "decompressed")


@pytest.mark.parametrize("what", ["gaps", "texts of a dictionary", "texts in objects"])
def test_few_bytes_of_parquet_that_tell_of_many_values(what: str, strict: Flask) -> None:
    """They are refused before they are written out."""
    status, told_of = status_of(
        "sellers", in_parquet(pa.table({"status": ["active"], "identities": MANY[what]})), "parquet", strict
    )
    assert (status, told_of.get("limit")) == (413, "decompressed")


def test_a_file_of_very_many_columns(client: FlaskClient) -> None:
    """Their names are counted once, not once for each."""
    columns = [*(f"c{place}" for place in range(20_000)), "status", "status"]
    table = pa.Table.from_arrays([pa.array(["active"])] * len(columns), columns)
    status, told_of = status_of("sellers", in_arrow(table), "arrow", client.application)
    assert (status, [fault["code"] for fault in told_of["errors"]]) == (422, ["duplicate_column"])


def test_parts_end_where_their_boundary_is() -> None:
    """In whatever pieces a body comes; what only looks like a boundary, or like the beginning of one, is content."""
    chance = random.Random(3)  # noqa: S311  # chance that can be repeated
    texts = [b"\r\n--edg", b"\r\n-", b"\n", b"\r", b"-- ", b"x--edge", b"x" * 40]
    for _ in range(100):
        contents = [b"".join(chance.choices(texts, k=chance.randint(0, 30))) for _ in range(3)]
        head = b'--edge\r\nContent-Disposition: form-data; name="orders"\r\n\r\n'
        body = b"".join(head + content + b"\r\n" for content in contents) + b"--edge--\r\n"
        for size in (1, 2, 7, 50, len(body)):
            pieces = (body[start : start + size] for start in range(0, len(body), size))
            assert [part.content for part in parts_of(pieces, "edge", len(body))] == contents


@pytest.mark.parametrize(
    ("head", "changed", "status"),
    [("Content-Encoding: gzip", gzip.compress, 200), ("Content-Encoding: ZSTD", zstd.compress, 200),
     ("Content-Encoding: br", bytes, 415), ("Content-Transfer-Encoding: binary", bytes, 200),
     ("Content-Transfer-Encoding: base64", b64encode, 400), ("Content-Type: text/csv; charset=ISO-8859-1", bytes, 200),
     ("Content-Type: text/csv; charset=shift_jis", bytes, 415), ("Content-Type: text/csv; charset=no", bytes, 415)],
)  # fmt: skip
def test_what_a_part_says_of_itself(
    head: str, changed: Callable[[bytes], bytes], status: int, client: FlaskClient
) -> None:
    """How it is written and compressed is heeded; what cannot be read so is refused, not taken for something else."""
    order = {**SOUND["orders"], "seller_id": "A1", "marketplace": "amazon.com"}
    name = b'--x\r\nContent-Disposition: form-data; name="orders"; filename="orders.csv"\r\n'
    body = b"\r\n".join([name + head.encode(), b"", changed(FILES_OF["csv"]("orders", [order])), b"--x--", b""])
    reply = client.post("/v1/verdicts", data=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert reply.status_code == status, reply.text


@pytest.mark.parametrize(("columns", "status", "codes"), [(20_000, 200, []), (60_000, 422, ["no_header"])])
def test_a_header_has_an_end(columns: int, status: int, codes: list[str], client: FlaskClient) -> None:
    """Columns are told apart in time, however many they are; a header without an end in sight is none."""
    names = [*SOUND["orders"], *(f"c{place}" for place in range(columns))]
    text = f"{','.join(names)}\n{','.join(map(str, SOUND['orders'].values()))}\n"
    body = multipart([("batch", json.dumps(TOP).encode(), "", ""), ("orders", text.encode(), "orders.csv", "")])
    reply = client.post("/v1/verdicts", data=body.data, headers=dict(body.headers))
    assert (reply.status_code, [fault["code"] for fault in said(reply).get("errors", ())]) == (status, codes)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ending", ["parquet", "arrow", "ipc", "csv", "ndjson"])
def test_damaged_file(ending: str, seed: int, client: FlaskClient) -> None:
    """A file with a few bytes changed is read or refused, and nothing else comes of it."""
    chance = random.Random(seed)  # noqa: S311  # chance that can be repeated
    sound = FILES_OF[ending]("orders", [{**SOUND["orders"], "order_id": str(place)} for place in range(50)])
    for _ in range(20):
        damaged = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            place, width = chance.randrange(len(damaged)), chance.choice([1, 1, 4, 8])
            damaged[place : place + width] = chance.choice([b"\xff" * width, b"\0" * width, chance.randbytes(width)])
        body = multipart([("orders", bytes(damaged[: chance.choice([None, -9])]), f"orders.{ending}", "")])
        reply = client.post("/v1/verdicts?on_invalid=skip", data=body.data, headers=dict(body.headers))
        assert reply.status_code in (200, 413, 422)


def test_every_code_of_files_has_a_case() -> None:
    """No code of files stands in the closed list that no case here reaches."""
    codes = {code for case in CASES for _, code, *_ in case["expect"].get("faults", ())}
    first, last = map(list(CODES).index, ("no_table", "broken_quotes"))
    of_files = list(CODES)[first : last + 1]
    assert codes >= set(of_files) - {"no_table"}
