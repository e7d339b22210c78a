"""The dossier of each excuse that is shown: the marketplace's rule, the evidence in the batch, and the words to send.

Only records that are shown are looked at, all of one mitigation at once. Of what a caller wrote, ids alone get in.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from service.core.cards import Edition, Mitigation
from service.core.figures import Question
from service.core.pleas import RECORD, Line, Name, Until
from service.core.quotes import Piece, quoted
from service.core.texts import instant

ENGLISH = "en"
NAMED = 5  # as many of several records of one kind are named in a sentence

Dossier = dict[str, Any]


class Excuse(NamedTuple):
    """A record that hurts, what excuses it, and where the record stands in its table."""

    record: str
    mitigation: Mitigation
    row: int


def dossiers(edition: Edition, listed: Mapping[int, list[Excuse]], question: Question) -> dict[int, list[Dossier]]:
    """Per seller what to send for the first of its excuses."""
    found: dict[int, list[Dossier]] = {}
    by_mitigation: dict[str, list[tuple[int, Excuse, Dossier]]] = {}
    for seller, excuses in listed.items():
        own = found[seller] = []
        for excuse in excuses[: question.evidence]:
            own.append({})
            by_mitigation.setdefault(excuse.mitigation.address, []).append((seller, excuse, own[-1]))
    for shown in by_mitigation.values():
        mitigation = shown[0][1].mitigation
        common = told_of_all(mitigation)
        rows = np.array([excuse.row for _, excuse, _ in shown])
        quotes = [
            quoted(one, mitigation, edition.counted_by, rows, question.related) for one in mitigation.plea.evidence
        ]
        for place, (seller, excuse, dossier) in enumerate(shown):
            told = [each[place] for each in quotes]
            spoken = languages(question.related.sellers[seller][1], question)
            dossier.update({"id": excuse.record, **common, **told_of(excuse, told, spoken, question.evidence)})
    return found


def languages(marketplace: str, question: Question) -> tuple[str, ...]:
    """The languages to ask a marketplace in."""
    return (ENGLISH, *question.pack.languages.get(marketplace, ()))


def told_of_all(mitigation: Mitigation) -> Dossier:
    """What every dossier of an excuse says."""
    plea = mitigation.plea
    return {
        "because": mitigation.because,
        "ask": mitigation.ask,
        "rule": mitigation.address,
        "policy": plea.policy,
        "source": plea.source,
        "basis": plea.basis,
        "attach": list(plea.attach),
    }


def told_of(excuse: Excuse, told: list[list[Piece]], spoken: Iterable[str], most: int) -> Dossier:
    """What the dossier of one record says of it alone; `told` is what is quoted, quote by quote."""
    plea = excuse.mitigation.plea
    by_quote = {quote.of: each for quote, each in zip(plea.evidence, told, strict=True)}
    pieces = [piece for each in told for piece in each]
    values = dict(named(plea.names, by_quote)) | {RECORD: excuse.record}
    return {
        "evidence": pieces[:most],
        "evidence_total": len(pieces),
        "words": {language: worded(plea.words[language], values) for language in spoken if language in plea.words},
        "by": by_when(plea.until, by_quote) if plea.until else None,
    }


def worded(lines: Iterable[Line], values: Mapping[str, str]) -> str:
    """The words of one language; a line that names something unknown is left out."""
    told = []
    for template, names in lines:
        try:
            told.append(template.format(*[values[name] for name in names]))
        except KeyError:
            continue
    return "\n".join(told)


def named(names: Iterable[Name], pieces: Mapping[str, list[Piece]]) -> Iterator[tuple[str, str]]:
    """What words may name, as far as it is known; of several records the first few."""
    for place, of, field, is_instant in names:
        known = [piece["fields"].get(field) if field else piece["id"] for piece in pieces[of]]
        if len(known) != 1:
            known = list(dict.fromkeys(one for one in known if one is not None))
        if known and known[0] is not None:
            told = [readable(one) if is_instant else one for one in known[:NAMED]]
            yield place, ", ".join(told) + (" …" if len(known) > NAMED else "")


def readable(moment: str) -> str:
    """An instant to the minute.

    >>> readable("2026-11-22T09:05:00Z")
    '2026-11-22 09:05 UTC'
    """
    return f"{moment[:10]} {moment[11:16]} UTC"


def by_when(until: Until, pieces: Mapping[str, list[Piece]]) -> str | None:
    """By when it must be sent: the earliest instant of the records that are meant."""
    known = [piece["fields"][until.at] for piece in pieces[until.of] if until.at in piece["fields"]]
    return instant(min(map(datetime.fromisoformat, known)) + until.after) if known else None
