"""Everything report mappings say that a case should show: columns, words, forms of dates, places of figures."""

import re
from collections.abc import Iterator, Sequence

from service.casebook.cases import Point
from service.core.date_forms import pattern_of
from service.core.mappings import ANY_WORD, Filled, Filling, Performance, ReportMapping, plain
from service.core.packs import Pack
from service.intake.reports.fields import BLANKS, SEVERAL
from service.intake.reports.figures import text_within
from service.intake.reports.recognise import Recognised
from service.intake.reports.records import paths_of
from service.intake.reports.tree import lines_of_objects, values_at

Cells = dict[str, set[str]]
TRUTHS = {"true", "false"}  # the words for them are said once for all reports


def report_points(pack: Pack, shown: Sequence[Recognised]) -> Iterator[Point]:
    """The points of a pack's report files, in their order."""
    for mapping in pack.reports:
        file = f"{pack.pack}/reports/{mapping.report}.yaml"
        own = [one for one in shown if one.mapping.report == mapping.report]
        for name, covered in of_mapping(mapping, own):
            yield Point(file, name, covered)


def of_mapping(mapping: ReportMapping, shown: Sequence[Recognised]) -> Iterator[tuple[str, bool]]:
    """What one report file says."""
    for filling in mapping.fillings:
        cells = cells_of(filling, shown)
        for one in filling.fields:
            yield from of_field(one, f"{filling.table}.{one.fills}", cells)
        for column, words in filling.leaves_out.items():
            for word in words:
                yield f"{filling.table} leaves out {column} {word}", said(word, words, cells.get(column, set()))
        for column in filling.newest:
            yield f"{filling.table} newest by {column}", bool(cells.get(column))
    if mapping.performance:
        objects = [value for one in shown for value in one.objects]
        yield from of_performance(mapping.performance, objects)


def cells_of(filling: Filling, shown: Sequence[Recognised]) -> Cells:
    """Everything that cases have said in each column of a table."""
    cells: Cells = {}
    for one in shown:
        raw = one.lines if one.lines is not None else lines_of_objects(one.objects, filling.per, paths_of(filling))
        for name in raw.columns:
            texts = {str(text).strip(BLANKS) for text in raw[name] if text is not None}
            cells.setdefault(name, set()).update(texts - {""})
    return cells


def of_field(one: Filled, field: str, cells: Cells) -> Iterator[tuple[str, bool]]:
    """What is said of one field."""
    for name in one.names:
        yield f"{field} from {name}", bool(cells.get(name))
    texts = {text for name in one.sources for text in cells.get(name, ())}
    words = () if one.words and set(one.words.values()) == TRUTHS else tuple(one.words or ())
    listed = {entry for text in texts for entry in text.split(SEVERAL)}
    for word in words:
        yield f"{field} word {word}", said(word, words, listed)
    own = [form for forms in one.dates.own_forms.values() for form in forms] if one.dates else []
    for form in dict.fromkeys([*own, *(one.dates.forms if one.dates else ())]):
        yield f"{field} form {form}", any(re.search(pattern_of(form), text) for text in texts)


def said(word: str, words: Sequence[str], texts: set[str]) -> bool:
    """Whether a word was said; of an open one, whether it was needed."""
    found = {plain(text) for text in texts}
    if not word.endswith(ANY_WORD):
        return word in found
    return any(text.startswith(word.removesuffix(ANY_WORD)) and text not in words for text in found)


def of_performance(spoken: Performance, objects: Sequence[object]) -> Iterator[tuple[str, bool]]:
    """What is said of the marketplace's own figures."""
    accounts = [one for value in objects for path in spoken.accounts for one in values_at(value, path)]
    entries = [one for value in objects for path in spoken.entries for one in values_at(value, path)]
    statuses = {plain(word) for one in accounts if (word := text_within(one, spoken.status))}
    for word in spoken.words:
        yield f"status {word}", word in statuses
    figures = []
    for told in spoken.metrics:
        for place in told.places:
            met = [one for entry in entries for one in values_at(entry, place.at) if isinstance(one, dict)]
            figures += met
            yield f"{told.metric} at {place.at}", bool(met)
    conditions = {plain(word) for one in figures if (word := text_within(one, spoken.condition))}
    for word in spoken.bounds:
        yield f"condition {word}", word in conditions
