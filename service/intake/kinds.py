"""How a file is written: what its media type, its name and its first bytes say."""

from collections.abc import Mapping
from typing import NamedTuple

KINDS = ("csv", "tsv", "ndjson", "json", "parquet", "arrow")
TYPED = frozenset({"parquet", "arrow"})
MEDIA_TYPES: Mapping[str, str] = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/json": "json",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.arrow.file": "arrow",
}
ENDINGS: Mapping[str, str] = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "ndjson": "ndjson",
    "jsonl": "ndjson",
    "json": "json",
    "parquet": "parquet",
    "arrow": "arrow",
    "arrows": "arrow",
    "ipc": "arrow",
    "feather": "arrow",
}
ENCODINGS: Mapping[str, str] = {"gz": "gzip", "zst": "zstd"}
GZIP_MARK = b"\x1f\x8b"
MARKS: Mapping[bytes, str] = {b"PAR1": "parquet", b"ARROW1": "arrow", b"\xff\xff\xff\xff": "arrow"}


class Written(NamedTuple):
    """How a file is written: its kind, None where nothing says; its compression; its name without those endings."""

    kind: str | None
    encoding: str | None
    stem: str


def written(name: str, media_type: str = "") -> Written:
    """How a file of some name is written; its media type, where it is one of those read here, goes before the name.

    Examples:
        >>> written("orders.2026-11.CSV.gz")
        Written(kind='csv', encoding='gzip', stem='orders.2026-11')
        >>> written("orders.bin", "text/csv").kind
        'csv'
    """
    stem, _, ending = name.rpartition(".")
    encoding = ENCODINGS.get(ending.lower()) if stem else None
    if encoding:
        name = stem
        stem, _, ending = name.rpartition(".")
    by_name = ENDINGS.get(ending.lower()) if stem else None
    return Written(MEDIA_TYPES.get(media_type.lower()) or by_name, encoding, stem if by_name else name)


def compression(named: str | None, content: bytes) -> str | None:
    """How a report is compressed: as its name says, or as its first bytes do, for it may come as it was delivered."""
    return named or ("gzip" if content.startswith(GZIP_MARK) else None)


def marked(content: bytes | memoryview) -> str | None:
    """The kind that the first bytes of a file betray."""
    return next((kind for mark, kind in MARKS.items() if content[: len(mark)] == mark), None)
