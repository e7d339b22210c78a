"""The dossier of each excuse that is shown: the marketplace's rule, the evidence in the batch, and the words to send.

Only records that are shown are looked at, all of one mitigation at once. Of what a caller wrote, ids alone get in.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from service.core.cards import Edition, Mitigation
from service.core.figures import Question
from service.core.pleas import RECORD, Line, Plea, Until
from service.core.quotes import Piece, quoted
from service.core.tables import Numbers
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
        rows = np.array([excuse.row for _, excuse, _ in shown])
        pieces = evidence_of(edition, shown[0][1].mitigation, rows, question)
        for (seller, excuse, dossier), told in zip(shown, pieces, strict=True):
            domain = question.related.sellers[seller][1]
            languages = (ENGLISH, *question.pack.languages.get(domain, ()))
            dossier.update(told_of(excuse, told, languages, question.evidence))
    return found


def evidence_of(
    edition: Edition, mitigation: Mitigation, rows: Numbers, question: Question
) -> list[list[tuple[str, list[Piece]]]]:
    """Per record what is quoted for it, quote by quote."""
    each = [
        (quote.of, quoted(quote, mitigation, edition.counted_by, rows, question.related))
        for quote in mitigation.plea.evidence
    ]
    return [[(of, pieces[place]) for of, pieces in each] for place in range(len(rows))]


def told_of(excuse: Excuse, told: list[tuple[str, list[Piece]]], languages: Iterable[str], most: int) -> Dossier:
    """One dossier."""
    mitigation, plea = excuse.mitigation, excuse.mitigation.plea
    pieces = [piece for _, each in told for piece in each]
    return {
        "id": excuse.record,
        "because": mitigation.because,
        "ask": mitigation.ask,
        "rule": mitigation.address,
        "policy": plea.policy,
        "source": plea.source,
        "basis": plea.basis,
        "evidence": [shown_piece(piece) for piece in pieces[:most]],
        "evidence_total": len(pieces),
        "words": words(plea, {RECORD: excuse.record, **named(told)}, languages),
        "attach": list(plea.attach),
        "by": by_when(plea.until, told),
    }


def shown_piece(piece: Piece) -> dict[str, Any]:
    """One entry of `evidence`, with what is known of it."""
    fields = {name: shown(value) for name, value in piece.fields.items() if value is not None}
    return {"table": piece.table, "id": piece.id, "fields": fields}


def shown(value: Any) -> Any:
    """A value as answers have it."""
    return instant(value) if isinstance(value, datetime) else value


def words(plea: Plea, values: Mapping[str, str], languages: Iterable[str]) -> dict[str, str]:
    """The words by language, a line each; a line that names something unknown is left out."""
    return {
        language: "\n".join(filled_lines(plea.words[language], values))
        for language in languages
        if language in plea.words
    }


def filled_lines(lines: Iterable[Line], values: Mapping[str, str]) -> Iterator[str]:
    """The lines whose names are all known."""
    for template, names in lines:
        if all(name in values for name in names):
            yield template.format(*[values[name] for name in names])


def named(told: Iterable[tuple[str, list[Piece]]]) -> dict[str, str]:
    """What words may name: ids and instants, of several records the first few."""
    values: dict[str, str] = {}
    for of, pieces in told:
        for name in {name: None for piece in pieces for name in (piece.key, *piece.fields)}:
            known = [readable(piece.id if name == piece.key else piece.fields.get(name)) for piece in pieces]
            each = [one for one in dict.fromkeys(known) if one]
            if each:
                values[f"{of}.{name}"] = ", ".join(each[:NAMED]) + (" …" if len(each) > NAMED else "")
    return values


def readable(value: Any) -> str:
    """An id as it is, an instant to the minute.

    >>> from datetime import UTC
    >>> readable(datetime(2026, 11, 22, 9, 5, tzinfo=UTC))
    '2026-11-22 09:05 UTC'
    """
    if not isinstance(value, datetime):
        return str(value) if value is not None else ""
    return f"{value:%Y-%m-%d %H:%M} UTC"


def by_when(until: Until | None, told: Iterable[tuple[str, list[Piece]]]) -> str | None:
    """By when it must be sent: the earliest instant of the records that are meant."""
    if until is None:
        return None
    moments = [piece.fields.get(until.at) for of, pieces in told if of == until.of for piece in pieces]
    known = [moment for moment in moments if moment is not None]
    return instant(min(known) + until.after) if known else None
