"""The pages of a Parquet file: what their headers say they hold, before any is decompressed.

What the end of the file says of its chunks need not be true; what a header says is what a reader asks memory for, and
takes no more of. Headers are structures of Thrift's compact protocol, their fields numbered as in `parquet.thrift`.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import pyarrow.parquet as pq
from thrift.protocol.TBase import TBase
from thrift.protocol.TCompactProtocol import TCompactProtocolAccelerated
from thrift.Thrift import TException, TType
from thrift.transport.TTransport import TMemoryBuffer

SHORT, LONGEST = 4096, 16 * 1024 * 1024  # bytes of a header: most have a few dozen, pyarrow takes no more
DAMAGED = (TException, EOFError, ValueError, TypeError, OverflowError)  # what Thrift raises of bytes that are no header


class Kind(IntEnum):
    """What a page holds."""

    DATA = 0
    INDEX = 1
    DICTIONARY = 2
    DATA_V2 = 3


class Page(NamedTuple):
    """What a header says of its page.

    Attributes:
        kind: a `Kind`, or a number nobody knows.
        plain: bytes once decompressed.
        stored: bytes as they stand in the file.
        values: how many of them, those that are not known among them; none but in pages of data.
    """

    kind: int
    plain: int
    stored: int
    values: int


class Content(TBase):  # type: ignore[misc]  # Thrift has no types
    """What the header of a page of data says of its values."""

    thrift_spec = (None, (1, TType.I32, "values", None, None))
    values: int | None = None


class Header(TBase):  # type: ignore[misc]
    """The header of a page."""

    thrift_spec = (
        None,
        (1, TType.I32, "kind", None, None),
        (2, TType.I32, "plain", None, None),
        (3, TType.I32, "stored", None, None),
        None,
        (5, TType.STRUCT, "data", [Content, Content.thrift_spec], None),
        None,
        None,
        (8, TType.STRUCT, "data_v2", [Content, Content.thrift_spec], None),
    )
    kind: int | None = None
    plain: int | None = None
    stored: int | None = None
    data: Content | None = None
    data_v2: Content | None = None


def pages(content: memoryview, chunk: pq.ColumnChunkMetaData) -> Iterator[Page]:
    """The pages of a chunk, as far as they are read: up to the one with the last of its values.

    Args:
        content: the bytes of the whole file.
        chunk: what the end of the file says of the chunk.

    Raises:
        ValueError: a header cannot be read, a page reaches beyond its chunk, or pages hold more values than the chunk.
    """
    at, end = extent(content, chunk)
    left = chunk.num_values
    while left > 0 and at < end:
        header, length = header_at(content[at:end])
        page = said_by(header)
        at += length + page.stored
        left -= page.values
        if at > end or left < 0:
            raise ValueError
        yield page


def extent(content: memoryview, chunk: pq.ColumnChunkMetaData) -> tuple[int, int]:
    """Where a chunk begins and ends; its dictionary, where there is one, comes first."""
    first = chunk.data_page_offset
    if 0 < (chunk.dictionary_page_offset or 0) < first:
        first = chunk.dictionary_page_offset
    last = first + chunk.total_compressed_size
    if not 0 <= first <= last <= len(content):
        raise ValueError
    return first, last


def header_at(content: memoryview) -> tuple[Header, int]:
    """The header that bytes begin with, and how many of them it takes."""
    most = SHORT
    while True:
        source, header = TMemoryBuffer(bytes(content[:most])), Header()
        try:
            header.read(TCompactProtocolAccelerated(source, fallback=False))
        except DAMAGED:
            if most >= min(len(content), LONGEST):
                raise ValueError from None
            most *= 4
        else:
            return header, source.cstringio_buf.tell()


def said_by(header: Header) -> Page:
    """What a header says, if it says all that it must."""
    content = Content()
    match header.kind:
        case Kind.DATA:
            content = header.data or content
        case Kind.DATA_V2:
            content = header.data_v2 or content
        case _:
            content.values = 0
    said = [header.kind, header.plain, header.stored, content.values]
    known = [number for number in said if number is not None and number >= 0]
    if len(known) < len(said):
        raise ValueError
    return Page(*known)
