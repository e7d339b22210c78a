"""What the caller should know of how reports were read."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from service.intake.reports.fields import Unmapped
from service.intake.reports.records import Records

HARMLESS_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _./+-]{0,62}[A-Za-z0-9])?")
NAMED_WORDS = 100


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
