"""Kin against a plain twin that compares everybody with everybody; crowds; the order of records is nothing."""

import json
import random
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.state import Loaded
from service.core.chapters import in_force
from service.core.kin import LISTED_IN_ALL, Kinship

KINDS = ("name", "address", "email", "phone", "bank", "tax_id")
SHAPES = {
    "name": "Shop {}", "address": "{} High Street", "email": "shop{}@x.example", "phone": "+4420794600{}",
    "bank": "GB33BUKB2020155555{}", "tax_id": "GB9999{}",
}  # fmt: skip
ALONE = set(KINDS) - {"name"}
Told = dict[str, list[dict[str, str]]]


def told(seed: int) -> Told:
    """Some sellers with some identities, few enough different ones that many are shared."""
    drawn = random.Random(seed)  # noqa: S311  # the same draws every time
    return {
        f"S{place:02}": [
            {"kind": kind, "value": SHAPES[kind].format(10 + drawn.randrange(25))}
            for kind in drawn.choices(KINDS, k=drawn.randrange(4))
        ]
        for place in range(drawn.randrange(2, 30))
    }


def pairs(sellers: Told) -> dict[tuple[str, str], list[str]]:
    """Who shares what with whom, both ways; a name only beside another kind."""
    own = {name: {(one["kind"], one["value"]) for one in each} for name, each in sellers.items()}
    found = {}
    for one, other in combinations(own, 2):
        kinds = {kind for kind, _ in own[one] & own[other]}
        if kinds & ALONE:
            found[one, other] = found[other, one] = sorted(kinds)
    return found


def reached(start: str, shared: dict[tuple[str, str], list[str]]) -> set[str]:
    """Everybody who is kin of a seller."""
    met, waiting = {start}, [start]
    while waiting:
        one = waiting.pop()
        for other in [other for first, other in shared if first == one and other not in met]:
            met.add(other)
            waiting.append(other)
    return met - {start}


def way_back(name: str, entries: dict[str, Any], shared: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    """From a relative back to whoever is kin directly, one by one, each sharing with the next."""
    while through := entries[name]["through"]:
        assert (through, name) in shared
        yield through
        name = through


@pytest.mark.parametrize("seed", range(200))
def test_kin_agrees_with_a_comparison_of_everybody(seed: int, loaded: Loaded) -> None:
    rules = in_force(loaded.rulebook.packs[0].accounts.kin, date(2026, 11, 22))
    assert rules
    sellers = told(seed)
    kinship, shared = Kinship(sellers, {}, rules), pairs(sellers)
    for seller in sellers:
        listed, total = kinship.listed(seller, 1000)
        assert [entry["seller_id"] for entry in listed] == sorted(reached(seller, shared))
        assert total == len(listed)
        entries = {entry["seller_id"]: entry for entry in listed}
        assert {name: entry["shared"] for name, entry in entries.items()} == {
            name: shared.get((seller, name), []) for name in entries
        }
        for name in entries:
            assert len(list(way_back(name, entries, shared))) < len(entries)


def crowd(size: int) -> dict[str, Any]:
    """A batch of sellers that all have one phone number, every fifth of them suspended."""
    phone = {"kind": "phone", "value": "+1 206 555 0100"}
    return {
        "as_of": "2026-11-22T09:00:00Z",
        "marketplace": "amazon.com",
        "sellers": [
            {"seller_id": f"S{place:05}", "status": "active" if place % 5 else "suspended", "identities": [phone]}
            for place in range(size)
        ],
    }


def test_a_crowd_is_listed_in_part_and_counted_whole(client: FlaskClient) -> None:
    reply = client.post("/v1/verdicts?evidence=3&at_least=breach", json=crowd(2000))
    verdicts = {verdict["seller_id"]: verdict for verdict in reply.get_json()["verdicts"]}
    first, last = verdicts["S00000"], verdicts["S01999"]
    assert [entry["seller_id"] for entry in first["related"]] == ["S00001", "S00002", "S00003"]
    assert [entry["seller_id"] for entry in last["related"]] == ["S00000", "S00001", "S00002"]
    assert {verdict["related_total"] for verdict in verdicts.values()} == {1999}
    called = [
        next(one for one in each["actions"] if one["action"] == "check_related_accounts") for each in (first, last)
    ]
    assert [(one["records"], one["records_total"]) for one in called] == [
        (["S00005", "S00010", "S00015"], 399), (["S00000", "S00005", "S00010"], 400),
    ]  # fmt: skip


def test_what_a_very_large_crowd_lists_is_bounded(loaded: Loaded) -> None:
    rules = in_force(loaded.rulebook.packs[0].accounts.kin, date(2026, 11, 22))
    assert rules
    sellers = {one["seller_id"]: one["identities"] for one in crowd(5000)["sellers"]}
    kinship = Kinship(sellers, {}, rules)
    listed = [kinship.listed(seller, 1000) for seller in sellers]
    assert {len(entries) for entries, _ in listed} == {LISTED_IN_ALL // 5000}
    assert {total for _, total in listed} == {4999}


def test_the_order_of_records_is_nothing(client: FlaskClient) -> None:
    sellers = [{"seller_id": name, "identities": own} for name, own in told(7).items()]
    orders = [
        {"order_id": n, "seller_id": "S00", "purchased_at": f"2026-11-{10 + n}T00:00:00Z", "status": "shipped",
         "fulfilled_by": "seller", "amount": f"{n}.10", "currency": ("USD", "EUR")[n % 2]}
        for n in range(9)
    ]  # fmt: skip
    sellers[0] |= {"status": "under_review"}
    reply_text = "We have reinstated your account. It stays under review, and a reserve will be applied to your funds."
    appeals = [{"appeal_id": 1, "seller_id": "S00", "submitted_at": "2026-11-10T00:00:00Z", "reply_text": reply_text}]
    applications = [
        {"application_id": n, "seller_id": "S01", "category": ("jewelry", "toys")[n % 2]} for n in range(12)
    ]
    call = {"as_of": "2026-11-22T09:00:00Z", "marketplace": "amazon.com", "appeals": appeals}
    one = client.post("/v1/verdicts", json={**call, "sellers": sellers, "orders": orders, "applications": applications})
    turned = {"sellers": sellers[::-1], "orders": orders[::-1], "applications": applications[::-1]}
    other = client.post("/v1/verdicts", json={**call, **turned})
    assert one.status_code == 200
    assert one.data == other.data
    assert json.loads(one.data)["verdicts"][0]["funds"]["reserve"]
