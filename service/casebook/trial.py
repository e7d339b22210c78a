"""One pack and its cases: each case goes the way of a call, through intake, rules and engine, to a verdict."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from marshmallow import ValidationError

from service.casebook.accounts import shown_of_accounts
from service.casebook.cases import Case, Result
from service.casebook.compare import differences
from service.casebook.heard import heard
from service.casebook.records import Written, written
from service.casebook.witness import Witness, taken_apart
from service.core.batch import Batch
from service.core.deadlines import timetable_in_force
from service.core.errors import Fault
from service.core.evaluate import Verdict, Wishes, evaluate
from service.core.packs import Pack, Rulebook
from service.core.windows import day_of
from service.intake.gather import gather
from service.intake.json_body import read_json
from service.intake.tables import Limits
from service.rulebook.cursor import Cursor
from service.schemas.batch import EVIDENCE_MOST
from service.schemas.scalars import Timestamp

AS_OF = "2026-11-22T12:00:00Z"
SELLER = "S"


@dataclass(frozen=True, slots=True)
class Trial:
    """A pack, alone in its rulebook, and the witness of what its cases show."""

    rulebook: Rulebook
    witness: Witness

    @property
    def pack(self) -> Pack:
        """The pack."""
        return self.rulebook.packs[0]

    def result(self, case: Case) -> Result | None:
        """How a case comes out; None where it is faulty, which is noted in its source."""
        batch, expect = self.batch(case), case.at["expect"]
        sound = [self.names_exist(each) for each in (expect, *(entry for _, entry in expect["verdicts"].items()))]
        if batch is None or not all(sound):
            return None
        found = self.verdicts(batch)
        if len(found) != 1 and not expect["verdicts"]:
            sellers = "several sellers: name each under 'verdicts'" if found else "no seller, so there is no verdict"
            expect.fault(f"the records name {sellers}")
            return None
        by_seller = {f"{verdict['seller_id']} {verdict['marketplace']}": verdict for verdict in found}
        return Result(case, tuple(differences(expect, by_seller, batch.as_of)))

    def verdicts(self, batch: Batch) -> list[Verdict]:
        """The verdicts on a batch, seen by the witness."""
        day = day_of(batch.as_of, self.pack.time_zone)
        in_force = timetable_in_force(self.pack, day)
        timetable = str(in_force.since) if in_force else ""
        found = evaluate(batch, self.rulebook, self.witness.decide, Wishes(EVIDENCE_MOST)).verdicts
        apart = Rulebook((taken_apart(self.pack),), "")
        self.witness.see(found, timetable)
        self.witness.shown.update(heard(batch, self.pack.letters.language))
        self.witness.shown.update(shown_of_accounts(batch, found, self.pack))
        self.witness.see_apart(evaluate(batch, apart, self.witness.engine, Wishes()).verdicts, timetable)
        return found

    def names_exist(self, expect: Cursor) -> bool:
        """Whether the pack knows the metrics and actions named here; says so where it does not."""
        metrics = [card.metric for card in self.pack.cards]
        known = [cursor.one_of(metrics, "metric", key=True) for _, cursor in expect["metrics"].items()]
        known += [cursor.one_of(self.pack.catalogue, "action", key=True) for _, cursor in expect["actions"].items()]
        if isinstance(expect["exposure"]["metrics"].value, dict):
            exposed = expect["exposure"]["metrics"].items()
            known += [cursor.one_of(metrics, "metric", key=True) for _, cursor in exposed]
        return all(known)

    def batch(self, case: Case) -> Batch | None:
        """The batch of a case; None where it is faulty."""
        moment = as_of(case)
        if moment is None:
            return None
        records = written(case, moment)
        call = {
            "as_of": case.at["as_of"].value or AS_OF,
            "seller_id": SELLER,
            "marketplace": case.at["marketplace"].value or next(iter(self.pack.marketplaces)),
            **{table: [one.fields for one in each] for table, each in records.items()},
        }
        limits = Limits()
        found = gather(
            read_json(json.dumps(call).encode(), limits), self.rulebook.domains, moment, limits, self.rulebook.reports
        )
        faults = [*found.call_faults, *chain.from_iterable(found.record_faults)]
        for fault in faults:
            note(fault, case, records)
        uncovered = frozenset(name for name in case.at["absent"].value or () if "." in name)
        return None if faults else replace(found.batch, uncovered=uncovered)


def as_of(case: Case) -> datetime | None:
    """The instant of the question; one that does not exist is a fault."""
    try:
        moment: datetime = Timestamp().deserialize(case.at["as_of"].value or AS_OF)
    except ValidationError:
        case.at["as_of"].fault(f"found {case.at['as_of'].value!r}; expected an instant that exists")
        return None
    return moment


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
