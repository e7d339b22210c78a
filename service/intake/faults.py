"""Faults of many records as columns: whose they are, and which of few different ones, each of which is worded once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
from marshmallow import ValidationError, fields, missing

from service.core.errors import Fault
from service.core.tables import Numbers
from service.intake.home import Home
from service.intake.meanings import Meanings
from service.intake.tables import TOO_DEEP
from service.schemas.scalars import REQUIRED, Scalar, Wording
from service.schemas.shapes import is_blank

NONE: Numbers = np.empty(0, dtype=np.int64)
Wrong = Sequence[Fault]  # what is wrong with one record or one of its values; pointers begin at the record


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of the records of one table, in the order of a call.

    Attributes:
        table: the table.
        kinds: the different ones; their pointers begin at the record.
        positions: of each fault the position of its record.
        numbers: of each fault the place of its kind.
    """

    table: str
    kinds: Sequence[Fault] = ()
    positions: Numbers = field(default_factory=lambda: NONE)
    numbers: Numbers = field(default_factory=lambda: NONE)

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[Fault]:
        for position, number in zip(self.positions, self.numbers, strict=True):
            yield self.kinds[number].at(f"/{self.table}/{position}")

    def codes(self) -> Counter[str]:
        """How many there are of each code."""
        counts: Counter[str] = Counter()
        for kind, count in zip(self.kinds, np.bincount(self.numbers, minlength=len(self.kinds)).tolist(), strict=True):
            counts[kind.code] += count
        return +counts

    def without(self, positions: Sequence[int] | Numbers) -> "Faults":
        """Those of other records than some."""
        if not len(positions):
            return self
        kept = ~np.isin(self.positions, positions)
        return replace(self, positions=self.positions[kept], numbers=self.numbers[kept])


def faults_of(table: str, positions: Numbers, wrong: Sequence[Wrong]) -> Faults:
    """What is wrong with the records at some positions."""
    numbers = numbered(wrong)
    counts = np.fromiter(map(len, wrong), dtype=np.int64, count=len(wrong))
    found = map(numbers.__getitem__, chain.from_iterable(wrong))
    return Faults(table, [*numbers], np.repeat(positions, counts), np.fromiter(found, dtype=np.int64))


def numbered(several: Iterable[Sequence[Fault]]) -> dict[Fault, int]:
    """The different faults among some, each with a number."""
    return {kind: number for number, kind in enumerate(dict.fromkeys(chain.from_iterable(several)))}


def merged(table: str, several: Iterable[Faults]) -> Faults:
    """All of some faults: those of a record side by side, by their pointers."""
    given = [faults for faults in several if len(faults)]
    if not given:
        return Faults(table)
    kinds = numbered(each.kinds for each in given)
    positions = np.concatenate([each.positions for each in given])
    numbers = np.concatenate([np.array([kinds[kind] for kind in each.kinds])[each.numbers] for each in given])
    places = {pointer: place for place, pointer in enumerate(sorted({kind.pointer for kind in kinds}))}
    ranks = np.array([places[kind.pointer] for kind in kinds])
    order = np.lexsort((ranks[numbers], positions))
    return Faults(table, [*kinds], positions[order], numbers[order])


def wrong_with(name: str, kind: fields.Field[Any], home: Home, values: Sequence[Any]) -> list[Wrong]:
    """What is wrong with each of a field's values, nothing with one that is read; what looks alike is judged once."""
    judged = judge(name, kind, home)
    looks = list(map(repr, values))
    wrong = {look: judged(value) for look, value in dict(zip(looks, values, strict=True)).items()}
    return [wrong[look] for look in looks]


def judge(name: str, kind: fields.Field[Any], home: Home) -> Callable[[Any], Wrong]:
    """What tells what is wrong with a value of a field, as marshmallow would."""
    pointer = f"/{escaped(name)}"
    if not isinstance(kind, Scalar):
        return lambda value: tuple(wrong_within(kind, value, pointer))
    told = Meanings(lambda wording: (Fault(pointer, *wording),))

    def wrong(value: Any) -> Wrong:
        known = not is_blank(value, kind)
        meant = kind.meant(value) if known else REQUIRED if kind.required else None
        if name in Home.fields and not isinstance(meant, Wording):
            meant = home.wording(name, meant)
        return told[meant] if isinstance(meant, Wording) else ()

    return wrong


def wrong_within(kind: fields.Field[Any], value: Any, pointer: str) -> Iterator[Fault]:
    """What is wrong with a list or an object; nothing is told of one nested too deeply, as its whole record is."""
    try:
        if value is not TOO_DEEP:
            kind.deserialize(missing if is_blank(value, kind) else value)
    except ValidationError as error:
        yield from worded(error.messages, pointer)


def worded(messages: Any, pointer: str) -> Iterator[Fault]:
    """The faults of marshmallow's nested messages, each with its JSON Pointer."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from worded(inner, pointer if name == "_schema" else f"{pointer}/{escaped(str(name))}")
    else:
        for wording in messages:
            known = wording if isinstance(wording, Wording) else Wording("invalid", "This value is not understood.")
            yield Fault(pointer, known.code, known.detail)


def escaped(name: str) -> str:
    """A name as one token of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
