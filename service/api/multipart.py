"""A body of files → its parts. Werkzeug knows the grammar; no part ever touches a disk."""

import codecs
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State

from service.api.body import encoding_named
from service.api.problems import Problem
from service.intake.kinds import TYPED, written
from service.intake.parts import ROOMY, Part, Room, shown_name

MOST_PARTS = 1000
AS_THEY_ARE = frozenset({"binary", "8bit", "7bit"})
CHARSETS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "cp1252"})
BREAK = b"\r\n"
PADDING = 16  # at least as many signs as follow a boundary on its line


def parts_of(pieces: Iterable[bytes], boundary: str, length: int) -> list[Part]:
    """The parts of a body, in order.

    Args:
        pieces: the body.
        boundary: what stands between its parts.
        length: how many bytes it is said to have; 0 where nobody says.

    Raises:
        Problem: bad_request.
    """
    parts: list[Part] = []
    head = headed(Headers())
    buffer: BytesIO | Room = BytesIO()
    try:
        for event in events(pieces, boundary):
            if isinstance(event, Field | File):
                head = headed(event.headers)
                buffer = Room(length) if head.kind in TYPED and length >= ROOMY else BytesIO()
            elif isinstance(event, Data):
                buffer.write(event.data)
                if not event.more_data:
                    parts.append(head._replace(content=buffer.getvalue()))
    except RequestEntityTooLarge:
        raise Problem("bad_request", f"The body has more than {MOST_PARTS} parts.") from None
    except (ValueError, LookupError):
        raise Problem("bad_request", "The body is not multipart/form-data, or ends too early.") from None
    return parts


def events(pieces: Iterable[bytes], boundary: str) -> Iterator[Event]:
    """What a body says, piece by piece. The decoder copies a piece five times: what is mere content goes past it."""
    between = boundary.encode("latin-1")
    decoder = MultipartDecoder(between, max_parts=MOST_PARTS)
    for piece in chain(unbroken(pieces, between), [None]):
        if piece and decoder.state is State.DATA and not decoder.buffer and between not in piece:
            yield Data(piece, more_data=True)
            continue
        decoder.receive_data(piece)
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return


def unbroken(pieces: Iterable[bytes], boundary: bytes) -> Iterator[bytes]:
    """The same pieces, none of which ends within what may be a boundary.

    Of one that does, the decoder may take the line break before the boundary for content.
    """
    mark, held = b"--" + boundary, b""
    for piece in pieces:
        together = held + piece
        tail = max(len(together) - len(mark) - PADDING, 0)
        begun = together.find(mark, tail)
        if begun < 0:
            line = max(together.rfind(b"\r", tail), together.rfind(b"\n", tail), tail - 1) + 1
            begun = line if mark.startswith(together[line:]) else len(together) + len(BREAK)
        end = max(begun - len(BREAK), 0)
        held = together[end:]
        yield together[:end]
    yield held


def headed(head: Headers) -> Part:
    """A part as the readers of files take it, its content still to come."""
    _, said = parse_options_header(head.get("Content-Disposition"))
    name = said.get("filename") or ""
    media_type, options = parse_options_header(head.get("Content-Type"))
    require_charset(options.get("charset", "utf-8"))
    if head.get("Content-Transfer-Encoding", "binary").lower() not in AS_THEY_ARE:
        raise Problem("bad_request", "Parts are taken as they are, without a Content-Transfer-Encoding.")
    encoding = encoding_named(head.get("Content-Encoding", "identity"))
    how = written(name, media_type)
    source = shown_name(name or said.get("name") or "")
    return Part(said.get("name") or "", how.kind, source, b"", encoding or how.encoding)


def require_charset(charset: str) -> None:
    """Refuses a part whose texts are said to be in an encoding that is not read here.

    Raises:
        Problem: unsupported_media_type.
    """
    with suppress(LookupError):
        if codecs.lookup(charset).name in CHARSETS:
            return
    detail = "Texts are read in UTF-8, in UTF-16 with a byte order mark, or else in Windows-1252."
    raise Problem("unsupported_media_type", detail)
