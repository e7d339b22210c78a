"""What tests share: the shipped rules, an application on them, and a real server."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api.state import EXTENSION, Loaded
from service.app import create_app
from service.demo import answers, free_port
from service.rulebook.folder import Snapshot, snapshot
from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"


@pytest.fixture(scope="session")
def files() -> Snapshot:
    """The shipped rule files."""
    return snapshot(RULES)


@pytest.fixture(scope="session")
def app(files: Snapshot) -> Flask:
    """An application on the shipped rules."""
    return create_app(Settings(rules=RULES), files)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application, without a network."""
    return app.test_client()


@pytest.fixture(scope="session")
def loaded(app: Flask) -> Loaded:
    """The shipped rulebook and its engine."""
    held: Loaded = app.extensions[EXTENSION].loaded
    return held


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a real server with two workers."""
    port = free_port()
    command = [sys.executable, "-m", "service", "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        assert answers(f"{address}/readyz", process)
        yield address
    finally:
        process.terminate()
        process.wait()


def post(address: str, body: bytes, query: str = "") -> bytes:
    """The answer of a real server to a batch."""
    request = urllib.request.Request(f"{address}/v1/verdicts{query}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return bytes(reply.read())
