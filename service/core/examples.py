"""The examples of the cards, decided: the self-test of rules and engine together."""

from collections.abc import Iterator
from fractions import Fraction

from service.core.cards import Example
from service.core.ladder import rung_of
from service.core.packs import Rulebook
from service.core.rulesets import Decide


def failed_examples(rulebook: Rulebook, decide: Decide) -> Iterator[tuple[Example, str]]:
    """The examples that lead to another level than they say, with that level."""
    for pack in rulebook.packs:
        for card in pack.cards:
            for example in card.examples:
                rung = rung_of(example.edition, figure_of(example), also_of(example), decide)
                found = rung.level if rung else "insufficient_data"
                if found != example.level:
                    yield example, found


def figure_of(example: Example) -> int | Fraction:
    """The figure an example speaks of."""
    figures = example.figures
    if "score" in figures:
        return figures["score"]
    return Fraction(figures["counted"], figures["total"]) if "total" in figures else figures["counted"]


def also_of(example: Example) -> tuple[int, ...]:
    """The further measures an example speaks of, 0 where it is silent."""
    further = example.edition.counting.also if example.edition.counting else ()
    return tuple(example.figures.get(one.name, 0) for one in further)
