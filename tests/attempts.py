"""Attempts to break the service, each run in a process of its own: `python -m tests.attempts <name>`."""

import sys

from tests import engine_attempts, service_attempts

ATTEMPTS = {attempt.__name__: attempt for attempt in (*engine_attempts.ATTEMPTS, *service_attempts.ATTEMPTS)}

if __name__ == "__main__":
    ATTEMPTS[sys.argv[1]]()
