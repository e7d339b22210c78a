"""The letters and appeals of each seller, judged: entries of the answer, facts for status and actions, deadlines."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.core.appeals import Appealed, Court, appealed
from service.core.chapters import in_force
from service.core.deadlines import SELLER, Due, timetable_in_force
from service.core.figures import Question
from service.core.instants import number_of
from service.core.letters import ASSESSMENTS, UNANSWERED, VIOLATION, AppealRules, NoticeRules
from service.core.notices import Noticed, noticed
from service.core.tables import Table

Row = Mapping[str, Any]
OVER = ("reactivated", "reactivated_under_review")


@dataclass(frozen=True, slots=True)
class Mailbag:
    """The records of one seller: notices, appeals and violations."""

    notices: list[Row] = field(default_factory=list)
    appeals: list[Row] = field(default_factory=list)
    violations: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """What a fact about letters calls for: the records, the rule behind it, by when."""

    records: list[str]
    rule: str | None
    due_at: int | None


@dataclass(frozen=True, slots=True)
class Mail:
    """The letters and appeals of one seller, judged. A fact is the number of records of its call."""

    notices: list[dict[str, Any]] = field(default_factory=list)
    appeals: list[dict[str, Any]] = field(default_factory=list)
    calls: Mapping[str, Call] = field(default_factory=dict)
    dues: list[Due] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, Any]:
        """The parts of the answer."""
        return {"notices": self.notices, "appeals": self.appeals}


NO_MAIL = Mail()


def mailbags(question: Question) -> dict[int, Mailbag]:
    """Per seller with letters or appeals, the records."""
    bags: dict[int, Mailbag] = defaultdict(Mailbag)
    tables = question.related.tables
    for name in ("notices", "appeals"):
        if name in tables:
            for seller, row in owned(tables[name]):
                getattr(bags[seller], name).append(row)
    if bags and "violations" in tables:
        for seller, row in owned(tables["violations"]):
            if seller in bags:
                bags[seller].violations.append(row)
    return dict(bags)


def owned(table: Table) -> Iterator[tuple[int, Row]]:
    """The records of a table with whose they are."""
    return zip(table.numbers("seller").tolist(), table.records(), strict=True)


def mail(seller: int, bag: Mailbag, in_breach: list[str], question: Question) -> Mail:
    """The letters and appeals of one seller.

    Args:
        seller: the seller's place among those of the batch.
        bag: the records.
        in_breach: the enforced metrics in breach.
        question: what is asked.
    """
    marketplace, letters = question.related.sellers[seller][1], question.pack.letters
    notice_rules = in_force(letters.notices, question.calendar.day)
    appeal_rules = in_force(letters.appeals, question.calendar.day)
    ordered = sorted(bag.notices, key=lambda row: (row["received_at"], row["notice_id"]))
    notices = [
        noticed(row, marketplace, notice_rules, letters.language, question.decide) for row in ordered if notice_rules
    ]
    appeals = judged_appeals(bag, in_breach, appeal_rules, question) if appeal_rules else []
    plans = list(plans_due(notices, marketplace, question))
    sent = max((row["submitted_at"] for row in bag.appeals if row["submitted_at"]), default=None)
    dues = [due for received, due in plans if sent is None or sent < received]
    calls = dict(calls_of_notices(notices, notice_rules, question)) if notice_rules else {}
    calls |= unanswered(notices, dues) | calls_of_appeals(appeals, [due for _, due in plans])
    return Mail([one.shown for one in notices], [one.shown for one in appeals], calls, dues)


def judged_appeals(bag: Mailbag, in_breach: list[str], rules: AppealRules, question: Question) -> list[Appealed]:
    """The appeals of a seller, the last submitted last and drafts behind them."""
    last = question.related.as_of
    ordered = sorted(
        bag.appeals,
        key=lambda row: (row["submitted_at"] is None, row["submitted_at"] or last, row["appeal_id"]),
    )
    removed = {
        f"{VIOLATION}{row['policy']}"
        for row in bag.violations
        if row["state"] != "resolved" and row["consequence"] in rules.grave
    }
    named = {subject for row in ordered for subject in row["about"] or ()}
    unnamed = sorted({*in_breach, *removed} - named)
    court = Court(rules, question.pack.letters.language, question.decide, last)
    return appealed(ordered, unnamed, court)


def plans_due(notices: list[Noticed], marketplace: str, question: Question) -> Iterator[tuple[datetime, Due]]:
    """The deadlines that letters set, answered or not, each with the instant its letter was received."""
    table = timetable_in_force(question.pack, question.calendar.day)
    for deadline in table.deadlines if table else ():
        if deadline.letter is None or marketplace not in (deadline.marketplaces or {marketplace}):
            continue
        for one in notices:
            received = one.notice[deadline.at]
            meant = (one.assessment, one.kind) == (deadline.letter.assessment, deadline.letter.kind)
            if meant:
                moment = received + deadline.after
                late = question.related.as_of > moment
                yield received, Due(number_of(moment), deadline.kind, one.notice["notice_id"], late, SELLER)


def calls_of_notices(notices: list[Noticed], rules: NoticeRules, question: Question) -> Iterator[tuple[str, Call]]:
    """`notices_<assessment>`: letters that are recent enough to call for something."""
    since = question.related.as_of - rules.current_for
    for assessment in ASSESSMENTS:
        found = [one for one in notices if one.assessment == assessment and one.notice["received_at"] >= since]
        if found:
            within = rules.act_within.get(assessment)
            due_at = number_of(found[0].notice["received_at"] + within) if within else None
            ids = [one.notice["notice_id"] for one in found]
            yield f"notices_{assessment}", Call(ids, found[0].reasons[0].address, due_at)


def unanswered(notices: list[Noticed], dues: list[Due]) -> dict[str, Call]:
    """`unanswered_deactivations`: letters with an open deadline."""
    if not dues:
        return {}
    ids = [due.record for due in dues]
    rule = next(one.reasons[-1].address for one in notices if one.notice["notice_id"] == ids[0])
    return {UNANSWERED: Call(ids, rule, min(due.due_at for due in dues))}


def calls_of_appeals(appeals: list[Appealed], dues: list[Due]) -> dict[str, Call]:
    """`next_<action>`: what the last appeal needs next, by the time the last letter gives for an acceptable plan."""
    if not appeals:
        return {}
    last = appeals[-1]
    over = last.reply.outcome in OVER
    due_at = None if over else max((due.due_at for due in dues), default=None)
    call = Call([last.appeal["appeal_id"]], last.following.address, due_at)
    return {f"next_{last.following.outcome}": call}
