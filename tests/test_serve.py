"""A server from its start to its end: what it refuses to start with, what ends it, what it survives; and the demo."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.demo import answers
from service.rulebook.folder import Snapshot
from tests.batches import batch
from tests.conftest import ROOT
from tests.rule_folders import FAULTS, broken_folder, folder_of
from tests.serving import SERVE, serving

BAD = {"orders": [{"status": "cancelled", "cancelled_by": "seller"}]}
PATIENCE = 60


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("STANDING_TIMEOUT", "soon", "STANDING_TIMEOUT"),
        ("STANDING_RULES", "nowhere", "nowhere"),
        ("STANDING_RULES", "tests/records", "records"),
    ],
)
def test_serve_refuses_bad_settings(name: str, value: str, told: str) -> None:
    """A server with settings that cannot be meant does not start, and says which."""
    run = ended(SERVE, **{name: value})
    assert run.returncode == 1
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def ended(command: Sequence[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself, run in a process of its own."""
    surroundings = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_serve_refuses_broken_rules_and_names_every_fault(tmp_path: Path, files: Snapshot) -> None:
    """A server never starts on rules that cannot be used."""
    run = ended(SERVE, STANDING_RULES=str(broken_folder(tmp_path, files)))
    assert run.returncode == 1
    faults = [line for line in run.stderr.splitlines() if ".yaml:" in line]
    assert [":".join(line.split(":")[:2]) for line in faults] == FAULTS
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signal_ends_the_server_cleanly(name: str, tmp_path: Path) -> None:
    """Asked to end, the server ends, its workers with it, without a word of complaint."""
    with serving(tmp_path / "output", workers=2) as served:
        workers = served.workers()
        served.process.send_signal(signal.Signals[name])
        assert served.process.wait(PATIENCE) == 0
        assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == []
    lines = served.output.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("{")] == []


def test_killed_worker_is_replaced(tmp_path: Path) -> None:
    """A worker that dies is replaced by one that answers alike."""
    body = json.dumps(batch(**BAD)).encode()
    with serving(tmp_path / "output") as served:
        before = served.post(body).body
        (worker,) = served.workers()
        os.kill(worker, signal.SIGKILL)
        assert answers(f"http://127.0.0.1:{served.port}/readyz", served.process)
        assert served.post(body).body == before
        assert served.workers() != [worker]


def test_rules_changed_under_a_server_change_nothing(tmp_path: Path, files: Snapshot) -> None:
    """A worker that starts later judges by the rules the server started with."""
    folder = folder_of(tmp_path / "rules", files)
    with serving(tmp_path / "output", environment={"STANDING_RULES": str(folder)}) as served:
        digest = served.ask().json["digest"]
        (folder / "amazon" / "pack.yaml").write_bytes(b"broken")
        (worker,) = served.workers()
        os.kill(worker, signal.SIGKILL)
        assert answers(f"http://127.0.0.1:{served.port}/readyz", served.process)
        assert served.ask().json["digest"] == digest


def test_demo_shows_a_verdict_and_ends() -> None:
    """One command starts the server, posts a month of a seller, prints where they stand and leaves nothing running."""
    run = ended([sys.executable, "-m", "service", "demo"])
    assert (run.returncode, run.stderr) == (0, "")
    for words in ("Seller ", "Health: ", "Heading for: ", "What to do"):
        assert words in run.stdout
