"""gunicorn around the application, set up for this engine.

The master process reads the rule files once and imports neither Polars nor the engine, which must not meet a fork.
Workers are handed those bytes, so none of them ever meets rules that were not checked before the first one started.
"""

import gc
import multiprocessing
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from service.rulebook.folder import Snapshot, digest, rules_of
from service.settings import Settings, bound_column_threads

KEEP_ALIVE_SECONDS = 75
WORKER_REQUESTS = 10_000
COLLECTOR_THRESHOLDS = (1_000_000, 50, 100)
HEARTBEAT_FOLDER = "/dev/shm"  # noqa: S108  # memory, where the system has it: a disk may block the heartbeat


class Server(BaseApplication):
    """gunicorn with our settings instead of a configuration file."""

    def __init__(self, settings: Settings, files: Snapshot, bind: str, workers: int) -> None:
        self._settings, self._files = settings, files
        self.digest = digest(rules_of(files))
        self._options = {
            "bind": bind,
            "workers": workers,
            "worker_class": "service.worker.Worker",
            "threads": settings.threads,
            "timeout": settings.timeout,
            "graceful_timeout": settings.timeout,
            "keepalive": KEEP_ALIVE_SECONDS,
            "max_requests": WORKER_REQUESTS,
            "max_requests_jitter": WORKER_REQUESTS // 10,
            "preload_app": False,
            "control_socket_disable": True,
            "worker_tmp_dir": HEARTBEAT_FOLDER if Path(HEARTBEAT_FOLDER).is_dir() else None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "standing",
        }
        super().__init__()

    def load_config(self) -> None:
        """Tells gunicorn our options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made in a worker."""
        bound_column_threads(self._settings.columns)
        from service.api.requests import write_log_lines
        from service.app import create_app
        from service.core.hosts import suffixes

        write_log_lines()
        app = create_app(self._settings, self._files)
        suffixes()
        spare_the_collector()
        return app


def spare_the_collector() -> None:
    """Keeps Python's search for cycles away from what stays, and from looking again and again while a batch is read.

    A big batch makes millions of objects and no cycle; with the usual thresholds a third of its time goes into looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def is_sound(files: Snapshot) -> bool:
    """Whether rule files can be used; a child process finds out, and prints every fault to standard error."""
    child = multiprocessing.get_context("fork").Process(target=check, args=(files,))
    child.start()
    child.join()
    return child.exitcode == 0


def check(files: Snapshot) -> None:
    """Loads rule files and leaves with 1 where they cannot be used."""
    from service.app import load
    from service.core.errors import BrokenRulebook

    try:
        load(files).engine.close()
    except BrokenRulebook as broken:
        print(broken, file=sys.stderr)
        sys.exit(1)
