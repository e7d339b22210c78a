"""What an appeal gives: its four parts, as lists or found in its text by headings and by the sentences themselves."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.core.letters import EVIDENCE, PARTS, PLAN, Language
from service.core.reading import folded, lines_of, ready, sentences, spelt, word_count

BULLET = re.compile(
    r"^(?:[-*+>#\u2022\u00b7\u25cf\u25aa\u25e6\u25a0\u2013\u2192=~_| ]+|\(?[0-9ivx]{1,4}[.):] ?|\(?[a-z][.)] ?"
    r"|step [0-9]+[.:]? ?"
    r"|[\u4e00\u4e8c\u4e09\u56db\u4e94\u7b2c][\u3001\uff0e. ]|[\u3010\u25a0\u25cf\u25c6]+)+"
)
LISTED = re.compile(r"^(?:[-+>\u2022\u00b7\u25cf\u25aa\u25e6\u2192~]|\\* )")
HEADING_WORDS = 14
BARE_HEADING_WORDS = 8
HEADED = re.compile(r"^([^:?\u3011]{2,80}[:?\u3011])(?: *- *)?(.*)$")

Said = tuple[str, str]  # a part and a sentence of it


@dataclass(frozen=True, slots=True)
class Plan:
    """What an appeal gives: per part its sentences, folded; the kinds of its evidence; the phrases of its language."""

    parts: Mapping[str, tuple[str, ...]]
    kinds: frozenset[str]
    language: Language

    def words(self, part: str, empty_up_to: int) -> int:
        """How many words a part has, sentences aside that say nothing and have no more words than that."""
        counts = ((each, word_count(each)) for each in self.parts[part])
        return sum(words for each, words in counts if words > empty_up_to or not self.language.empty.found(ready(each)))

    def said(self, part: str) -> frozenset[Said]:
        """What a part says, however it is spelt."""
        return frozenset((part, spelt(each)) for each in self.parts[part])


def plan(appeal: Mapping[str, Any], language: Language) -> Plan:
    """The plan of an appeal.

    Args:
        appeal: the record; its lists and its `text` both fill parts.
        language: the phrases of the pack.
    """
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for part in PLAN:
        parts[part] += [each for entry in appeal[part] or () for line in lines_of(entry) for each in sentences(line)]
    pieces = [piece for piece in appeal[EVIDENCE] or () if piece["refs"] != []]
    parts[EVIDENCE] += [evidence_words(piece) for piece in pieces]
    for part, sentences_told in told(appeal["text"] or "", language).items():
        parts[part] += sentences_told
    return Plan(
        {part: tuple(each) for part, each in parts.items()}, frozenset(piece["kind"] for piece in pieces), language
    )


def evidence_words(piece: Mapping[str, Any]) -> str:
    """A piece of evidence as a sentence, so that two can be compared."""
    return folded(" ".join([piece["kind"], *sorted(piece["refs"] or ())]))


def told(text: str, language: Language) -> dict[str, list[str]]:
    """The sentences of a text that fill a part: those below its heading, and those that say so where there is none.

    A part without a sentence of its own is looked for below the headings of other parts too.
    """
    own: dict[str, list[str]] = {part: [] for part in PARTS}
    elsewhere: dict[str, list[str]] = {part: [] for part in PARTS}
    for heading, sentence in under_headings(text, language):
        cues = language.cues.found(ready(sentence))
        for part in PARTS:
            if part == heading or (part in cues and (heading not in PLAN or part == EVIDENCE)):
                own[part].append(sentence)
            elif part in cues:
                elsewhere[part].append(sentence)
    return {part: own[part] or elsewhere[part] for part in PARTS}


def under_headings(text: str, language: Language) -> Iterator[tuple[str | None, str]]:
    """Every sentence of a text, headings aside, with the part whose heading it stands below."""
    below: str | None = None
    for line in lines_of(text):
        for place, sentence in enumerate(sentences(line)):
            heads = place == 0 or ":" in sentence
            heading, rest = headed(sentence, language) if heads else (None, sentence)
            below = heading or below
            if rest:
                yield below, rest


def headed(line: str, language: Language) -> tuple[str | None, str]:
    """The part a line is the heading of, or begins with the heading of, and what else it says."""
    plain = BULLET.sub("", line).strip("*_#=+- \u3010")
    if (split := HEADED.match(plain)) and word_count(split[1]) <= HEADING_WORDS:
        part = part_of(split[1], language)
        return part, split[2].strip("*_=+- ") if part else plain
    bare = plain[-1:] not in ".\u3002;,!" and word_count(plain) <= BARE_HEADING_WORDS and not LISTED.match(line)
    part = part_of(plain, language) if bare else None
    return part, "" if part else plain


def part_of(heading: str, language: Language) -> str | None:
    """The part a heading names: of several the one whose words stand last in the order of a plan."""
    groups = language.headings.found(ready(heading).replace("\n", " "))
    return next((part for part in (*reversed(PARTS), "other") if part in groups), None)
