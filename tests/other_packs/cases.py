"""The cases of these packs, and those of changed packs, as calls; and the same call made again day after day."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from flask import Flask

from service.api.state import EXTENSION, Loaded, State
from service.app import create_app
from service.casebook.cases import Case
from service.casebook.read import SHARED, case_sources, cases_of
from service.casebook.records import written
from service.casebook.trial import as_of
from service.rulebook.folder import Snapshot, snapshot
from service.rulebook.shape import check_shape
from service.rulebook.yaml_source import read_source
from service.settings import Settings
from tests.other_packs.records import Batch, as_known, shown

HERE = Path(__file__).resolve().parent
RULES = HERE / "rules"
FILES = snapshot(RULES)
SELLER = "S"
DAY = timedelta(days=1)
Answer = dict[str, Any]
Breach = tuple[str, str, str]
Days = dict[Breach, str | None]


class Asked(NamedTuple):
    """A case, the pack it asks, and what is changed in the rule files before."""

    pack: str
    case: Case
    changes: tuple[Mapping[str, str], ...] = ()

    @property
    def at(self) -> datetime:
        """The instant it asks for."""
        moment = as_of(self.case)
        assert moment
        return moment

    @property
    def marketplace(self) -> str:
        """The marketplace of its records."""
        rulebook = loaded_by(application_of(())).rulebook
        [pack] = [pack for pack in rulebook.packs if pack.pack == self.pack]
        return rulebook.domains[self.case.at["marketplace"].value or next(iter(pack.marketplaces))]

    def batch(self, seller_id: str = SELLER) -> Batch:
        """Its records, of one seller; a table that is not covered is not there."""
        home = {"seller_id": seller_id, "marketplace": self.marketplace}
        return {table: [home | dict(one.fields) for one in each] for table, each in written(self.case, self.at).items()}


def cases_as_they_are() -> dict[str, Asked]:
    """The cases beside the packs, by file and sentence."""
    found: dict[str, Asked] = {}
    for pack in sorted({name.split("/")[0] for name in FILES}):
        sources = case_sources({name: text for name, text in FILES.items() if name.startswith(f"{pack}/")})
        assert not [fault for source in sources for fault in source.faults]
        found |= {f"{Path(case.file).stem}: {case.sentence}": Asked(pack, case) for case in cases_of(sources)}
    return found


def cases_of_changed_cards() -> dict[str, Asked]:
    """The cases of the folder `changed`: each file says first what it changes."""
    return {
        f"{path.stem}: {asked.case.sentence}": asked
        for path in sorted((HERE / "changed").glob("*.yaml"))
        for asked in changed_file(path)
    }


def changed_file(path: Path) -> Iterator[Asked]:
    """The cases of one such file."""
    source = read_source(path.name, path.read_bytes())
    changes = tuple(source.value.pop("changes"))
    check_shape(source, "cases")
    assert not source.faults, source.faults
    pack = changes[0]["file"].split("/")[0]
    shared = read_source(f"{pack}{SHARED}", FILES[f"{pack}{SHARED}"])
    return (Asked(pack, case, changes) for case in cases_of([shared, source]))


def changed(files: Snapshot, changes: tuple[Mapping[str, str], ...]) -> Snapshot:
    """Rule files with `new` instead of `old`, or of everything `from` a text on; a file not yet there is empty."""
    texts = dict(files)
    for change in changes:
        text, old = texts.get(change["file"], b"").decode(), change.get("from") or change["old"]
        assert old in text, f"{change['file']} does not say {old!r}"
        before, _, after = text.partition(old) if old else ("", "", text)
        texts[change["file"]] = (before + change["new"] + ("" if "from" in change else after)).encode()
    return texts


def application(files: Snapshot) -> Flask:
    """An application on rule files, which must be sound."""
    app = create_app(Settings(rules=RULES), files)
    held: State = app.extensions[EXTENSION]
    assert held.loaded, "\n".join(map(str, held.faults))
    return app


@cache
def application_on(changes: tuple[tuple[tuple[str, str], ...], ...]) -> Flask:
    """The application on the packs with some changes."""
    return application(changed(FILES, tuple(dict(change) for change in changes)))


def application_of(changes: tuple[Mapping[str, str], ...]) -> Flask:
    """The same, made once."""
    return application_on(tuple(tuple(change.items()) for change in changes))


def loaded_by(app: Flask) -> Loaded:
    """The rulebook and engine of an application."""
    held: Loaded = app.extensions[EXTENSION].loaded
    return held


def ask(app: Flask, batch: Mapping[str, Any], moment: datetime, query: str = "") -> Answer:
    """The answer to a batch, which must be given."""
    body = orjson.dumps({"as_of": shown(moment), **batch})
    reply = app.test_client().post(f"/v1/verdicts{query}", data=body, content_type="application/json")
    assert reply.status_code == 200, reply.get_data(as_text=True)
    answer: Answer = orjson.loads(reply.data)
    return answer


def breaches(answer: Answer) -> Days:
    """The metrics in breach by seller, marketplace and name, each with the day it is said to end on."""
    return {
        (verdict["seller_id"], verdict["marketplace"], metric["metric"]): metric["recovers_on"]
        for verdict in answer["verdicts"]
        for metric in verdict["metrics"]
        if metric["level"] == "breach"
    }


def ends(app: Flask, batch: Batch, moment: datetime, days: int) -> Days:
    """The day each breach of a batch ends on, found by asking again day after day with what is known now.

    None where it does not end within so many days. Sellers with no breach left are asked about no more.
    """
    known = as_known(batch, moment)
    found: Days = dict.fromkeys(breaches(ask(app, known, moment, "?evidence=0")))
    for ahead in range(1, days + 1):
        waiting = {breach for breach, day in found.items() if day is None}
        sellers = {seller for seller, _, _ in waiting}
        if not sellers:
            break
        known = {table: [one for one in each if one["seller_id"] in sellers] for table, each in known.items()}
        still = breaches(ask(app, known, moment + ahead * DAY, "?evidence=0&at_least=breach"))
        for breach in waiting - still.keys():
            found[breach] = local_day(app, breach[1], moment + ahead * DAY)
    return found


def local_day(app: Flask, marketplace: str, moment: datetime) -> str:
    """The day of an instant where the windows of a marketplace turn."""
    zone = loaded_by(app).rulebook.pack_of(marketplace).time_zone
    return str(moment.astimezone(zone).date())


def said_otherwise(app: Flask, batch: Batch, moment: datetime, days: int) -> list[str]:
    """The breaches that end on another day than is said, as far as so many days ahead tell."""
    said, seen = breaches(ask(app, batch, moment)), ends(app, batch, moment, days)
    assert said.keys() == seen.keys()
    last = {breach: local_day(app, breach[1], moment + days * DAY) for breach in said}
    foreseen = {breach: day if day and day <= last[breach] else None for breach, day in said.items()}
    return [
        f"{breach}: said {said[breach]}, seen {seen[breach]}" for breach in said if foreseen[breach] != seen[breach]
    ]
