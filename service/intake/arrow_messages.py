"""The messages of an Arrow stream or file: what their compressed buffers say they hold, before any is decompressed.

Their metadata are flat buffers. A slot is the place of a field in its table, as Arrow's `Message.fbs` and `File.fbs`
number them.
"""

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from flatbuffers import encode, number_types
from flatbuffers.packer import uoffset
from flatbuffers.table import Table
from pyarrow import ipc

FOOTER_DICTIONARIES, FOOTER_BATCHES = 8, 10
HEADER_TYPE, HEADER = 6, 8
DICTIONARY_HEADER, BATCH_HEADER = 2, 3
DATA_OF_DICTIONARY = 6
BUFFERS, COMPRESSION = 8, 10
EXPERIMENTAL = b"ARROW:experimental_compression"  # how the first writers said so
SIZE = 8  # bytes before a compressed buffer, which say how many it holds
BLOCK = np.dtype([("at", "<i8"), ("metadata", "<i4"), ("padding", "<i4"), ("body", "<i8")])
BUFFER = np.dtype([("at", "<i8"), ("length", "<i8")])
END_MARKS = (b"\xff\xff\xff\xff\0\0\0\0", b"\0\0\0\0")  # of a stream; the second is how the first writers wrote it
TAIL = 10  # the size of the footer, and the mark at the end of a file


def decompressed_size(source: pa.Buffer, *, is_file: bool) -> int:
    """How many bytes the compressed buffers of a stream or file say they hold together; 0 where none is compressed.

    Raises:
        pa.ArrowException, OSError, EOFError, ValueError: it is damaged.
    """
    messages = messages_of_file(source) if is_file else messages_of_stream(source)
    try:
        return sum(said_by(message) for message in messages)
    except (LookupError, TypeError, struct.error):
        raise ValueError from None


def messages_of_file(source: pa.Buffer) -> Iterator[ipc.Message]:
    """The messages that the footer of a file names."""
    content = memoryview(source)
    size = int.from_bytes(content[-TAIL : -TAIL + 4], "little")
    footer = root(content[-TAIL - size : -TAIL])
    for slot in (FOOTER_DICTIONARIES, FOOTER_BATCHES):
        for place in listed(footer, slot, BLOCK)["at"].tolist():
            yield ipc.read_message(source.slice(place))


def messages_of_stream(source: pa.Buffer) -> Iterator[ipc.Message]:
    """The messages of a stream, which must end with a mark, and nothing behind it."""
    stream, end = pa.BufferReader(source), 0
    for message in ipc.MessageReader.open_stream(stream):
        yield message
        end = stream.tell()
    if memoryview(source).cast("B")[end:] not in END_MARKS:
        raise ValueError


def said_by(message: ipc.Message) -> int:
    """How many bytes the compressed buffers of a message say they hold."""
    table = root(memoryview(message.metadata))
    kind = table.GetSlot(HEADER_TYPE, 0, number_types.Uint8Flags)
    if kind not in (DICTIONARY_HEADER, BATCH_HEADER):
        return 0
    batch = within(table, HEADER) if kind == BATCH_HEADER else within(within(table, HEADER), DATA_OF_DICTIONARY)
    if not batch.Offset(COMPRESSION) and EXPERIMENTAL not in bytes(message.metadata):
        return 0
    body, places = memoryview(message.body or b""), listed(batch, BUFFERS, BUFFER)
    sizes = [body[place : place + SIZE] for place in places["at"][places["length"] >= SIZE].tolist()]
    return sum(max(int.from_bytes(size, "little", signed=True), 0) for size in sizes)


def root(content: memoryview) -> Table:
    """The outermost table of a flat buffer."""
    return Table(content, encode.Get(uoffset, content, 0))


def within(table: Table, slot: int) -> Table:
    """A table that is a field of another one."""
    return Table(table.Bytes, table.Indirect(table.Pos + table.Offset(slot)))


def listed(table: Table, slot: int, form: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """The entries of a field that lists structures of one form."""
    field = table.Offset(slot)
    if not field:
        return np.zeros(0, form)
    return np.frombuffer(table.Bytes, form, table.VectorLen(field), table.Vector(field))
