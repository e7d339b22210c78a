"""Health, status and action files → dated chapters of rules over levels and flags."""

from collections.abc import Iterator
from datetime import date

from service.core.cards import LEVELS
from service.core.chapters import Chapter, Rule, Want
from service.core.packs import Action
from service.rulebook.cursor import Cursor
from service.rulebook.facts import Facts
from service.rulebook.ladder import check_text
from service.rulebook.reach import check_rules


def chapters(root: Cursor, key: str, outcome: str, pack: str, facts: Facts) -> tuple[Chapter, ...]:
    """The dated chapters of one file, newest first.

    Args:
        root: the whole file.
        key: what the file calls its chapters (health, status, actions).
        outcome: what each rule leads to (color, status, action).
        pack: the pack, for addresses.
        facts: what may be asked for.
    """
    found = [chapter(cursor, key, outcome, pack, facts) for cursor in root[key].entries()]
    for place in range(1, len(found)):
        if date.min != found[place - 1].since <= found[place].since:
            root[key][place]["since"].fault("chapters stand newest first, each with its own date")
    return tuple(found)


def chapter(cursor: Cursor, key: str, outcome: str, pack: str, facts: Facts) -> Chapter:
    """One chapter; rule names must differ, since answers name them."""
    address = f"{pack}/{key}@{cursor['since'].value}"
    rules = listed_rules(cursor["rules"], address, outcome, facts, ("metrics",))
    check_rules(cursor["rules"].entries(), [rule.wants for rule in rules], outcome, first_decides=key != "actions")
    if key != "actions":
        check_last(cursor["rules"])
    return Chapter(address, cursor["since"].day(), rules)


def notes(root: Cursor, pack: str, facts: Facts) -> tuple[Chapter, ...]:
    """What the status file tells first, whatever the status: per chapter its notes, none where it has none."""
    found = []
    for cursor in root["status"].entries():
        address = f"{pack}/status@{cursor['since'].value}"
        rules = listed_rules(cursor["notes"], address, "rule", facts, ("metrics",))
        names = [entry["rule"].value for entry in cursor["rules"].entries()]
        for entry in cursor["notes"].entries():
            if entry["rule"].value in names:
                entry["rule"].fault(f"rule {entry['rule'].value!r} stands among the rules too")
        check_rules(cursor["notes"].entries(), [rule.wants for rule in rules], "rule", first_decides=False)
        found.append(Chapter(f"{address}/notes", cursor["since"].day(), rules))
    return tuple(found)


def listed_rules(
    cursor: Cursor, address: str, outcome: str, facts: Facts, placeholders: tuple[str, ...]
) -> tuple[Rule, ...]:
    """The rules of a list, in the order of the file.

    Args:
        cursor: the list.
        address: what their own addresses begin with.
        outcome: what each rule leads to (color, status, action …).
        facts: what may be asked for.
        placeholders: what their texts may leave open.
    """
    rules = []
    met: set[str] = set()
    for entry in cursor.entries():
        name = entry["rule"].value
        if name in met:
            entry["rule"].fault(f"rule {name!r} stands twice")
        met.add(name)
        text = str(entry["text"].value or "")
        if text:
            check_text(entry["text"], placeholders)
        wants = tuple(want(inner, fact, facts) for fact, inner in entry["when"].items())
        rules.append(Rule(f"{address}#{name}", wants, str(entry[outcome].value), text))
    return tuple(rules)


def check_last(cursor: Cursor) -> None:
    """A fault where the last rule of a list in which the first decides may not hold."""
    last = cursor.entries()[-1]
    if last["when"]:
        last.fault("the last rule must always hold (no 'when'), so that every seller has an answer")


def want(cursor: Cursor, fact: str, facts: Facts) -> Want:
    """What one fact must be."""
    if not cursor.one_of(facts.metrics | facts.numbers | facts.words.keys(), "fact", key=True):
        return Want(fact, least=0)
    if fact not in facts.numbers:
        what = "level" if fact in facts.metrics else "word"
        if isinstance(cursor.value, dict):
            cursor.fault(f"found a mapping; {fact!r} is a {what} or a list of {what}s")
            return Want(fact, least=0)
        allowed = LEVELS if fact in facts.metrics else facts.words[fact]
        words = [entry for entry in cursor.entries() if entry.one_of(allowed, what)]
        return Want(fact, words=tuple(entry.value for entry in words))
    if isinstance(cursor.value, int):
        return Want(fact, least=cursor.value, most=cursor.value)
    if not isinstance(cursor.value, dict):
        cursor.fault(f"{fact!r} is a number; expected one, or at_least / at_most one")
        return Want(fact, least=0)
    least, most = cursor["at_least"].value, cursor["at_most"].value
    if least is not None and most is not None and least > most:
        cursor.fault("no number is both: at_least is more than at_most")
    return Want(fact, least=least, most=most)


def catalogue(root: Cursor) -> dict[str, Action]:
    """Every action of the file; each must be suggested by a rule, and each suggestion be an action."""
    actions = {
        name: Action(name, entry["text"].value, entry["urgency"].value) for name, entry in root["catalogue"].items()
    }
    for name in actions:
        check_text(root["catalogue"][name]["text"], ())
    suggested = list(suggestions(root))
    for cursor in suggested:
        cursor.one_of(actions, "action")
    for name in actions.keys() - {cursor.value for cursor in suggested}:
        root["catalogue"][name].fault(f"no rule suggests {name!r}", key=True)
    return actions


def suggestions(root: Cursor) -> Iterator[Cursor]:
    """Where the file names actions in rules."""
    for cursor in root["actions"].entries():
        for entry in cursor["rules"].entries():
            yield entry["action"]
