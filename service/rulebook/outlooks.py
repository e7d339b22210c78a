"""The exposure file → dated outlooks: what is open, and how it may end against the seller."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from service.core.cards import Card
from service.core.clauses import AS_OF
from service.core.countings import Counting
from service.core.known import FORMS
from service.core.matters import Matter, Outlook, Respite
from service.rulebook.conditions import condition, duration, field_kinds, word
from service.rulebook.counting import instant
from service.rulebook.cursor import Cursor
from service.rulebook.ladder import check_text
from service.schemas.scalars import Boolean, Choice


class Counted(NamedTuple):
    """What the rest of a pack names: its id, its marketplaces, and its cards."""

    pack: str
    marketplaces: Iterable[str]
    cards: tuple[Card, ...]

    def countings(self, metric: str | None = None) -> list[Counting]:
        """Everything a metric counts, or any metric."""
        cards = [card for card in self.cards if metric in (None, card.metric)]
        return [counting for card in cards for edition in card.editions for counting in edition.countings]

    def tells_all(self) -> bool:
        """Whether every card tells what it counts; one at fault may not, and says so itself."""
        editions = [edition for card in self.cards for edition in card.editions]
        return all(edition.countings for edition in editions) and all(one.by for one in self.countings())


def outlooks(root: Cursor, around: Counted) -> tuple[Outlook, ...]:
    """The outlooks of the file, newest first."""
    for name in root["sources"].value:
        root["sources"][name]["read_on"].day()
    found = [outlook(entry, root["sources"], around) for entry in root["exposure"].entries()]
    for place in range(1, len(found)):
        if date.min != found[place - 1].since <= found[place].since:
            root["exposure"][place]["since"].fault("outlooks stand newest first, each with its own date")
    return tuple(found)


def outlook(cursor: Cursor, sources: Cursor, around: Counted) -> Outlook:
    """One outlook; rule names must differ, since answers name them."""
    address, met = f"{around.pack}/exposure@{cursor['since'].value}", set[str]()
    matters = []
    for entry in cursor["rules"].entries():
        name = entry["rule"].value
        if name in met:
            entry["rule"].fault(f"rule {name!r} stands twice")
        met.add(name)
        entry["source"].one_of(sources.value, "source")
        check_text(entry["text"], ())
        for marketplace in entry["marketplaces"].entries():
            marketplace.one_of(around.marketplaces, "marketplace")
        if entry["of"].one_of([table for table, form in FORMS.items() if form.key], "table"):
            matters.append(matter(entry, f"{address}#{name}", around))
    return Outlook(cursor["since"].day(), tuple(matters))


def matter(entry: Cursor, address: str, around: Counted) -> Matter:
    """One matter: it ends by itself and changes the record, or is open until a metric counts it."""
    table = entry["of"].value
    if entry["becomes"]:
        check_ending(entry, table, around)
    else:
        check_waiting(entry, table, around)
    return Matter(
        address=address,
        text=entry["text"].value,
        basis=entry["basis"].value,
        of=table,
        when=condition(entry["when"], table),
        respite=respite(entry, table) if entry["becomes"] and entry["at"] else None,
        becomes=entry["becomes"].value or {},
        metric=entry["metric"].value,
        marketplaces=frozenset(entry["marketplaces"].value) if entry["marketplaces"] else None,
    )


def check_ending(entry: Cursor, table: str, around: Counted) -> None:
    """Faults for a matter that changes its record."""
    if entry["metric"]:
        entry["metric"].fault("a matter either becomes something or is open until a metric counts it", key=True)
    if not entry["at"] or bool(entry["after"]) == bool(entry["weekdays"]):
        entry.fault("what becomes something needs 'at', and either 'after' or 'weekdays'")
    kinds = {name: kind for name, kind in field_kinds(table).items() if name != AS_OF}
    asked = {name for counting in around.countings() for name, _ in counting.asks}
    for name, inner in entry["becomes"].items():
        if not inner.one_of(kinds, f"field of {table}", key=True):
            continue
        if not isinstance(kinds[name], (Choice, Boolean)):
            inner.fault(f"only a word of a closed list or a yes or no can become, and {name!r} is none", key=True)
        else:
            word(inner, kinds[name], name)
            if f"{table}.{name}" not in asked and around.tells_all():
                inner.fault(f"no metric asks for {table}.{name}", key=True)


def check_waiting(entry: Cursor, table: str, around: Counted) -> None:
    """Faults for a matter that is open until a metric counts it."""
    for name in ("at", "after", "weekdays"):
        if entry[name]:
            entry[name].fault(f"{name!r} goes with 'becomes'", key=True)
    if not entry["metric"]:
        entry.fault("a matter either becomes something or is open until a metric counts it")
    elif entry["metric"].one_of((card.metric for card in around.cards), "metric"):
        metric = entry["metric"].value
        if table not in {counting.of for counting in around.countings(metric)} and around.tells_all():
            entry["of"].fault(f"{metric} counts no {table}")


def respite(entry: Cursor, table: str) -> Respite:
    """How long a matter may stay open."""
    instant(entry["at"], table)
    after = duration(entry["after"].value) if entry["after"] else timedelta()
    return Respite(entry["at"].value, after, entry["weekdays"].value or 0)
