"""A place in a rule file: its value, its neighbours, and a way to say what is wrong there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.rulebook.shape import expected
from service.rulebook.yaml_source import Path, Source
from service.schemas.batch import QuestionTime


@dataclass(frozen=True, slots=True)
class Cursor:
    """One value of a rule file. Files that reach this far have the right shape."""

    source: Source
    path: Path = ()

    @property
    def value(self) -> Any:
        """The value here, or None where there is none."""
        value = self.source.value
        for step in self.path:
            value = value.get(step) if isinstance(value, dict) else value[step]
            if value is None:
                return None
        return value

    @property
    def place(self) -> tuple[str, int, int]:
        """File, line and column."""
        return self.source.file, *self.source.places.get(self.path, (1, 1))

    def __getitem__(self, step: str | int) -> "Cursor":
        return Cursor(self.source, (*self.path, step))

    def __bool__(self) -> bool:
        return self.value is not None

    def entries(self) -> "list[Cursor]":
        """The entries of a list; a single value is a list of one."""
        if self.value is None:
            return []
        return [self[place] for place in range(len(self.value))] if isinstance(self.value, list) else [self]

    def items(self) -> "Iterator[tuple[str, Cursor]]":
        """The keys of a mapping and their values."""
        return ((key, self[key]) for key in (self.value or {}))

    def fault(self, detail: str, *, key: bool = False) -> None:
        """Says what is wrong here."""
        self.source.fault(self.path, detail, key=key)

    def one_of(self, allowed: Iterable[str], what: str, *, key: bool = False) -> bool:
        """Whether the value (or the key) is an allowed word; says so where it is not."""
        words = sorted(allowed)
        found = str(self.path[-1] if key else self.value)
        if found in words:
            return True
        self.fault(f"unknown {what} {found!r}; {expected(found, words)}", key=key)
        return False

    def day(self) -> date:
        """The value as a date; a date that does not exist, or that nobody can ask for, is a fault."""
        try:
            found = date.fromisoformat(self.value)
        except ValueError:
            self.fault(f"found {self.value!r}; expected a date that exists")
            return date.min
        if QuestionTime.earliest.date() <= found < QuestionTime.latest.date():
            return found
        self.fault(f"found {self.value!r}; expected a date of the years {QuestionTime.years()}")
        return date.min


class Layers:
    """A card with one edition laid over it: whatever the edition says wins."""

    def __init__(self, card: Cursor, edition: Cursor) -> None:
        self._card, self._edition = card, edition

    def __getitem__(self, key: str) -> Cursor:
        return self._edition[key] or self._card[key]
