"""Facts of a seller → what a pack's rules conclude: health, status, notes, actions. The engine decides."""

from collections.abc import Mapping
from typing import NamedTuple

from service.core.chapters import Chapter, Rule, in_force
from service.core.figures import Question
from service.core.rulesets import Fact, all_that_hold


class Conclusions(NamedTuple):
    """The rules that hold: the one that decides health, the one that decides status, all of the notes and actions."""

    health: Rule
    status: Rule
    notes: list[Rule]
    actions: list[Rule]


class Lists(NamedTuple):
    """The lists of rules in force, as far as a pack has them, in the order of `Conclusions`.

    `most` is per fact the largest number that makes a difference to any of them.
    """

    chapters: list[Chapter | None]
    most: Mapping[str, int]


def conclusions(facts: Fact, question: Question) -> Conclusions:
    """What the rules of a pack conclude from the facts of a seller.

    Numbers beyond what any rule tells apart are told alike, so that most sellers ask what is already answered.
    """
    chapters, most = question.once("lists in force", lambda: lists_in_force(question))
    told = {
        name: fact if isinstance(fact, str) else min(fact, most[name]) for name, fact in facts.items() if name in most
    }
    return question.once(("conclusions", *told.items()), lambda: drawn(chapters, told, question))


def lists_in_force(question: Question) -> Lists:
    """Of every list the newest already in force, else the oldest there is."""
    pack, day = question.pack, question.calendar.day
    chapters = [in_force(each, day) for each in (pack.health, pack.status, pack.notes, pack.actions)]
    most: dict[str, int] = {}
    for chapter in filter(None, chapters):
        most |= {name: max(bound, most.get(name, 0)) for name, bound in chapter.asked.items()}
    return Lists(chapters, most)


def drawn(chapters: list[Chapter | None], facts: Fact, question: Question) -> Conclusions:
    """The same, asked anew; the loader sees to it that the last rule of health and of status always holds."""
    health, status, notes, actions = (
        all_that_hold(chapter, facts, question.decide) if chapter else [] for chapter in chapters
    )
    return Conclusions(health[0], status[0], notes, actions)
