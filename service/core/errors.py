"""What can be wrong with records and with rule files. Nothing here may know where the text came from or goes to."""

from dataclasses import dataclass
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing wrong with a record: where (JSON Pointer), a code of the closed list, words without caller text."""

    pointer: str
    code: str
    detail: str

    def at(self, place: str) -> "Fault":
        """The same fault, seen from further outside."""
        return self._replace(pointer=place + self.pointer)


@dataclass(frozen=True, slots=True, order=True)
class RuleFault:
    """One thing wrong with a rule file: where, what was found and what is allowed."""

    file: str
    line: int
    column: int
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.detail}"


class BrokenRulebook(Exception):
    """The rules cannot be used; carries every fault of every file, sorted by place."""

    def __init__(self, faults: list[RuleFault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))
