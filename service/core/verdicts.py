"""A seller's metrics → the verdict: health, status, actions, each decided by the engine and told with its reason."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from service.core.cards import MARKERS, Action, Chapter, Pack, Rule
from service.core.judge import Judged, Question
from service.core.metrics import shown_metric
from service.core.rulesets import Fact
from service.core.texts import filled

COLOR_MARKERS = {
    "red": MARKERS["breach"],
    "yellow": MARKERS["watch"],
    "green": MARKERS["good"],
    "unknown": MARKERS["insufficient_data"],
}
URGENCIES = ("now", "soon", "routine")
SEVERITY = ("insufficient_data", "good", "watch", "breach")


def verdict(seller: int, metrics: list[Judged], question: Question) -> dict[str, Any]:
    """The verdict on one seller in one marketplace; `metrics` are the seller's, in the order of the pack."""
    seller_id, marketplace = question.related.sellers[seller]
    account = question.related.accounts.get(seller, {})
    facts = facts_of(metrics, account)
    health = first_rule(question.pack.health, facts, question)
    projected = first_rule(question.pack.status, facts, question)
    return {
        "seller_id": seller_id,
        "marketplace": marketplace,
        "health": {
            "color": health.outcome,
            "marker": COLOR_MARKERS[health.outcome],
            "reasons": [told(health, metrics)],
        },
        "status": {
            "reported": account.get("status"),
            "projected": projected.outcome,
            "reasons": [told(projected, metrics)],
        },
        "metrics": [shown_metric(judged, question.pack, question.evidence) for judged in metrics],
        "actions": actions(metrics, facts, question),
    }


def only_wanted(found: dict[str, Any], at_least: str | None) -> dict[str, Any]:
    """The verdict with only those metrics listed that stand at a level or worse."""
    if at_least is None:
        return found
    wanted = SEVERITY[SEVERITY.index(at_least) :]
    return {**found, "metrics": [metric for metric in found["metrics"] if metric["level"] in wanted]}


def facts_of(metrics: list[Judged], account: Mapping[str, Any]) -> dict[str, int | str]:
    """Everything a pack's rules may ask of a seller."""
    levels = [(judged.headline.level, judged.edition.enforced) for judged in metrics]
    return {
        **{judged.edition.metric: judged.headline.level for judged in metrics},
        "judged": sum(level != "insufficient_data" for level, _ in levels),
        "enforced_in_breach": levels.count(("breach", True)),
        "advisory_in_breach": levels.count(("breach", False)),
        "in_watch": sum(level == "watch" for level, _ in levels),
        "no_emergency_contact": int(account.get("emergency_contact") is False),
    }


def chapter_in_force(chapters: tuple[Chapter, ...], day: date) -> Chapter:
    """The newest chapter already in force, else the oldest there is."""
    return next((chapter for chapter in chapters if chapter.since <= day), chapters[-1])


def fired(chapter: Chapter, facts: Fact, question: Question) -> Iterator[Rule]:
    """The rules of a chapter that hold, in the order of the file."""
    asked = {name: facts[name] for name in sorted(chapter.facts) if name in facts}
    return (chapter.rules[int(place)] for place in question.decide(chapter.address, asked))


def first_rule(chapters: tuple[Chapter, ...], facts: Fact, question: Question) -> Rule:
    """The rule that decides; the loader sees to it that the last one always holds."""
    return next(fired(chapter_in_force(chapters, question.day), facts, question))


def told(rule: Rule, metrics: list[Judged]) -> dict[str, str]:
    """A reason: the rule's own sentence, and its address."""
    titles = [judged.edition.title for judged in metrics if meant(rule, judged)]
    return {"text": filled(rule.text, {"metrics": ", ".join(titles)}), "rule": rule.address}


def meant(rule: Rule, judged: Judged) -> bool:
    """Whether a metric is among those a rule speaks of."""
    level, enforced = judged.headline.level, judged.edition.enforced
    speaks_of = {
        "enforced_in_breach": level == "breach" and enforced,
        "advisory_in_breach": level == "breach" and not enforced,
        "in_watch": level == "watch",
    }
    return any(speaks_of.get(want.fact, judged.edition.metric == want.fact) for want in rule.wants)


def actions(metrics: list[Judged], facts: Fact, question: Question) -> list[dict[str, Any]]:
    """What to do, one entry per action, most urgent first."""
    by_metric = {judged.edition.metric: judged for judged in metrics}
    suggested: dict[str, list[Rule]] = {}
    for rule in fired(chapter_in_force(question.pack.actions, question.day), facts, question):
        suggested.setdefault(rule.outcome, []).append(rule)
    entries = [
        shown_action(question.pack.catalogue[action], rules, by_metric, question.evidence)
        for action, rules in suggested.items()
    ]
    return sorted(entries, key=lambda entry: (URGENCIES.index(entry["urgency"]), entry["action"]))


def shown_action(action: Action, rules: list[Rule], metrics: Mapping[str, Judged], evidence: int) -> dict[str, Any]:
    """One entry of `actions`, its reasons and records merged."""
    causes = [metrics[want.fact] for rule in rules for want in rule.wants if want.fact in metrics]
    because = [judged.rule for judged in causes] or [rule.address for rule in rules]
    ids, total = merged(causes, evidence)
    return {
        "action": action.action,
        "text": action.text,
        "urgency": action.urgency,
        "due_at": None,
        "because": list(dict.fromkeys(because)),
        "records": ids,
        "records_total": total,
    }


def merged(causes: list[Judged], evidence: int) -> tuple[list[str], int]:
    """The records of several metrics, each once."""
    if len(causes) == 1:
        return causes[0].against.first(evidence), causes[0].against.total
    ids = list(dict.fromkeys(record for judged in causes for record in judged.against.ids))
    return ids[:evidence], len(ids)
