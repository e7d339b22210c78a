"""The command as a person types it: evaluate, rules check and settings, with good input and bad."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from service.cli import main
from service.rulebook.folder import Snapshot
from tests.batches import TOP, batch
from tests.conftest import RULES
from tests.rule_folders import FAULTS, broken_folder, folder_of

FEW = str(Path(__file__).with_name("packs"))  # rules that are soon loaded
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


def evaluated(*arguments: str, **environment: str) -> Result:
    """Files evaluated by few rules."""
    return standing("evaluate", *arguments, **{"STANDING_RULES": FEW, **environment})


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
    result, as_json = evaluated(file), evaluated("--json", file)
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


HEADER = "order_id,seller_id,purchased_at,status,fulfilled_by\n"
ROW = "1,EU:id:7,2026-11-16T09:00:00Z,shipped,seller\n"
ORDERS, FAULTY = HEADER + ROW, HEADER + ROW.replace("shipped", "gone")
BESIDE = ("--marketplace", "shop.example", "--as-of", TOP["as_of"])
OWN = {**os.environ, "PYTHONPATH": str(RULES.parent), "STANDING_RULES": FEW}  # the environment of a process of its own
SMALL = json.dumps({**batch(**BAD), "marketplace": "shop.example"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with orders in it, in the folder where commands are run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "orders.csv").write_text(ORDERS)
    (tmp_path / "one.json").write_text(SMALL)
    (tmp_path / "link.json").symlink_to("one.json")
    return tmp_path / "folder"


def process(line: str) -> "subprocess.CompletedProcess[bytes]":
    """The command in a process of its own, as a shell runs a line that has `standing` in it."""
    script = line.replace("standing", f"{sys.executable} -m service")
    return subprocess.run(["/bin/bash", "-c", script], capture_output=True, env=OWN, check=False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [("one.json -o one.json", "one.json: the answer would be written over one.json"),
     ("one.json -o link.json", "link.json: the answer would be written over one.json"),
     ("folder -o folder/orders.csv", "folder/orders.csv: the answer would be written over"),
     ("one.json -o nowhere/a.json", "nowhere/a.json: No such file or directory"),
     ("one.json -o /proc/a.json", "/proc/a.json: "),
     ("one.json -o folder", "is a directory"),
     ("one.json -o a.parquet", "a.parquet: the answer is written as .json, .ndjson, .jsonl or .csv"),
     ("one.json -o a.json.gz", "a.json.gz: the answer is written as"),
     ("one.json -o a.json --csv", "the answer has one form, not several: csv, json"),
     ("one.json --json --csv", "the answer has one form, not several: json, csv"),
     ("one.json --as-of x", "--as-of: Expected a timestamp"),
     ("one.json --timezone Mars", "--timezone: Expected an IANA time zone"),
     ("one.json --marketplace x", "--marketplace: No rule pack knows this marketplace\n"),
     ("one.json link.json", "link.json: only one file may hold a whole batch, and one.json does"),
     ("empty", "no files to evaluate in empty"),
     ("strange", "strange/a?[31m.csv: a file is named after its table")],
)  # fmt: skip
def test_evaluate_refuses_what_cannot_be_meant(arguments: str, told: str, folder: Path) -> None:
    """In a line, and nothing is written."""
    (folder.parent / "empty").mkdir()
    (folder.parent / "empty" / "notes.txt").write_text("orders\n")
    (folder.parent / "strange").mkdir()
    (folder.parent / "strange" / "a\x1b[31m.csv").write_text("a,b\n")
    before = contents(folder.parent)
    result = evaluated(*arguments.split())
    assert (result.exit_code, told in result.stderr, "\x1b" in result.stderr) == (2, True, False), result.output
    assert contents(folder.parent) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_evaluate_leaves_out_its_earlier_answer(folder: Path) -> None:
    """Of a folder only, and if it is one: what else is there is somebody's own."""
    for ending in ("json", "ndjson", "csv"):
        file, command = folder / f"report.{ending}", [*BESIDE, "folder", "-o", f"folder/report.{ending}"]
        assert [evaluated(*command).exit_code for _ in range(2)] == [0, 0]
        assert b"EU:id:7" in file.read_bytes()
        file.unlink()
    for name, content in {"report.json": SMALL, "returns.ndjson": ""}.items():
        (folder / name).write_text(content)
        assert evaluated(*BESIDE, "folder", "-o", f"folder/{name}").exit_code == 2
        assert (folder / name).read_text() == content


def test_evaluate_replaces_a_file_as_a_whole(folder: Path) -> None:
    """It keeps its mode, links still lead to it, and of a failure nothing comes."""
    kept, link = folder / "kept.json", folder / "link.json"
    kept.write_text("{}")
    kept.chmod(0o640)
    link.symlink_to("kept.json")
    assert evaluated("one.json", "-o", str(link)).exit_code == 0
    answer = kept.read_bytes()
    assert (link.is_symlink(), kept.stat().st_mode & 0o777, b"verdicts" in answer) == (True, 0o640, True)
    faulty = evaluated(file_of(folder.parent, "{"), "-o", str(link))
    assert (faulty.exit_code, kept.read_bytes()) == (1, answer)
    assert faulty.stderr.startswith(f"{folder.parent}/batch.json:1:2: /batch: ")
    assert sorted(path.name for path in folder.iterdir()) == ["kept.json", "link.json", "orders.csv"]


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [("standing evaluate one.json --json > /dev/full", 1, "Error: standard output: No space left on device\n"),
     ("standing evaluate one.json >&-", 1, "Error: standard output: is closed\n"),
     ("PYTHONIOENCODING=latin-1 standing evaluate one.json | head -1", 0, ""),
     ("mkfifo pipe; standing evaluate one.json -o pipe & grep -q verdicts pipe", 0, "")],
)  # fmt: skip
def test_evaluate_in_a_shell(line: str, code: int, told: str, folder: Path) -> None:
    """Whatever its output leads to."""
    run = process(line)
    assert (run.returncode, run.stderr.decode()) == (code, told)


def test_evaluate_into_a_full_device(folder: Path) -> None:
    result = evaluated("one.json", "-o", "/dev/full")
    assert (result.exit_code, result.stderr) == (1, "Error: /dev/full: No space left on device\n")


def test_evaluate_can_be_interrupted(folder: Path) -> None:
    """Without many words."""
    os.mkfifo(folder / "batch.json")
    command = [sys.executable, "-m", "service", "evaluate", str(folder / "batch.json")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=OWN) as waiting:
        with (folder / "batch.json").open("wb"):  # opens when the command reads
            waiting.send_signal(signal.SIGINT)
        _, told = waiting.communicate()
    assert (waiting.returncode, told) == (130, b"")


def test_evaluate_prints_ids_as_they_are(folder: Path) -> None:
    """At any width: what looks like an emoji is none, and 0 columns are a terminal that does not say."""
    for columns in ("200", "0"):
        assert "Seller EU:id:7 on" in evaluated(*BESIDE, "folder", COLUMNS=columns).stdout


def test_evaluate_tells_what_is_skipped(folder: Path) -> None:
    """As it tells why it refuses; and that nobody is left."""
    (folder / "orders.csv").write_text(FAULTY)
    result = evaluated(*BESIDE, "--on-invalid", "skip", "folder")
    assert result.stderr.startswith("folder/orders.csv:2:status: /orders/0/status: Expected one of: ")
    assert result.stderr.endswith("Skipped: 1 fault; the records at fault are left out.\n")
    assert "No record names a seller" in result.stdout
    assert evaluated(*BESIDE, "--on-invalid", "skip", "--json", "folder").stderr == ""


@pytest.mark.parametrize("name", ["returns.csv", "orders.xlsx", "orders-x.txt", "claims.csv", "feedback.csv"])
def test_evaluate_misses_no_table(name: str, folder: Path) -> None:
    """What is named after a table and cannot be read is not passed over."""
    match name:
        case "returns.csv":
            (folder / name).symlink_to("gone.csv")
        case "claims.csv":
            (folder / name).mkdir()
        case "feedback.csv":
            os.mkfifo(folder / name)
        case _:
            (folder / name).write_text("strange\n")
    (folder / ".orders.csv").write_text("hidden\n")
    result = evaluated(*BESIDE, "folder")
    assert (result.exit_code, f"Error: folder/{name}: cannot be read as" in result.stderr) == (2, True)


def test_evaluate_takes_a_hidden_file_by_its_name(folder: Path) -> None:
    (folder / ".orders.csv").write_text(ORDERS)
    assert evaluated(*BESIDE, "folder/.orders.csv").exit_code == 0


def test_evaluate_names_the_file_at_fault(folder: Path) -> None:
    """In lines for people wherever JSON is not asked for; also where a limit is met, or a batch is of one file."""
    (folder / "orders.csv").write_text(FAULTY)
    for options in (["--csv"], ["--ndjson"], ["-o", "a.json"]):
        assert evaluated(*BESIDE, *options, "folder").stderr.startswith("folder/orders.csv:2:status: ")
    faulty = {**batch(orders=[{"status": "gone"}], colour=1), "marketplace": "shop.example"}
    file = file_of(folder.parent, json.dumps(faulty))
    told = evaluated(file).stderr.splitlines()
    assert [line.startswith(f"{file}: /") for line in told] == [True, True, False]
    (folder / "orders.csv").write_text(ORDERS + ROW)
    limited = evaluated(*BESIDE, "one.json", "folder", STANDING_MAX_RECORDS="1")
    assert limited.stderr == "folder/orders.csv: Too large: The limit of 1 records is exceeded.\n"


def test_evaluate_looks_at_beginnings(folder: Path) -> None:
    """A large stranger is not read; one that may be a report is, up to the limit."""
    with (folder / "image.iso").open("wb") as stranger:
        stranger.truncate(64 * 1024**3)
    with (folder / "page.html").open("wb") as stranger:
        stranger.write(b"<html>")
        stranger.truncate(64 * 1024**3)
    assert evaluated(*BESIDE, "folder").exit_code == 0
