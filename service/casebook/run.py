"""A folder of rules → a report on its cases. Each case goes the way of a call: intake, rules, engine, verdict."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from service.app import load
from service.casebook.cases import Case, Point, Report, Result
from service.casebook.compare import differences
from service.casebook.coverage import points_of
from service.casebook.read import case_sources, cases_of
from service.casebook.records import SELLER, Written, as_of, written
from service.casebook.witness import Witness, taken_apart
from service.core.batch import Batch
from service.core.packs import Pack, Rulebook
from service.core.errors import BrokenRulebook, Fault, RuleFault
from service.core.evaluate import Wishes, evaluate
from service.core.examples import failed_examples
from service.core.windows import day_of
from service.intake.gather import gather
from service.intake.json_body import read_json
from service.intake.tables import Limits
from service.rulebook.folder import snapshot
from service.schemas.batch import EVIDENCE_MOST


def run_folder(folder: Path) -> Report:
    """Puts the cases of a pack, or of every pack of a folder, to the test.

    Args:
        folder: a folder with a `pack.yaml`, or one of such folders.

    Returns:
        Results in the order of the files, faults of rules and cases, and what is covered.
    """
    named = folder if folder.name else folder.resolve()
    packs = [named] if (named / "pack.yaml").exists() else sorted(path.parent for path in named.glob("*/pack.yaml"))
    if not packs:
        return Report(faults=(RuleFault(folder.as_posix(), 1, 1, "neither a pack nor a folder of packs"),))
    return sum(map(run_pack, packs), Report())


def run_pack(folder: Path) -> Report:
    """Puts the cases of one pack to the test."""
    try:
        loaded = load({f"{folder.name}/{name}": text for name, text in snapshot(folder).items()})
    except BrokenRulebook as broken:
        return Report(faults=tuple(replace(fault, file=beside(folder, fault.file)) for fault in broken.faults))
    try:
        trial = Trial(loaded.rulebook, Witness(loaded.engine.decide))
        sources = case_sources(folder)
        results = tuple(result for case in cases_of(sources) if (result := trial.result(case)))
        faults = tuple(sorted(fault for source in sources for fault in source.faults))
        points = tuple(replace(point, file=beside(folder, point.file)) for point in trial.points())
    finally:
        loaded.engine.close()
    return Report(results, faults, points)


def beside(folder: Path, file: str) -> str:
    """A file that is named from the folder of packs, named as the folder of the pack is."""
    return (folder.parent / file).as_posix()


@dataclass(frozen=True, slots=True)
class Trial:
    """One pack, alone in its rulebook, and the witness of what its cases show."""

    rulebook: Rulebook
    witness: Witness

    @property
    def pack(self) -> Pack:
        """The pack."""
        return self.rulebook.packs[0]

    def points(self) -> list[Point]:
        """What is covered, by the cases so far and by the examples of the cards."""
        list(failed_examples(self.rulebook, self.witness.decide))
        return list(points_of(self.pack, self.witness))

    def result(self, case: Case) -> Result | None:
        """How a case comes out; None where it is faulty, which is noted in its source."""
        batch = self.batch(case)
        if batch is None:
            return None
        wishes = Wishes(EVIDENCE_MOST)
        found = evaluate(batch, self.rulebook, self.witness.decide, wishes).verdicts
        apart = Rulebook((taken_apart(self.pack),), "")
        day = day_of(batch.as_of, self.pack.time_zone)
        timetable = next((str(one.since) for one in self.pack.deadlines if one.since <= day), "")
        self.witness.see(found, timetable)
        self.witness.see_apart(evaluate(batch, apart, self.witness.engine, wishes).verdicts, timetable)
        expect = case.at["expect"]
        if len(found) != 1 and not expect["verdicts"]:
            names = "several sellers: name each under 'verdicts'" if found else "no seller, so there is no verdict"
            expect.fault(f"the records name {names}")
            return None
        verdicts = {f"{verdict['seller_id']} {verdict['marketplace']}": verdict for verdict in found}
        return Result(case, tuple(differences(expect, verdicts, batch.as_of)))

    def batch(self, case: Case) -> Batch | None:
        """The batch of a case; None where it is faulty."""
        moment = as_of(case)
        if moment is None:
            return None
        records = written(case, moment)
        top = {
            "as_of": case.at["as_of"].value or moment.isoformat(),
            "seller_id": SELLER,
            "marketplace": case.at["marketplace"].value or next(iter(self.pack.marketplaces)),
        }
        call = {**top, **{table: [one.fields for one in each] for table, each in records.items()}}
        limits = Limits()
        found = gather(read_json(json.dumps(call).encode(), limits), self.rulebook.domains, moment, limits)
        faults = found.call_faults + found.record_faults
        for fault in faults:
            note(fault, case, records)
        return None if faults else found.batch


def note(fault: Fault, case: Case, records: Mapping[str, list[Written]]) -> None:
    """Notes a fault of a call where the case says what is wrong."""
    table, *steps = fault.pointer.removeprefix("/").split("/")
    if table not in records:
        case.at[table].fault(fault.detail)
        return
    cursor = records[table][int(steps[0])].entry
    for step in steps[1:]:
        cursor = cursor[int(step) if step.isdigit() else step]
    cursor.fault(f"{'.'.join([table, *steps[1:]])}: {fault.detail}")
