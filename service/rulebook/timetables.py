"""The deadlines file → dated timetables."""

from datetime import date, timedelta

from service.core.clauses import AllOf
from service.core.known import FORMS
from service.core.packs import Deadline, LetterTest, Timetable
from service.rulebook.conditions import condition, duration
from service.rulebook.counting import instant
from service.rulebook.cursor import Cursor


def timetables(root: Cursor, marketplaces: frozenset[str]) -> tuple[Timetable, ...]:
    """The timetables of the file, newest first."""
    found = [Timetable(entry["since"].day(), deadlines(entry, marketplaces)) for entry in root["deadlines"].entries()]
    for place in range(1, len(found)):
        if date.min != found[place - 1].since <= found[place].since:
            root["deadlines"][place]["since"].fault("timetables stand newest first, each with its own date")
    return tuple(found)


def deadlines(cursor: Cursor, marketplaces: frozenset[str]) -> tuple[Deadline, ...]:
    """The deadlines of one timetable."""
    found = []
    kinds = [entry["deadline"].value for entry in cursor["rules"].entries()]
    for place, entry in enumerate(cursor["rules"].entries()):
        if kinds[place] in kinds[:place]:
            entry["deadline"].fault(f"deadline {kinds[place]!r} stands twice")
        for name in entry["marketplaces"].entries():
            name.one_of(marketplaces, "marketplace")
        if entry["of"].one_of([name for name, form in FORMS.items() if form.key], "table"):
            found.append(deadline(entry))
    return tuple(found)


def deadline(entry: Cursor) -> Deadline:
    """One deadline."""
    table = entry["of"].value
    instant(entry["at"], table)
    return Deadline(
        kind=entry["deadline"].value,
        of=table,
        at=entry["at"].value,
        after=duration(entry["after"].value) if entry["after"] else timedelta(),
        only=condition(entry["only"], table) if entry["only"] else AllOf(()),
        by_marketplace=condition(entry["by_marketplace"], table) if entry["by_marketplace"] else None,
        lapses=entry["lapses"].value is True,
        marketplaces=frozenset(entry["marketplaces"].value) if entry["marketplaces"] else None,
        letter=letter(entry["letter"], table) if entry["letter"] else None,
    )


def letter(cursor: Cursor, table: str) -> LetterTest:
    """Which letters a deadline holds for."""
    if table != "notices":
        cursor.fault(f"only notices are judged as letters, and this deadline is of {table}", key=True)
    return LetterTest(cursor["assessment"].value, cursor["kind"].value)
