"""The settings, and the only reader of the environment."""

import os
from dataclasses import dataclass, fields
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGED = HERE / "packaged"
CHECKOUT = HERE.parent
MEBIBYTE = 1024 * 1024


class BadSetting(Exception):
    """A setting cannot be understood; the message names it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a service is run. Each field is the environment variable `STANDING_<NAME>`.

    Attributes:
        rules: the folder of rule files.
        max_body_mb: the largest body of a request, in MiB.
        max_decompressed_mb: the largest body once decompressed, in MiB.
        max_ratio: how many times a compressed body may grow.
        max_records: the most records of a batch, over all tables.
        max_text: the most characters of a text.
        max_nesting: the most levels of lists and objects in a record.
        threads: requests a worker takes at once (the engine decides one at a time; probes are answered beside it).
        columns: threads a worker counts columns with.
        timeout: seconds after which a worker that does not answer is replaced, and a caller who sends nothing given up.
    """

    rules: Path
    max_body_mb: int = 512
    max_decompressed_mb: int = 512
    max_ratio: int = 200
    max_records: int = 1_000_000
    max_text: int = 100_000
    max_nesting: int = 32
    threads: int = 4
    columns: int = 1
    timeout: int = 120

    @property
    def max_body(self) -> int:
        """The largest body, in bytes."""
        return self.max_body_mb * MEBIBYTE

    @property
    def max_decompressed(self) -> int:
        """The largest body once decompressed, in bytes."""
        return self.max_decompressed_mb * MEBIBYTE


def settings_from_environment() -> Settings:
    """The settings as the environment has them.

    Raises:
        BadSetting: a variable is no whole number of at least 1.
    """
    names = [field.name for field in fields(Settings) if field.name != "rules"]
    given = {name: os.environ.get(f"STANDING_{name.upper()}", "").strip() for name in names}
    for name, text in given.items():
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) == int(text)):
            raise BadSetting(f"STANDING_{name.upper()}: expected a whole number of at least 1")
    rules = os.environ.get("STANDING_RULES", "").strip()
    return Settings(
        rules=Path(rules) if rules else shipped("rules"), **{name: int(text) for name, text in given.items() if text}
    )


def shipped(name: str) -> Path:
    """A file or folder that ships with the service: packaged with a wheel, else beside the package in a checkout."""
    return PACKAGED / name if (PACKAGED / name).exists() else CHECKOUT / name


def bound_column_threads(count: int) -> None:
    """Tells Polars how many threads a process may use; must be said before it is imported."""
    os.environ["POLARS_MAX_THREADS"] = str(count)
