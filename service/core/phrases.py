"""Phrases as rule files write them, and texts made ready to be searched for them. Linear in the text, whatever it is.

A phrase is words, `(this|that)`, `(perhaps )?`, `(often )*`, `*` for any ending of a word, `#` for a number and `…` for any
words of the sentence.
Case, width, accents, punctuation and spaces do not matter. Patterns go to RE2, which never goes back over a text.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest

import re2

from service.core.reading import JOINED, folded, spelt

NOT_PHRASE = re.compile(r"[\\+{}^$<>=\n]")
BROKEN_STAR = re.compile(r"(?<![^\W_])(?<![)\]])\*")
STAR = re.compile(r"(?<=[^\W_])\*")
LOOSE_QUOTE = re.compile(r"(?<![^\W_])'")
BRACKETED = re.compile(r"\([^()]*\)[*?]?")
LETTERS_ONLY = re.compile(r".\?|[*\[#]")
SYNTAX = "()|?*[]#"
STEM = 4
GAP = "…"
ENDING = r"[^ \\n]*"
NUMBER = "[0-9]+"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a group, in a language: its RE2 pattern, and a piece no text without which can hold it."""

    group: str
    language: str
    pattern: str
    needs: str = ""


class Phrases:
    """Phrases of any number of groups and languages.

    A text is asked for a phrase only where it holds a word (or the first letters of one) that the phrase cannot do
    without, so that most phrases cost nothing.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        self._compiled = [re2.compile(phrase.pattern.encode(), options()) for phrase in self._phrases]
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        self._joined: list[int] = []
        self._always: list[int] = []
        for place, phrase in enumerate(self._phrases):
            if JOINED.search(phrase.needs):
                self._joined.append(place)
            elif phrase.needs:
                self._by_stem[phrase.needs[:STEM]].append(place)
            else:
                self._always.append(place)

    def found(self, ready: str) -> frozenset[str]:
        """The groups of which a phrase stands in a text that is `ready`."""
        return frozenset(phrase.group for phrase in self.met(ready))

    def met(self, ready: str) -> Iterator[Phrase]:
        """The phrases that stand in a text that is `ready`; of a group that was met once, no more than that."""
        text, met = ready.encode(), set()
        for place in self._candidates(ready):
            phrase = self._phrases[place]
            key = phrase.group, phrase.language
            if key not in met and self._compiled[place].search(text):
                met.add(key)
                yield phrase

    def groups(self) -> set[tuple[str, str]]:
        """Every group there is, with each of its languages."""
        return {(phrase.group, phrase.language) for phrase in self._phrases}

    def _candidates(self, ready: str) -> list[int]:
        """The phrases a text may hold, in the order of the files."""
        stems = {word[:STEM] for word in ready.split()}
        places = [*self._always]
        for stem in self._by_stem.keys() & stems:
            places += [place for place in self._by_stem[stem] if f" {self._phrases[place].needs}" in ready]
        if self._joined and JOINED.search(ready):
            places += [place for place in self._joined if self._phrases[place].needs in ready]
        return sorted(places)


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
        raise ValueError(f"cannot be read: {error.args[0]!s}") from None
    if not all(pieces) or compiled.search(b"  "):
        raise ValueError("it would be found in every text")
    return Phrase(group, language, pattern, needed(pieces))


def joint(piece: str, following: str) -> str:
    """What stands between two pieces, before the first or behind the last: whole words, where those are apart."""
    left, right = piece.rstrip(")?")[-1:], following.lstrip("(")[:1]
    if not (left and right):
        return "" if JOINED.match(left or right) or left == "*" else " "
    return r"[^\n]*" if JOINED.match(left) or JOINED.match(right) else r"(?: [^\n]*)? "


def needed(pieces: list[str]) -> str:
    """The longest beginning of a word that every text with the phrase holds; empty where there is none."""
    plain = " ".join(pieces)
    while plain != (plain := BRACKETED.sub(" ", plain)):
        pass
    kept = [LETTERS_ONLY.split(word)[0] for word in plain.split()]
    return max((word for word in kept if len(word) >= STEM or JOINED.search(word)), key=len, default="")
