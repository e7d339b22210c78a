"""How much columns of Arrow hold once every value of them is written out, told before any is.

A text of a dictionary, an entry that lists share, a list of nothing but gaps: few bytes may tell of many values.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from service.intake.tables import Limits, TooLarge

VALUE = 64  # bytes Python takes, more or less, for a value that a list or an object holds, known or not
VIEW = 4  # numbers a view of a text is made of, the first of them its length
Sizes = npt.NDArray[np.int64]


def require_bounded(table: pa.Table, limits: Limits) -> None:
    """Refuses values that are many only because a file need not hold them one by one.

    Raises:
        TooLarge: written out, they hold more than the limit.
    """
    total = 0
    for chunk in (chunk for column in table.columns if unfolds(column.type) for chunk in column.chunks):
        total += int(sizes(chunk, limits.decompressed).sum())
        require_at_most(limits.decompressed, total)


def require_at_most(most: int, size: int) -> None:
    """Refuses more bytes than there may be."""
    if size > most:
        raise TooLarge("decompressed", most)


def unfolds(kind: pa.DataType) -> bool:
    """Whether columns of a type may hold more than the bytes there are."""
    return bool(pa.types.is_nested(kind) or pa.types.is_dictionary(kind) or pa.types.is_string_view(kind))


def is_told(kind: pa.DataType) -> bool:
    """Whether it can be told how much values of a type hold."""
    types = pa.types
    if types.is_dictionary(kind):
        return is_told(kind.value_type)
    if types.is_struct(kind) or is_listed(kind):
        return all(is_told(kind.field(place).type) for place in range(kind.num_fields))
    fixed = types.is_primitive(kind) or types.is_decimal(kind) or types.is_null(kind)
    return bool(fixed or has_offsets(kind) or types.is_string_view(kind))


def is_listed(kind: pa.DataType) -> bool:
    """Whether values of a type are lists of whatever form."""
    types = pa.types
    tests = (
        types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view, types.is_large_list_view,
        types.is_map,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def has_offsets(kind: pa.DataType) -> bool:
    """Whether values of a type are texts or bytes, one behind the other."""
    types = pa.types
    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def sizes(array: pa.Array, most: int) -> Sizes:
    """The bytes that each value of an array holds, which for a number are none beyond its own."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        places: Sizes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy()
        each: Sizes = np.append(held(array.dictionary, most) - VALUE, 0)[places]
        return each
    if pa.types.is_struct(kind):
        return sizes_of_objects(array, most)
    if is_listed(kind):
        ends: Sizes = np.append(0, np.cumsum(held(array.values, most)))
        first, last = extents(array)
        return ends[last] - ends[first]
    if has_offsets(kind):
        lengths: Sizes = pc.binary_length(array).cast(pa.int64()).fill_null(0).to_numpy()
        return lengths
    if pa.types.is_string_view(kind) and len(array):
        views = np.frombuffer(array.buffers()[1], np.int32).reshape(-1, VIEW)[array.offset : array.offset + len(array)]
        return views[:, 0] * valid(array)
    return np.zeros(len(array), np.int64)


def sizes_of_objects(array: pa.StructArray, most: int) -> Sizes:
    """The bytes that each of some objects holds."""
    total = np.zeros(len(array), np.int64)
    for place in range(array.type.num_fields):
        total += held(array.field(place), most)
        require_at_most(most, int(total.sum()))
    return total


def held(array: pa.Array, most: int) -> Sizes:
    """The bytes that each value of an array takes within others; values beyond what may be are not looked at."""
    require_at_most(most, len(array) * VALUE)
    each = sizes(array, most) + VALUE
    require_at_most(most, int(each.sum()))
    return each


def extents(array: pa.Array) -> tuple[Sizes, Sizes]:
    """Where the values of each list begin and end; of no list, at 0."""
    known = valid(array)
    if pa.types.is_fixed_size_list(array.type):
        first = np.arange(array.offset, array.offset + len(array)) * array.type.list_size
        return first * known, (first + array.type.list_size) * known
    offsets = array.offsets.to_numpy().astype(np.int64)
    if pa.types.is_list_view(array.type) or pa.types.is_large_list_view(array.type):
        return offsets * known, (offsets + array.sizes.to_numpy()) * known
    return offsets[:-1] * known, offsets[1:] * known


def valid(array: pa.Array) -> Sizes:
    """1 for each value that is known, 0 for the others, behind which there may be anything at all."""
    known: Sizes = array.is_valid().cast(pa.int8()).to_numpy().astype(np.int64)
    return known
