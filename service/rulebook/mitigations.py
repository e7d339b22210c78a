"""Mitigations of a card → conditions on the records they excuse."""

from collections.abc import Iterator

from service.core.cards import Edition, Mitigation
from service.core.clauses import AllOf, AnyOf, Condition, Every, Has, walk
from service.rulebook.conditions import ORDER_TABLES, condition
from service.rulebook.cursor import Cursor
from service.rulebook.pleas import plea


def mitigations(cursor: Cursor, edition: Edition, policies: Cursor) -> Iterator[Mitigation]:
    """The mitigations of an edition, in the order of the card; `policies` is what the edition says of some anew."""
    if cursor and edition.unit != "share":
        cursor.fault("only a share can be mitigated", key=True)
        return
    if not (edition.counting and edition.counting.by):  # told where it is missing
        return
    met = {rung.level for rung in edition.ladder}
    for entry in cursor.entries():
        name = entry["mitigation"].value
        if name in met:
            entry["mitigation"].fault(f"{name!r} already names a level or a mitigation of this card")
        met.add(name)
        if entry["effect"].value == "not_counted" and not edition.counted_hurt:
            entry["effect"].fault("what hurts a good share is not counted already; expected left_out")
        yield mitigation(entry, edition, policies[name] or entry)
    for name in policies.value or ():
        policies[name].one_of([entry["mitigation"].value for entry in cursor.entries()], "mitigation", key=True)


def mitigation(entry: Cursor, edition: Edition, policy: Cursor) -> Mitigation:
    """One mitigation; of related records, only those that make the card count an order are meant."""
    own = edition.counted_by.of
    table = entry["of"].value or own
    if table != own:
        entry["of"].one_of([name for name in ORDER_TABLES if name != own], "related table")
    when = condition(entry["when"], table) if table in (own, *ORDER_TABLES) else AllOf(())
    if table != own:
        harmful = [one.condition for one in asked_of(edition) if isinstance(one, (Has, Every)) and one.table == table]
        if not harmful:
            entry["of"].fault(f"the card counts nothing of {table!r}")
            harmful = [AllOf(())]
        when = AllOf((when, AnyOf(tuple(harmful))))
    return Mitigation(
        name=entry["mitigation"].value,
        address=f"{edition.address}#{entry['mitigation'].value}",
        of=table,
        when=when,
        effect=entry["effect"].value,
        because=entry["because"].value,
        ask=entry["ask"].value,
        plea=plea(entry, policy, own, when),
    )


def asked_of(edition: Edition) -> Iterator[Condition]:
    """Everything the card asks for in order to count a record."""
    yield from walk(edition.counted_by.counts)
    for part in edition.counted_by.parts:
        yield from walk(part.counts)
