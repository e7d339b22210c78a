"""A folder of rule files → its bytes, which can be handed to another process and named by a digest."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from service.core.errors import BrokenRulebook, RuleFault

Snapshot = Mapping[str, bytes]
CASES = "cases"
ENDING = ".yaml"
ALIKE = frozenset({ENDING, ".yml"})


def snapshot(folder: Path) -> Snapshot:
    """The rule files of a folder and the cases beside them, by their path within it.

    Raises:
        BrokenRulebook: the folder cannot be read, or holds no rule files.
    """
    try:
        found = [path for path in sorted(folder.rglob("*.[yY]*")) if path.suffix == ENDING or is_slip(path)]
        taken = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    except OSError as error:
        raise BrokenRulebook([RuleFault(str(folder), 1, 1, f"cannot be read: {error.strerror}")]) from None
    if not rules_of(taken):
        detail = f"no rule files (*{ENDING}) in this folder" if folder.is_dir() else "no such folder"
        raise BrokenRulebook([RuleFault(str(folder), 1, 1, detail)])
    return taken


def is_slip(path: Path) -> bool:
    """Whether a file ends nearly as a rule file does, and lies within a pack; elsewhere it may be anybody's."""
    return path.suffix.lower() in ALIKE and any((parent / "pack.yaml").exists() for parent in path.parents)


def rules_of(files: Snapshot) -> Snapshot:
    """The rule files alone; cases say what rules do, and change nothing."""
    return {name: text for name, text in files.items() if CASES not in name.split("/")[1:-1]}


def digest(files: Snapshot) -> str:
    """One digest over the names and bytes of files, whatever their order."""
    whole = sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{sha256(files[name]).hexdigest()}\n".encode(errors="surrogateescape"))
    return f"sha256:{whole.hexdigest()}"
