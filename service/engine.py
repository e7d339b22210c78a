"""The rules engine: closed facts in, ids of the rules that hold out. The only module that imports durable_rules.

Only the C binding is used, with one lock, a fixed session, a catch-all rule and retraction after every fact; the
library's own host starts threads that fire rules of other requests. A fact is a small closed set of integers and ids,
so an answer can be remembered: it holds no record of anyone.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, count
from typing import Any

import durable_rules_engine as binding

from service.core.chapters import Want
from service.core.rulesets import Fact, Ruleset

REMEMBERED_FACTS = 100_000
SESSION = "0"
FACT = "f_"
CATCH_ALL = "~"
LAST = 1_000_000
LARGEST = 2**63 - 1

RULES_AT_ONCE = 40  # the binding takes no more than 64 that hold together

_handles = count()
_lock = threading.Lock()


class EngineFault(Exception):
    """The binding did not take a fact; carries its code."""


class Engine:
    """Some rule sets, ready to decide. Safe to share between threads."""

    def __init__(self, rulesets: Iterable[Ruleset]) -> None:
        self._handles: dict[str, list[int]] = {}
        for ruleset in rulesets:
            rules = list(ruleset.rules.items())
            batches = [rules[first : first + RULES_AT_ONCE] for first in range(0, len(rules), RULES_AT_ONCE)]
            self._handles[ruleset.name] = [created(ruleset.name, some) for some in batches]
        self._remembered = lru_cache(REMEMBERED_FACTS)(self._decide)

    def decide(self, ruleset: str, fact: Fact) -> tuple[str, ...]:
        """The ids of the rules that hold, in the order of the rule set.

        Args:
            ruleset: the name of one of the rule sets.
            fact: integers and ids; integers beyond 64 bits are taken as the largest there is.
        """
        return self._remembered(ruleset, tuple(fact.items()))

    def close(self) -> None:
        """Gives the rule sets back; the engine must not be asked again."""
        with _lock:
            while self._handles:
                for handle in self._handles.popitem()[1]:
                    binding.delete_ruleset(handle)

    def _decide(self, ruleset: str, fact: tuple[tuple[str, int | str], ...]) -> tuple[str, ...]:
        bounded = {FACT + name: min(value, LARGEST) if isinstance(value, int) else value for name, value in fact}
        message = json.dumps({"kind": "fact", "sid": SESSION, **bounded})
        with _lock:
            fired = [rule_id for handle in self._handles[ruleset] for rule_id in asked(handle, message)]
        return tuple(dict.fromkeys(rule_id for rule_id in fired if rule_id != CATCH_ALL))


def created(name: str, rules: list[tuple[str, tuple[Want, ...]]]) -> int:
    """A rule set of the binding, with the catch-all rule that lets every fact be handled."""
    definition = {rule_id: rule(wants, place) for place, (rule_id, wants) in enumerate(rules)}
    definition[CATCH_ALL] = {"pri": LAST, "all": [{"m": {"$ex": {"kind": 1}}}]}
    with _lock:
        return int(binding.create_ruleset(f"{name}~{next(_handles)}", json.dumps(definition)))


def asked(handle: int, message: str) -> list[str]:
    """The rules that hold for one fact; the fact is taken back whatever happens, or it would answer for the next."""
    code, offset = binding.assert_fact(handle, message)
    try:
        if code:
            raise EngineFault(code)
        return drained(handle, offset)
    finally:
        drained(handle, binding.retract_fact(handle, message)[1])


def drained(handle: int, offset: int) -> list[str]:
    """Runs the engine's agenda empty and lists the rules on it."""
    fired: list[str] = []
    started = binding.start_action_for_state(handle, offset)
    messages = started[1] if started else None
    while messages:
        fired += json.loads(messages)
        messages = binding.complete_and_start_action(handle, offset)
    return fired


def rule(wants: tuple[Want, ...], place: int) -> dict[str, Any]:
    """One rule in the engine's own terms; `kind` first, so that every rule starts on the same condition."""
    return {"pri": place + 1, "all": [{"m": {"$and": [{"kind": "fact"}, *chain.from_iterable(map(terms, wants))]}}]}


def terms(want: Want) -> Iterator[Mapping[str, Any]]:
    """The terms of one want, which must all hold; side by side, since the engine takes few expressions of several."""
    name = FACT + want.fact
    if want.words:
        options = [{name: word} for word in want.words]
        yield options[0] if len(options) == 1 else {"$or": options}
    if want.least is not None:
        yield {"$gte": {name: want.least}}
    if want.most is not None:
        yield {"$lte": {name: want.most}}
