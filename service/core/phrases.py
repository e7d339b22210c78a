"""Phrases as rule files write them, and texts made ready to be searched for them. Linear in the text, whatever it is.

A phrase is words, `(this|that)`, `(perhaps )?`, `(often )*`, `*` for any ending of a word, `#` for a number and `…` for
any words of the sentence.
Case, width, accents, punctuation and spaces do not matter. Patterns go to RE2, which never goes back over a text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise, zip_longest

import re2

from service.core.reading import JOINED, folded, spelt

NOT_PHRASE = re.compile(r"[\\+{}^$<>=\n]")
BROKEN_STAR = re.compile(r"(?<![^\W_])(?<![)\]])\*")
STAR = re.compile(r"(?<=[^\W_])\*")
LOOSE_QUOTE = re.compile(r"(?<![^\W_])'")
SYNTAX = "()|?*[]#"
HEARD_LEAST = 4
GAP = "…"
ENDING = r"[^ \\n]*"
NUMBER = "[0-9]+"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a group, in a language, as an RE2 pattern."""

    group: str
    language: str
    pattern: str


class Phrases:
    """Phrases of any number of groups and languages.

    RE2's own filter looks for the words no phrase can do without first, all at once, so that most phrases cost nothing.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        self._filter = compiled_filter(self._phrases)
        self.names = frozenset(phrase.group for phrase in self._phrases)
        self.languages: frozenset[str] | None = None

    def within(self, languages: frozenset[str]) -> "Phrases":
        """The phrases of some languages only; nothing is compiled anew."""
        some = copy(self)
        some.languages = languages
        return some

    def found(self, ready: str) -> frozenset[str]:
        """The groups of which a phrase stands in a text that is `ready`."""
        return frozenset(phrase.group for phrase in self.met(ready))

    def met(self, ready: str) -> Iterator[Phrase]:
        """The phrases that stand in a text that is `ready`."""
        places = self._filter.Match(ready.encode()) if self._phrases and ready else None
        for phrase in (self._phrases[place] for place in places or ()):
            if self.languages is None or phrase.language in self.languages:
                yield phrase

    def groups(self) -> set[tuple[str, str]]:
        """Every group there is, with each of its languages."""
        return {(phrase.group, phrase.language) for phrase in self._phrases}


def compiled_filter(phrases: tuple[Phrase, ...]) -> re2.Filter:
    """The patterns of some phrases, compiled together."""
    together = re2.Filter()
    for phrase in phrases:
        together.Add(phrase.pattern.encode(), options())
    if phrases:
        together.Compile()
    return together


def options() -> re2.Options:
    """How patterns are compiled: a fault is raised, never logged."""
    chosen = re2.Options()
    chosen.log_errors = False
    return chosen


def phrase_of(written: str, group: str, language: str) -> Phrase:
    """A phrase as a rule file has it.

    Raises:
        ValueError: what is wrong with it, in words.
    """
    if found := NOT_PHRASE.search(written):
        raise ValueError(f"{found[0]!r} has no meaning in a phrase; use words, (a|b), (a )?, (a )*, *, # and {GAP}")
    bare = LOOSE_QUOTE.sub("", folded(written).strip())
    if BROKEN_STAR.search(bare):
        raise ValueError("'*' stands for the end of a word, right behind its first letters")
    pieces = [spelt(piece, keep=SYNTAX).strip() for piece in bare.replace("...", GAP).split(GAP)]
    joints = [joint(piece, following) for piece, following in pairwise(["", *pieces, ""])]
    inner = [f"(?:{STAR.sub(ENDING, piece)})".replace("#", NUMBER) for piece in pieces]
    pattern = "".join(chain.from_iterable(zip_longest(joints, inner, fillvalue="")))
    try:
        compiled = re2.compile(pattern.encode(), options())
    except re2.error as error:
        raise ValueError(f"cannot be read: {error.args[0].decode().partition(':')[0]}") from None
    if not all(pieces) or compiled.search(b"  "):
        raise ValueError("it would be found in every text")
    return Phrase(group, language, pattern)


def joint(piece: str, following: str) -> str:
    """What stands between two pieces, before the first or behind the last: whole words, where those are apart."""
    joined = JOINED.search(piece) or JOINED.search(following)
    if not (piece and following):
        return "" if joined or piece.endswith("*") else " "
    return r"[^\n]*" if joined else r"(?: [^\n]*)? "


def languages_of(ready: str, common: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The languages a text is in, by the commonest words of each; all of them where none is heard.

    A language that is heard far less than another is not spoken: its words only look like words of the other.
    """
    words = Counter(ready.split())
    heard = {}
    for language, known in common.items():
        apart, together = by_script(known)
        heard[language] = sum(words[word] for word in apart & words.keys()) + sum(map(ready.count, together))
    most = max(heard.values(), default=0)
    return frozenset(language for language, times in heard.items() if times * HEARD_LEAST >= most)


@cache
def by_script(words: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Words of a rule file that stand between spaces, and those that are written together."""
    together = frozenset(word for word in words if JOINED.search(word))
    return words - together, together
