"""What all parts of a report file share: names made plain, words and what they read as, forms of dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.core.date_forms import is_form
from service.core.mappings import ANY_WORD, Dates, plain, plain_path
from service.rulebook.cursor import Cursor
from service.schemas.batch import zone_names


@dataclass(frozen=True, slots=True)
class Common:
    """The words that all reports of a pack share, and the marketplaces there are."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    zone: str
    months: Mapping[str, str]
    zones: Mapping[str, str]
    marketplaces: frozenset[str]


def common_words(root: Cursor, marketplaces: frozenset[str]) -> Common:
    """The common words of reports.yaml."""
    months: dict[str, str] = {}
    for number, names in root["months"].items():
        for name in names.entries():
            if months.setdefault(str(name.value), number) != number:
                name.fault(f"{name.value!r} already names month {months[str(name.value)]}")
    check_zone(root["zone"])
    yes, no = (tuple(plain(str(entry.value)) for entry in root[key].entries()) for key in ("yes", "no"))
    for entry in root["no"].entries():
        if plain(str(entry.value)) in yes:
            entry.fault(f"{entry.value!r} already says yes")
    zone = str(root["zone"].value)
    return Common(yes, no, zone, months, dict(root["zones"].value), marketplaces)


def check_zone(cursor: Cursor) -> None:
    """A fault unless it is a time zone."""
    if cursor.value not in zone_names():
        cursor.fault(f"unknown time zone {cursor.value!r}; expected an IANA name such as UTC")


def names(cursor: Cursor, *, paths: bool = False) -> tuple[str, ...]:
    """Columns, or the keys of a path, in plain form; faults for names without any letter, and for equals."""
    found: list[str] = []
    for entry in cursor.entries():
        name = plain_path(str(entry.value)) if paths else plain(str(entry.value))
        if not all(name.split(".")):
            entry.fault(f"found {entry.value!r}; expected a name with letters or digits")
        elif name in found:
            entry.fault(f"{entry.value!r} stands twice: case, spaces and signs do not matter")
        found.append(name)
    return tuple(dict.fromkeys(found))


def plain_word(text: str) -> str:
    """A word in plain form; a final `*` stands for whatever follows."""
    return plain(text) + (ANY_WORD if text.endswith(ANY_WORD) else "")


def words(cursor: Cursor, allowed: Iterable[str] | None, what: str) -> dict[str, str | None]:
    """Words in plain form and what they read as; faults for equals and for readings that are not allowed."""
    choices = None if allowed is None else tuple(allowed)
    found: dict[str, str | None] = {}
    for text, inner in cursor.items():
        word = plain_word(text)
        if not word:
            inner.fault(f"found {text!r}; expected a word with letters or digits", key=True)
        elif word in found:
            inner.fault(f"{text!r} stands twice: case, spaces and signs do not matter", key=True)
        if inner.value is not None and choices is not None:
            inner.one_of(choices, what)
        found[word] = None if inner.value is None else str(inner.value)
    return found


def dates_of(cursor: Cursor, common: Common) -> Dates | None:
    """The forms of dates of a report."""
    if not cursor:
        return None
    own = {}
    for marketplace, forms in cursor["own_forms"].items():
        forms.one_of(common.marketplaces, "marketplace", key=True)
        own[marketplace] = forms_of(forms)
    if cursor["zone"]:
        check_zone(cursor["zone"])
    zone = cursor["zone"].value if cursor["zone"].value in zone_names() else common.zone
    return Dates(forms_of(cursor["forms"]), own, zone, common.months, common.zones)


def forms_of(cursor: Cursor) -> tuple[str, ...]:
    """Some forms of dates; faults for texts that are none."""
    for entry in cursor.entries():
        if not is_form(str(entry.value)):
            entry.fault(f"{entry.value!r} is no form of a date; it needs a year, a month and a day, such as YYYY-MM-DD")
    return tuple(str(entry.value) for entry in cursor.entries())
