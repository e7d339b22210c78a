"""standing rules check: faults and advice, in three forms, with exit codes; the catalogue page."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from service.cli import main
from service.rulebook.advice import advice
from service.rulebook.folder import snapshot
from tests.conftest import RULES

SOURCE = "{title: T, url: 'https://x.example/', read_on: 2026-11-01, says: S}"
CARD = Path("amazon/metrics/refund_rate.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rules."""
    shutil.copytree(RULES, tmp_path / "rules")
    return tmp_path / "rules"


def edit(folder: Path, old: str, new: str) -> None:
    """Changes the refund card."""
    text = (folder / CARD).read_text(encoding="utf-8")
    assert old in text
    (folder / CARD).write_text(text.replace(old, new), encoding="utf-8")


def check(*arguments: str) -> tuple[int, str]:
    """What the command prints, and its exit code."""
    result = CliRunner().invoke(main, ["rules", "check", *arguments])
    return result.exit_code, result.output


def test_sound_rules_are_said_to_be_sound() -> None:
    code, text = check(str(RULES))
    assert code == 0
    assert re.search(r": sound \(sha256:[0-9a-f]{64}\)$", text.strip())


def test_misspelt_word_is_told_with_the_nearest_allowed(folder: Path) -> None:
    edit(folder, "enforced: false", "enforcd: false")
    edit(folder, "refunded_at: {known", "refundd_at: {known")
    code, text = check(str(folder))
    assert code == 1
    assert "refund_rate.yaml:7:1: unknown key 'enforcd'; did you mean 'enforced'?" in text
    edit(folder, "enforcd: false", "enforced: false")
    assert "unknown field of orders 'refundd_at'; did you mean 'refunded_at'?" in check(str(folder))[1]


def test_a_share_that_becomes_a_count_keeps_its_past(folder: Path) -> None:
    """What its excuses and the excluded periods say of its years as a share stays, and says nothing of the count."""
    card = folder / "amazon" / "metrics" / "late_shipment_rate.yaml"
    edition = (
        "editions:\n  - {since: 2027-03-01, unit: count, basis: assumed, source: late_shipment_policy, "
        "levels: [{from: 0, level: good}, {from: 3, level: breach}]}\n"
    )
    examples = "examples:\n  - {counted: 2, level: good}\n  - {counted: 3, level: breach}\n"
    text = card.read_text(encoding="utf-8").replace("- {total:", "- {as_of: 2027-02-28, total:")
    card.write_text(text.replace("editions:\n", edition).replace("examples:\n", examples), encoding="utf-8")
    code, said = check(str(folder))
    assert code == 0, said


def test_files_beside_the_packs_are_nobodys_rules(folder: Path) -> None:
    for name in (".github/workflows/ci.yml", "mkdocs.yml", "amazon/funds.YML"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("on: push\n", encoding="utf-8")
    code, text = check(str(folder))
    assert code == 1
    assert text.splitlines()[:-1] == ["amazon/funds.YML:1:1: rule files end in .yaml"]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("amazon", "pack.yaml:1:1: this folder is a pack; name the folder that holds packs"),
        ("amazon/metrics", "this file belongs to no pack"),
        ("nowhere", "no rule files (*.yaml) in this folder"),
    ],
)
def test_another_folder_than_one_of_packs_is_told(where: str, said: str, folder: Path) -> None:
    (folder / "nowhere").mkdir()
    code, text = check(str(folder / where))
    assert code == 1
    assert said in text


def test_json_form_lists_every_fault(folder: Path) -> None:
    edit(folder, "unit: share", "unit: shar")
    code, text = check(str(folder), "--format", "json")
    found = json.loads(text)
    assert code == 1
    assert found["digest"] is None
    assert found["faults"][0] | {"detail": ""} == {"file": CARD.as_posix(), "line": 6, "column": 7, "detail": ""}


def test_github_form_annotates_the_line(folder: Path) -> None:
    edit(folder, "unit: share", "unit: shar")
    code, text = check(str(folder), "--format", "github")
    assert code == 1
    assert text.startswith(f"::error file={folder / CARD},line=6,col=7::")


def test_advice_is_a_warning_unless_strict(folder: Path) -> None:
    edit(
        folder,
        "sources:\n",
        "sources:\n  unused: {title: T, url: 'https://x.example/', read_on: 2026-11-01, says: S}\n",
    )
    assert check(str(folder))[0] == 0
    code, text = check(str(folder), "--strict")
    assert code == 1
    assert "no edition uses the source 'unused' (warning)" in text


@pytest.mark.parametrize(("today", "told"), [(date(2027, 11, 22), False), (date(2027, 11, 23), True)])
def test_source_is_to_be_read_again_after_a_year(today: date, told: bool) -> None:
    found = [fault for fault in advice(snapshot(RULES), today) if fault.file == CARD.as_posix()]
    assert bool(found) == told


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["one", "two"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert check(*arguments)[0] == 2


def test_catalogue_is_a_page_without_anything_to_fetch(client: FlaskClient) -> None:
    reply = client.get("/v1/rules/amazon", headers={"Accept": "text/html,*/*;q=0.5"})
    page = reply.get_data(as_text=True)
    assert reply.content_type == "text/html; charset=utf-8"
    assert not re.search(r"<(script|link|img|iframe)|src=|@import|url\(", page)
    for words in ("Pre-fulfilment cancellation rate", "from 2.5 %", "Since 2022-05-23", "Read on 2026-11-22", "Cases"):
        assert words in page
    again = client.get("/v1/rules/amazon", headers={"Accept": "text/html", "If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304
    plain = client.get("/v1/rules/amazon")
    assert plain.content_type == "application/json"
    assert plain.headers["ETag"] != reply.headers["ETag"]
    assert plain.headers["Vary"] == "Accept"
