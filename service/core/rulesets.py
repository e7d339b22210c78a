"""Rule sets as the engine is handed them: closed facts of integers and words, rules over them, first match first.

A number is given twice, rounded down and rounded up (`share` and `share_up`), so that "at least" and "above" are both
exact comparisons of integers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from service.core.account_rules import chapters_of as chapters_of_accounts
from service.core.cards import MILLION, Edge, Edition
from service.core.chapters import Chapter, Rule, Want
from service.core.letters import chapters_of
from service.core.packs import Rulebook

Fact = Mapping[str, int | str]
Decide = Callable[[str, Fact], tuple[str, ...]]
UP = "_up"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules by id, the first to win when several hold. An id says nothing but itself."""

    name: str
    rules: Mapping[str, tuple[Want, ...]]


def all_rulesets(rulebook: Rulebook) -> Iterator[Ruleset]:
    """Everything a rulebook asks the engine to decide."""
    for pack in rulebook.packs:
        for card in pack.cards:
            yield from map(ladder_ruleset, card.editions)
        yield from map(chapter_ruleset, (*pack.health, *pack.status, *pack.notes, *pack.actions))
        yield from map(chapter_ruleset, (*chapters_of(pack.letters), *chapters_of_accounts(pack.accounts)))


def ladder_ruleset(edition: Edition) -> Ruleset:
    """The levels of one edition, the last of the file first: the highest rung that is reached decides."""
    places = range(len(edition.ladder) - 1, -1, -1)
    return Ruleset(
        edition.address,
        {str(place): tuple(wanted(edge) for edge in edition.ladder[place].edges) for place in places},
    )


def wanted(edge: Edge) -> Want:
    """What a measure must be to reach an edge."""
    return Want(edge.measure + UP, least=edge.at + 1) if edge.strict else Want(edge.measure, least=edge.at)


def chapter_ruleset(chapter: Chapter) -> Ruleset:
    """The rules of a chapter, in the order of the file."""
    return Ruleset(chapter.address, {str(place): rule.wants for place, rule in enumerate(chapter.rules)})


def all_that_hold(chapter: Chapter, fact: Fact, decide: Decide) -> list[Rule]:
    """The rules of a chapter that hold, in the order of the file; what they ask beyond the fact is 0."""
    asked = {name: fact.get(name, 0) for name in chapter.asked}
    return [chapter.rules[int(place)] for place in decide(chapter.address, asked)]


def measured(measures: Mapping[str, int | Fraction], proportions: frozenset[str]) -> dict[str, int]:
    """The fact of some measures; proportions become parts per million."""
    fact = {}
    for name, value in measures.items():
        scale = MILLION if name in proportions else 1
        fact[name] = value.numerator * scale // value.denominator
        fact[name + UP] = -(-value.numerator * scale // value.denominator)
    return fact
