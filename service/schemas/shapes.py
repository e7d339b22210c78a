"""What all objects of the wire share: fields not known, lists, links, and what every record takes."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing, pre_load, validates_schema

from service.schemas.scalars import (
    SPACES,
    Id,
    Scalar,
    Text,
    Wording,
    refusal,
)


def is_blank(value: object, field: fields.Field[Any] | None) -> bool:
    """Whether a value means *not known*: null, "" and, where texts are trimmed, only spaces."""
    trimmed = isinstance(field, Scalar) and field.trimmed
    return value is None or (isinstance(value, str) and (value.strip(SPACES) if trimmed else value) == "")


class Shape(Schema):
    """An object of the wire; fields it does not know are left out, fields not known are as if absent."""

    class Meta:
        unknown = EXCLUDE

    error_messages: dict[str, Any] = {"type": [Wording("not_an_object", "Expected an object.")]}

    @pre_load
    def without_blanks(self, given: Any, **_: Any) -> Any:
        """The given object without fields that are not known."""
        if not isinstance(given, Mapping):
            raise refusal("not_an_object", "Expected an object.")
        return {name: value for name, value in given.items() if not is_blank(value, self.fields.get(name))}


class ListOf(fields.List[Any]):
    """A list of scalars or shapes; entries that are not known are dropped."""

    default_error_messages: dict[str, Any] = {"invalid": [Wording("invalid_list", "Expected a list.")]}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        entries, faults = [], {}
        for position, entry in enumerate(value):
            if not is_blank(entry, self.inner):
                try:
                    entries.append(self.inner.deserialize(entry, **kwargs))
                except ValidationError as error:
                    faults[position] = error.messages
        if faults:
            raise ValidationError(faults)  # positions are keys, as in marshmallow's own list
        return entries


class LinkShape(Shape):
    """One link: where it leads and what it says."""

    href = Text(required=True)
    text = Text()


class Link(fields.Field[dict[str, str]]):
    """A link of a letter: a URL, or an object with `href` and `text`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            return link_shape().load(value)
        return {"href": link_shape().fields["href"].deserialize(value.strip(SPACES) or missing)}


@cache
def link_shape() -> LinkShape:
    """The schema of a link, made once."""
    return LinkShape()


class Record(Shape):
    """What every record takes. `needs` names fields that say nothing without another."""

    table: ClassVar[str]
    needs: ClassVar[Mapping[str, str]] = {}

    seller_id = Id()
    marketplace = Id()

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def needed_fields(self, record: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Faults for each field that stands without the one it needs."""
        for name, needed in self.needs.items():
            if name in record and is_blank(given.get(needed), self.fields[needed]):
                raise ValidationError({needed: [needs(name, needed)]})


def needs(name: str, needed: str) -> Wording:
    """What is wrong where one field stands without another."""
    return Wording(f"needs_{needed}", f"{name} needs its {needed}.")
