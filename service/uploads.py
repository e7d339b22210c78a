"""Files → the body of one call, as `multipart/form-data`."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple


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
