"""Lines → records: the lines of one record become one, and of several accounts of a record the newest comes first.

Nothing here depends on the order of lines.
"""

import polars as pl

from service.core.known import FORMS
from service.core.mappings import Filled, Filling, Fold
from service.schemas.records import shape
from service.schemas.shapes import ListOf

BESIDE = ("line", "newest", "part")


def folded(lines: pl.DataFrame, filling: Filling, *, objects: bool) -> pl.DataFrame:
    """One row per record; lines without an id stand alone.

    Objects that say when they were updated stay accounts of their own, for the newest to be found among them.

    Args:
        lines: a column per field, with `line` and `newest`.
        filling: how the lines of a record become one value.
        objects: whether lines are of objects rather than of a flat file.
    """
    key = key_of(filling)
    if key is None or key not in lines.columns or not lines[key].is_duplicated().any():
        return lines
    by = {one.fills: one for one in filling.fields}
    kept = [merged(by[name], filling.table) for name in lines.columns if name not in (key, *BESIDE)]
    apart = pl.lit(value=True) if objects and filling.newest else pl.col(key).is_null()
    grouped = lines.group_by([pl.col(key), pl.when(apart).then(pl.col("line")).alias("alone")], maintain_order=True)
    return grouped.agg(pl.col("line").min(), pl.col("newest").max(), *kept).select(lines.columns)


def key_of(filling: Filling) -> str | None:
    """The field by which lines are of one record."""
    return FORMS[filling.table].key


def merged(one: Filled, table: str) -> pl.Expr:
    """One field of several lines."""
    column = pl.col(one.fills)
    if isinstance(shape(table).fields[one.fills], ListOf):
        return united(column)
    return merged_by(column, one.fold).alias(one.fills)


def united(column: pl.Expr) -> pl.Expr:
    """The entries of several lists."""
    return column.explode().drop_nulls().unique().sort()


def merged_by(column: pl.Expr, fold: Fold) -> pl.Expr:
    """One value of several."""
    match fold.how:
        case "greatest":
            return column.max()
        case "sum":
            return pl.when(column.is_not_null().any()).then(column.sum())
        case "all":
            return pl.when(column.is_not_null().all() & (column.n_unique() == 1)).then(column.min())
        case "prefer":
            return preferred(column, fold)
    return column.min()


def preferred(column: pl.Expr, fold: Fold) -> pl.Expr:
    """The first of some words that any line says, unless several of them together read as another."""
    read = column.min()
    for word in reversed(fold.prefer):
        read = pl.when((column == word).any()).then(pl.lit(word)).otherwise(read)
    for word, said in fold.together.items():
        read = pl.when(pl.all_horizontal([(column == one).any() for one in said])).then(pl.lit(word)).otherwise(read)
    return read


def newest_first(accounts: pl.DataFrame, key: str | None) -> pl.DataFrame:
    """One row per id: of each field what the newest account that knows it says; of lists all entries."""
    if key is None or key not in accounts.columns or not accounts[key].is_duplicated().any():
        return accounts
    others = [name for name in accounts.columns if name not in (key, *BESIDE)]
    texts = [name for name in others if accounts.schema[name] == pl.String]
    by = ["newest", *texts]
    ordered = accounts.sort(by, descending=[True, *(False for _ in texts)], nulls_last=True)
    values = [united(pl.col(name)) if name not in texts else pl.col(name).drop_nulls().first() for name in others]
    alone = pl.when(pl.col(key).is_null()).then(pl.col("line")).alias("alone")
    grouped = ordered.group_by([pl.col(key), alone], maintain_order=True)
    beside = [pl.col("line").first(), pl.col("part").first(), pl.col("newest").max()]
    return grouped.agg(*beside, *values).select(accounts.columns)
