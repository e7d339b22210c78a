"""Columns of files: texts are read as those of JSON are, values of a field's own type pass, absent fields are told."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.tables import Table
from service.intake.cast import Cast, cast
from service.intake.columns import column_types, words
from service.intake.gather import gather
from service.intake.json_body import read_json
from service.intake.tables import ROW, Call, Given, Limits
from service.schemas.records import BULK
from service.schemas.scalars import Reading
from tests.batches import SOUND, record
from tests.both_ways import DOMAINS, HOME
from tests.odd_records import records_of
from tests.test_scalars import seldom

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def read(table: str, frame: pl.DataFrame) -> Cast:
    """What the service makes of a frame whose rows are the caller's own records."""
    records = dict(zip(frame[ROW], frame.drop(ROW).to_dicts(), strict=True))
    return cast({table: Given(table, frame, [], records.__getitem__)}, HOME, Reading())[table]


def from_json(table: str, records: list[str]) -> pl.DataFrame:
    """The typed records of a table in JSON."""
    call = read_json(f'{{"{table}": [{", ".join(records)}]}}'.encode(), Limits())
    return sorted_frame(table, cast(call.tables, HOME, Reading())[table])


def sorted_frame(table: str, found: Cast) -> pl.DataFrame:
    """The typed records, by their position, with the words of closed lists as a file has them."""
    frame, kinds = found.table, column_types(table)
    values = Table(frame.columns, kinds, words(table), frame.height).records()
    lists = {name for name, kind in kinds.items() if isinstance(kind, pl.List)}
    texts = {name: pl.List(pl.String()) if name in lists else pl.String() for name in words(table)}
    return pl.DataFrame(list(values), schema={**kinds, **texts}).with_columns(pl.Series(ROW, frame.rows)).sort(ROW)


@pytest.mark.parametrize("table", BULK)
@seldom
@given(drawn=st.data())
def test_values_of_their_own_type_pass(table: str, drawn: st.DataObject) -> None:
    """Typed records are typed already: read again, they are the same."""
    typed = from_json(table, drawn.draw(records_of(table)))
    again = read(table, typed)
    assert not again.faults
    assert sorted_frame(table, again).equals(typed)


@pytest.mark.parametrize("table", BULK)
@seldom
@given(drawn=st.data())
def test_texts_of_values_read_as_the_values(table: str, drawn: st.DataObject) -> None:
    """Typed records written as texts are read as the same records."""
    typed = from_json(table, drawn.draw(records_of(table)))
    instant = pl.selectors.datetime().dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
    texts = typed.with_columns(instant, pl.selectors.decimal().cast(pl.String))
    assert sorted_frame(table, read(table, texts)).equals(typed)


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("feedback", "rating", 0),
        ("feedback", "rating", 6),
        ("shipments", "units", 0),
        ("orders", "amount", Decimal(-1)),
        ("orders", "purchased_at", None),
        ("orders", "status", None),
    ],
)
def test_values_of_their_own_type_are_kept_within_bounds(table: str, field: str, value: Any) -> None:
    """A typed value that its field does not take, or one that is missing, sends its record to be read again."""
    sound = pl.DataFrame([record(table)]).select(pl.col(name).cast(pl.String) for name in SOUND[table])
    kind = pl.String() if field in words(table) else column_types(table)[field]
    odd = sound.with_columns(pl.Series(field, [value], dtype=kind), pl.Series(ROW, [0]))
    assert len(read(table, odd).faults) == 1


def test_absent_fields_are_not_covered() -> None:
    """What a source could not tell is named with its table."""
    texts = pl.DataFrame({ROW: [0], "order_id": ["1"], "fulfilled_by": ["seller"]})
    given_orders = Given("orders", texts, [], lambda _: {}, absent=frozenset({"ship_by", "sku"}))
    gathered = gather(Call({}, {"orders": given_orders}), DOMAINS, NOW, Limits())
    assert gathered.batch.uncovered == {"orders.ship_by", "orders.sku"}
