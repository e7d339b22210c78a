"""The command as a person types it: evaluate, rules check and settings, with good input and bad."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from service.cli import main
from service.rulebook.folder import Snapshot
from tests.batches import batch
from tests.conftest import RULES
from tests.rule_folders import FAULTS, broken_folder, folder_of

BAD = {"orders": [{"status": "cancelled", "cancelled_by": "seller"}]}
SETTINGS = (
    "MAX_BODY_MB",
    "MAX_DECOMPRESSED_MB",
    "MAX_RATIO",
    "MAX_RECORDS",
    "MAX_TEXT",
    "MAX_NESTING",
    "THREADS",
    "COLUMNS",
    "TIMEOUT",
)
NO_NUMBERS = ("0", "-1", "1.5", "1e3", "many", "+5", "0x10", "\u0665", "1_000", "5 MB")


TABLE = (
    "Seller A1 on amazon.com, as of 2026-11-22T09:00:00Z",
    "Health: red.",
    "Heading for: restricted.",
    "1 of 1 orders were cancelled by you (100.0 %)",
    "What to do",
    "Request cancellation",
)


def standing(*arguments: str, **environment: str) -> Result:
    """The command run with some arguments."""
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "200", **environment})


def file_of(folder: Path, content: str | bytes) -> str:
    """A file with some content."""
    path = folder / "batch.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.fixture
def broken(tmp_path: Path, files: Snapshot) -> Path:
    """A folder of rules with three faults in two files."""
    return broken_folder(tmp_path / "broken", files)


def test_evaluate_prints_a_table(tmp_path: Path) -> None:
    """A person reads who stands where, why, and what to do."""
    result = standing("evaluate", file_of(tmp_path, json.dumps(batch(**BAD))))
    assert result.exit_code == 0
    assert [words for words in TABLE if words not in result.output] == []


def test_evaluate_prints_json(tmp_path: Path) -> None:
    """A machine reads what the service would answer."""
    result = standing("evaluate", "--json", file_of(tmp_path, json.dumps(batch(**BAD))))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["verdicts"][0]["health"]["color"] == "red"


@pytest.mark.parametrize(
    ("option", "form", "end"),
    [("--json", "application/json", b"\n"), ("--ndjson", "application/x-ndjson", b""), ("--csv", "text/csv", b"")],
)
def test_evaluate_writes_what_the_service_answers(
    option: str, form: str, end: bytes, tmp_path: Path, client: FlaskClient
) -> None:
    """To standard output, or into a file."""
    content, kept = json.dumps(batch(**BAD)), tmp_path / "kept"
    reply = client.post("/v1/verdicts", data=content, headers={"Content-Type": "application/json", "Accept": form})
    file = file_of(tmp_path, content)
    printed, silent = standing("evaluate", option, file), standing("evaluate", option, "-o", str(kept), file)
    assert (printed.exit_code, printed.stdout_bytes) == (0, reply.data + end)
    assert (silent.exit_code, silent.stdout_bytes, kept.read_bytes()) == (0, b"", reply.data)


@pytest.mark.parametrize("terminal", [True, False])
def test_evaluate_tells_its_progress_on_a_terminal_only(
    terminal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR" if terminal else "NO_COLOR", "1")
    result = standing("evaluate", "--json", file_of(tmp_path, json.dumps(batch(**BAD))))
    assert (result.exit_code, "Reading batch.json" in result.stderr) == (0, terminal)


@pytest.mark.parametrize(
    ("content", "told"),
    [("{", "batch.json:1:2: /batch: The file is not JSON. [not_json]"),
     (b"\xff\xfe{", "batch.json:1: /batch: The file is damaged UTF-16 text. [undecodable]"),
     ("", "batch.json:1:1: /batch: The file is not JSON. [not_json]"),
     ("[]", "batch.json:1:1: /batch: The file is not a JSON object. [not_json]"),
     (json.dumps(batch(orders=[{"status": "gone"}])), "/orders/0/status: Expected one of: pending, ")],
    ids=["half", "bytes", "empty", "list", "faulty"],
)  # fmt: skip
def test_evaluate_tells_what_is_wrong(content: str | bytes, told: str, tmp_path: Path) -> None:
    """Files that cannot be judged end the command with a line per fault on standard error, or with the problem."""
    file = file_of(tmp_path, content)
    result, as_json = standing("evaluate", file), standing("evaluate", "--json", file)
    assert (result.exit_code, result.stdout, as_json.exit_code, as_json.stdout) == (1, "", 1, "")
    assert told in result.stderr
    assert json.loads(as_json.stderr)["status"] == 422


@pytest.mark.parametrize("name", ["[/red]", "[bold]", "[link=x]", "\x1b[31m", "a\nb", "\u202e", "{}"])
def test_evaluate_prints_strange_names_as_they_are(name: str, tmp_path: Path) -> None:
    """What callers call their fields and records neither colours the terminal nor breaks the table."""
    marks = {"seller_id": f"S{name}", "order_id": f"O{name}"} if name.isprintable() else {}
    content = json.dumps(batch(orders=[{**BAD["orders"][0], **marks, name: 1}]))
    result = standing("evaluate", file_of(tmp_path, content))
    assert result.exit_code == 0, result.exception
    assert "\x1b" not in result.output
    assert not marks or all(mark in result.output for mark in (f"Seller S{name}", f"O{name}", f"field {name}"))


@pytest.mark.parametrize(
    "line",
    ["evaluate", "evaluate nowhere.json", "evaluate README.md", "evaluate --evidence -1 .", "serve --port 70000",
     "serve --workers 0", "judge", "rules check --format xml"],
)  # fmt: skip
def test_wrong_usage(line: str) -> None:
    """What cannot be meant ends with 2 and a hint."""
    result = standing(*line.split())
    assert result.exit_code == 2
    assert "Error" in result.output


def test_rules_check_good(files: Snapshot, tmp_path: Path) -> None:
    """The shipped rules are sound, where they stand and copied elsewhere, with the same digest."""
    copied = folder_of(tmp_path / "copy", files)
    told = [standing("rules", "check", *where) for where in ([], [str(RULES)], [str(copied)])]
    assert [result.exit_code for result in told] == [0, 0, 0]
    assert len({result.output.rpartition("sound (")[2] for result in told if "sound (sha256:" in result.output}) == 1


def test_rules_check_broken(broken: Path) -> None:
    """Every fault of every file is named with its place, also where the folder is named by the environment."""
    for result in (standing("rules", "check", str(broken)), standing("rules", "check", STANDING_RULES=str(broken))):
        assert result.exit_code == 1
        assert [fault for fault in FAULTS if f"{fault}:" not in result.output] == []
        assert "3 faults" in result.output


@pytest.mark.parametrize("where", ["nowhere", "empty", "file.yaml"])
def test_rules_check_without_rules(where: str, tmp_path: Path) -> None:
    """A folder without rules is a fault, not sound and not an accident."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.yaml").write_text("pack: x\n", encoding="utf-8")
    result = standing("rules", "check", str(tmp_path / where))
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert where in result.output


@pytest.mark.parametrize("name", SETTINGS)
def test_bad_settings_are_named(name: str, tmp_path: Path) -> None:
    """A setting that is no whole number ends every command that needs it, and is named."""
    file = file_of(tmp_path, json.dumps(batch()))
    for given in NO_NUMBERS:
        result = standing("evaluate", file, **{f"STANDING_{name}": given})
        assert (result.exit_code, f"STANDING_{name}" in result.output) == (1, True), given
    assert standing("evaluate", file, **{f"STANDING_{name}": "9" * 400}).exit_code == 1


def test_good_settings_are_kept(tmp_path: Path) -> None:
    """Limits that are set are met; blank ones are as if not set."""
    file = file_of(tmp_path, json.dumps(batch(orders=[{}, {"order_id": "2"}])))
    assert standing("evaluate", file, STANDING_MAX_RECORDS=" 2 ", STANDING_MAX_TEXT="").exit_code == 0
    refused = standing("evaluate", "--json", file, STANDING_MAX_RECORDS="1")
    assert (refused.exit_code, json.loads(refused.stderr)["limit"]) == (1, "records")
