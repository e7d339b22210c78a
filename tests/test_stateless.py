"""Stateless: a request leaves nothing behind - no file, and in the log one line that says nothing of any record."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.busy import busy
from tests.canaries import CANARY, LARGE, NOT_HTTP, large, requests
from tests.serving import Reply, Served, serving

WATCHED = (sys.executable, "-m", "tests.watched", "serve")
QUIET = {"PYTHONDONTWRITEBYTECODE": "1"}
KEYS = {"method", "route", "status", "ms", "records", "sellers", "digest", "request_id"}


class Story(NamedTuple):
    """What a server did: its output line by line, its answers, and its open files before and after."""

    lines: list[str]
    replies: list[Reply]
    files: list[set[str]]
    left: list[str]


def written(served: Served) -> set[str]:
    """The files that the workers of a server hold open for writing."""
    held = set()
    for worker in served.workers():
        for entry in Path(f"/proc/{worker}/fdinfo").iterdir():
            with suppress(FileNotFoundError):  # a connection may have ended meanwhile
                flags = int(entry.read_text(encoding="ascii").split("flags:")[1].split()[0], 8)
                target = str(Path(f"/proc/{worker}/fd/{entry.name}").readlink())
                held |= {target} if flags & (os.O_WRONLY | os.O_RDWR) and target.startswith("/") else set()
    return held


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A server that may write no file, asked everything, and ended."""
    folder = tmp_path_factory.mktemp("stateless")
    scratch = folder / "scratch"
    scratch.mkdir()
    environment = {**QUIET, "TMPDIR": str(scratch)}
    with serving(folder / "output", command=WATCHED, environment=environment) as served:
        served.ask(headers={"X-Request-Id": "first"})
        files = [written(served)]
        replies = [
            served.ask(method, path, body, {**headers, "X-Request-Id": f"r{place}"})
            for place, (method, path, body, headers) in enumerate(requests())
        ]
        files.append(written(served))
        served.ask(headers={"X-Request-Id": "last"})
    lines = served.output.read_text(encoding="utf-8").splitlines()
    return Story(lines, replies, files, [path.name for path in scratch.iterdir()])


def logged(story: Story) -> list[dict[str, object]]:
    """The log's lines, as values."""
    return [json.loads(line) for line in story.lines if line.startswith("{")]


def test_every_kind_of_answer_is_in_the_story(story: Story) -> None:
    """The requests are of every kind, and the large batch is judged."""
    assert {reply.status for reply in story.replies} >= {200, 400, 404, 405, 412, 415, 422}
    assert len(large()) > LARGE
    assert not [reply.status for reply in story.replies if reply.status >= 500]


def test_no_file_is_opened_for_writing(story: Story) -> None:
    """Between the first request and the last nothing is opened for writing, made, moved, started or called."""
    ids = [json.loads(line)["request_id"] if line.startswith("{") else "" for line in story.lines]
    between = story.lines[ids.index("first") : ids.index("last")]
    assert [line for line in between if line.startswith("WITNESS")] == []
    assert story.files[0] == story.files[1]
    assert story.left == []


def test_witness_sees(story: Story) -> None:
    """The witness is awake: it saw gunicorn make its heartbeat file."""
    assert any(line.startswith("WITNESS open") for line in story.lines)


def test_one_line_for_each_request(story: Story) -> None:
    """Each request has one line in the log, with these keys and no others, and its own figures."""
    lines = {line["request_id"]: line for line in logged(story)}
    ids = [line["request_id"] for line in logged(story)]
    assert all(line.keys() == KEYS for line in logged(story))
    for place, reply in enumerate(story.replies):
        assert ids.count(f"r{place}") == 1
        assert lines[f"r{place}"]["status"] == reply.status
        assert lines[f"r{place}"]["digest"] == reply.headers["Rulebook"]
    posted = [lines[f"r{place}"] for place in range(2)]
    assert [(line["method"], line["route"]) for line in posted] == [("POST", "/v1/verdicts")] * 2
    assert posted[0]["records"] == sum(len(value) for value in busy(1).values() if isinstance(value, list))
    assert posted[0]["sellers"] == len(story.replies[0].json["verdicts"])


def test_output_holds_nothing_of_any_record(story: Story) -> None:
    """No id, text, unknown name, header, path or query of a caller reaches the output."""
    assert [line for line in story.lines if CANARY in line.lower()] == []


def test_errors_hold_nothing_of_any_record(story: Story) -> None:
    """What is wrong is told without the caller's words; only names of unknown keys, files and columns are echoed."""
    for reply in story.replies:
        if reply.status >= 400:
            told = [{**fault, "pointer": "", "source": "", "column": ""} for fault in reply.json.get("errors", ())] + [
                reply.json["detail"]
            ]
            assert CANARY not in json.dumps(told)


def test_what_is_no_http_leaves_no_word_in_the_log(tmp_path: Path) -> None:
    """Requests that never reach the application are not quoted in the output either."""
    with serving(tmp_path / "output") as served:
        assert all(served.say(request.encode()).status >= 400 for request in NOT_HTTP)
    assert CANARY not in served.output.read_text(encoding="utf-8").lower()
