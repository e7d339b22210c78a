"""A gunicorn worker whose own refusals, of what never reaches the application, follow the manners of the service."""

import json
import socket
import struct
import sys
import uuid
from types import FrameType
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

REFUSALS = {
    400: "Bad Request",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
}


class Worker(ThreadWorker):
    """Answers with a problem document, and logs nothing of what the caller sent.

    A caller who sends nothing for as long as a worker may take is given up: what listens hands its patience on.
    """

    def init_process(self) -> None:
        """Runs until told to end."""
        for listener in self.sockets:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", self.cfg.timeout, 0))
        super().init_process()

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Ends at the next turn of the loop: the signal may come while the pool's lock is held, which its end needs."""
        self.alive = False
        self.method_queue.defer(sys.exit)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Refuses a request that could not be read."""
        status = refusal_status(exc)
        self.log.warning("refused: %s", type(exc).__name__)
        problem = {
            "type": f"urn:standing:problem:{'bad_request' if status < 500 else 'internal_error'}",
            "title": "Bad request" if status < 500 else "Internal error",
            "status": status,
            "detail": "The request could not be read." if status < 500 else "The service failed.",
        }
        body = json.dumps(problem)
        head = [
            f"HTTP/1.1 {status} {REFUSALS[status]}",
            "Connection: close",
            "Content-Type: application/problem+json",
            f"Content-Length: {len(body)}",
            f"X-Request-Id: {uuid.uuid4().hex}",
            "X-Content-Type-Options: nosniff",
            f"Rulebook: {getattr(self.app, 'digest', '')}",
        ]
        try:
            write_nonblock(client, ("\r\n".join(head) + "\r\n\r\n" + body).encode("ascii"))
        except OSError:
            self.log.debug("the caller has gone")


def refusal_status(error: BaseException) -> int:
    """The status of what gunicorn's parser raises."""
    if isinstance(error, LimitRequestLine):
        return 414
    if isinstance(error, LimitRequestHeaders):
        return 431
    return 400 if isinstance(error, ParseException) else 500
