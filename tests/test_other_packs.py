"""Packs that are not Amazon's shape: what their cards say is what the service does, with no word of Python for them.

`other_packs/rules` holds two packs with their cases, `other_packs/changed` cases of cards that say something else.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import orjson
import pytest
from flask import Flask

from service.api.state import EXTENSION, State
from service.casebook.compare import differences
from service.casebook.run import run_folder
from service.core.chapters import Want
from service.core.rulesets import Ruleset, all_rulesets
from service.engine import Engine
from service.rulebook.folder import Snapshot
from tests.broken_cases import faults_of
from tests.other_packs.cases import (
    DAY,
    FILES,
    RULES,
    SELLER,
    Answer,
    application,
    application_of,
    ask,
    breaches,
    cases_as_they_are,
    cases_of_changed_cards,
    changed,
    loaded_by,
    said_otherwise,
)
from tests.other_packs.records import Batch, Lot, as_known, moment

AS_THEY_ARE, OF_CHANGED = cases_as_they_are(), cases_of_changed_cards()
CASES = AS_THEY_ARE | OF_CHANGED
MOMENTS = sorted({asked.at for asked in AS_THEY_ARE.values()})
AS_OF = "2026-11-22T12:00:00Z"
LOOKING_BACK = ("transaction_defect_rate", "cases_without_resolution", "late_shipment_rate")
SMALL_SHOPS = tuple(
    {"file": f"ebay/metrics/{metric}.yaml", "old": "needs: 400, otherwise: 365", "new": "needs: 40, otherwise: 200"}
    for metric in LOOKING_BACK
)
LOTS: dict[str, tuple[str, int, str, int]] = {
    "amazon": ("amazon", 1, "2026-11-22T09:00:00Z", 40),
    "amazon, enforcing on-time delivery from 25 September": ("amazon", 2, "2024-09-05T23:59:59.999999Z", 25),
    "amazon, counting requests by message from 23 May": ("amazon", 3, "2022-05-12T00:00:00Z", 16),
    "others, half past midnight in California, until summer time ends": ("other", 4, "2026-10-25T07:30:00Z", 20),
    "others, just before midnight in New York, until it begins": ("other", 5, "2027-03-05T04:59:59.999999Z", 15),
}
# The engine is told something else than the files say: of a rule set one rule, a case, and what comes of it.
DEFECTS, RATING = "ebay/metrics/transaction_defect_rate@2016-02-20", "etsy/metrics/average_rating@2023-01-01"
FIVE = "transaction_defect_rate: Just above 2 % with defects of five buyers is a breach."
FOUR = "transaction_defect_rate: More than 2 % with defects of four buyers is no breach, however many defects they had."
POOR = "average_rating: 4.798 is not 4.8."
RETOLD: dict[str, tuple[str, str, list[Want], str, str, Any]] = {
    "four buyers are enough": (DEFECTS, "2", [Want("buyers", least=4)], FOUR, "defects", "breach"),
    "a higher rate is borne": (DEFECTS, "2", [Want("value", least=20_081)], FIVE, "defects", "watch"),
    "nothing is watched": (DEFECTS, "1", [Want("value", least=500_000)], FOUR, "defects", "good"),
    "fewer stars are enough": (RATING, "1", [Want("value", least=4_798_000)], POOR, "rating", "good"),
    "more stars are not": (RATING, "1", [Want("value", least=4_798_001)], POOR, "rating", "breach"),
    "a watch is red": ("ebay/health@2016-02-20", "1", [Want("in_watch", least=1)], FOUR, "color", "red"),
    "a breach is green": ("etsy/health@2021-09-01", "0", [Want("judged", least=99)], POOR, "color", "green"),
    "a breach is borne": ("ebay/status@2016-02-20", "0", [Want("judged", least=99)], FIVE, "projected", "active"),
    "a watch alone asks for stock": ("ebay/actions@2016-02-20", "0", [Want("in_watch", least=1)], FIVE, "actions", []),
}  # fmt: skip
SHOWN: dict[str, Callable[[Answer], Any]] = {
    "defects": lambda answer: level_of(answer, "transaction_defect_rate"),
    "rating": lambda answer: level_of(answer, "average_rating"),
    "color": lambda answer: answer["verdicts"][0]["health"]["color"],
    "projected": lambda answer: answer["verdicts"][0]["status"]["projected"],
    "actions": lambda answer: [entry["action"] for entry in answer["verdicts"][0]["actions"]],
}
LATER = "only: {as_of: {beyond: 48h, of: answered_at}}"
# Slips of a card that its reader must find, since calls would be answered wrongly or not at all: what is said, and what
# instead. Which record is the latest cannot be foreseen by a date to come, nor where coming days look at others.
SLIPS = {
    "buyers told apart by a list": ("etsy/metrics/orders_shipped.yaml", "distinct: buyer_key", "distinct: programs"),
    "buyers told apart by the question": ("etsy/metrics/orders_shipped.yaml", "distinct: buyer_key", "distinct: as_of"),
    "the latest per list": ("etsy/metrics/orders_shipped.yaml", "also:", "latest_per: [programs]\nalso:"),
    "the latest per question": ("etsy/metrics/helped_rate.yaml", "[conversation_id,", "[as_of,"),
    "the latest by a day to come": ("etsy/metrics/on_time_shipping_rate.yaml", "counts:", "latest_per: [sku]\ncounts:"),
    "the latest of those looked at": ("etsy/metrics/helped_rate.yaml", "latest_per:", f"{LATER}\nlatest_per:"),
    "an average of nothing": ("etsy/metrics/average_rating.yaml", "average: rating\n", ""),
    "an average of words": ("etsy/metrics/average_rating.yaml", "average: rating", "average: state"),
    "an edge with seven decimals": ("etsy/metrics/average_rating.yaml", "from: 4.8,", "from: 4.8000001,"),
    "an average of at least 96 %": ("etsy/metrics/average_rating.yaml", "from: 4.8,", "from: 96%,"),
    "more than 4 % buyers": ("ebay/metrics/transaction_defect_rate.yaml", "above: 4}", "above: 4%}"),
    "a measure nobody counts": ("ebay/metrics/transaction_defect_rate.yaml", "and: {buyers", "and: {sellers"),
    "a volume without another window": ("ebay/metrics/cases_without_resolution.yaml", ", otherwise: 365", ""),
}
ORDERS = [
    {
        "order_id": 1,
        "seller_id": seller,
        "marketplace": place,
        "purchased_at": AS_OF,
        "status": "shipped",
        "fulfilled_by": "seller",
    }
    for seller, place in (("B", "etsy.com"), ("A", "EBAY_DE"), ("A", "etsy.com"), ("C", "ebay.com"))
]


def level_of(answer: Answer, name: str) -> str:
    """The level of a metric of the one verdict."""
    [level] = [metric["level"] for metric in answer["verdicts"][0]["metrics"] if metric["metric"] == name]
    return str(level)


@cache
def answer_to(name: str) -> Answer:
    """The answer to a case."""
    asked = CASES[name]
    return ask(application_of(asked.changes), asked.batch(), asked.at)


@pytest.mark.parametrize("name", CASES, ids=list(CASES))
def test_case(name: str) -> None:
    asked = CASES[name]
    by_seller = {f"{verdict['seller_id']} {verdict['marketplace']}": verdict for verdict in answer_to(name)["verdicts"]}
    assert list(by_seller) == [f"{SELLER} {asked.marketplace}"]
    found = list(differences(asked.case.at["expect"], by_seller, asked.at))
    if found:
        said = [f"line {one.line}: {one.path}: expected {one.expected!r}, got {one.got!r}" for one in found]
        pytest.fail("\n".join(said), pytrace=False)


def test_cases_show_everything_the_packs_say() -> None:
    report = run_folder(RULES)
    assert not report.faults, "\n".join(map(str, report.faults))
    assert not report.uncovered, "\n".join(f"{point.file}: {point.name}" for point in report.uncovered)


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_breaches_of_cases_end_on_the_day_said(at: datetime) -> None:
    """All cases of an instant that have a breach and cover every table in one batch, each of them a seller."""
    together: Batch = {}
    for place, (name, asked) in enumerate(AS_THEY_ARE.items()):
        if asked.at == at and not asked.case.at["absent"] and breaches(answer_to(name)):
            for table, records in asked.batch(f"S{place}").items():
                together.setdefault(table, []).extend(records)
    wrong = said_otherwise(application_of(()), together, at, 100 if at == moment(AS_OF) else 30)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", OF_CHANGED, ids=list(OF_CHANGED))
def test_breach_of_a_changed_card_ends_on_the_day_said(name: str) -> None:
    asked = OF_CHANGED[name]
    assert not said_otherwise(application_of(asked.changes), asked.batch(), asked.at, 45)


def drawn(rules: str, seed: int, as_of: str, files: Snapshot) -> tuple[Flask, Batch]:
    """An application on some rules, and a batch drawn by lot for it."""
    if rules == "amazon":
        return application(files), Lot(seed, moment(as_of)).batch(14, ["amazon.com", "amazon.de"], 60)
    shops = ["ebay.com", "ebay.de", "etsy.com"]
    return application_of(SMALL_SHOPS), Lot(seed, moment(as_of)).batch(15, shops, 80)


@pytest.mark.parametrize("lot", LOTS)
def test_breaches_by_lot_end_on_the_day_said(lot: str, files: Snapshot) -> None:
    rules, seed, as_of, days = LOTS[lot]
    app, batch = drawn(rules, seed, as_of, files)
    wrong = said_otherwise(app, batch, moment(as_of), days)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("rules", "seed"), [("amazon", 11), ("amazon", 12), ("other", 13)])
def test_what_happens_later_is_not_known_yet(rules: str, seed: int, files: Snapshot) -> None:
    """Later records and events change no verdict: a batch says at any instant what it says without them."""
    app, batch = drawn(rules, seed, AS_OF, files)
    for days in (0, 9, 40):
        at = moment(AS_OF) - days * DAY
        assert ask(app, batch, at)["verdicts"] == ask(app, as_known(batch, at), at)["verdicts"]


@pytest.mark.parametrize("what", SLIPS)
def test_slip_is_a_fault_of_the_card(what: str) -> None:
    file, old, new = SLIPS[what]
    faults = faults_of(changed(FILES, ({"file": file, "old": old, "new": new},)))
    assert {fault.file for fault in faults} == {file}


@pytest.mark.parametrize("what", RETOLD)
def test_engine_decides(what: str) -> None:
    """The rule files stay as they are, the engine alone is told something else: the verdict is what the engine says."""
    address, rule_id, wants, name, shown, expected = RETOLD[what]
    rulebook = loaded_by(application_of(())).rulebook
    rulesets = [one if one.name != address else retold(one, rule_id, wants) for one in all_rulesets(rulebook)]
    app = application(FILES)
    held: State = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(held, loaded=replace(loaded_by(app), engine=Engine(rulesets)))
    assert SHOWN[shown](ask(app, CASES[name].batch(), CASES[name].at)) == expected


def retold(ruleset: Ruleset, rule_id: str, wants: list[Want]) -> Ruleset:
    """A rule set in which one rule wants something else."""
    assert rule_id in ruleset.rules
    return Ruleset(ruleset.name, {**ruleset.rules, rule_id: tuple(wants)})


def test_each_seller_is_judged_by_the_pack_of_its_marketplace() -> None:
    app = application_of(())
    found = ask(app, {"orders": ORDERS}, moment(AS_OF))["verdicts"]
    homes = [(verdict["seller_id"], verdict["marketplace"]) for verdict in found]
    assert homes == [("A", "ebay.de"), ("A", "etsy.com"), ("B", "etsy.com"), ("C", "ebay.com")]
    rulebook = loaded_by(app).rulebook
    for verdict in found:
        cards = [card.metric for card in rulebook.pack_of(verdict["marketplace"]).cards]
        assert [metric["metric"] for metric in verdict["metrics"]] == cards
    alone = [verdict for order in ORDERS for verdict in ask(app, {"orders": [order]}, moment(AS_OF))["verdicts"]]
    assert found == sorted(alone, key=lambda verdict: (verdict["seller_id"], verdict["marketplace"]))


@pytest.mark.parametrize(
    ("named", "places", "status"),
    [
        ("ebay", "EBAY_DE ebay.com", 200),
        ("ebay", "etsy.com", 412),
        ("ebay", "EBAY_DE ebay.com etsy.com", 412),
        ("etsy", "etsy.com", 200),
        ("etsy", "ebay.com", 412),
        ("etsy", "ebay.com etsy.com", 412),
        ("rulebook", "etsy.com", 200),
        ("rulebook", "EBAY_DE ebay.com etsy.com", 200),
    ],
)
def test_if_match_names_the_one_pack_a_batch_uses(named: str, places: str, status: int) -> None:
    rulebook = loaded_by(application_of(())).rulebook
    digests = {pack.pack: pack.digest for pack in rulebook.packs} | {"rulebook": rulebook.digest}
    body = orjson.dumps(
        {"as_of": AS_OF, "orders": [order for order in ORDERS if order["marketplace"] in places.split()]}
    )
    headers = {"If-Match": f'"{digests[named]}"'}
    client = application_of(()).test_client()
    reply = client.post("/v1/verdicts", data=body, content_type="application/json", headers=headers)
    assert reply.status_code == status


@pytest.mark.parametrize(
    "as_of", ["0001-01-01T00:00:00Z", "9998-12-31T12:00:00Z", "9999-12-30T12:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_ends_of_the_calendar_are_no_accident(as_of: str) -> None:
    """Neither a breach nobody can follow for a year, nor a day before the first in California."""
    feedback = {"feedback_id": 1, "order_id": 1, "received_at": as_of, "rating": 1, "marketplace": "etsy.com"}
    body = orjson.dumps({"as_of": as_of, "seller_id": SELLER, "feedback": [feedback], "orders": ORDERS})
    reply = application_of(()).test_client().post("/v1/verdicts", data=body, content_type="application/json")
    assert reply.status_code in (200, 422)


def test_rules_are_shown_pack_by_pack() -> None:
    client = application_of(()).test_client()
    packs = orjson.loads(client.get("/v1/rules").data)["packs"]
    assert [(pack["pack"], pack["metrics"][0]["metric"]) for pack in packs] == [
        ("ebay", "transaction_defect_rate"),
        ("etsy", "average_rating"),
    ]
    card = orjson.loads(client.get("/v1/rules/ebay/metrics/transaction_defect_rate").data)
    assert card["within"] == {"days": 90, "needs": 400, "otherwise": 365}
