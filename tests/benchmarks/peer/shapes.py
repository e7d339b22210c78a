"""The shapes of records as a plain service would write them: marshmallow's own fields, made after ours."""

from collections.abc import Callable
from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, fields, validate

from service.schemas import scalars
from service.schemas.records import TABLES, shape
from service.schemas.shapes import ListOf

Field = fields.Field[Any]
STOCK: dict[type, Callable[[Any, dict[str, Any]], Field]] = {
    scalars.Id: lambda _, rest: fields.String(validate=validate.Length(1, scalars.ID_LENGTH), **rest),
    scalars.Text: lambda _, rest: fields.String(**rest),
    scalars.Currency: lambda _, rest: fields.String(validate=validate.Length(equal=3), **rest),
    scalars.Choice: lambda own, rest: fields.String(validate=validate.OneOf(own.choices), **rest),
    scalars.Boolean: lambda _, rest: fields.Boolean(**rest),
    scalars.Integer: lambda own, rest: fields.Integer(validate=validate.Range(own.least, own.most), **rest),
    scalars.Amount: lambda _, rest: fields.Decimal(validate=validate.Range(0), **rest),
    scalars.Timestamp: lambda _, rest: fields.AwareDateTime(format="iso", **rest),
    ListOf: lambda own, rest: fields.List(stock_field(own.inner), **rest),
}


def stock_field(own: Field) -> Field:
    """The stock field that is like one of ours; what nests deeper passes as it is."""
    rest = {"required": True} if own.required else {"allow_none": True}
    make = STOCK.get(type(own))
    return make(own, rest) if make else fields.Raw(allow_none=True)


def stock_batch() -> Schema:
    """The schema of a whole call, of stock fields."""
    tables = {name: Schema.from_dict({field: stock_field(own) for field, own in shape(name).fields.items()})
              for name in TABLES}  # fmt: skip
    return batch({name: fields.Nested(table, many=True, unknown=EXCLUDE) for name, table in tables.items()})


def own_batch() -> Schema:
    """The schema of a whole call, of the service's own fields."""
    return batch({name: fields.Nested(record, many=True, unknown=EXCLUDE) for name, record in TABLES.items()})


def batch(tables: dict[str, Field]) -> Schema:
    """The schema of a call with some tables."""
    top: dict[str, Field] = {"as_of": fields.AwareDateTime(format="iso"), "marketplace": fields.String()}
    made: Schema = Schema.from_dict({**top, **tables})(unknown=INCLUDE)
    return made
