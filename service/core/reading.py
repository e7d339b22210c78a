"""The text of a letter, made ready for reading: folded, its lines made whole again, one sentence a line, words counted.

What does not matter is taken away: case, width, accents, kinds of quotes and dashes, punctuation, unseen characters.
Of a very long text the beginning and the end are read.
"""

import re
import unicodedata

LONGEST = 20_000
HEAD = LONGEST * 3 // 4
MOST_LINES = 2_000
WRAPPED_FROM = 55
LETTERS = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
JOINED = re.compile(f"[{LETTERS}]")
MARKS = dict.fromkeys(range(0x300, 0x370))
LOOKS = {
    "'": "\u2018\u2019\u201a\u201b`\u00b4\u02bc",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
}
ALIKE = str.maketrans({other: plain for plain, others in LOOKS.items() for other in others})
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
SPACES = re.compile(r"[^\S\n]+")
WITHIN_JOINED = re.compile(rf"(?<=[{LETTERS}]) +(?=[{LETTERS}])")
AROUND_JOINED = re.compile(rf"(?<=[{LETTERS}])(?=[^\W{LETTERS}])|(?<=[^\W{LETTERS}])(?=[{LETTERS}])")
ENDS = re.compile(r"(?<=[.!?;])(?<![0-9]\.) |(?<=[\u3002\uff01\uff1f])")


def bounded(text: str) -> str:
    """A text, or the beginning and the end of a very long one."""
    return text if len(text) <= LONGEST else f"{text[:HEAD]}\n{text[HEAD - LONGEST :]}"


def folded(text: str) -> str:
    """A text without what does not matter, save punctuation.

    >>> folded("Ihr  VERKÄUFERKONTO \u2013 \u201egesperrt\u201c")
    'ihr verkauferkonto - "gesperrt"'
    """
    kept = bounded(text)
    if not kept.isascii():
        kept = unicodedata.normalize("NFKC", kept)[: 2 * LONGEST].translate(ALIKE)
    lower = UNSEEN.sub("", kept).replace("\r\n", "\n").replace("\r", "\n").casefold()
    bare = lower if lower.isascii() else without_marks(lower)
    return SPACES.sub(" ", bare)


def without_marks(text: str) -> str:
    """A text whose letters have no accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(MARKS))


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text, folded; lines that a mail program has wrapped are one again."""
    lines: list[str] = []
    ended = True
    for line in (each.strip() for each in folded(text).split("\n")):
        if line and not ended and goes_on(lines[-1], line):
            lines[-1] = f"{lines[-1]} {line}"
        elif line:
            lines.append(line)
        ended = not line
    return tuple(lines[:MOST_LINES])


def goes_on(line: str, following: str) -> bool:
    """Whether a line goes on in the next: it is long and has no end, and the next begins no list."""
    return WRAPPED_FROM <= len(line) <= LONGEST and line[-1] not in ".!?:;\u3002" and following[0].isalpha()


def sentences(line: str) -> list[str]:
    """The sentences of a folded line."""
    return [each for each in ENDS.split(line) if each]


def ready(line: str) -> str:
    """A folded line as phrases are looked for in it: one sentence a line, each word between spaces."""
    return "\n".join(f" {words} " for each in sentences(line.replace("(s)", "s")) if (words := spelt(each)))


def whole(text: str) -> str:
    """A text as phrases are looked for in it."""
    return "\n".join(found for line in lines_of(text) if (found := ready(line)))


def spelt(folded_text: str, keep: str = "") -> str:
    """The words of a folded text with one space between them; letters of scripts without spaces stand together.

    >>> spelt("amazon.com, now!"), spelt("ご利用の amazon アカウント は")
    ('amazon com now', 'ご利用の amazon アカウントは')
    """
    words = re.sub(rf"[^\w{re.escape(keep)}]+|_+", " ", folded_text).strip()
    if not JOINED.search(words):
        return words
    return AROUND_JOINED.sub(" ", WITHIN_JOINED.sub("", words)).replace("  ", " ")


def word_count(folded_text: str) -> int:
    """How many words a folded text has; where words are written together, two letters are taken for one.

    >>> word_count("late: 6 parcels"), word_count("配送会社が遅れた")
    (3, 4)
    """
    joined = len(JOINED.findall(folded_text))
    return len(JOINED.sub(" ", spelt(folded_text)).split()) + joined // 2
