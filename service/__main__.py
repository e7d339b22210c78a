"""python -m service: the command `standing`."""

import sys


def run() -> None:
    """Runs the command; Ctrl-C ends it quietly, also while it is still being imported."""
    try:
        from service.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)  # as shells say of a command that Ctrl-C ended


if __name__ == "__main__":
    run()
