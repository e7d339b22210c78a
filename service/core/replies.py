"""The marketplace's reply to an appeal: what it means, and what it asks for."""

import re
from dataclasses import dataclass

from service.core.letters import PARTS, Language
from service.core.reading import lines_of, ready, whole

BULLET = re.compile(
    r"^(?:[-*+>\u2022\u00b7\u25cf\u25aa\u25e6\u25a0\u2013\u2192\u30fb]|\(?[0-9]{1,2}[.)]|\(?[a-z][.)] |[\u2460-\u2473])"
)
OPENS, CLOSES = "opens", "closes"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply says, as groups of phrases, and the parts of a plan it asks for."""

    says: frozenset[str]
    asks: tuple[str, ...]


def reply_of(text: str, language: Language) -> Reply:
    """Reads a reply.

    Args:
        text: the reply as it came.
        language: the phrases of the pack.
    """
    language = language.of(text)
    asked = asked_in(text, language, everywhere=False) or asked_in(text, language, everywhere=True)
    return Reply(language.replies.found(whole(text)), tuple(part for part in PARTS if part in asked))


def asked_in(text: str, language: Language, *, everywhere: bool) -> set[str]:
    """The parts that lines ask for: bullets, and lines where the reply has begun to ask and not yet ended."""
    asked: set[str] = set()
    asking, closed = False, False
    for line in lines_of(text):
        words = ready(line)
        turns = language.turns.found(words)
        asking = (asking or OPENS in turns) and CLOSES not in turns
        closed = (closed or CLOSES in turns) and OPENS not in turns
        if asking or (BULLET.match(line) and (everywhere or not closed)):
            asked |= language.asked.found(words)
    return asked
