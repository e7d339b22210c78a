"""Records nobody would send on purpose: strategies for JSON texts that fit their field, nearly fit it, or do not."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from marshmallow import fields

from service.schemas.records import shape
from service.schemas.scalars import Amount, Boolean, Choice, Currency, Integer, Timestamp
from service.schemas.shapes import ListOf
from tests.both_ways import record_text

Json = st.SearchStrategy[str]
ZONES = (None, "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
LOCAL_TIMES = {
    "up to 1970": ("1000-01-01", "1883-11-18T12:00:00", "1935-06-01", "1950-07-01 00:00", "1970-01-01"),
    "from 1970": (
        "1985-05-05T05:05", "2010-01-01T00:00", "2024-03-31T02:30", "2026-03-08T02:30", "2026-10-25T02:30:00",
        "2026-11-01T01:30:00", "2037-07-01", "2050-07-01 00:00", "2099-07-01",
    ),
    "from 2100": ("2100-07-01", "2150-07-01T00:00", "9999-12-30"),
}  # fmt: skip
ODD = (
    "5", "5.7", "5.0", "-1", "-0", "0", "1e2", "1E-9", "1e300", "1.10", "123456789012345678901234567890", "true",
    "false", "null", "{}", "[]", '{"a": [1]}', '["a", null]', '[["a"]]', '""', '" "', r'"\t"', '"5"', '"5.7"',
    '"1_000"', '"\u0665"', '"\u22125"', '" 5"', '"5 "', '"+5"', '"true"', '"TRUE"', '"True"', '"1"', '"NaN"', '"1e5"',
    '"0x10"', r'"a\u0000b"', r'"a\nb"', r'"\u00a0"', r'"\ufeff"', r'"\u0085"', r'"\u2028"', r'"\ud83d\ude00"',
    '"\u00e9"', f'"{"x" * 128}"', f'"{"x" * 129}"', json.dumps("\u00e9" * 128), f'" {"x" * 128} "', r'"a\/b"',
    r'"\"\\"', '"9999-12-31T23:59:59-08:00"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00Z"',
)  # fmt: skip
GOOD = {
    Boolean: ("true", "false", '"true"', '"false"'),
    Integer: ("1", "5", '"5"', "5.0", '"5.000000"', "1000000000", '"1000000000"', "1e3"),
    Amount: ("0", "19.9", '"19.90"', '"0.123456789"', "0.5", "1e-9", '"999999999999999999.999999999"', '"1234567890"'),
    Currency: ('"EUR"', '"USD"', '"XXX"'),
    ListOf: ("[]", '["prime"]', '["prime", "business"]', '["prime", null]', '["prime", ""]', '["prime", "x"]'),
}


def exactly(*options: str) -> Json:
    """One of some texts."""
    return st.sampled_from(options)


CLOCKS = st.builds(
    "{}{}{}{}".format,
    exactly("T", " ", "t", "  "),
    exactly("00:00", "01:30", "02:30", "9:00", "23:59", "24:00", "12:60"),
    exactly("", ":00", ":59", ":60", ":5") | st.text("0123456789", min_size=1, max_size=9).map(":00.{}".format),
    exactly(
        "", "Z", "z", "+00:00", "-00:00", "+05:45", "-12:00", "+23:59", "-23:59", "+24:00", "+0100", " Z", "\u2212"
    ),
)
TIMESTAMPS = st.builds(
    '"{}-{}-{}{}"'.format,
    exactly("0000", "0001", "0999", "1000", "1582", "1969", "2023", "2024", "2026", "2099", "9999"),
    exactly("00", "01", "02", "03", "10", "11", "12", "13"),
    exactly("00", "01", "08", "25", "28", "29", "30", "31", "32"),
    exactly("") | CLOCKS,
) | exactly(
    '"2026-W47-1"', '"2026-325"', '"20261122T090000Z"', '"1763802000"', '"2026-11-22T09Z"', '"2026-11-22T"',
    '"-026-11-22T09:00:00Z"', '"--------------------"', '"????????????????????"',
)  # fmt: skip
HOMES = {
    "seller_id": exactly('"B"', "7", *ODD),
    "marketplace": exactly('"amazon.de"', '"ATVPDKIKX0DER"', '"ebay.com"', '" amazon.de"', '"Amazon.de"', *ODD),
}
REPEATED = {"order_id": exactly('"1"', '"2"', "3", "null", "{}"), "colour": exactly("1", "2", "{}")}


def values_of(kind: fields.Field[Any]) -> Json:
    """JSON values for a field, fitting ones more often than not."""
    if isinstance(kind, Timestamp):
        return TIMESTAMPS | exactly(*ODD)
    words = [json.dumps(word) for word in kind.choices] if isinstance(kind, Choice) else ['"a"', '" a "', '"7"', "7"]
    good = exactly(*GOOD.get(type(kind), words))
    return good | good | exactly(*ODD)


def records_of(
    table: str, asked: Mapping[str, Json] | None = None, *, repeats: bool = False
) -> st.SearchStrategy[list[str]]:
    """Some records of a table, a few of their fields odd: those asked for, else any but whose record it is."""
    own = {name: values_of(kind) for name, kind in shape(table).fields.items() if name not in HOMES}
    known = asked or own
    pair = st.sampled_from(sorted(known)).flatmap(lambda name: st.tuples(st.just(name), known[name]))
    unknown = st.tuples(exactly("colour", "ORDER_ID", "order_id ", "\u00e9"), exactly(*ODD))
    once = None if repeats else lambda named: named[0]
    record = st.lists(pair | pair | pair | unknown, max_size=6, unique_by=once).map(
        lambda given: record_text(table, given)
    )
    return st.lists(record | exactly("5", "null", "[]", "{}", '"a"'), min_size=1, max_size=8)
