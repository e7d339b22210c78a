"""The facts of a seller that rules may ask for, by the names they go by."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from service.core.account_rules import HELD, AccountRules
from service.core.cards import Card
from service.core.letters import ASSESSMENTS, UNANSWERED, LetterRules
from service.core.packs import ExcludedPeriod
from service.rulebook.cursor import Cursor

NUMBERS = ("judged", "enforced_in_breach", "advisory_in_breach", "in_watch", "no_emergency_contact")


class Facts(NamedTuple):
    """What rules may ask for: metrics, whose fact is a level, other facts that are words, and numbers."""

    metrics: frozenset[str]
    numbers: frozenset[str]
    words: Mapping[str, tuple[str, ...]] = {}


def facts_of(
    cards: Iterable[Card],
    periods: Iterable[ExcludedPeriod],
    deadlines: Cursor,
    letters: LetterRules,
    accounts: AccountRules,
) -> Facts:
    """The facts that health, status and action rules may ask for."""
    written = [each for card in cards for each in (card.shown, *card.shown["editions"])]  # of cards at fault as well
    own = {one["mitigation"] for each in written for one in each.get("mitigations", ())}
    excused = {f"excused_{name}" for name in own | {each.name for each in periods}}
    due = {
        f"due_{entry['deadline'].value}"
        for table in deadlines["deadlines"].entries()
        for entry in table["rules"].entries()
    }
    following = {f"next_{rule.outcome}" for one in letters.appeals for rule in one.following.rules}
    called = {*(f"notices_{assessment}" for assessment in ASSESSMENTS), UNANSWERED, *following}
    return Facts(
        frozenset(card.metric for card in cards),
        frozenset({*NUMBERS, *excused, *due, *(called if letters.notices else ()), *((HELD,) if accounts.kin else ())}),
    )
