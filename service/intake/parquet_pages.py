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
    headers, place, left = Headers(extent(content, chunk)), 0, chunk.num_values
    while left > 0 and place < headers.end:
        header, place = headers.at(place)
        page = said_by(header)
        place += page.stored
        left -= page.values
        if place > headers.end or left < 0:
            raise ValueError
        yield page


def extent(content: memoryview, chunk: pq.ColumnChunkMetaData) -> memoryview:
    """The bytes of a chunk; its dictionary, where there is one, comes first."""
    first = chunk.data_page_offset
    if 0 < (chunk.dictionary_page_offset or 0) < first:
        first = chunk.dictionary_page_offset
    last = first + chunk.total_compressed_size
    if not 0 <= first <= last <= len(content):
        raise ValueError
    return content[first:last]


class Headers:
    """The headers in the bytes of a chunk. Thrift reads copies of them, of which small pages share one."""

    def __init__(self, chunk: memoryview) -> None:
        self.end = len(chunk)
        self._chunk, self._from, self._to = chunk, 0, 0

    def at(self, place: int) -> tuple[Header, int]:
        """The header at a place, and where it ends."""
        if not self._from <= place < self._to:
            self._copy(place, SHORT)
        while True:
            header, source = Header(), self._source.cstringio_buf
            source.seek(place - self._from)
            try:
                header.read(self._protocol)
            except DAMAGED:
                self._copy_more(place)
            else:
                return header, self._from + source.tell()

    def _copy_more(self, place: int) -> None:
        """Copies what may be the whole of a header of which too little was copied."""
        copied = self._to - place
        if copied >= LONGEST or self._to == self.end:
            raise ValueError
        self._copy(place, max(SHORT, 4 * copied))

    def _copy(self, place: int, size: int) -> None:
        """Copies so many bytes from a place on, as far as there are."""
        self._from, self._to = place, min(place + size, self.end)
        self._source = TMemoryBuffer(bytes(self._chunk[self._from : self._to]))
        self._protocol = TCompactProtocolAccelerated(self._source, fallback=False)


def said_by(header: Header) -> Page:
    """What a header says, if it says all that it must."""
    kind, plain, stored, values = header.kind, header.plain, header.stored, None
    if kind == Kind.DATA:
        values = header.data and header.data.values
    elif kind == Kind.DATA_V2:
        values = header.data_v2 and header.data_v2.values
    else:
        values = 0
    if kind is None or plain is None or stored is None or values is None or min(plain, stored, values) < 0:
        raise ValueError
    return Page(kind, plain, stored, values)
