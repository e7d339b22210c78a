"""Conditions → Polars expressions. A field that is not known satisfies only `not` and `known: false`."""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from service.core.clauses import AS_OF, AllOf, AnyOf, Condition, Every, Has, PartIs, Test, Twin

COMPARISONS = {
    "at_least": pl.Expr.ge,
    "at_most": pl.Expr.le,
    "above": pl.Expr.gt,
    "below": pl.Expr.lt,
    "after": pl.Expr.gt,
    "before": pl.Expr.lt,
    "not_after": pl.Expr.le,
    "not_before": pl.Expr.ge,
}
MIRRORED = {  # the column first: a constant on the left makes a column of one row
    "after": pl.Expr.lt,
    "before": pl.Expr.gt,
    "not_after": pl.Expr.ge,
    "not_before": pl.Expr.le,
}
EVERYTHING = pl.lit(value=True)
NOTHING = pl.lit(value=False)
OF_ORDER = "order."


class Expressions:
    """Turns the conditions of one table into expressions over its columns.

    Args:
        table: the table the conditions speak of.
        tables: all tables, for conditions on records of the same order.
        as_of: the instant of the question, or a column of instants.
        parts: the conditions of named parts.
        excused: per table, rows that are to be looked at as if they were not there.
    """

    def __init__(
        self,
        table: str,
        tables: Mapping[str, pl.DataFrame],
        as_of: pl.Expr,
        parts: Mapping[str, Condition] | None = None,
        excused: Mapping[str, pl.Series] | None = None,
    ) -> None:
        self._table = table
        self._tables = tables
        self._as_of = as_of
        self._parts = parts or {}
        self._excused = excused or {}

    def of(self, condition: Condition | None) -> pl.Expr:
        """The expression of a condition; true or false for every record, never null."""
        match condition:
            case None:
                return EVERYTHING
            case AllOf():
                return reduce(and_, map(self.of, condition.conditions), EVERYTHING)
            case AnyOf():
                return reduce(or_, map(self.of, condition.conditions))
            case PartIs():
                return reduce(or_, (self.of(self._parts[part]) for part in condition.parts))
            case Has():
                return self._among_orders(self._related(condition.table, condition.condition))
            case Every():
                failing = self._related(condition.table, condition.condition, meeting=False)
                some = self._among_orders(self._related(condition.table, None))
                return some & ~self._among_orders(failing)
            case Twin():
                return self._twin(condition)
            case Test():
                return self._test(condition)

    def _related(self, table: str, condition: Condition | None, *, meeting: bool = True) -> pl.Series:
        """The orders of a table's records that meet a condition (or do not)."""
        others = self._tables.get(table)
        if others is None or others.is_empty():
            return pl.Series(dtype=pl.UInt32)
        met = Expressions(table, self._tables, self._as_of).of(condition)
        held = (met if meeting else ~met) & pl.col("order_row").is_not_null()
        if table in self._excused:
            held &= ~pl.col("row").is_in(self._excused[table].implode())
        return others.filter(held)["order_row"].unique()

    def _among_orders(self, rows: pl.Series) -> pl.Expr:
        return pl.col("order_row").is_in(rows.implode()).fill_null(value=False) if len(rows) else NOTHING

    def _twin(self, twin: Twin) -> pl.Expr:
        own = self._tables[self._table].filter(*(pl.col(name).is_not_null() for name in twin.same))
        others = own.filter(self.of(twin.condition)).select("seller", *twin.same, other=twin.by, other_row="row")
        pairs = own.select("seller", *twin.same, "row", own=twin.by).join(others, on=["seller", *twin.same])
        apart = (pl.col("own") - pl.col("other")).abs() <= twin.within
        rows = pairs.filter((pl.col("row") != pl.col("other_row")) & apart)["row"].unique()
        return pl.col("row").is_in(rows.implode()) if len(rows) else NOTHING

    def _test(self, test: Test) -> pl.Expr:
        column = self.column(test.field)
        if test.operator == "known":
            return column.is_not_null() if test.value else column.is_null()
        if test.operator in ("is", "not"):
            holds = self._is(test.field, column, test.value).fill_null(value=False)
            return holds if test.operator == "is" else ~holds
        if test.operator == "during":
            return self._during(test.field, test.value)
        if test.of is not None:
            limit = self.column(test.of) + pl.lit(test.value)
            return (limit >= column if test.operator == "within" else limit < column).fill_null(value=False)
        other = self.column(test.value) if isinstance(test.value, str) else pl.lit(test.value)
        if test.field == AS_OF:
            return MIRRORED[test.operator](other, column).fill_null(value=False)
        return COMPARISONS[test.operator](column, other).fill_null(value=False)

    def column(self, field: str) -> pl.Expr:
        """The column of a field, of the record itself or (`order.…`) of its order; `as_of` is the instant asked for."""
        if field == AS_OF:
            return self._as_of
        if not field.startswith(OF_ORDER):
            return pl.col(field)
        orders = self._tables.get("orders")
        name = field.removeprefix(OF_ORDER)
        return pl.lit(None) if orders is None else pl.lit(orders[name]).gather(pl.col("order_row"))

    def _is(self, field: str, column: pl.Expr, values: tuple[Any, ...]) -> pl.Expr:
        kind = self._tables[self._table].schema[field]
        if isinstance(kind, pl.List):
            return reduce(or_, (column.list.contains(value) for value in values))
        if isinstance(kind, pl.String):
            values = tuple(map(str, values))
        return column == values[0] if len(values) == 1 else column.is_in(list(values))

    def _during(self, field: str, spans: str) -> pl.Expr:
        """Whether an instant lies in one of the seller's absences, or in its time in a program."""
        sellers = self._tables.get("sellers")
        if sellers is None or sellers.is_empty():
            return NOTHING
        column, _, program = spans.partition(".")
        listed = sellers.select("seller", column).explode(column).drop_nulls(column).unnest(column)
        meant = listed.filter(pl.col("program") == program) if program else listed
        timed = self._tables[self._table].select("seller", "row", at=field).join(meant, on="seller")
        began = (pl.col("from_") <= pl.col("at")).fill_null(value=True)
        lasts = (pl.col("at") < pl.col("to")).fill_null(value=True)
        rows = timed.filter(pl.col("at").is_not_null() & began & lasts)["row"].unique()
        return pl.col("row").is_in(rows.implode()) if len(rows) else NOTHING
