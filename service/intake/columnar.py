"""Parquet and Arrow bytes → the columns that are asked for, safe to read.

pyarrow checks what a file declares against the bytes there are, before it believes it. What it does not bound is
bounded here: rows, and bytes once decompressed. Values of null entries may be anything at all, so they are blanked.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ipc

from service.intake.arrow_messages import decompressed_size
from service.intake.parquet_forms import DELTA_BYTE_ARRAY
from service.intake.parquet_pages import Kind, pages
from service.intake.parquet_shared import shared_size
from service.intake.tables import Limits, TooManyRecords
from service.intake.unfolded import VALUE, require_at_most

FILE_MARK = b"ARROW1"
TEXTS = "BYTE_ARRAY"  # what Parquet calls the type of texts
FARTHEST = (2**63 - 1) // 1000  # seconds before or after 1970


class Columns(NamedTuple):
    """The names of all columns of a file, in order, and the columns that were asked for."""

    names: list[str]
    table: pa.Table


def read_parquet(content: bytes | memoryview, wanted: Collection[str], limits: Limits) -> Columns:
    """The columns of a Parquet file.

    Raises:
        TooManyRecords, TooLarge: it holds more than the limits.
        pa.ArrowException, OSError, ValueError: it is damaged.
    """
    file = pq.ParquetFile(pa.BufferReader(content))
    require_bounded_chunks(file.metadata, wanted, limits)
    names = list(file.schema_arrow.names)
    there = [name for name in wanted if name in names]
    coded = sorted(coded_columns(memoryview(content), file.metadata, there, limits))
    file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=coded, metadata=file.metadata)
    groups, held = [], 0
    for place in range(file.metadata.num_row_groups):
        group = file.read_row_group(place, columns=there, use_threads=False)
        if group.num_rows != file.metadata.row_group(place).num_rows:
            raise ValueError
        held += group.nbytes
        require_at_most(limits.decompressed, held)
        groups.append(group)
    empty = file.schema_arrow.empty_table().select(unique(there, names))
    pa.default_memory_pool().release_unused()  # what decompressing took
    return Columns(names, pa.concat_tables(groups) if groups else empty)


def require_bounded_chunks(metadata: pq.FileMetaData, wanted: Collection[str], limits: Limits) -> None:
    """Refuses a file that says it holds more than the limits."""
    groups = groups_of(metadata)
    if metadata.num_rows > limits.records or sum(group.num_rows for group in groups) > limits.records:
        raise TooManyRecords
    chunks = [(chunk, group.num_rows) for group in groups for chunk in chunks_of(group)]
    if any(min(chunk.num_values, chunk.total_uncompressed_size) < 0 for chunk, _ in chunks):
        raise ValueError
    require_at_most(limits.decompressed, sum(chunk.total_uncompressed_size for chunk, _ in chunks))
    within = sum(max(chunk.num_values - rows, 0) for chunk, rows in chunks if column_of(chunk) in wanted)
    require_at_most(limits.decompressed, within * VALUE)
    fixed = sum(
        chunk.num_values * metadata.schema.column(place).length
        for group in groups
        for place, chunk in enumerate(chunks_of(group))
        if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY" and column_of(chunk) in wanted
    )
    require_at_most(limits.decompressed, fixed)  # one that is not known takes as much


def coded_columns(content: memoryview, metadata: pq.FileMetaData, wanted: Collection[str], limits: Limits) -> set[str]:
    """The columns that hold each text once: read so, a small file cannot unfold to more than memory holds.

    Raises:
        TooLarge: the pages of what is wanted say they hold more than the limit.
        ValueError: they are damaged.
    """
    coded, held = set(), 0
    for group in groups_of(metadata):
        for place, chunk in enumerate(chunks_of(group)):
            if column_of(chunk) not in wanted:
                continue
            encodings: set[int | None] = set()
            for page in pages(content, chunk):
                held += page.plain
                require_at_most(limits.decompressed, held)
                encodings.add(page.encoding)
                if page.kind == Kind.DICTIONARY and chunk.physical_type == TEXTS:
                    coded.add(chunk.path_in_schema)
            if DELTA_BYTE_ARRAY in encodings and chunk.physical_type == TEXTS:
                held += shared_size(pages(content, chunk), chunk, metadata.schema.column(place), group.num_rows)
                require_at_most(limits.decompressed, held)
    return coded


def groups_of(metadata: pq.FileMetaData) -> list[pq.RowGroupMetaData]:
    """What a file says of its groups of rows."""
    return [metadata.row_group(place) for place in range(metadata.num_row_groups)]


def chunks_of(group: pq.RowGroupMetaData) -> list[pq.ColumnChunkMetaData]:
    """What a group of rows says of its columns, of which those of lists and objects are in several."""
    return [group.column(place) for place in range(group.num_columns)]


def column_of(chunk: pq.ColumnChunkMetaData) -> str:
    """The name of the column that values are of, at whatever depth."""
    return str(chunk.path_in_schema).split(".")[0]


def read_arrow(content: bytes | memoryview, wanted: Collection[str], limits: Limits) -> Columns:
    """The columns of an Arrow stream or file.

    Raises:
        TooManyRecords, TooLarge: it holds more than the limits.
        pa.ArrowException, OSError, EOFError, ValueError: it is damaged.
    """
    is_file = content[: len(FILE_MARK)] == FILE_MARK
    opened = ipc.open_file if is_file else ipc.open_stream
    source = pa.py_buffer(content)
    schema = opened(source).schema
    said = decompressed_size(source, is_file=is_file)
    require_at_most(limits.decompressed, said)  # memory for it would be asked at once
    places = [place for place, name in enumerate(schema.names) if name in wanted]
    reader = opened(source, options=ipc.IpcReadOptions(included_fields=places, use_threads=False))
    batches, rows = [], 0
    for batch in (reader.get_batch(place) for place in range(reader.num_record_batches)) if is_file else reader:
        rows += batch.num_rows
        if rows > limits.records:
            raise TooManyRecords
        batches.append(batch)
    table = pa.Table.from_batches(batches, batches[0].schema if batches else schema)
    asked = [place for place, name in enumerate(table.column_names) if name in wanted]  # names may be told twice
    return Columns(list(schema.names), table.select(asked))


def unique(names: Iterable[str], there: list[str]) -> list[str]:
    """Names that stand once."""
    return [name for name in names if there.count(name) == 1]


def plain(array: pa.Array) -> pa.Array:
    """The same values without dictionaries of texts or numbers, in UTC, and with nothing behind null entries."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return decoded_dictionary(array)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = plain(array.values)
        listed = pa.large_list(values.type) if pa.types.is_large_list(kind) else pa.list_(values.type)
        return pa.Array.from_buffers(listed, len(array), array.buffers()[:2], offset=array.offset, children=[values])
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        values = [plain(array.field(place)) for place in range(len(names))]
        return pa.StructArray.from_arrays(values, names, mask=array.is_null())
    if pa.types.is_timestamp(kind):
        return moments(array)
    if pa.types.is_string_view(kind) and array.null_count:
        return with_blank_nulls(array)
    return array


def decoded_dictionary(array: pa.DictionaryArray) -> pa.Array:
    """The values a dictionary stands for; lists and objects stay in it, since Arrow cannot copy all that they hold."""
    values = plain(array.dictionary)
    values = values.cast(pa.large_string()) if is_text(values.type) else values
    coded = pa.DictionaryArray.from_arrays(array.indices, values)
    return coded if pa.types.is_nested(values.type) else coded.dictionary_decode()


def is_text(kind: pa.DataType) -> bool:
    """Whether values of a type are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def moments(array: pa.TimestampArray) -> pa.TimestampArray:
    """Instants in UTC, as they are held whatever their zone; seconds beyond counting in milliseconds, the last before.

    Polars has no seconds, and does not mind whether their number runs over.
    """
    kind = array.type
    if kind.unit == "s":
        array = pc.max_element_wise(array.cast(pa.int64()), -FARTHEST, skip_nulls=False)
        array = pc.min_element_wise(array, FARTHEST, skip_nulls=False)
    return array.cast(pa.timestamp(kind.unit, "UTC" if kind.tz else None))


def with_blank_nulls(array: pa.Array) -> pa.Array:
    """Texts whose null entries are empty."""
    _, views, *texts = array.buffers()
    blank = array.is_null().to_numpy(zero_copy_only=False)
    pairs = np.frombuffer(views, np.int64).reshape(-1, 2)[array.offset : array.offset + len(array)].copy()
    pairs[blank] = 0
    valid = pa.array(~blank).buffers()[1]
    return pa.Array.from_buffers(array.type, len(array), [valid, pa.py_buffer(pairs), *texts])
