"""Letters nobody would write by mistake, and those mail programs mangle: bounded, never quoted, read alike."""

import json
import textwrap
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.state import EXTENSION, Loaded
from service.core.reading import LONGEST, MOST_LINES, lines_of, whole
from service.core.rulesets import Fact
from tests.batches import batch, said

WORD = "c4n4ry"
HOSTILE = {
    "one letter a line": "a\n" * 50_000,
    "a sentence each": "a. " * 33_000,
    "letters that grow": "ﷺ" * 100_000,
    "turned round": "\u202e" * 100_000,
    "control characters": "\x00\x01\x07\x1b[2J" * 10_000,
    "brackets": "((((" * 25_000,
    "links": "http://a.com/ " * 7_000,
    "addresses": "a@b.com " * 12_000,
    "hosts": "amazon.com." * 9_000,
    "a host without end": "a." * 50_000,
    "every word there is": "confirm your bank account card password now or it will be closed " * 1_500,
    "headings": "root cause: " * 8_000,
    "marks without a letter": "\u0301" * 100_000,
    "words without spaces": "アカウント停止" * 14_000,
}
LETTER = (
    "Your selling account has been deactivated and the listings were taken down, because the order defect rate went "
    "beyond its target for a second time."
)
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
MANGLED = {
    "wrapped": textwrap.fill(LETTER, 72),
    "wrapped with carriage returns": textwrap.fill(LETTER, 72).replace("\n", "\r\n"),
    "in capitals": LETTER.upper(),
    "in wide letters": LETTER.translate(WIDE),
    "with unseen characters": "\u200b".join(LETTER),
    "with soft hyphens": LETTER.replace("deactivated", "deac\u00adtivated"),
    "turned round in places": LETTER.replace(" has", "\u202e\u202c has"),
    "with many spaces": LETTER.replace(" ", " \u00a0 "),
    "with accents": LETTER.replace("deactivated", "déactivated"),
}


def letters(text: str) -> dict[str, Any]:
    """A notice and an appeal with a text wherever they have one."""
    notice = {"notice_id": 1, "received_at": "2026-11-20T08:00:00Z", "subject": text, "text": text, "links": [text]}
    senders = dict.fromkeys(("from_address", "reply_to", "return_path"), text)
    parts = {part: [text] for part in ("root_causes", "actions_taken", "preventive_steps", "about")}
    evidence = [{"kind": "other", "refs": [text]}]
    appeal = {"appeal_id": 1, "submitted_at": "2026-11-21T08:00:00Z", "text": text, "reply_text": text, **parts}
    return {"notices": [{**notice, **senders}], "appeals": [{**appeal, "evidence": evidence}]}


def asked(client: FlaskClient, **tables: Any) -> dict[str, Any]:
    """The one verdict on some tables."""
    [verdict] = said(client.post("/v1/verdicts", json=batch(**tables)))["verdicts"]
    return dict(verdict)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_letters_are_judged_and_never_quoted(what: str, client: FlaskClient) -> None:
    text = HOSTILE[what]
    told = letters(text[:90_000] + WORD)
    if what == "headings":
        told["notices"][0]["text"] = text[:90_000]
    verdict = asked(client, **told)
    assert len(verdict["notices"]) == len(verdict["appeals"]) == 1
    answer = json.dumps({**verdict, "appeals": [{**verdict["appeals"][0], "missing": []}]})
    assert WORD not in answer


@pytest.mark.parametrize("what", HOSTILE)
def test_reading_is_bounded(what: str) -> None:
    assert len(lines_of(HOSTILE[what])) <= MOST_LINES
    assert len(whole(HOSTILE[what])) <= 4 * LONGEST


@pytest.mark.parametrize("what", MANGLED)
def test_mangled_letters_say_what_they_said(what: str, client: FlaskClient) -> None:
    notice = {"notice_id": 1, "received_at": "2026-11-20T08:00:00Z", "from_address": "x@amazon.com"}
    [found] = asked(client, notices=[{**notice, "text": MANGLED[what]}])["notices"]
    assert (found["assessment"], found["kind"]) == ("genuine", "deactivation")


def test_no_word_of_a_letter_reaches_the_engine(client: FlaskClient) -> None:
    """Facts about letters are numbers, and words of rule files."""
    state = client.application.extensions[EXTENSION]
    loaded: Loaded = state.loaded
    seen: list[Fact] = []

    def decide(ruleset: str, fact: Fact) -> tuple[str, ...]:
        seen.append(fact)
        return loaded.engine.decide(ruleset, fact)

    watched: Any = SimpleNamespace(decide=decide)
    client.application.extensions[EXTENSION] = replace(state, loaded=replace(loaded, engine=watched))
    try:
        asked(client, **letters(f"{LETTER} {WORD} {WORD}@amazon.{WORD}.com"))
    finally:
        client.application.extensions[EXTENSION] = state
    assert any(fact.get("says_deactivation") for fact in seen)
    assert WORD not in json.dumps([dict(fact) for fact in seen])


def test_health_and_metrics_are_the_same_with_and_without_letters(client: FlaskClient) -> None:
    order = {"order_id": 1, "purchased_at": "2026-11-20T08:00:00Z", "status": "cancelled", "fulfilled_by": "seller"}
    orders = [{**order, "cancelled_by": "seller"}]
    bare, full = asked(client, orders=orders), asked(client, orders=orders, **letters("Your account is deactivated."))
    assert (bare["health"], bare["metrics"]) == (full["health"], full["metrics"])
    assert (bare["notices"], bare["appeals"]) == ([], [])


def test_order_of_letters_does_not_matter(client: FlaskClient) -> None:
    notices = [{"notice_id": n, "received_at": f"2026-11-{20 - n % 3}T08:00:00Z", "text": LETTER} for n in range(6)]
    appeals = [{"appeal_id": n, "submitted_at": f"2026-11-{20 - n % 3}T08:00:00Z"} for n in range(5)]
    drafts = [{"appeal_id": "draft", "text": "Root cause: our carrier lost six parcels."}]
    one = asked(client, notices=notices, appeals=[*appeals, *drafts])
    other = asked(client, notices=notices[::-1], appeals=[*drafts, *appeals[::-1]])
    assert one == other
    assert one["appeals"][-1]["appeal_id"] == "draft"


def test_lists_and_text_fill_parts_alike(client: FlaskClient) -> None:
    parts = {
        "root_causes": "Our carrier lost six parcels in one week of May.",
        "actions_taken": "All six buyers were refunded on the same day.",
        "preventive_steps": "Every parcel is scanned before it leaves us.",
    }
    headings = ("Root cause", "Corrective actions", "Preventive measures")
    text = "\n\n".join(f"{heading}:\n{part}" for heading, part in zip(headings, parts.values(), strict=True))
    lists = {"appeal_id": "lists", **{name: [part] for name, part in parts.items()}}
    found = asked(client, appeals=[lists, {"appeal_id": "text", "text": text}])["appeals"]
    assert [one["missing"] for one in found] == [["evidence"], ["evidence"]]
