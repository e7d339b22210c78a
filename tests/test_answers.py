"""Answers as a whole: how much is listed, the same bytes for the same records, and rules that can be looked up."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.batches import Record, batch
from tests.busy import busy, shuffled
from tests.serving import Reply, Served, serving

LISTS = {"against", "ids", "records"}
LEVELS = ("insufficient_data", "good", "watch", "breach")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two workers."""
    with serving(tmp_path_factory.mktemp("pair") / "output", workers=2) as served:
        yield served


def answer(pair: Served, given: Record, query: str = "") -> Record:
    """The answer to a batch."""
    reply = pair.post(json.dumps(given).encode(), query)
    assert reply.status == 200
    return reply.json


def capped(value: Any, most: int, name: str = "") -> Any:
    """An answer with every list of ids, or of records with their excuse, cut short."""
    if isinstance(value, dict):
        return {key: capped(inner, most, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [capped(inner, most) for inner in (value[:most] if name in LISTS else value)]
    return value


@pytest.mark.parametrize("most", [0, 1, 7, 20])
def test_evidence_caps_every_list_of_ids(most: int, pair: Served) -> None:
    """Fewer ids change nothing but the lists of ids; 20 is the default."""
    given = busy(1)
    whole = answer(pair, given, "?evidence=1000")
    assert answer(pair, given, f"?evidence={most}") == capped(whole, most)
    assert answer(pair, given) == capped(whole, 20)


def test_totals_stand_beside_lists(pair: Served) -> None:
    """Each list of ids says how many there are."""
    for verdict in answer(pair, busy(1), "?evidence=1000")["verdicts"]:
        for metric in verdict["metrics"]:
            records = metric["records"]
            assert records["against_total"] == len(records["against"])
            assert all(left["total"] == len(left["ids"]) for left in records["left_out"])
        assert all(action["records_total"] == len(action["records"]) for action in verdict["actions"])
        assert verdict["due_total"] == len(verdict["due"]) or len(verdict["due"]) == 200


@pytest.mark.parametrize("least", LEVELS)
def test_at_least_lists_fewer_metrics_and_changes_nothing_else(least: str, pair: Served) -> None:
    """Only metrics at that level or worse are listed; insufficient_data ranks below good."""
    given = busy(2)
    whole = answer(pair, given)
    for verdict in whole["verdicts"]:
        wanted = LEVELS[LEVELS.index(least) :]
        verdict["metrics"] = [metric for metric in verdict["metrics"] if metric["level"] in wanted]
    assert answer(pair, given, f"?at_least={least}") == whole


def test_levels_of_the_busy_month_are_of_every_kind(pair: Served) -> None:
    """The batch these tests compare with is not a dull one."""
    verdicts = [verdict for seed in (1, 2) for verdict in answer(pair, busy(seed))["verdicts"]]
    assert {metric["level"] for verdict in verdicts for metric in verdict["metrics"]} == {*LEVELS}
    assert any(verdict["actions"] and verdict["due"] for verdict in verdicts)


def by_each_worker(pair: Served, body: bytes) -> list[Reply]:
    """The answers of all workers to one batch, each given while the others are held."""
    replies = []
    for worker in pair.workers():
        others = [other for other in pair.workers() if other != worker]
        try:
            for other in others:
                os.kill(other, signal.SIGSTOP)
            replies.append(pair.post(body))
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)
    return replies


def test_same_records_same_bytes(pair: Served) -> None:
    """However a batch is told and whichever process answers, the answer is the same to the byte."""
    given = busy(3)
    told = [given, *(shuffled(given, seed) for seed in range(5))]
    replies = [reply for each in told for reply in by_each_worker(pair, json.dumps(each).encode())]
    assert len(replies) == 2 * len(told)
    assert len({reply.body for reply in replies}) == 1


def test_repeated_records_same_verdicts(pair: Served) -> None:
    """Records sent twice change nothing but that they are warned of."""
    given = busy(4, 100)
    twice = {
        name: value + shuffled({name: value}, 1)[name] if isinstance(value, list) else value
        for name, value in given.items()
    }
    first, second = answer(pair, given), answer(pair, twice)
    assert second["verdicts"] == first["verdicts"]
    doubled = {name: len(value) for name, value in given.items() if isinstance(value, list) and value}
    assert {
        warning["table"]: warning["count"] for warning in second["warnings"] if warning["code"] == "duplicate"
    } == doubled


def addresses(value: Any, name: str = "") -> Iterator[str]:
    """Every rule address an answer quotes."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from addresses(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner, name)
    elif value and (name == "rule" or "#" in str(value)) and str(value).count("@") == 1:
        yield str(value)


def test_every_rule_quoted_can_be_looked_up(pair: Served) -> None:
    """Pack, file, date and name of each address lead to a rule that GET /v1/rules shows."""
    old = batch(**{**busy(5), "as_of": "2021-11-22T09:00:00Z"})
    quoted = {
        address for given in (busy(1), busy(2), old) for address in addresses(answer(pair, given, "?evidence=1000"))
    }
    assert {address.partition("@")[0].split("/")[1] for address in quoted} >= {"metrics", "health", "status"}
    assert [address for address in sorted(quoted) if not is_shown(pair, address)] == []


def is_shown(pair: Served, address: str) -> bool:
    """Whether the rules that can be had over HTTP hold the rule of an address."""
    path, _, rest = address.partition("@")
    edition, _, name = rest.partition("#")
    day, _, marketplace = edition.partition(":")
    file = path.split("/")
    if file[1] == "metrics":
        card = pair.ask(path=f"/v1/rules/{path}").json
        laid_over = [{**card, **each} for each in card["editions"] if each["since"] == day]
        fitting = [each for each in laid_over if not marketplace or marketplace in each["marketplaces"]]
        levels = [level["level"] for each in fitting for level in each["levels"]]
        excuses = [mitigation["mitigation"] for each in fitting for mitigation in each.get("mitigations", ())]
        return bool(fitting) and name in [*levels, *excuses, "insufficient_data"]
    chapters = pair.ask(path=f"/v1/rules/{file[0]}").json[file[1]][file[1]]
    return name in [
        rule.get("rule") or rule.get("deadline") for each in chapters if each["since"] == day for rule in each["rules"]
    ]


def test_groups_of_many_sellers_are_counted_apart(pair: Served) -> None:
    """Sellers with categories of their own, of which no other has any, get the verdicts they get alone."""
    seen = {"confirmed_at": "2026-11-05T09:00:00Z", "marketplace": "amazon.com", "valid_tracking": True}
    sent = [
        {**seen, "shipment_id": f"{who}-{one}", "order_id": f"{who}-{one}", "seller_id": f"S{who:02}", "category": kind}
        for who in range(40)
        for one, kind in enumerate((f"own {who}", f"own {who}", f"other {who}"))
    ]
    top = {"as_of": "2026-11-22T09:00:00Z"}
    several = answer(pair, {**top, "shipments": sent})["verdicts"]
    alone = [answer(pair, {**top, "shipments": sent[first : first + 3]})["verdicts"][0] for first in range(0, 120, 3)]
    assert several == alone
    breakdown = next(one for one in several[7]["metrics"] if one["metric"] == "valid_tracking_rate")["breakdown"]
    counted = [((one["group"] or {}).get("category"), one["total"]) for one in breakdown]
    assert counted == [(None, 3), ("other 7", 1), ("own 7", 2)]


def test_an_order_turns_with_the_first_of_its_open_claims(pair: Served) -> None:
    """What an order with thousands of open claims is exposed to is what it would be with the oldest of them alone."""
    own = {"seller_id": "A", "marketplace": "amazon.com", "order_id": "1"}
    pending = {**own, "outcome": "pending"}
    sold = {**own, "purchased_at": "2026-11-01T09:00:00Z", "status": "shipped", "fulfilled_by": "seller"}
    first = datetime(2026, 11, 20, 9, tzinfo=UTC)
    claims = [
        {**pending, "claim_id": f"{place}", "filed_at": (first + timedelta(seconds=place)).isoformat()}
        for place in range(5_000)
    ]
    given = {"as_of": "2026-11-22T09:00:00Z", "orders": [sold]}
    several, alone = (answer(pair, {**given, "claims": some})["verdicts"][0] for some in (claims, claims[:1]))
    assert several["exposure"] == alone["exposure"]
    assert several["exposure"]["metrics"][0]["first_at"] == "2026-11-23T09:00:00Z"


def test_appeals_of_many_rounds_are_told_apart(pair: Served) -> None:
    """Of thousands of rounds only those that say again what was said before about the same notice are unchanged."""
    rounds = [
        {
            "appeal_id": f"{place:04}",
            "seller_id": "A",
            "marketplace": "amazon.com",
            "notice_id": f"{place % 3}",
            "submitted_at": (datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=place)).isoformat(),
            "root_causes": [f"The label printer of hall {place // 6} was out of order"],
        }
        for place in range(3_000)
    ]
    judged = answer(pair, {"as_of": "2026-11-22T09:00:00Z", "appeals": rounds})["verdicts"][0]["appeals"]
    unchanged = [one["appeal_id"] for one in judged if "sent_unchanged" in [each["code"] for each in one["warnings"]]]
    assert unchanged == [f"{place:04}" for place in range(3_000) if place % 6 > 2]
