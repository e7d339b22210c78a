"""A part of a call: one file for one table. What every reader of files is handed, and what it may refuse."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from service.core.errors import Fault
from service.intake.tables import Place, Placed
from service.schemas.records import shape

NAME_LENGTH = 128
ROOMY = 4 * 1024 * 1024  # from so many bytes on numpy asks for huge pages
DEFAULTED = frozenset({"seller_id", "marketplace"})  # the batch may name them for all records


class Part(NamedTuple):
    """One file for one table.

    Attributes:
        table: the name of the table; `batch` for what stands beside the tables.
        kind: csv, tsv, ndjson, json, parquet or arrow.
        source: the file's name, fit to be shown.
        content: its bytes; of a typed file they may be a view.
        encoding: gzip or zstd where they are compressed.
    """

    table: str
    kind: str | None
    source: str
    content: bytes | memoryview
    encoding: str | None = None

    @property
    def text(self) -> bytes:
        """The bytes of a file that is not typed."""
        return bytes(self.content)

    def fault(self, code: str, detail: str, line: int | None = None, column: str | int | None = None) -> Placed:
        """A fault of the file as a whole."""
        return Placed(Fault(f"/{self.table}", code, detail), Place(self.source, line, column))


class Room:
    """Room for the bytes of a large file as they come: memory in huge pages is had four times as quickly.

    Args:
        expected: how many bytes may come; there may be more.
    """

    def __init__(self, expected: int) -> None:
        self._held, self._taken = np.empty(expected, np.uint8), 0

    def write(self, piece: bytes) -> None:
        """Takes the next bytes."""
        end = self._taken + len(piece)
        if end > len(self._held):
            self._held.resize(2 * end, refcheck=False)
        self._held[self._taken : end] = np.frombuffer(piece, np.uint8)
        self._taken = end

    def getvalue(self) -> memoryview:
        """All bytes that were taken; the room that is left over is given back."""
        self._held.resize(self._taken, refcheck=False)
        return self._held.data


class Unreadable(Exception):
    """A file that cannot be used; carries everything that is wrong with it as a whole."""

    def __init__(self, faults: Iterable[Placed]) -> None:
        self.faults = tuple(faults)
        super().__init__(len(self.faults))


def shown_name(name: str) -> str:
    """A caller's name of a file or column, fit to be shown: without folders, printable, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character if character.isprintable() else "?" for character in last)
    return clean[:NAME_LENGTH].encode(errors="replace").decode()


def require_once(part: Part, names: Iterable[str], line: int | None) -> None:
    """Refuses two columns of one name.

    Raises:
        Unreadable: there are two.
    """
    if repeated := sorted(name for name, times in Counter(names).items() if times > 1):
        detail = "Two columns have this name."
        raise Unreadable(part.fault("duplicate_column", detail, line, shown_name(name)) for name in repeated)


def require_columns(part: Part, names: Iterable[str], line: int | None) -> frozenset[str]:
    """The fields of the table that a file has no column for.

    Raises:
        Unreadable: one of them must be there.
    """
    fields = shape(part.table).fields
    missing = fields.keys() - set(names)
    needed = [name for name in fields if name in missing and fields[name].required]
    if needed:
        detail = "The file has no such column, and every record must have it."
        raise Unreadable(part.fault("missing_column", detail, line, name) for name in needed)
    return frozenset(missing - DEFAULTED)
