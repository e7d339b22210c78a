"""Files → the body of one call, as `multipart/form-data`; which of them is the batch, and which are reports."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

BATCH, REPORT = "batch", "amazon_report"


class Upload(NamedTuple):
    """One part: its name, the name of its file, its bytes."""

    name: str
    file: str
    content: bytes


def multipart(uploads: Sequence[Upload]) -> tuple[bytes, str]:
    """The body some parts make, and its content type. The boundary follows from the parts, so none of them holds it."""
    boundary = sha256(b"".join(one.content for one in uploads)).hexdigest()
    lines: list[bytes] = []
    for one in uploads:
        shown = one.file.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
        said = f'Content-Disposition: form-data; name="{one.name}"; filename="{shown}"'
        lines += [f"--{boundary}".encode(), said.encode(), b"", one.content]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""]), f"multipart/form-data; boundary={boundary}"


def uploads_of(paths: Iterable[Path], beside: dict[str, str]) -> list[Upload]:
    """Reports on a disk as parts, beside them what was said of the call."""
    reports = [Upload(REPORT, path.name, path.read_bytes()) for path in paths]
    return [Upload(BATCH, "batch.json", json.dumps(beside).encode()), *reports]


def is_batch(content: bytes) -> bool:
    """Whether a file is a whole batch: a JSON object that names a seller, a marketplace, an instant or orders."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return content.lstrip()[:1] == b"{"
    return isinstance(value, dict) and not value.keys().isdisjoint(BATCH_KEYS)
