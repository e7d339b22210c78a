"""Which phrases the letters of a case hold, so that a language nobody shows is seen."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.core.appeals import written
from service.core.batch import Batch
from service.core.letters import Language
from service.core.phrases import Phrases
from service.core.reading import whole

PHRASES = "phrases"


def heard(batch: Batch, language: Language) -> Iterator[tuple[str, str, str]]:
    """Every group of phrases that stands in a letter, as a witness shows it."""
    for table, shelves in (("notices", of_notices), ("appeals", of_appeals)):
        for row in batch.tables[table].records() if table in batch.tables else ():
            for text, phrases in shelves(row, language):
                yield from ((PHRASES, phrase.language, phrase.group) for phrase in phrases.met(whole(text)))


def of_notices(row: Mapping[str, Any], language: Language) -> Iterator[tuple[str, Phrases]]:
    """The texts of a notice, and what is looked for in them."""
    text = f"{row['subject'] or ''}\n{row['text'] or ''}"
    spoken = language.of(text)
    yield from ((text, shelf) for shelf in (spoken.notices, spoken.excepted, spoken.tentative))


def of_appeals(row: Mapping[str, Any], language: Language) -> Iterator[tuple[str, Phrases]]:
    """The texts of an appeal and of the reply to it, and what is looked for in them."""
    own, reply = written(row), row["reply_text"] or ""
    spoken, answered = language.of(own), language.of(reply)
    yield from ((own, shelf) for shelf in (spoken.headings, spoken.cues, spoken.empty, spoken.warnings))
    yield from ((reply, shelf) for shelf in (answered.replies, answered.asked, answered.turns))


def groups_of(language: Language) -> list[tuple[str, str, str]]:
    """Every group of phrases there is: the file, its name, and its language."""
    shelves = [
        language.notices, language.excepted, language.tentative, language.headings, language.cues, language.empty,
        language.warnings, language.replies, language.asked, language.turns,
    ]  # fmt: skip
    return sorted({(spoken, group, PHRASES) for shelf in shelves for group, spoken in shelf.groups()})
