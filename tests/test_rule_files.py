"""The strict loader: every fault a specialist can make is found where it stands, and nothing else is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.core.errors import RuleFault
from service.rulebook.folder import Snapshot, digest
from service.rulebook.load import load_rulebook
from tests.broken_cases import BROKEN, PACK, case, faults_of, sound_pack, unlike

CASES = sorted(BROKEN.glob("*.yaml"))
SOUND = sound_pack()
STATUS = f"{PACK}/status.yaml"
CARD = f"{PACK}/metrics/late_rate.yaml"
SEVERAL = ("unknown_key_in_a_pack", "misspelt_status", "unknown_key_in_actions", "tab_as_indent_in_health")
OF_FORM_AND_MEANING = ("misspelt_status", "misspelt_field", "unknown_time_zone")
# What no text file can hold, or would be tiresome to read in one: the bytes of status.yaml, and where the fault begins.
BUILT = {
    "no_bytes": (b"", "1:1: the file is empty"),
    "only_spaces": (b"  \n\n", "1:1: the file is empty"),
    "not_utf_8": (b"status:\n  - since: 2020-01-01 # \xe9t\xe9\n", "2:25: not UTF-8 text"),
    "utf_16": ("status: []\n".encode("utf-16"), "1:1: not UTF-8 text"),
    "nul": (b"status:\n  - since: \0\n", "2:12: not YAML: "),
    "lists_700_deep": (b"status: " + b"[" * 700 + b"]" * 700, "1:33: deeper than 24 levels"),
    "lists_700_deep_in_a_line": (b"- " * 700 + b"x\n", "1:51: deeper than 24 levels"),
    "maps_700_deep": (b"{a: " * 700 + b"}" * 700, "1:101: deeper than 24 levels"),
}


def broken_by(names: tuple[str, ...]) -> tuple[dict[str, bytes], tuple[RuleFault, ...]]:
    """The sound pack with some cases in it at once, and the faults of all of them."""
    cases = [case(BROKEN / f"{name}.yaml") for name in names]
    faults = sorted(fault for one in cases for fault in one.faults)
    return {**SOUND, **{one.file: one.text for one in cases}}, tuple(faults)


def agree(found: list[RuleFault], expected: tuple[RuleFault, ...]) -> None:
    """Fails with both lists where other faults were found than expected."""
    if unlike(found, expected):
        wanted, got = ("\n  ".join(map(str, faults)) or "nothing" for faults in (expected, found))
        pytest.fail(f"expected\n  {wanted}\nfound\n  {got}", pytrace=False)


def test_sound_pack_has_no_fault() -> None:
    assert faults_of(SOUND) == []


def test_shipped_rules_have_no_fault(files: Snapshot) -> None:
    assert faults_of(files) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_broken_file(path: Path) -> None:
    broken = case(path)
    agree(faults_of(broken.files(SOUND)), broken.faults)


@pytest.mark.parametrize("name", BUILT)
def test_broken_bytes(name: str) -> None:
    text, expected = BUILT[name]
    found = [str(fault) for fault in faults_of({**SOUND, STATUS: text})]
    assert [fault.startswith(f"{STATUS}:{expected}") for fault in found] == [True], "\n".join(found)


def test_every_file_of_broken_is_a_case() -> None:
    assert CASES
    assert sorted(path for path in BROKEN.rglob("*") if path.is_file()) == CASES


def test_faults_of_several_files_come_at_once_and_sorted() -> None:
    files, expected = broken_by(SEVERAL)
    agree(faults_of(dict(sorted(files.items(), reverse=True))), expected)


def test_faults_of_meaning_come_beside_faults_of_form() -> None:
    files, expected = broken_by(OF_FORM_AND_MEANING)
    agree(faults_of(files), expected)


def test_same_faults_whatever_surrounds_the_process(tmp_path: Path) -> None:
    files, expected = broken_by(SEVERAL)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text)
    command = [sys.executable, "-m", "service", "rules", "check", str(tmp_path)]
    surroundings = ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "STANDING_RULES": "nowhere"})
    said = [
        subprocess.run(command, env={**os.environ, **one}, capture_output=True, text=True, check=False).stdout
        for one in surroundings
    ]
    assert said[0] == said[1]
    places = [line.partition(": ")[0] for line in said[0].splitlines() if line.startswith(PACK)]
    assert places == [f"{fault.file}:{fault.line}:{fault.column}" for fault in expected]


def test_loading_twice_finds_the_same_and_leaves_the_files_alone() -> None:
    files, _ = broken_by(SEVERAL)
    before = dict(files)
    assert faults_of(files) == faults_of(files)
    assert files == before
    assert load_rulebook(SOUND).digest == load_rulebook(SOUND).digest


def test_digest_changes_with_every_byte_and_name_but_not_with_order() -> None:
    text = SOUND[STATUS]
    changed = [{**SOUND, STATUS: text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]} for at in range(len(text))]
    renamed = {name.replace("status", "statuz"): text for name, text in SOUND.items()}
    moved = {**SOUND, STATUS: text[:-1], f"{PACK}/actions.yaml": text[-1:] + SOUND[f"{PACK}/actions.yaml"]}
    digests = [digest(files) for files in (SOUND, *changed, renamed, moved)]
    assert len(set(digests)) == len(digests)
    assert digest(dict(sorted(SOUND.items(), reverse=True))) == digests[0]
    assert load_rulebook(dict(sorted(SOUND.items(), reverse=True))).digest == digests[0]


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
def test_other_line_ends_are_read_alike(line_end: bytes) -> None:
    assert faults_of({name: text.replace(b"\n", line_end) for name, text in SOUND.items()}) == []


def test_byte_order_mark_is_read_over() -> None:
    assert faults_of({name: b"\xef\xbb\xbf" + text for name, text in SOUND.items()}) == []


def test_names_of_two_packs_clash_where_the_second_says_them() -> None:
    pack = SOUND[f"{PACK}/pack.yaml"]
    other = {name.replace(PACK, "other", 1): text for name, text in SOUND.items()}
    found = faults_of({**SOUND, **other, "other/pack.yaml": pack.replace(b"pack: minimal", b"pack: other")})
    line = pack[: pack.index(b"shop.example:")].count(b"\n") + 1
    assert [(fault.file, fault.line) for fault in found] == [("other/pack.yaml", line + at) for at in (0, 0, 1, 1)]


def test_comments_and_anchors_nobody_uses_are_read_over() -> None:
    card = SOUND[CARD].replace(b"title: Late rate\n", b"title:   # as sellers know it\n  &rate Late rate\n\n")
    assert faults_of({**SOUND, CARD: card.replace(b"unit: share", b"unit: &rate share  # of all")}) == []


def test_name_of_a_file_may_be_no_text() -> None:
    found = faults_of({**SOUND, f"{PACK}/metrics/\udcff.yaml": SOUND[CARD]})
    assert [fault.file for fault in found] == [f"{PACK}/metrics/\udcff.yaml"] * len(found) != []


def test_editions_of_one_day_are_told_apart_by_all_their_marketplaces() -> None:
    card = SOUND[CARD].decode()
    start, end = card.index("  - since"), card.index("sources:")
    first = card[start:end].replace("    basis", "    marketplaces: [shop.example]\n    basis")
    second = first.replace("shop.example]", "shop.example, shop.example.org]").replace("2%", "20%").replace("4%", "40%")
    examples = "  - {marketplace: shop.example.org, total: 100, counted: 4, level: good}\n"
    text = card[:start] + first + second + card[end:].replace("examples:\n", f"examples:\n{examples}")
    assert faults_of({**SOUND, CARD: text.encode()}) == []


def test_engine_takes_as_many_facts_as_a_rule_may_name() -> None:
    rules = "".join(
        f"      - {{deadline: d{place}, of: claims, at: filed_at, only: {{outcome: granted}}}}\n" for place in range(30)
    )
    for count in (10, 14, 15, 20, 30):
        wanted = ", ".join(f"due_d{place}: {{at_least: 1, at_most: 9}}" for place in range(count))
        status = SOUND[STATUS].replace(b"{enforced_in_breach: {at_least: 1}}", f"{{{wanted}}}".encode())
        deadlines = SOUND[f"{PACK}/deadlines.yaml"] + rules.encode()
        found = faults_of({**SOUND, STATUS: status, f"{PACK}/deadlines.yaml": deadlines})
        assert [fault.file for fault in found] in ([], [STATUS])
