"""The pages of a Parquet file: what their headers say they hold, before any is decompressed.

What the end of the file says of its chunks need not be true; what a header says is what a reader asks memory for, and
takes no more of.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import pyarrow.parquet as pq
from thrift.protocol.TCompactProtocol import TCompactProtocolAccelerated
from thrift.Thrift import TException
from thrift.transport.TTransport import TMemoryBuffer

from service.intake.parquet_forms import Header

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
        values: how many of them, those that are not known among them; none but in pages of data.
        encoding: how they are told; None but in pages of data.
        header: all that is said.
        content: the bytes as they stand in the file.
    """

    kind: int
    plain: int
    values: int
    encoding: int | None
    header: Header
    content: memoryview


def pages(content: memoryview, chunk: pq.ColumnChunkMetaData) -> Iterator[Page]:
    """The pages of a chunk, as far as they are read: up to the one with the last of its values.

    Args:
        content: the bytes of the whole file.
        chunk: what the end of the file says of the chunk.

    Raises:
        ValueError: a header cannot be read, a page reaches beyond its chunk, or pages hold more values than the chunk.
    """
    held = extent(content, chunk)
    headers, place, left = Headers(held), 0, chunk.num_values
    while left > 0 and place < headers.end:
        header, start = headers.at(place)
        values, encoding = said_by(header)
        place = start + header.stored
        left -= values
        if place > headers.end or left < 0:
            raise ValueError
        yield Page(header.kind, header.plain, values, encoding, header, held[start:place])


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


def said_by(header: Header) -> tuple[int, int | None]:
    """How many values a header says its page has, and in which encoding, if it says all that it must."""
    known = min(number if number is not None else -1 for number in (header.kind, header.plain, header.stored))
    if known < 0:
        raise ValueError
    if header.kind not in (Kind.DATA, Kind.DATA_V2):
        return 0, None
    told = header.data if header.kind == Kind.DATA else header.data_v2
    if told is None or told.encoding is None or told.values is None or told.values < 0:
        raise ValueError
    return told.values, told.encoding
