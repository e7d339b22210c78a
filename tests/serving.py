"""Real servers for tests: started as a person starts them, asked over plain HTTP, their output kept."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple

import orjson

from service.demo import answers, free_port
from tests.batches import Record
from tests.conftest import ROOT

JSON = {"Content-Type": "application/json"}
SERVE = (sys.executable, "-m", "service", "serve")
PATIENCE = 60


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Record:
        """The body as JSON."""
        value: Record = orjson.loads(self.body)
        return value


class Served(NamedTuple):
    """A server that answers: its port, its process, and the file its output goes to."""

    port: int
    process: "subprocess.Popen[bytes]"
    output: Path

    def ask(
        self,
        method: str = "GET",
        path: str = "/readyz",
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with suppress(BrokenPipeError):  # a server may answer before it has taken the whole body
            connection.request(method, path, body, dict(headers or {}))
        return reply_of(connection, method)

    def post(self, body: bytes, query: str = "", **headers: str) -> Reply:
        """The answer to a batch."""
        return self.ask("POST", f"/v1/verdicts{query}", body, {**JSON, **headers})

    def say(self, request: bytes) -> Reply:
        """The answer to the very bytes of a request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.connect()
        connection.sock.sendall(request)
        connection.sock.shutdown(socket.SHUT_WR)
        return reply_of(connection)

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(map(int, children.read_text(encoding="ascii").split()))


def reply_of(connection: HTTPConnection, method: str | None = None) -> Reply:
    """What comes back on a connection; ends it."""
    response = HTTPResponse(connection.sock, method=method)
    try:
        response.begin()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


@contextmanager
def serving(
    output: Path, *, workers: int = 1, command: Sequence[str] = SERVE, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """A server that is ready; ended when done with. Its output comes through a pipe, as it does where it is at home."""
    port = free_port()
    with output.open("wb") as file, subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file) as copier:  # noqa: S607
        process = subprocess.Popen(
            [*command, "--port", str(port), "--workers", str(workers)],
            cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=copier.stdin, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            assert answers(f"http://127.0.0.1:{port}/readyz", process), output.read_text(encoding="utf-8")
            yield Served(port, process, output)
        finally:
            process.terminate()
            process.wait(PATIENCE)
