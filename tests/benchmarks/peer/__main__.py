"""A peer behind the very gunicorn settings of our own server: python -m tests.benchmarks.peer KIND --port N."""

from argparse import ArgumentParser
from typing import Any

from service.rulebook.folder import snapshot
from service.server import Server
from service.settings import settings_from_environment
from tests.benchmarks.peer.app import KINDS, create_app, write_log_lines


class PeerServer(Server):
    """Our server with another application."""

    kind = ""

    def load(self) -> Any:
        """The application, made in a worker."""
        write_log_lines()
        return create_app(self.kind)


def main() -> None:
    """Answers until stopped."""
    given = ArgumentParser()
    given.add_argument("kind", choices=KINDS)
    given.add_argument("--port", type=int, required=True)
    given.add_argument("--workers", type=int, default=1)
    asked, settings = given.parse_args(), settings_from_environment()
    server = PeerServer(settings, snapshot(settings.rules), f"127.0.0.1:{asked.port}", asked.workers)
    server.kind = asked.kind
    server.run()


if __name__ == "__main__":
    main()
