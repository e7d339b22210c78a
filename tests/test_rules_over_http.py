"""The rules over HTTP: what is shown, entity tags that spare a second reading, and a service without rules."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api.state import Loaded
from service.app import create_app
from service.rulebook.folder import Snapshot
from service.settings import Settings
from tests import twin
from tests.batches import batch, said
from tests.conftest import RULES

CARDS = sorted(path.stem for path in (RULES / "amazon" / "metrics").glob("*.yaml"))
PATHS = [
    "/v1/rules",
    "/v1/rules/amazon",
    *(f"/v1/rules/amazon/metrics/{metric}" for metric in CARDS),
    "/openapi.yaml",
    "/openapi.json",
]
BROKEN: dict[str, dict[str, bytes | None]] = {
    "a misspelt key": {"amazon/status.yaml": b"statuses: []\n"},
    "a missing file": {"amazon/health.yaml": None},
    "no YAML": {"amazon/pack.yaml": b"pack: [\n"},
    "an example that fails": {},
}


@pytest.mark.parametrize("path", PATHS)
def test_entity_tag(path: str, client: FlaskClient) -> None:
    """Whoever has the bytes already is told so, and only then."""
    first = client.get(path)
    tag = first.headers["ETag"]
    assert (first.status_code, tag[0], tag[-1]) == (200, '"', '"')
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert {"X-Request-Id", "Rulebook"} <= {*again.headers.keys()}
    for other in ('"other"', 'W/"other"', tag[1:-2]):
        assert client.get(path, headers={"If-None-Match": other}).data == first.data


@pytest.mark.parametrize("path", [*PATHS, "/livez", "/readyz"])
def test_head(path: str, client: FlaskClient) -> None:
    """HEAD says what GET would, without the body."""
    get, head = client.get(path), client.head(path)
    passing = {"X-Request-Id", "Date"}
    assert (head.status_code, head.data) == (200, b"")
    assert {name: value for name, value in head.headers.items() if name not in passing} == {
        name: value for name, value in get.headers.items() if name not in passing
    }


def test_tags_are_digests(client: FlaskClient, loaded: Loaded) -> None:
    """The digests of rulebook and pack that answers quote are the tags of what can be read here."""
    answered = said(client.post("/v1/verdicts", json=batch()))["rulebook"]
    assert client.get("/v1/rules").headers["ETag"] == f'"{answered["digest"]}"' == f'"{loaded.rulebook.digest}"'
    for pack in answered["packs"]:
        assert client.get(f"/v1/rules/{pack['pack']}").headers["ETag"] == f'"{pack["digest"]}"'
    tags = [client.get(path).headers["ETag"] for path in PATHS[2:]]
    assert len({*tags}) == len(tags)


def test_rules_list_every_metric_in_the_order_of_the_pack(client: FlaskClient) -> None:
    """The overview names packs, marketplaces, metrics and actions."""
    (pack,) = said(client.get("/v1/rules"))["packs"]
    written = twin.read(RULES / "amazon" / "pack.yaml")
    assert [metric["metric"] for metric in pack["metrics"]] == written["metrics"]
    assert pack["marketplaces"] == [*written["marketplaces"]]
    assert {*pack["actions"]} == {*twin.read(RULES / "amazon" / "actions.yaml")["catalogue"]}


@pytest.mark.parametrize("metric", CARDS)
def test_card_says_what_its_file_says(metric: str, client: FlaskClient) -> None:
    """A card over HTTP is the file, figure for figure."""
    shown = said(client.get(f"/v1/rules/amazon/metrics/{metric}"))
    assert shown == plain(twin.read(RULES / "amazon" / "metrics" / f"{metric}.yaml"))
    assert said(client.get("/v1/rules/amazon"))["metrics"][metric] == shown


def plain(value: Any) -> Any:
    """A value of a YAML file as JSON has it."""
    return json.loads(json.dumps(value, default=str))


@pytest.fixture(params=BROKEN)
def broken(request: pytest.FixtureRequest, files: Snapshot) -> Flask:
    """An application on rules that cannot be used."""
    changed: dict[str, bytes | None] = BROKEN[request.param]
    if not changed:
        name = "amazon/metrics/cancellation_rate.yaml"
        changed = {name: files[name].replace(b"counted: 19, level: good", b"counted: 19, level: watch")}
    return create_app(Settings(RULES), {name: text for name, text in {**files, **changed}.items() if text is not None})


def test_without_rules_the_service_is_alive_and_not_ready(broken: Flask) -> None:
    """Nothing is judged or shown without valid rules; whoever asks is told to come again."""
    client = broken.test_client()
    for reply in (client.get("/readyz"), client.post("/v1/verdicts", json=batch()), client.get("/v1/rules")):
        assert (reply.status_code, reply.content_type) == (503, "application/problem+json")
        assert int(reply.headers["Retry-After"]) > 0
        assert "Rulebook" not in reply.headers
        assert reply.headers["X-Request-Id"]
    assert client.get("/livez").status_code == 200
    assert client.get("/openapi.json").status_code == 200
    assert said(client.get("/readyz"))["rule_faults"] >= 1


def test_a_folder_without_rules(tmp_path: Path) -> None:
    """A folder that is empty or not there leaves the service not ready, and says nothing of where it looked."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        reply = create_app(Settings(folder)).test_client().get("/readyz")
        assert reply.status_code == 503
        assert str(tmp_path) not in reply.get_data(as_text=True)


def test_if_match_with_two_packs(files: Snapshot) -> None:
    """A batch may be asked for under its one pack; where it uses two, only under the rulebook."""
    client = create_app(Settings(RULES), {**files, **other_pack(files)}).test_client()
    overview = said(client.get("/v1/rules"))
    tags = {"rulebook": overview["digest"], **{pack["pack"]: pack["digest"] for pack in overview["packs"]}}

    def taken(*marketplaces: str) -> set[str]:
        sent = batch(orders=[{"order_id": name, "marketplace": name} for name in marketplaces])
        statuses = {
            name: client.post("/v1/verdicts", json=sent, headers={"If-Match": f'"{tag}"'}).status_code
            for name, tag in tags.items()
        }
        assert {*statuses.values()} <= {200, 412}
        return {name for name, status in statuses.items() if status == 200}

    assert taken("amazon.com", "amazon.de") == {"rulebook", "amazon"}
    assert taken("nozama.com") == {"rulebook", "nozama"}
    assert taken("amazon.com", "nozama.com") == {"rulebook"}


def other_pack(files: Snapshot) -> Snapshot:
    """The shipped pack under another name, for marketplaces of other names."""
    renamed = {name: text.replace(b"amazon", b"nozama") for name, text in files.items() if name.startswith("amazon/")}
    return {
        name.replace("amazon", "nozama"): re.sub(rb"aliases: \[A", b"aliases: [B", text)
        for name, text in renamed.items()
    }
