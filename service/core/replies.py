"""The marketplace's reply to an appeal: what it means, and what it asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.core.letters import PARTS, Language
from service.core.reading import lines_of, ready

BULLET = re.compile(
    r"^(?:[-*+>\u2022\u00b7\u25cf\u25aa\u25e6\u25a0\u2013\u2192\u30fb]|\(?[0-9]{1,2}[.)]|\(?[a-z][.)] |[\u2460-\u2473])"
)
OPENS, CLOSES = "opens", "closes"
DECISIONS = {"reply_reactivated", "reply_final_refusal", "reply_declined"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply says, as groups of phrases, and the parts of a plan it asks for."""

    says: frozenset[str]
    asks: tuple[str, ...]


def reply_of(text: str, language: Language) -> Reply:
    """Reads a reply.

    What stands where it has stopped to ask ("what happens if", "in error") counts only where nothing else does.

    Args:
        text: the reply as it came.
        language: the phrases of the pack.
    """
    language = language.of(text)
    lines = list(told(text, language))
    says = said([words for words, _, closed in lines if not closed], language)
    asks = asked([words for words, asking, _ in lines if asking], language)
    every = [words for words, _, _ in lines]
    asks = asks or asked(
        [words for line, words in zip(lines_of(text), every, strict=True) if BULLET.match(line)], language
    )
    return Reply(says or said(every, language), tuple(part for part in PARTS if part in asks))


def told(text: str, language: Language) -> Iterator[tuple[str, bool, bool]]:
    """The lines of a reply, ready, each with whether it asks there, and whether it has stopped to."""
    asking, closed = False, False
    for line in lines_of(text):
        words = ready(line)
        turns = language.turns.found(words)
        asking = (asking or OPENS in turns) and CLOSES not in turns
        closed = (closed or CLOSES in turns) and OPENS not in turns
        yield words, asking or (not closed and bool(BULLET.match(line))), closed


def said(lines: list[str], language: Language) -> frozenset[str]:
    """What some lines say; in a sentence about what has not happened, no decision."""
    found: set[str] = set()
    for sentence in "\n".join(lines).split("\n"):
        groups = language.replies.found(sentence)
        found |= groups - DECISIONS if groups and language.tentative.found(sentence) else groups
    return frozenset(found)


def asked(lines: list[str], language: Language) -> set[str]:
    """The parts of a plan that some lines ask for."""
    return {part for words in lines for part in language.asked.found(words)}
