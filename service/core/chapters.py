"""Rules the engine decides, in dated chapters: what each wants of the facts, and what it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Want:
    """What one fact must be: one of some words, or a number between two bounds, both included."""

    fact: str
    words: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule the engine decides: it holds when every want does; `address` is how answers name it."""

    address: str
    wants: tuple[Want, ...]
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A dated version of a pack's health, status or action rules, in the order of the file."""

    address: str
    since: date
    rules: tuple[Rule, ...]
    asked: Mapping[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Notes the facts these rules ask for, each with the largest number that makes a difference."""
        wants = [want for rule in self.rules for want in rule.wants]
        bounds = {
            name: max(bound + 1 for want in wants if want.fact == name for bound in (want.least or 0, want.most or 0))
            for name in sorted({want.fact for want in wants})
        }
        object.__setattr__(self, "asked", bounds)


class Dated(Protocol):
    """Anything that is in force from one day on."""

    @property
    def since(self) -> date:
        """The first day."""


Edition = TypeVar("Edition", bound=Dated)


def in_force(editions: tuple[Edition, ...], day: date) -> Edition | None:
    """The newest edition already in force, else the oldest there is."""
    return next((one for one in editions if one.since <= day), editions[-1] if editions else None)
