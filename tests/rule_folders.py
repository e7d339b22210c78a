"""Folders of rule files for tests: the shipped ones, as they are or with something wrong."""

from pathlib import Path

from service.rulebook.folder import Snapshot

FAULTS = ["amazon/metrics/cancellation_rate.yaml:6", "amazon/metrics/cancellation_rate.yaml:7", "amazon/status.yaml:12"]


def folder_of(path: Path, files: Snapshot, **changes: tuple[bytes, bytes]) -> Path:
    """A folder of the shipped rule files, some of them changed: words to be replaced, by the stem of the file."""
    for name, text in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.replace(*changes[target.stem], 1) if target.stem in changes else text)
    return path


def broken_folder(path: Path, files: Snapshot) -> Path:
    """A folder of rules with three faults in two files."""
    card = (b"unit: share", b"unit: shares\ncolour: red")
    return folder_of(path, files, status=(b"suspended", b"sleeping"), cancellation_rate=card)
