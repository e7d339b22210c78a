"""A folder of rule files → its bytes, which can be handed to another process and named by a digest."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from service.core.errors import BrokenRulebook, RuleFault

Snapshot = Mapping[str, bytes]
OTHER_FOLDERS = frozenset({"cases"})


def snapshot(folder: Path) -> Snapshot:
    """The rule files of a folder, by their path within it.

    Raises:
        BrokenRulebook: the folder cannot be read, or holds no rule files.
    """
    try:
        files = {path.relative_to(folder): path for path in sorted(folder.rglob("*.yaml"))}
        ours = {name: path for name, path in files.items() if not OTHER_FOLDERS.intersection(name.parts)}
        taken = {name.as_posix(): path.read_bytes() for name, path in ours.items()}
    except OSError as error:
        raise BrokenRulebook([RuleFault(str(folder), 1, 1, f"cannot be read: {error.strerror}")]) from None
    if not taken:
        raise BrokenRulebook([RuleFault(str(folder), 1, 1, "no rule files (*.yaml) in this folder")])
    return taken


def digest(files: Snapshot) -> str:
    """One digest over the names and bytes of files, whatever their order."""
    whole = sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{sha256(files[name]).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"
