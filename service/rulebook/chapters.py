"""Health, status and action files → dated chapters of rules over levels and flags."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from service.core.cards import LEVELS
from service.core.packs import Action, Chapter, Rule, Want
from service.rulebook.cursor import Cursor
from service.rulebook.ladder import check_text
from service.rulebook.reach import check_rules

NUMBERS = ("judged", "enforced_in_breach", "advisory_in_breach", "in_watch", "no_emergency_contact")


class Facts(NamedTuple):
    """What rules may ask for: metrics, whose fact is a level, and numbers."""

    metrics: frozenset[str]
    numbers: frozenset[str]


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
    rules = []
    met: set[str] = set()
    for entry in cursor["rules"].entries():
        name = entry["rule"].value
        if name in met:
            entry["rule"].fault(f"rule {name!r} stands twice")
        met.add(name)
        text = str(entry["text"].value or "")
        if text:
            check_text(entry["text"], ("metrics",))
        wants = tuple(want(inner, fact, facts) for fact, inner in entry["when"].items())
        rules.append(Rule(f"{address}#{name}", wants, str(entry[outcome].value), text))
    last = cursor["rules"].entries()[-1]
    if key != "actions" and last["when"]:
        last.fault("the last rule must always hold (no 'when'), so that every seller has an answer")
    check_rules(cursor["rules"].entries(), [rule.wants for rule in rules], first_decides=key != "actions")
    return Chapter(address, cursor["since"].day(), tuple(rules))


def want(cursor: Cursor, fact: str, facts: Facts) -> Want:
    """What one fact must be."""
    if not cursor.one_of(facts.metrics | facts.numbers, "fact", key=True):
        return Want(fact, least=0)
    if fact in facts.metrics:
        if isinstance(cursor.value, dict):
            cursor.fault(f"found a mapping; {fact!r} is a level or a list of levels")
            return Want(fact, least=0)
        words = [entry for entry in cursor.entries() if entry.one_of(LEVELS, "level")]
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
