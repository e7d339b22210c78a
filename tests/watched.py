"""`standing`, with a witness that tells of every file it opens for writing, and a system that lets it write none.

Run as `python -m tests.watched serve …`; what the witness sees goes to standard error, one line each.
"""

import os
import resource
import sys

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
TOUCHING = frozenset({
    "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate", "os.mkfifo", "os.mknod",
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen", "socket.connect",
    "sqlite3.connect", "tempfile.mkdtemp", "tempfile.mkstemp", "shutil.copyfile", "shutil.move", "dbm.open",
})  # fmt: skip


def witness(event: str, arguments: tuple[object, ...]) -> None:
    """Tells of an event that leaves something behind, or reaches for the world outside."""
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
    if writes or event in TOUCHING:
        os.write(2, f"WITNESS {event} {arguments[:1]!r}\n".encode())


if __name__ == "__main__":
    sys.addaudithook(witness)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from service.cli import main

    main()
