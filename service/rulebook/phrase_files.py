"""Phrase files, one per language → the phrases of a pack. Each is compiled here, so that a bad one is a fault."""

from collections.abc import Iterable, Iterator

from service.core.letters import PARTS, Language
from service.core.phrases import Phrase, Phrases, phrase_of
from service.rulebook.cursor import Cursor

OTHER = "other"
# Where a language keeps its phrases: what they are looked for in, the path in the file, how their groups are called.
SHELVES = (
    ("notices", ("notices", "says"), "says_"),
    ("notices", ("notices", "asks"), "asks_"),
    ("notices", ("notices", "hints"), "hints_"),
    ("excepted", ("notices", "excepted"), "excepted"),
    ("tentative", ("notices", "tentative"), "tentative"),
    ("headings", ("appeals", "headings"), ""),
    ("cues", ("appeals", "cues"), ""),
    ("empty", ("appeals", "empty"), "empty"),
    ("warnings", ("appeals", "warnings"), "warns_"),
    ("replies", ("replies", "says"), "reply_"),
    ("asked", ("replies", "asks"), ""),
    ("turns", ("replies", "opens"), "opens"),
    ("turns", ("replies", "closes"), "closes"),
)
OF_PARTS = ("headings", "cues", "asked")


def language_of(roots: list[Cursor]) -> Language:
    """The phrases of all languages of a pack."""
    shelves: dict[str, list[Phrase]] = {}
    for root in roots:
        stem = root.source.file.rpartition("/")[2].removesuffix(".yaml")
        if root["language"].value != stem:
            root["language"].fault(f"found {root['language'].value!r}; the file is called {stem!r}")
        for shelf, cursor, group in groups(root):
            allowed = (*PARTS, OTHER) if shelf == "headings" else PARTS
            if shelf not in OF_PARTS or cursor.one_of(allowed, "part", key=True):
                shelves.setdefault(shelf, []).extend(phrases(cursor, group, stem))
    common = {str(root["language"].value): frozenset(map(str, root["common"].value)) for root in roots}
    return Language(**{shelf: Phrases(found) for shelf, found in shelves.items()}, common=common)


def groups(root: Cursor) -> Iterator[tuple[str, Cursor, str]]:
    """Every group of phrases of a language: its shelf, its place, its name."""
    for shelf, (above, below), prefix in SHELVES:
        cursor = root[above][below]
        if isinstance(cursor.value, list):
            yield shelf, cursor, prefix
        else:
            yield from ((shelf, inner, f"{prefix}{name}") for name, inner in cursor.items())


def phrases(cursor: Cursor, group: str, language: str) -> Iterator[Phrase]:
    """The phrases of a group."""
    for entry in cursor.entries():
        try:
            yield phrase_of(str(entry.value), group, language)
        except ValueError as refused:
            entry.fault(f"found {entry.value!r}: {refused}")


def check_asked(roots: Iterable[Cursor], asked: set[str]) -> None:
    """Faults for groups that no rule asks for: a misspelt group would never be heard."""
    for root in roots:
        for shelf, cursor, group in groups(root):
            if shelf in ("notices", "warnings", "replies") and group not in asked:
                rules = "notices.yaml" if shelf == "notices" else "appeals.yaml"
                cursor.fault(f"no rule of {rules} asks for {group!r}", key=True)
