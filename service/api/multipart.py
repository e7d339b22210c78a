"""A body of files → its parts. Werkzeug knows the grammar; no part ever touches a disk."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State

from service.api.problems import Problem
from service.intake.kinds import TYPED, written
from service.intake.parts import ROOMY, Part, Room, shown_name

MOST_PARTS = 1000
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
    media_type, _ = parse_options_header(head.get("Content-Type"))
    how = written(name, media_type)
    return Part(said.get("name") or "", how.kind, shown_name(name or said.get("name") or ""), b"", how.encoding)
