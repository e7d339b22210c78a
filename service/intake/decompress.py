"""Compressed pieces → plain pieces, never more than is allowed. Knows gzip and Zstandard, not what is in them."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Protocol

from backports import zstd

from service.intake.tables import Limits, TooLarge

PIECE = 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
WINDOW_LOG = 27  # 128 MiB, what decoders are asked to support; a frame may ask for 2 GiB
SMALL = 1024 * 1024  # up to here a body may grow by any ratio: a few repeated records compress well, and harm nobody


class Corrupt(Exception):
    """Compressed bytes that are damaged or end too early; the message says which."""


class Stream(Protocol):
    """What takes compressed bytes and gives plain ones, at most so many at once. Python's two are not quite alike."""

    def take(self, piece: bytes, most: int) -> bytes:
        """Some plain bytes; what could not be given yet is kept."""
        ...

    @property
    def waits(self) -> bool:
        """Whether everything that was taken has been given."""
        ...

    @property
    def ended(self) -> bool:
        """Whether the compressed stream came to its own end."""
        ...

    @property
    def rest(self) -> bytes:
        """What was taken beyond the end."""
        ...


class GzipMember:
    """One member of a gzip file."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(GZIP)
        self._full = False

    def take(self, piece: bytes, most: int) -> bytes:
        """Some plain bytes."""
        plain = self._inflate.decompress(self._inflate.unconsumed_tail + piece, most)
        self._full = len(plain) == most
        return plain

    @property
    def waits(self) -> bool:
        """Whether everything that was taken has been given."""
        return not self._full and not self._inflate.unconsumed_tail

    @property
    def ended(self) -> bool:
        """Whether the member is complete."""
        return self._inflate.eof

    @property
    def rest(self) -> bytes:
        """What was taken beyond the end."""
        return self._inflate.unused_data


class ZstdFrame:
    """One frame of Zstandard."""

    def __init__(self) -> None:
        self._inflate = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})

    def take(self, piece: bytes, most: int) -> bytes:
        """Some plain bytes."""
        return self._inflate.decompress(piece, most)

    @property
    def waits(self) -> bool:
        """Whether everything that was taken has been given."""
        return self._inflate.needs_input

    @property
    def ended(self) -> bool:
        """Whether the frame is complete."""
        return self._inflate.eof

    @property
    def rest(self) -> bytes:
        """What was taken beyond the end."""
        return self._inflate.unused_data


STREAMS: dict[str, Callable[[], Stream]] = {"gzip": GzipMember, "zstd": ZstdFrame}


def decompressed(pieces: Iterable[bytes], encoding: str, limits: Limits) -> Iterator[bytes]:
    """The plain pieces of compressed ones; several members or frames in a row are one text.

    Raises:
        Corrupt: the bytes are damaged or end too early.
        TooLarge: the plain bytes are too many, or too many for the compressed ones.
    """
    stream = STREAMS[encoding]()
    taken = given = 0
    for piece in pieces:
        waiting, done = piece, False
        taken += len(piece)
        while not done:
            stream = STREAMS[encoding]() if stream.ended else stream
            plain = some(stream, waiting)
            given += len(plain)
            require_bounded(given, taken, limits)
            yield plain
            waiting = stream.rest if stream.ended else b""
            done = not waiting and (stream.ended or stream.waits)
    if not stream.ended:
        raise Corrupt("The compressed data ends too early.")


def unpacked(content: bytes, encoding: str | None, limits: Limits) -> bytes:
    """The plain bytes of a whole text that may be compressed.

    Raises:
        Corrupt, TooLarge: as `decompressed` does.
    """
    return whole(decompressed([content], encoding, limits)) if encoding else content


def some(stream: Stream, piece: bytes) -> bytes:
    """The next plain bytes of a stream."""
    try:
        return stream.take(piece, PIECE)
    except (zlib.error, zstd.ZstdError, MemoryError):
        raise Corrupt("The compressed data is damaged.") from None


def require_bounded(given: int, taken: int, limits: Limits) -> None:
    """Refuses plain bytes beyond the limits."""
    if given > limits.decompressed:
        raise TooLarge("decompressed", limits.decompressed)
    if given > max(SMALL, taken * limits.ratio):
        raise TooLarge("ratio", limits.ratio)


def whole(pieces: Iterable[bytes]) -> bytes:
    """Pieces as one, without a second copy of them."""
    buffer = BytesIO()
    for piece in pieces:
        buffer.write(piece)
    return buffer.getvalue()
