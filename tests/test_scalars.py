"""Scalars: the bulk cast and marshmallow accept and refuse the same records, and read the same values."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow.experimental.context import Context

from service.intake.json_body import MalformedBody
from service.schemas.records import BULK
from service.schemas.scalars import Reading
from tests.both_ways import as_held, in_bulk, one, one_by_one, record_text
from tests.odd_records import HOMES, LOCAL_TIMES, REPEATED, ZONES, records_of

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("scalars.json").read_text(encoding="utf-8"))
PLACES = {
    "id": ("orders", "sku"),
    "text": ("shipments", "category"),
    "choice": ("orders", "cancelled_by"),
    "boolean": ("shipments", "tracking_exempt"),
    "integer": ("shipments", "units"),
    "amount": ("orders", "amount"),
    "currency": ("orders", "currency"),
    "timestamp": ("orders", "ship_by"),
    "list": ("orders", "programs"),
}
often = settings(max_examples=80, deadline=None, derandomize=True, database=None)
seldom = settings(often, max_examples=25)


@pytest.mark.parametrize("table", BULK)
@often
@given(drawn=st.data())
def test_both_readers_agree(table: str, drawn: st.DataObject) -> None:
    """Whatever the fields of a record say, it does not matter which of the two reads them."""
    records, name = drawn.draw(records_of(table)), drawn.draw(st.sampled_from(ZONES))
    zone = ZoneInfo(name) if name else None
    assert in_bulk(table, records, zone) == one_by_one(table, records, zone)


@pytest.mark.parametrize("table", BULK)
@seldom
@given(drawn=st.data())
def test_both_readers_agree_on_many(table: str, drawn: st.DataObject) -> None:
    """What misfits again and again is read as if it were met for the first time."""
    records = drawn.draw(records_of(table)) * 40
    assert in_bulk(table, records) == one_by_one(table, records)


@pytest.mark.parametrize("table", BULK)
@seldom
@given(drawn=st.data())
def test_both_readers_agree_whose_record_it_is(table: str, drawn: st.DataObject) -> None:
    """A record whose seller or marketplace cannot be read is refused by both, never given to the batch's own."""
    records = drawn.draw(records_of(table, HOMES))
    assert in_bulk(table, records) == one_by_one(table, records)


@pytest.mark.parametrize("table", BULK)
@seldom
@given(drawn=st.data())
def test_both_readers_agree_on_repeated_keys(table: str, drawn: st.DataObject) -> None:
    """The last of several values under one key counts, however the record is read."""
    records = drawn.draw(records_of(table, REPEATED, repeats=True))
    assert in_bulk(table, records) == one_by_one(table, records)


@pytest.mark.parametrize("times", LOCAL_TIMES.values(), ids=LOCAL_TIMES)
def test_local_times_read_alike_in_every_zone(times: tuple[str, ...]) -> None:
    """A timestamp without offset is the same instant for both readers, in every zone a batch may name."""
    records = [record_text("orders", [("ship_by", json.dumps(time))]) for time in times]
    differing: dict[str, list[str]] = {time: [] for time in times}
    for name in sorted(available_timezones() - {"Factory", "localtime"}):
        zone = ZoneInfo(name)
        bulk, single = in_bulk("orders", records, zone), one_by_one("orders", records, zone)
        for position, time in enumerate(times):
            differing[time] += [name] * (bulk[position] != single[position])
    assert not {time: names for time, names in differing.items() if names}


@pytest.mark.parametrize("field", ["order_id", "amount", "purchased_at", "status", "programs", "colour"])
@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "9" * 5000, "1e400", "-1e400", "1e99999"])
def test_numbers_beyond_every_type(field: str, number: str) -> None:
    """A number nobody can hold is a fault of its field, or of nobody where the field is unknown."""
    record = record_text("orders", [(field, number)])
    assert set(in_bulk("orders", [record, record_text("orders")])) == ({0, 1} if field == "colour" else {1})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}:{case['json'][:40]}")
def test_boundary(case: dict[str, Any]) -> None:
    """A scalar at the edge of what is allowed reads as the table says, in bulk and on its own."""
    table, field = PLACES[case["kind"]]
    zone = ZoneInfo(case["zone"]) if "zone" in case else None
    record = record_text(table, [(field, case["json"])])
    with Context(Reading(zone)):
        values, codes = one(table, json.loads(record))
    bulk = [shown(value[field]) for value in in_bulk(table, [record], zone).values()]
    single = [] if codes else [shown(as_held(table, field, values.get(field)))]
    assert (codes, single, bulk) == (
        ([case["code"]], [], []) if "code" in case else ([], [case["reads"]], [case["reads"]])
    )


def shown(value: Any) -> Any:
    """A value as the table of cases writes it."""
    if isinstance(value, Decimal):
        return format((value + 0).normalize(), "f")
    return value if value is None or isinstance(value, (bool, int, list)) else str(value)


@pytest.mark.parametrize("value", [r'"\ud800"', r'"\udc00\ud800"', r'["\ud83d"]'])
def test_half_a_character_is_no_text(value: str) -> None:
    """Lone surrogates stand for no character, so a body with one is refused as a whole."""
    with pytest.raises(MalformedBody):
        in_bulk("orders", [record_text("orders", [("sku", value)])])
