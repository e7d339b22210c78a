"""standing demo: the real server on a free port, a seller's month over HTTP, the verdict in the terminal."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.resources import files
from typing import NamedTuple

from service.report import answer_text
from service.uploads import Upload, multipart

STARTING_SECONDS = 60.0
POLL_SECONDS = 0.1


def run_demo(*, keep: bool, reports: bool = False) -> int:
    """Runs the demonstration; the exit code says whether it worked.

    Args:
        keep: whether to leave the server running.
        reports: whether to post a month of the marketplace's own reports instead of a batch.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=None if keep else subprocess.DEVNULL)
    try:
        if not answers(f"{address}/readyz", server):
            print("The server did not start.", file=sys.stderr)
            return 1
        asked = of_reports() if reports else of_batch()
        request = urllib.request.Request(f"{address}/v1/verdicts", asked.body, {"Content-Type": asked.content_type})
        with urllib.request.urlopen(request) as reply:
            print(answer_text(json.load(reply)), end="")
        if keep:
            print(f"\nThe server listens on {address} until you press Ctrl-C. Ask it yourself:")
            print(f"  curl -s {asked.arguments} {address}/v1/verdicts", flush=True)
            server.wait()
        return 0
    except KeyboardInterrupt:
        return 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


class Asked(NamedTuple):
    """What is posted, and how to post it with curl."""

    body: bytes
    content_type: str
    arguments: str


def of_batch() -> Asked:
    """A seller's month as a batch."""
    example = files("service").joinpath("examples/seller_month.json")
    header = "Content-Type: application/json"
    return Asked(example.read_bytes(), "application/json", f"-H '{header}' --data-binary @{example}")


def of_reports() -> Asked:
    """A seller's month as the marketplace's own reports."""
    folder = files("service").joinpath("examples/reports")
    batch = folder.joinpath("batch.json")
    reports = sorted((one for one in folder.iterdir() if one.name != batch.name), key=lambda one: one.name)
    body, content_type = multipart([Upload("batch", batch.name, batch.read_bytes())] + [
        Upload("amazon_report", one.name, one.read_bytes()) for one in reports
    ])  # fmt: skip
    said = " ".join([f"-F batch=@{batch}", *(f"-F amazon_report=@{one}" for one in reports)])
    return Asked(body, content_type, said)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answers(url: str, server: "subprocess.Popen[bytes]") -> bool:
    """Whether the server comes up."""
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url):
                return True
        except (urllib.error.URLError, ConnectionError):
            time.sleep(POLL_SECONDS)
    return False
