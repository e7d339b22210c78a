"""Texts of Parquet that are told by what each shares with the one before: how much that is, before any is written out.

Such a page begins with how many bytes each text shares, packed as columns of whole numbers are. So it is read as one:
its chunk is made a file of one such column, and pyarrow reads that.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from thrift.protocol.TCompactProtocol import TCompactProtocolAccelerated
from thrift.transport.TTransport import TMemoryBuffer

from service.intake.parquet_forms import (
    CODECS,
    DELTA_BINARY_PACKED,
    DELTA_BYTE_ARRAY,
    INT32,
    OPTIONAL,
    REPEATED,
    REQUIRED,
    Chunk,
    ChunkContent,
    Data,
    DataV2,
    Footer,
    Group,
    Header,
    Level,
    Structure,
)
from service.intake.parquet_pages import Page

MARK = b"PAR1"


def shared_size(pages: Iterable[Page], chunk: pq.ColumnChunkMetaData, column: pq.ColumnSchema, rows: int) -> int:
    """How many bytes the texts of a chunk share with those before them, all together.

    Args:
        pages: those of the chunk, whose texts are all told so.
        chunk: what the end of the file says of the chunk.
        column: what it says of its column.
        rows: how many records the chunk is of.

    Raises:
        pa.ArrowException, OSError, ValueError: it is damaged.
    """
    file = bytearray(MARK)
    for page in pages:  # none is kept: there may be a million of them
        if page.encoding is None:
            continue
        if page.encoding != DELTA_BYTE_ARRAY:
            raise ValueError
        file += written(as_numbers(page))
        file += page.content
    footer = written(footer_of(chunk, column, rows, len(file) - len(MARK)))
    file += footer + len(footer).to_bytes(4, "little") + MARK
    source = pa.py_buffer(file)
    table = pq.ParquetFile(pa.BufferReader(source)).read(use_threads=False)
    numbers = [part for chunk in table.column(0).chunks for part in leaves(chunk)]
    least = min((pc.min(part).as_py() or 0 for part in numbers), default=0)
    if least < 0:
        raise ValueError
    return sum(pc.sum(part.cast(pa.int64())).as_py() or 0 for part in numbers)


def as_numbers(page: Page) -> Header:
    """The header of the same page, of whole numbers."""
    old = page.header
    header = Header(kind=old.kind, plain=old.plain, stored=old.stored)
    if old.data:
        header.data = Data(**{**vars(old.data), "encoding": DELTA_BINARY_PACKED})
    else:
        header.data_v2 = DataV2(**{**vars(old.data_v2), "encoding": DELTA_BINARY_PACKED})
    return header


def footer_of(chunk: pq.ColumnChunkMetaData, column: pq.ColumnSchema, rows: int, size: int) -> Footer:
    """The end of a file of one column of whole numbers that lies as deep as another one."""
    lists = column.max_repetition_level
    *outer, inner = [REPEATED] * lists + [OPTIONAL] * (column.max_definition_level - lists) or [REQUIRED]
    levels = [Level(name="x", children=1), *(Level(name="x", children=1, often=often) for often in outer)]
    content = ChunkContent(
        type=INT32,
        encodings=[DELTA_BINARY_PACKED],
        path=["x"] * (len(outer) + 1),
        codec=CODECS[chunk.compression],
        values=chunk.num_values,
        plain=chunk.total_uncompressed_size,
        stored=size,
        place=len(MARK),
    )
    group = Group(chunks=[Chunk(place=len(MARK), content=content)], size=size, rows=rows)
    levels.append(Level(name="x", type=INT32, often=inner))
    return Footer(version=2, levels=levels, rows=rows, groups=[group])


def leaves(array: pa.Array) -> Iterator[pa.Array]:
    """The values in lists and objects of whatever depth."""
    if pa.types.is_list(array.type):
        yield from leaves(array.flatten())
    elif pa.types.is_struct(array.type):
        for inner in array.flatten():
            yield from leaves(inner)
    else:
        yield array


def written(structure: Structure) -> bytes:
    """The bytes of a structure."""
    target = TMemoryBuffer()
    structure.write(TCompactProtocolAccelerated(target, fallback=False))
    return bytes(target.getvalue())
