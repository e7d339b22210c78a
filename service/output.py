"""Where an answer goes: to standard output, or into a file that is only ever replaced as a whole."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from errno import EBADF
from pathlib import Path
from secrets import token_hex
from shutil import copymode
from tempfile import TemporaryFile

from service.api.answers import CSV
from service.api.body import JSON, NDJSON
from service.report import NotUsable

FORMS = {"json": JSON, "ndjson": NDJSON, "csv": CSV}
ENDINGS = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", "": "json"}
STREAMS = ("/dev", "/dev/fd", "/proc/self/fd")  # a file that is open under such a name is written on, not replaced


def form_of(asked: Sequence[str], output: Path | None) -> str | None:
    """The media type of the answer, None for a table to read.

    Args:
        asked: the options, by their names.
        output: the file it goes to, None for standard output.

    Raises:
        NotUsable: options, or an option and the name of the file, ask for different things.
    """
    wanted = list(asked)
    if output and (output.suffix or not asked):
        by_name = ENDINGS.get(output.suffix.lower())
        if not (asked or by_name):
            raise NotUsable(f"{output}: the answer is written as .json, .ndjson, .jsonl or .csv")
        wanted += [by_name] if by_name else []
    if len(set(wanted)) > 1:
        raise NotUsable(f"the answer has one form, not several: {', '.join(wanted)}")
    return FORMS[wanted[0]] if wanted else None


def require_place(output: Path) -> None:
    """Refuses a file that cannot be written, before anything is read.

    Raises:
        NotUsable: it is a folder, or nothing can be created beside it.
    """
    if output.is_dir():
        raise NotUsable(f"{output}: Is a directory")
    if not is_stream(output):
        try:
            TemporaryFile(dir=output.resolve().parent).close()
        except OSError as error:
            raise NotUsable(f"{output}: {error.strerror}") from None


def is_stream(output: Path) -> bool:
    """Whether a file takes bytes one after the other: a pipe or a device."""
    return str(output.parent) in STREAMS or (output.exists() and not output.is_file())


def write_file(output: Path, content: bytes) -> None:
    """Writes a file: all of it, or nothing. What a link leads to is replaced, not the link.

    Raises:
        OSError: it cannot be written; names the file.
    """
    target = output.resolve()
    beside = target.with_name(f".{token_hex(8)}")
    try:
        if is_stream(output):
            with output.open("ab") as stream:
                stream.write(content)
            return
        try:
            beside.write_bytes(content)
            if target.exists():
                copymode(target, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(output)) from None


def write_out(content: str | bytes) -> None:
    """Writes to standard output; of a text, signs that its encoding does not have are replaced.

    Raises:
        OSError: it is closed, or full.
    """
    if sys.stdout is None:
        raise OSError(EBADF, "is closed")
    out = sys.stdout.buffer
    try:
        out.write(content.encode(sys.stdout.encoding, "replace") if isinstance(content, str) else content)
        out.flush()
    except OSError:
        with suppress(OSError):
            out.close()  # else the interpreter tries again at its end, and complains
        raise
