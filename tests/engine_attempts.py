"""Attempts to break the engine alone: numbers, names, threads, memory, closing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction

from service.core.chapters import Want
from service.core.ladder import rung_of
from service.core.rulesets import Ruleset, all_rulesets
from service.engine import Engine
from tests.trials import GROWTH_KIB, edition, level, loaded, resident

HEALTH = "amazon/health@2000-01-01"
WELL = {"judged": 1, "enforced_in_breach": 0, "in_watch": 0, "advisory_in_breach": 0}


def small_rates() -> None:
    """Rates that JSON writes with an exponent, which the engine cannot read."""
    held = loaded()
    for value in (Fraction(5, 10**5), Fraction(1, 10**5), Fraction(1, 10**9), Fraction(1, 10**30)):
        assert level(held, value) == "good"


def many_threads() -> None:
    """Eight threads that decide at once, each about figures of its own."""
    held = loaded()

    def levels(thread: int) -> list[str]:
        return [level(held, Fraction(place * 8 + thread, 10**5)) for place in range(800)]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(levels, range(8)))
    for thread, levels_found in enumerate(found):
        shares = [Fraction(place * 8 + thread, 10**5) for place in range(800)]
        wanted = [
            "breach" if share >= Fraction(4, 100) else "watch" if share >= Fraction(3, 100) else "good"
            for share in shares
        ]
        assert levels_found == wanted


def many_facts() -> None:
    """Twenty thousand decisions, none seen before: no failure, and memory stays where it was."""
    held = loaded()
    for place in range(2_000):
        level(held, Fraction(place, 10**6))
    before = resident()
    for place in range(2_000, 22_000):
        level(held, Fraction(place, 10**6))
    assert resident() - before < GROWTH_KIB


def more_facts_than_are_remembered() -> None:
    """What is remembered is bounded: more facts than are kept take no more memory than those kept."""
    engine = Engine([Ruleset("r", {"0": (Want("n", least=1),)})])
    for number in range(110_000):
        engine.decide("r", {"n": number})
    before = resident()
    for number in range(110_000, 190_000):
        engine.decide("r", {"n": number})
    assert resident() - before < GROWTH_KIB


def huge_integers() -> None:
    """Integers beyond 64 bits count as the largest and the smallest there are."""
    held = loaded()
    for number in (2**63 - 1, 2**63, 2**64, 10**30, 10**400):
        assert held.engine.decide(HEALTH, {**WELL, "enforced_in_breach": number})[0] == "1"
    for number in (-(2**63), -(2**63) - 1, -(2**64), -(10**30)):
        assert held.engine.decide(HEALTH, {**WELL, "enforced_in_breach": number}) == ("4",)
    rating = edition(held, "amazon/metrics/account_health_rating@2000-01-01")
    levels = [rung_of(rating, number, (), held.engine.decide) for number in (2**63, 10**30)]
    assert [rung and rung.level for rung in levels] == ["good", "good"]


def strange_facts() -> None:
    """Names no rule asks for, and words no rule knows, change nothing."""
    held = loaded()
    plain = held.engine.decide(HEALTH, WELL)
    for name in ("", "sid", "id", "kind", "$s", "x.y", "é", 'a"b', "~", "\x00", "x" * 10_000):
        for value in (0, 1, -1, "", "breach", 'a"b', "\n", "\x00", "é", "\U0001f600", "x" * 10_000, "1"):
            assert held.engine.decide(HEALTH, {**WELL, name: value}) == plain, (name, value)
    many: dict[str, int | str] = {f"n{place}": place for place in range(200)}
    assert held.engine.decide(HEALTH, {**WELL, **many}) == plain


def missing_facts() -> None:
    """Facts that are not there satisfy no rule that asks for them."""
    held = loaded()
    assert held.engine.decide(HEALTH, {}) == ("4",)
    assert held.engine.decide(HEALTH, {"judged": 0}) == ("0", "4")
    assert held.engine.decide(HEALTH, {"judged": 1, "in_watch": 0, "enforced_in_breach": 1}) == ("1", "4")


def closing() -> None:
    """A closed engine refuses instead of deciding on something else's rules; closing twice harms nobody."""
    first, second = loaded(), loaded()
    first.engine.close()
    first.engine.close()
    with suppress(Exception):
        assert not first.engine.decide(HEALTH, {**WELL, "judged": 77})
    assert level(second, Fraction(1, 2)) == "breach"
    assert level(loaded(), Fraction(1, 2)) == "breach"


def two_engines() -> None:
    """Engines on the same names with other rules do not hear each other, whichever is made or closed first."""
    low, high = (Engine([Ruleset("same", {"reached": (Want("n", least=least),)})]) for least in (10, 20))
    assert [engine.decide("same", {"n": 15}) for engine in (low, high)] == [("reached",), ()]
    low.close()
    assert [high.decide("same", {"n": number}) for number in (15, 25)] == [(), ("reached",)]
    again = Engine([Ruleset("same", {"reached": (Want("n", least=10),)})])
    assert [engine.decide("same", {"n": 16}) for engine in (again, high)] == [("reached",), ()]


def many_engines() -> None:
    """Making and closing engines again and again leaves little behind."""
    held = loaded()
    rulesets = list(all_rulesets(held.rulebook))
    for _ in range(20):
        Engine(rulesets).close()
    before = resident()
    for _ in range(100):
        Engine(rulesets).close()
    assert resident() - before < GROWTH_KIB
    assert level(held, Fraction(1, 2)) == "breach"


ATTEMPTS: tuple[Callable[[], None], ...] = (
    small_rates,
    many_threads,
    many_facts,
    more_facts_than_are_remembered,
    huge_integers,
    strange_facts,
    missing_facts,
    closing,
    two_engines,
    many_engines,
)
