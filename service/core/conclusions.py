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


def clipped(numbers: Mapping[str, int], question: Question) -> dict[str, int]:
    """Facts as far as some rule asks for them; numbers beyond what any rule tells apart are told alike."""
    most = lists_in_force(question).most
    return {name: min(number, most[name]) for name, number in numbers.items() if name in most}


def conclusions(facts: Fact, question: Question) -> Conclusions:
    """What the rules of a pack conclude; the loader sees to it that the last rule of health and of status holds."""
    health, status, notes, actions = (
        all_that_hold(chapter, facts, question.decide) if chapter else []
        for chapter in lists_in_force(question).chapters
    )
    return Conclusions(health[0], status[0], notes, actions)


def lists_in_force(question: Question) -> Lists:
    """Of every list the newest already in force, else the oldest there is; found once."""
    return question.once("lists in force", lambda: found_in_force(question))


def found_in_force(question: Question) -> Lists:
    """The lists in force, and what they tell apart."""
    pack, day = question.pack, question.calendar.day
    chapters = [in_force(each, day) for each in (pack.health, pack.status, pack.notes, pack.actions)]
    most: dict[str, int] = {}
    for chapter in filter(None, chapters):
        most |= {name: max(bound, most.get(name, 0)) for name, bound in chapter.asked.items()}
    return Lists(chapters, most)
