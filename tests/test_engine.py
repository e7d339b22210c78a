"""The engine against its plain twin, on every edge and on generated facts; and attempts to break it."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.state import Loaded
from service.core.account_rules import chapters_of as chapters_of_accounts
from service.core.cards import Edition
from service.core.chapters import Chapter
from service.core.ladder import rung_of
from service.core.letters import chapters_of
from service.core.rulesets import all_rulesets
from tests import attempts, twin
from tests.conftest import ROOT, RULES

MILLIONTH = Fraction(1, 10**6)
LADDERS = {ladder.address: ladder for ladder in twin.ladders(RULES)}
CHAPTERS = {chapter.address: chapter for chapter in twin.chapters(RULES)}
NEAR = (Fraction(0), MILLIONTH, -MILLIONTH, MILLIONTH / 2, -MILLIONTH / 2, Fraction(1, 10**30), -Fraction(1, 10**30))
PATIENCE = 100
often = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def editions(loaded: Loaded) -> dict[str, Edition]:
    """The editions of the shipped rulebook by their address."""
    cards = [card for pack in loaded.rulebook.packs for card in pack.cards]
    return {edition.address: edition for card in cards for edition in card.editions}


def chapters(loaded: Loaded) -> dict[str, Chapter]:
    """The chapters of the shipped rulebook by their address."""
    asked = {ruleset.name for ruleset in all_rulesets(loaded.rulebook)}
    found = (
        chapter
        for pack in loaded.rulebook.packs
        for chapter in (
            *(*pack.health, *pack.status, *pack.notes, *pack.actions),
            *chapters_of(pack.letters),
            *chapters_of_accounts(pack.accounts),
        )
    )
    return {chapter.address: chapter for chapter in found if chapter.address in asked}


def level(loaded: Loaded, address: str, figures: dict[str, Any]) -> str:
    """The address of the level the engine finds."""
    edition = editions(loaded)[address]
    names = [further.name for further in edition.counting.also] if edition.counting else []
    rung = rung_of(edition, figures["value"], tuple(figures[name] for name in names), loaded.engine.decide)
    assert rung
    return rung.address


def holding(loaded: Loaded, address: str, facts: dict[str, int | str]) -> list[str]:
    """The addresses of the rules of a chapter that the engine finds to hold."""
    rules = chapters(loaded)[address].rules
    return [rules[int(place)].address for place in loaded.engine.decide(address, facts)]


def test_twin_reads_every_ladder_and_chapter(loaded: Loaded) -> None:
    """Both read the same editions and chapters out of the same files."""
    assert LADDERS.keys() == editions(loaded).keys()
    assert CHAPTERS.keys() == chapters(loaded).keys()


def measures(ladder: twin.Ladder) -> dict[str, list[Fraction]]:
    """Per measure of a ladder, figures at, just below and just above every edge."""
    near: dict[str, list[Fraction]] = {}
    for measure, at in ladder.edges():
        steps = NEAR if at.denominator > 1 or at == 0 else (*NEAR, Fraction(1), Fraction(-1))
        near.setdefault(measure, []).extend(at + step for step in steps if at + step >= 0)
    return near


@pytest.mark.parametrize("address", LADDERS)
def test_every_edge(address: str, loaded: Loaded) -> None:
    """At an edge, and a hair below and above it, engine and twin find the same level."""
    ladder = LADDERS[address]
    near = measures(ladder)
    for measure, figures in near.items():
        for figure in figures:
            for other in (Fraction(0), Fraction(5), Fraction(1, 3)):
                asked = {**dict.fromkeys(near, other), measure: figure}
                assert level(loaded, address, asked) == ladder.level(asked)


@pytest.mark.parametrize("address", LADDERS)
@often
@given(drawn=st.data())
def test_ladder_agrees_with_twin(address: str, loaded: Loaded, drawn: st.DataObject) -> None:
    """Any share, count or score leads both to the same level."""
    total = drawn.draw(st.integers(1, 10**7))
    shares = st.integers(0, total).map(lambda counted: Fraction(counted, total))
    numbers = st.integers(0, 2000) | st.integers(0, 2**70)
    asked = {name: drawn.draw(shares | numbers) for name in measures(LADDERS[address])}
    assert level(loaded, address, asked) == LADDERS[address].level(asked)


def values_of(wanted: list[Any]) -> st.SearchStrategy[int | str]:
    """Values for a fact: around what rules want of it."""
    bounds = [value for want in wanted if isinstance(want, dict) for value in want.values()]
    numbers = [number for want in [*wanted, *bounds] if isinstance(want, int) for number in (want - 1, want, want + 1)]
    if numbers:
        return st.sampled_from([number for number in numbers if number >= 0]) | st.integers(0, 2**70)
    return st.sampled_from(twin.LEVELS) | st.just(0)


@pytest.mark.parametrize("address", CHAPTERS)
@often
@given(drawn=st.data())
def test_chapter_agrees_with_twin(address: str, loaded: Loaded, drawn: st.DataObject) -> None:
    """Whatever the levels and numbers of a seller, the same rules hold for both, in the same order."""
    facts = {fact: drawn.draw(values_of(wanted)) for fact, wanted in CHAPTERS[address].facts().items()}
    assert holding(loaded, address, facts) == CHAPTERS[address].holding(facts)


@pytest.mark.parametrize("address", CHAPTERS)
def test_every_rule_holds_on_its_own(address: str, loaded: Loaded) -> None:
    """Each rule can be made to hold while nothing else asks for anything."""
    chapter = CHAPTERS[address]
    idle: dict[str, int | str] = dict.fromkeys(chapter.facts(), 0)
    for rule in chapter.rules:
        for fact, wanted in rule.get("when", {}).items():
            words = (
                wanted
                if isinstance(wanted, list)
                else [wanted.get("at_least", 0) if isinstance(wanted, dict) else wanted]
            )
            for word in words:
                facts = {**idle, fact: word}
                assert holding(loaded, address, facts) == chapter.holding(facts)


@pytest.mark.parametrize("attempt", attempts.ATTEMPTS)
def test_attempt(attempt: str) -> None:
    """The service survives what is known to hang or kill the engine; each attempt has a process of its own."""
    command = [sys.executable, "-m", "tests.attempts", attempt]
    run = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
