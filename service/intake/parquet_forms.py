"""The structures of `parquet.thrift`, as far as they are read or written here, their fields numbered as there.

What a structure does not name is passed over when it is read. A field that is not set is None.
"""

from typing import Any

from thrift.protocol.TBase import TBase
from thrift.Thrift import TType

INT32, BYTE_ARRAY = 1, 6  # types of a column
DELTA_BINARY_PACKED, DELTA_BYTE_ARRAY = 5, 7  # encodings of a page
REQUIRED, OPTIONAL, REPEATED = 0, 1, 2  # how often there may be a value
CODECS = {
    "UNCOMPRESSED": 0,
    "SNAPPY": 1,
    "GZIP": 2,
    "LZO": 3,
    "BROTLI": 4,
    "LZ4": 7,
    "ZSTD": 6,
}  # as pyarrow calls them

Field = tuple[int, int, str, Any, None]
Specification = tuple[Field | None, ...]


class Structure(TBase):  # type: ignore[misc]  # Thrift has no types
    """Fields by name, as `thrift_spec` lists them by number."""

    thrift_spec: Specification = ()

    def __init_subclass__(cls) -> None:
        for field in filter(None, cls.thrift_spec):
            setattr(cls, field[2], None)

    def __init__(self, **said: Any) -> None:
        self.__dict__.update(said)


def fields(*several: tuple[int, int, str] | tuple[int, int, str, Any]) -> Specification:
    """Fields at the places of their numbers: each its number, its type, its name and what it is made of."""
    placed: list[Field | None] = [None] * (1 + max(field[0] for field in several))
    for number, kind, name, *inner in several:
        placed[number] = (number, kind, name, inner[0] if inner else None, None)
    return tuple(placed)


def of(form: type[Structure]) -> list[Any]:
    """What a field is made of that is a structure."""
    return [form, form.thrift_spec]


class Data(Structure):
    """What the header of a page of data says of its values."""

    thrift_spec = fields(
        (1, TType.I32, "values"),
        (2, TType.I32, "encoding"),
        (3, TType.I32, "definitions"),
        (4, TType.I32, "repetitions"),
    )


class DataV2(Structure):
    """The same in the second version."""

    thrift_spec = fields(
        (1, TType.I32, "values"), (2, TType.I32, "unknown"), (3, TType.I32, "rows"), (4, TType.I32, "encoding"),
        (5, TType.I32, "definitions"), (6, TType.I32, "repetitions"), (7, TType.BOOL, "compressed"),
    )  # fmt: skip


class Header(Structure):
    """The header of a page."""

    thrift_spec = fields(
        (1, TType.I32, "kind"), (2, TType.I32, "plain"), (3, TType.I32, "stored"), (5, TType.STRUCT, "data", of(Data)),
        (8, TType.STRUCT, "data_v2", of(DataV2)),
    )  # fmt: skip


class Level(Structure):
    """A column, or what columns are in."""

    thrift_spec = fields(
        (1, TType.I32, "type"), (3, TType.I32, "often"), (4, TType.STRING, "name", "UTF8"), (5, TType.I32, "children")
    )


class ChunkContent(Structure):
    """What a chunk of a column holds."""

    thrift_spec = fields(
        (1, TType.I32, "type"), (2, TType.LIST, "encodings", (TType.I32, None, False)),
        (3, TType.LIST, "path", (TType.STRING, "UTF8", False)), (4, TType.I32, "codec"), (5, TType.I64, "values"),
        (6, TType.I64, "plain"), (7, TType.I64, "stored"), (9, TType.I64, "place"),
    )  # fmt: skip


class Chunk(Structure):
    """A chunk of a column."""

    thrift_spec = fields((2, TType.I64, "place"), (3, TType.STRUCT, "content", of(ChunkContent)))


class Group(Structure):
    """A group of rows."""

    thrift_spec = fields(
        (1, TType.LIST, "chunks", (TType.STRUCT, of(Chunk), False)), (2, TType.I64, "size"), (3, TType.I64, "rows")
    )


class Footer(Structure):
    """What stands at the end of a file."""

    thrift_spec = fields(
        (1, TType.I32, "version"), (2, TType.LIST, "levels", (TType.STRUCT, of(Level), False)), (3, TType.I64, "rows"),
        (4, TType.LIST, "groups", (TType.STRUCT, of(Group), False)),
    )  # fmt: skip
