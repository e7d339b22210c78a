"""Parquet files that do not tell the truth: sound ones, changed at their end or in the headers of their pages."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

Structure = dict[int, tuple[int, Any]]  # the number of a field → its type and value
Change = Callable[[bytes], bytes]

MARK, TAIL = b"PAR1", 8  # the size of the footer and the mark behind it
ROW_GROUPS, CHUNKS, METADATA, PATH = 4, 1, 3, 3
ENCODINGS, VALUES, PLAIN_SIZE, STORED_SIZE, DATA_PLACE = 2, 5, 6, 7, 9  # fields of a chunk's metadata
PLAIN, RLE = 0, 3

NAMES = {TType.BOOL: "Bool", TType.BYTE: "Byte", TType.I16: "I16", TType.I32: "I32", TType.I64: "I64"} | {
    TType.DOUBLE: "Double", TType.STRING: "Binary",
}  # fmt: skip


def parquet(table: pa.Table, **how: Any) -> bytes:
    """A table as a sound file, without statistics."""
    buffer = BytesIO()
    pq.write_table(table, buffer, write_statistics=False, store_schema=False, **how)
    return buffer.getvalue()


def said_of_chunks(file: bytes, column: str, **said: int | list[int]) -> bytes:
    """The file with something else at its end for the `plain`, `values`, `stored` or `encodings` of a column."""
    size = int.from_bytes(file[-TAIL:-4], "little")
    footer, _ = structure(file[-TAIL - size : -TAIL])
    for group in footer[ROW_GROUPS][1][1]:
        for chunk in group[CHUNKS][1][1]:
            told = chunk[METADATA][1]
            if told[PATH][1][1][0] == column.encode():
                told |= {field: (told[field][0], changed(value)) for field, value in fields(said)}
    content = written(footer)
    return file[: -TAIL - size] + content + len(content).to_bytes(4, "little") + MARK


def fields(said: dict[str, Any]) -> list[tuple[int, Any]]:
    """What is said by the numbers of its fields."""
    numbers = {"encodings": ENCODINGS, "values": VALUES, "plain": PLAIN_SIZE, "stored": STORED_SIZE}
    return [(numbers[name], value) for name, value in said.items()]


def changed(value: Any) -> Any:
    """A value as a field holds it."""
    return (TType.I32, value) if isinstance(value, list) else value


def first_header(file: bytes, column: str, change: Change) -> bytes:
    """The file with other bytes where the first page of a column has its header."""
    group = pq.ParquetFile(BytesIO(file)).metadata.row_group(0)
    [chunk] = [
        chunk for chunk in map(group.column, range(group.num_columns)) if chunk.path_in_schema.split(".")[0] == column
    ]
    start = chunk.data_page_offset
    _, length = structure(file[start:])
    header = change(file[start : start + length])
    return file[:start] + header + file[start + length :]


def structure(content: bytes) -> tuple[Structure, int]:
    """The structure that bytes begin with, and how many of them it takes."""
    source = TMemoryBuffer(content)
    value: Structure = read(TCompactProtocol(source), TType.STRUCT)
    return value, source.cstringio_buf.tell()


def written(value: Structure) -> bytes:
    """The bytes of a structure."""
    target = TMemoryBuffer()
    write(TCompactProtocol(target), TType.STRUCT, value)
    return bytes(target.getvalue())


def read(source: Any, kind: int) -> Any:
    """A value of a type."""
    if kind == TType.STRUCT:
        return read_structure(source)
    if kind == TType.LIST:
        inner, count = source.readListBegin()
        values = [read(source, inner) for _ in range(count)]
        source.readListEnd()
        return inner, values
    return getattr(source, f"read{NAMES[kind]}")()


def read_structure(source: Any) -> Structure:
    """A structure, field by field."""
    found: Structure = {}
    source.readStructBegin()
    while (field := source.readFieldBegin())[1] != TType.STOP:
        found[field[2]] = field[1], read(source, field[1])
        source.readFieldEnd()
    source.readStructEnd()
    return found


def write(target: Any, kind: int, value: Any) -> None:
    """Writes a value of a type."""
    if kind == TType.STRUCT:
        target.writeStructBegin("")
        for number, (inner, held) in sorted(value.items()):
            target.writeFieldBegin("", inner, number)
            write(target, inner, held)
            target.writeFieldEnd()
        target.writeFieldStop()
        target.writeStructEnd()
    elif kind == TType.LIST:
        inner, values = value
        target.writeListBegin(inner, len(values))
        for each in values:
            write(target, inner, each)
        target.writeListEnd()
    else:
        getattr(target, f"write{NAMES[kind]}")(value)
