"""Our real server and the peers' beside it: started, asked, and their memory read."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import orjson

from tests.benchmarks.batches import many_orders
from tests.benchmarks.files import Body, body
from tests.serving import SERVE, Reply, Served, reply_of, serving

ROOMY = {"STANDING_MAX_BODY_MB": "2048", "STANDING_MAX_RECORDS": "10000000"}
PATIENCE = 600
LATE_SECONDS = 10.0
PEAK_RESET = "5"  # what the kernel takes for "forget the peak"


class Refused(Exception):
    """A server does not take a body."""


def standing(workers: int = 1) -> AbstractContextManager[Served]:
    """`standing serve` as shipped, but for the largest body."""
    return started(SERVE, workers)


def peer(kind: str, workers: int = 1) -> AbstractContextManager[Served]:
    """A plain service of some kind, behind the same gunicorn settings."""
    return started((sys.executable, "-m", "tests.benchmarks.peer", kind), workers)


@contextmanager
def started(command: Sequence[str], workers: int) -> Iterator[Served]:
    """A server that is ready, and ended when done with."""
    with TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        with serving(output, workers=workers, command=command, environment=ROOMY) as served:
            yield served


def posted(served: Served, each: Body, path: str = "/v1/verdicts", **headers: str) -> Reply:
    """The answer to a batch.

    Raises:
        Refused: it was not taken.
    """
    connection = HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    with suppress(BrokenPipeError):  # a server may refuse before it has taken the whole body
        connection.request("POST", path, each.content, {"Content-Type": each.content_type, **headers})
    reply = reply_of(connection)
    if reply.status != 200:
        raise Refused(f"{reply.status}: {reply.body[:300].decode(errors='replace')}")
    return reply


def is_spoken(served: Served, form: str) -> bool:
    """Whether a server knows a format; one it knows but cannot read is an error."""
    try:
        posted(served, body(many_orders(1, 1), form))
    except Refused as refused:
        if str(refused).startswith("415"):
            return False
        raise
    return True


def told_ms(output: Path, last: str) -> dict[str, float]:
    """How long a server says each request took it, by the request's id.

    Args:
        output: where the server writes.
        last: the id of the last request; what a server writes may come a moment after its answer.
    """
    told: dict[str, float] = {}
    end = monotonic() + LATE_SECONDS
    while last not in told and monotonic() < end:
        lines = [orjson.loads(line) for line in output.read_bytes().splitlines() if line.endswith(b"}")]
        told = {line["request_id"]: line["ms"] for line in lines if "ms" in line}
    return told


class Memory:
    """The memory of a process, in MiB."""

    def __init__(self, process: int) -> None:
        self._place = Path(f"/proc/{process}")

    def forget_peak(self) -> None:
        """Lets the peak begin anew."""
        (self._place / "clear_refs").write_text(PEAK_RESET, encoding="ascii")

    def now(self) -> float:
        """What it holds."""
        return self._read("VmRSS:")

    def peak(self) -> float:
        """The most it has held since the peak began anew."""
        return self._read("VmHWM:")

    def _read(self, name: str) -> float:
        lines = (self._place / "status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
