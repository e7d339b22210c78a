"""A second opinion: decides every ladder and chapter in plain Python, straight from the rule files.

Knows nothing of the loader, of parts per million or of an engine: figures are exact fractions, the last level whose
edges are all reached applies, and a rule holds when each of its facts is what it must be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Plain = dict[str, Any]
Figures = Mapping[str, Fraction | int]
LEVELS = ("breach", "watch", "good", "insufficient_data")
CHAPTERS = ("health", "status", "actions")
LISTS = {
    "status": ("notes",),
    "notices": ("assessments", "kinds"),
    "appeals": ("missing", "warnings", "replies", "next"),
    "funds": ("given", "remarks"),
    "applications": ("rules",),
}


@dataclass(frozen=True)
class Ladder:
    """One edition of one metric: its name in answers, and its levels as the file lists them."""

    address: str
    levels: list[Plain]

    def level(self, figures: Figures) -> str:
        """The address of the level that some figures reach."""
        reached = [level["level"] for level in self.levels if all(passes(figures, *edge) for edge in edges(level))]
        return f"{self.address}#{reached[-1]}"

    def edges(self) -> set[tuple[str, Fraction]]:
        """Every figure at which a level begins, with the measure it is of."""
        return {(measure, at) for level in self.levels for measure, at, _ in edges(level)}


@dataclass(frozen=True)
class Chapter:
    """One dated list of rules: its name in answers, and the rules as the file lists them."""

    address: str
    rules: list[Plain]

    def holding(self, facts: Mapping[str, int | str]) -> list[str]:
        """The addresses of the rules that hold, in the order of the file."""
        return [
            f"{self.edition}#{rule['rule']}"
            for rule in self.rules
            if all(is_wanted(facts[fact], wanted) for fact, wanted in rule.get("when", {}).items())
        ]

    @property
    def edition(self) -> str:
        """What its rules are named by: of several lists in one edition, the edition."""
        return "/".join(self.address.split("/")[:2])

    def facts(self) -> dict[str, list[Any]]:
        """Every fact the rules ask for, with what they want of it."""
        asked: dict[str, list[Any]] = {}
        for rule in self.rules:
            for fact, wanted in rule.get("when", {}).items():
                asked.setdefault(fact, []).append(wanted)
        return asked


def edges(level: Plain) -> Iterator[tuple[str, Fraction, bool]]:
    """What a level asks of each measure: where it begins, and whether only beyond that."""
    asked = {"value": level} if level.keys() & {"from", "above"} else {}
    for measure, edge in {**asked, **level.get("and", {})}.items():
        yield measure, figure(edge["above"] if "above" in edge else edge["from"]), "above" in edge


def passes(figures: Figures, measure: str, at: Fraction, beyond: bool) -> bool:
    """Whether a figure reaches an edge."""
    return figures[measure] > at if beyond else figures[measure] >= at


def figure(written: Any) -> Fraction:
    """A figure as a file writes it: 2.5% or a plain number."""
    text = str(written)
    return Fraction(Decimal(text[:-1])) / 100 if text.endswith("%") else Fraction(Decimal(text))


def is_wanted(fact: int | str, wanted: Any) -> bool:
    """Whether a fact is a word of a list, that word or number, or within bounds."""
    if isinstance(wanted, Mapping):
        return isinstance(fact, int) and wanted.get("at_least", fact) <= fact <= wanted.get("at_most", fact)
    return fact in wanted if isinstance(wanted, list) else fact == wanted


def read(path: Path) -> Plain:
    """A YAML file as plain values."""
    plain: Plain = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return plain


def ladders(rules: Path) -> Iterator[Ladder]:
    """Every edition of every metric of every pack."""
    for path in sorted(rules.glob("*/metrics/*.yaml")):
        card = read(path)
        since = [str(edition["since"]) for edition in card["editions"]]
        for edition, day in zip(card["editions"], since, strict=True):
            limited = since.count(day) > 1 and "marketplaces" in edition
            name = f"{day}:{edition['marketplaces'][0]}" if limited else day
            yield Ladder(f"{path.parts[-3]}/metrics/{card['metric']}@{name}", edition["levels"])


def chapters(rules: Path) -> Iterator[Chapter]:
    """Every dated list of health, status and action rules of every pack."""
    for path in sorted(path for name in CHAPTERS for path in rules.glob(f"*/{name}.yaml")):
        for chapter in read(path)[path.stem]:
            yield Chapter(f"{path.parts[-2]}/{path.stem}@{chapter['since']}", chapter["rules"])
    for stem, names in LISTS.items():
        for path in sorted(rules.glob(f"*/{stem}.yaml")):
            for edition in read(path)[stem]:
                address = f"{path.parts[-2]}/{stem}@{edition['since']}"
                yield from (Chapter(f"{address}/{name}", edition[name]) for name in names if name in edition)
