"""Conditions → Polars expressions. A field that is not known satisfies only `not` and `known: false`."""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from service.core.cards import AS_OF, AllOf, AnyOf, Condition, Has, PartIs, Test

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
EVERYTHING = pl.lit(value=True)


class Expressions:
    """Turns the conditions of one table into expressions over its columns.

    Args:
        table: the table the conditions speak of.
        tables: all tables, for conditions on records of the same order.
        as_of: the instant of the question, or a column of instants.
        parts: the conditions of named parts.
    """

    def __init__(
        self, table: str, tables: Mapping[str, pl.DataFrame], as_of: pl.Expr, parts: Mapping[str, Condition] | None = None
    ) -> None:
        self._columns = tables[table].schema
        self._tables = tables
        self._as_of = as_of
        self._parts = parts or {}

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
                return self._has(condition)
            case Test():
                return self._test(condition)

    def _has(self, condition: Has) -> pl.Expr:
        others = self._tables.get(condition.table)
        if others is None or others.is_empty():
            return pl.lit(value=False)
        meant = Expressions(condition.table, self._tables, self._as_of).of(condition.condition)
        rows = others.filter(meant & pl.col("order_row").is_not_null())["order_row"].unique()
        return pl.col("order_row").is_in(rows.implode()).fill_null(value=False)

    def _test(self, test: Test) -> pl.Expr:
        column = self._instant(test.field)
        if test.operator == "known":
            return column.is_not_null() if test.value else column.is_null()
        if test.operator in ("is", "not"):
            holds = self._is(test.field, column, test.value).fill_null(value=False)
            return holds if test.operator == "is" else ~holds
        if test.operator == "within":
            return (column <= self._instant(str(test.of)) + pl.lit(test.value)).fill_null(value=False)
        other = self._instant(test.value) if isinstance(test.value, str) else pl.lit(test.value)
        return COMPARISONS[test.operator](column, other).fill_null(value=False)

    def _instant(self, field: str) -> pl.Expr:
        return self._as_of if field == AS_OF else pl.col(field)

    def _is(self, field: str, column: pl.Expr, values: tuple[Any, ...]) -> pl.Expr:
        if isinstance(self._columns[field], pl.List):
            return reduce(or_, (column.list.contains(value) for value in values))
        if isinstance(self._columns[field], pl.String):
            values = tuple(map(str, values))
        return column == values[0] if len(values) == 1 else column.is_in(list(values))
