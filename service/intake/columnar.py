"""Parquet and Arrow bytes → the columns that are asked for, safe to read.

pyarrow checks what a file declares against the bytes there are, before it believes it. What it does not bound is
bounded here: rows, and bytes once decompressed. Values of null entries may be anything at all, so they are blanked.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from service.intake.arrow_messages import decompressed_size
from service.intake.tables import Limits, TooLarge, TooManyRecords

FILE_MARK = b"ARROW1"
DICTIONARY = frozenset({"RLE_DICTIONARY", "PLAIN_DICTIONARY"})


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
    require_bounded_chunks(file.metadata, limits)
    names = list(file.schema_arrow.names)
    there = [name for name in wanted if name in names]
    coded = sorted(coded_columns(file.metadata, there))
    file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=coded, metadata=file.metadata)
    groups, held = [], 0
    for place in range(file.metadata.num_row_groups):
        group = file.read_row_group(place, columns=there, use_threads=False)
        held += group.nbytes
        if held > limits.decompressed:
            raise TooLarge("decompressed", limits.decompressed)
        groups.append(group)
    empty = file.schema_arrow.empty_table().select(unique(there, names))
    pa.default_memory_pool().release_unused()  # what decompressing took
    return Columns(names, pa.concat_tables(groups) if groups else empty)


def require_bounded_chunks(metadata: pq.FileMetaData, limits: Limits) -> None:
    """Refuses a file that says it holds more than the limits."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    if metadata.num_rows > limits.records or sum(group.num_rows for group in groups) > limits.records:
        raise TooManyRecords
    chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
    if sum(chunk.total_uncompressed_size for chunk in chunks) > limits.decompressed:
        raise TooLarge("decompressed", limits.decompressed)
    if any(min(chunk.num_values, chunk.total_uncompressed_size) < 0 for chunk in chunks):
        raise ValueError
    if any(chunk.num_values > limits.decompressed for chunk in chunks):
        raise TooLarge("decompressed", limits.decompressed)


def coded_columns(metadata: pq.FileMetaData, wanted: Collection[str]) -> set[str]:
    """The columns that hold each text once: read so, a small file cannot unfold to more than memory holds."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
    return {
        chunk.path_in_schema
        for chunk in chunks
        if chunk.path_in_schema.split(".")[0] in wanted
        and chunk.physical_type == "BYTE_ARRAY"
        and DICTIONARY & set(chunk.encodings)
    }


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
    if decompressed_size(source, is_file=is_file) > limits.decompressed:  # memory for it would be asked at once
        raise TooLarge("decompressed", limits.decompressed)
    places = [place for place, name in enumerate(schema.names) if name in wanted]
    reader = opened(source, options=ipc.IpcReadOptions(included_fields=places, use_threads=False))
    batches, rows = [], 0
    for batch in (reader.get_batch(place) for place in range(reader.num_record_batches)) if is_file else reader:
        rows += batch.num_rows
        if rows > limits.records:
            raise TooManyRecords
        batches.append(batch)
    kept = pa.schema([schema.field(place) for place in places]) if places else schema
    table = pa.Table.from_batches(batches, batches[0].schema if batches else kept)
    return Columns(list(schema.names), table.select([name for name in table.column_names if name in wanted]))


def require_bounded_texts(table: pa.Table, limits: Limits) -> None:
    """Refuses texts that are many only because one is told many times, before they are written out."""
    if sum(unfolded(chunk) for column in table.columns for chunk in column.chunks) > limits.decompressed:
        raise TooLarge("decompressed", limits.decompressed)


def unfolded(array: pa.Array) -> int:
    """How many bytes texts take that the file itself need not hold one by one."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        lengths = text_lengths(plain(array.dictionary).cast(pa.large_string()))
        return int(lengths[array.indices.drop_null().to_numpy(zero_copy_only=False)].sum())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return unfolded(array.values)
    if pa.types.is_string_view(kind):
        views = np.frombuffer(array.buffers()[1], np.int32).reshape(-1, 4)[array.offset : array.offset + len(array)]
        return int(views[~array.is_null().to_numpy(zero_copy_only=False), 0].sum(dtype=np.int64))
    return 0


def text_lengths(texts: pa.LargeStringArray) -> npt.NDArray[np.int64]:
    """The bytes of each of some texts."""
    offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.diff(offsets)


def unique(names: Iterable[str], there: list[str]) -> list[str]:
    """Names that stand once."""
    return [name for name in names if there.count(name) == 1]


def plain(array: pa.Array) -> pa.Array:
    """The same values without dictionaries, and with nothing behind null entries."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return decoded_dictionary(array)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = plain(array.values)
        listed = pa.large_list(values.type) if pa.types.is_large_list(kind) else pa.list_(values.type)
        return pa.Array.from_buffers(listed, len(array), array.buffers()[:2], offset=array.offset, children=[values])
    if pa.types.is_string_view(kind) and array.null_count:
        return with_blank_nulls(array)
    return array


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type that `plain` makes of a type."""
    if pa.types.is_dictionary(kind):
        return pa.large_string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return (pa.large_list if pa.types.is_large_list(kind) else pa.list_)(plain_type(kind.value_type))
    return kind


def decoded_dictionary(array: pa.DictionaryArray) -> pa.Array:
    """The texts a dictionary stands for."""
    texts = plain(array.dictionary).cast(pa.large_string())
    return pa.DictionaryArray.from_arrays(array.indices, texts).dictionary_decode()


def with_blank_nulls(array: pa.Array) -> pa.Array:
    """Texts whose null entries are empty."""
    _, views, *texts = array.buffers()
    blank = array.is_null().to_numpy(zero_copy_only=False)
    pairs = np.frombuffer(views, np.int64).reshape(-1, 2)[array.offset : array.offset + len(array)].copy()
    pairs[blank] = 0
    valid = pa.array(~blank).buffers()[1]
    return pa.Array.from_buffers(array.type, len(array), [valid, pa.py_buffer(pairs), *texts])
