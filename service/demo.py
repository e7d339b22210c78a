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

from service.report import print_answer

STARTING_SECONDS = 60.0
POLL_SECONDS = 0.1


def run_demo(*, keep: bool) -> int:
    """Runs the demonstration; the exit code says whether it worked."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=None if keep else subprocess.DEVNULL)
    try:
        if not answers(f"{address}/readyz", server):
            print("The server did not start.", file=sys.stderr)
            return 1
        example = files("service").joinpath("examples/seller_month.json")
        request = urllib.request.Request(
            f"{address}/v1/verdicts", example.read_bytes(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as reply:
            print_answer(json.load(reply))
        if keep:
            print(f"\nThe server listens on {address} until you press Ctrl-C. Ask it yourself:")
            header = "Content-Type: application/json"
            print(f"  curl -s -H '{header}' --data-binary @{example} {address}/v1/verdicts", flush=True)
            server.wait()
        return 0
    except KeyboardInterrupt:
        return 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


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
