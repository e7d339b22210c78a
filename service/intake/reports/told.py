"""What the caller should know of how reports were read."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from service.core.errors import Fault
from service.intake.cast import Cast
from service.intake.faults import faults_of
from service.intake.reports.fields import Unmapped
from service.intake.reports.records import Records
from service.intake.tables import Given

HARMLESS_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _./+-]{0,62}[A-Za-z0-9])?")
NAMED_WORDS = 100


def naming_words(cast: Cast, given: Given, several: Iterable[Records]) -> Cast:
    """A table whose faults name the words that no mapping knows."""
    unmapped = {key for one in several for key in one.unmapped}
    if not unmapped or not cast.faults:
        return cast
    known, positions, numbers = cast.faults.kinds, cast.faults.positions, cast.faults.numbers
    named = frozenset(key.field for key in unmapped)
    doubtful = [field_of(kind) in named for kind in known]
    faults = [
        [naming_word(known[number], given.record(place), given.table, unmapped) if doubtful[number] else known[number]]
        for place, number in zip(positions.tolist(), numbers.tolist(), strict=True)
    ]
    return replace(cast, faults=faults_of(given.table, positions, faults))


def naming_word(fault: Fault, record: Any, table: str, unmapped: Container[Unmapped]) -> Fault:
    """A fault of a record that names the word it is about, if that word is harmless and no mapping knows it."""
    field = field_of(fault)
    word = record.get(field) if isinstance(record, Mapping) else None
    if not isinstance(word, str) or Unmapped(table, field, word) not in unmapped or not HARMLESS_WORD.fullmatch(word):
        return fault
    detail = f"The report says {word!r}, which its mapping does not know."
    return fault._replace(code="unmapped_word", detail=detail)


def field_of(fault: Fault) -> str:
    """The field a fault is about."""
    return fault.pointer.rpartition("/")[2]


def warnings_of(several: Iterable[Records]) -> list[dict[str, Any]]:
    """Words that no mapping knows, and lines that were passed over since they are none of the marketplace's."""
    unmapped: Counter[Unmapped] = Counter()
    left_out: Counter[str] = Counter()
    for one in several:
        unmapped.update(one.unmapped)
        left_out[one.filling.table] += one.left_out
    words = sorted(unmapped.items())[:NAMED_WORDS]
    passed = [
        {"code": "left_out", "table": table, "count": count} for table, count in sorted(left_out.items()) if count
    ]
    return [*merged_words(words), *passed]


def merged_words(words: Iterable[tuple[Unmapped, int]]) -> list[dict[str, Any]]:
    """One warning per harmless word; of each field one for all words that are not told."""
    told: list[dict[str, Any]] = []
    silent: Counter[tuple[str, str]] = Counter()
    for (table, field, word), count in words:
        if HARMLESS_WORD.fullmatch(word):
            told.append({"code": "unmapped_word", "table": table, "field": field, "word": word, "count": count})
        else:
            silent[table, field] += count
    hidden = [
        {"code": "unmapped_word", "table": table, "field": field, "count": count}
        for (table, field), count in sorted(silent.items())
    ]
    return told + hidden
