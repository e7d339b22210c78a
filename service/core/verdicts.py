"""A seller's metrics → the verdict: health, status, actions, each told with its reason."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from service.core.accounts import Account
from service.core.cards import MARKERS
from service.core.chapters import Rule
from service.core.conclusions import clipped, conclusions
from service.core.deadlines import SELLER, Due
from service.core.evidence import Records
from service.core.exposed import shown_exposure
from service.core.figures import Question
from service.core.judge import Judged
from service.core.mail import Mail
from service.core.metrics import shown_metric
from service.core.packs import Action
from service.core.reported import ReportedAccount
from service.core.texts import filled, instant_of

COLOR_MARKERS = {
    "red": MARKERS["breach"],
    "yellow": MARKERS["watch"],
    "green": MARKERS["good"],
    "unknown": MARKERS["insufficient_data"],
}
LISTED_DUES = 200
URGENCIES = ("now", "soon", "routine")
SEVERITY = ("insufficient_data", "good", "watch", "breach")


def verdict(
    seller: int, metrics: list[Judged], dues: list[Due], letters: Mail, told_of: Account, question: Question
) -> dict[str, Any]:
    """The verdict on one seller in one marketplace.

    Args:
        seller: the seller's place among those of the batch.
        metrics: the seller's metrics, in the order of the pack.
        dues: the seller's open deadlines, soonest first.
        letters: the seller's letters and appeals, judged.
        told_of: what is told of the account beside its figures.
        question: what is asked.
    """
    seller_id, marketplace = question.related.sellers[seller]
    account = question.related.accounts.get(seller, {})
    reported = question.related.reported.get((seller_id, marketplace), ReportedAccount())
    subjects = of_records(metrics, dues) | of_calls(letters, told_of)
    found = concluded(marketplace, metrics, subjects, account, question)
    return {
        "seller_id": seller_id,
        "marketplace": marketplace,
        "health": found.health,
        "status": {"reported": account.get("status") or reported.status, **found.status},
        "metrics": [shown_metric(judged, question, reported) for judged in metrics],
        "actions": actions(found.actions, subjects | of_metrics(metrics, found.asked), question),
        "due": [shown_due(due) for due in dues[:LISTED_DUES]],
        "due_total": len(dues),
        "exposure": shown_exposure(metrics, question),
        **letters.shown,
        **told_of.shown,
    }


def shown_due(due: Due) -> dict[str, Any]:
    """One entry of `due`."""
    return {
        "kind": due.kind,
        "record": due.record,
        "due_at": instant_of(due.due_at),
        "overdue": due.overdue,
        "owner": due.owner,
    }


def only_wanted(found: dict[str, Any], at_least: str | None) -> dict[str, Any]:
    """The verdict with only those metrics listed that stand at a level or worse."""
    if at_least is None:
        return found
    wanted = SEVERITY[SEVERITY.index(at_least) :]
    return {**found, "metrics": [metric for metric in found["metrics"] if metric["level"] in wanted]}


class Concluded(NamedTuple):
    """What the rules of a pack conclude: health and status in words, per action its rules, and the facts these ask."""

    health: dict[str, Any]
    status: dict[str, Any]
    actions: Mapping[str, list[Rule]]
    asked: frozenset[str]


class Subject(NamedTuple):
    """What a fact is about: its records, the rule behind it, and by when, as far as there are such."""

    records: Records
    rule: str | None = None
    due_at: int | None = None


def concluded(
    marketplace: str,
    metrics: list[Judged],
    subjects: Mapping[str, Subject],
    account: Mapping[str, Any],
    question: Question,
) -> Concluded:
    """What is concluded of a seller; once of all there whose metrics stand alike and who have as much to do."""
    levels = tuple([judged.headline.level for judged in metrics])
    facts = clipped({name: subject.records.total for name, subject in subjects.items()}, question)
    facts["no_emergency_contact"] = int(account.get("emergency_contact") is False)
    key = ("concluded", marketplace, levels, *facts.items())
    return question.once(key, lambda: concluded_anew(metrics, facts | facts_of(metrics), question))


def concluded_anew(metrics: list[Judged], facts: Mapping[str, int | str], question: Question) -> Concluded:
    """The same, asked anew."""
    drawn = conclusions(facts, question)
    health, color = told(drawn.health, metrics), drawn.health.outcome
    reasons = [told(rule, metrics) for rule in (*drawn.notes, drawn.status)]
    suggested: dict[str, list[Rule]] = {}
    for rule in drawn.actions:
        suggested.setdefault(rule.outcome, []).append(rule)
    return Concluded(
        {"color": color, "marker": COLOR_MARKERS[color], "reasons": [health]},
        {"projected": drawn.status.outcome, "reasons": reasons},
        suggested,
        frozenset(want.fact for rule in drawn.actions for want in rule.wants),
    )


def of_records(metrics: list[Judged], dues: list[Due]) -> dict[str, Subject]:
    """What each fact that counts records is about: `excused_<mitigation>`, `due_<kind>`."""
    listed: dict[str, tuple[list[str], str | None, int | None]] = {}
    for judged in metrics:
        for record, mitigation, _ in judged.mitigated.excuses if judged.mitigated else ():
            listed.setdefault(f"excused_{mitigation.name}", ([], mitigation.address, None))[0].append(record)
    for due in dues:
        if due.owner == SELLER:
            listed.setdefault(f"due_{due.kind}", ([], None, due.due_at))[0].append(due.record)
    return {name: Subject(Records(ids, len(ids)), rule, due_at) for name, (ids, rule, due_at) in listed.items()}


def of_metrics(metrics: list[Judged], asked: frozenset[str]) -> dict[str, Subject]:
    """What the facts that are levels of metrics are about, as far as they are asked."""
    return {
        judged.edition.metric: Subject(judged.against, judged.rule)
        for judged in metrics
        if judged.edition.metric in asked
    }


def of_calls(letters: Mail, told_of: Account) -> dict[str, Subject]:
    """What each fact about letters, appeals and the account is about."""
    called = {
        name: Subject(Records(call.records, len(call.records)), call.rule, call.due_at)
        for name, call in letters.calls.items()
    }
    return called | {name: Subject(records) for name, records in told_of.calls.items()}


def facts_of(metrics: list[Judged]) -> dict[str, int | str]:
    """Everything a pack's rules may ask of a seller's metrics; what they ask beyond it is 0."""
    levels = [judged.headline.level for judged in metrics]
    enforced = [judged.edition.enforced for judged in metrics if judged.headline.level == "breach"]
    return {
        **{judged.edition.metric: judged.headline.level for judged in metrics},
        "judged": len(levels) - levels.count("insufficient_data"),
        "enforced_in_breach": enforced.count(True),
        "advisory_in_breach": enforced.count(False),
        "in_watch": levels.count("watch"),
    }


def told(rule: Rule, metrics: list[Judged]) -> dict[str, str]:
    """A reason: the rule's own sentence, and its address."""
    if "{" not in rule.text:
        return {"text": rule.text, "rule": rule.address}
    asked = {want.fact for want in rule.wants}
    titles = [one.edition.title for one in metrics if not asked.isdisjoint(facts_about(one))]
    return {"text": filled(rule.text, {"metrics": ", ".join(titles)}), "rule": rule.address}


def facts_about(judged: Judged) -> tuple[str, ...]:
    """The facts a metric has a part in."""
    edition = judged.edition
    match judged.headline.level:
        case "breach":
            return edition.metric, "enforced_in_breach" if edition.enforced else "advisory_in_breach"
        case "watch":
            return edition.metric, "in_watch"
    return (edition.metric,)


def actions(
    suggested: Mapping[str, list[Rule]], subjects: Mapping[str, Subject], question: Question
) -> list[dict[str, Any]]:
    """What to do, one entry per action, most urgent first."""
    entries = [
        shown_action(question.pack.catalogue[action], rules, subjects, question.evidence)
        for action, rules in suggested.items()
    ]
    return sorted(entries, key=urgency)


def urgency(entry: Mapping[str, Any]) -> tuple[int, bool, str, str]:
    """Urgent first, then what is due soonest, then by name."""
    return URGENCIES.index(entry["urgency"]), entry["due_at"] is None, entry["due_at"] or "", entry["action"]


def shown_action(action: Action, rules: list[Rule], subjects: Mapping[str, Subject], evidence: int) -> dict[str, Any]:
    """One entry of `actions`, its reasons and records merged."""
    causes = [(rule, subjects[want.fact]) for rule in rules for want in rule.wants if want.fact in subjects]
    told_by = [subject.rule or rule.address for rule, subject in causes] or [rule.address for rule in rules]
    moments = [subject.due_at for _, subject in causes if subject.due_at]
    ids, total = merged([subject.records for _, subject in causes], evidence)
    return {
        "action": action.action,
        "text": action.text,
        "urgency": action.urgency,
        "due_at": instant_of(min(moments)) if moments else None,
        "because": list(dict.fromkeys(told_by)),
        "records": ids,
        "records_total": total,
    }


def merged(several: list[Records], evidence: int) -> tuple[list[str], int]:
    """The records of several causes, each once."""
    if len(several) == 1:
        return several[0].first[:evidence], several[0].total
    ids = list(dict.fromkeys(record for records in several for record in records.ids()))
    return ids[:evidence], len(ids)
