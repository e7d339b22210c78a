"""The appeals of a seller, round by round: what each lacks, what is known to fail, what the reply means, what next.

Reasons quote rules, never what was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.core.chapters import Rule
from service.core.letters import EVIDENCE, PARTS, PLAN, VIOLATION, AppealRules, Language
from service.core.plans import Plan, plan
from service.core.reading import whole
from service.core.replies import Reply, reply_of
from service.core.rulesets import Decide, all_that_hold

ABOUT = "about"
NO_REPLY = Reply(frozenset(), ())


@dataclass(frozen=True, slots=True)
class Court:
    """Before whom appeals are judged: the rules in force, the phrases, the engine, the instant of the question."""

    rules: AppealRules
    language: Language
    decide: Decide
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One appeal with its plan, the reply to it, and the groups of what is known to fail."""

    appeal: Mapping[str, Any]
    plan: Plan
    reply: Reply
    warned: frozenset[str]
    replied: bool


@dataclass(frozen=True, slots=True)
class Appealed:
    """An appeal, judged; `missing` are parts and unnamed subjects, each rule is a reason."""

    appeal: Mapping[str, Any]
    missing: tuple[str, ...]
    warnings: tuple[Rule, ...]
    reply: Rule
    asks: tuple[str, ...]
    following: Rule
    reasons: tuple[Rule, ...]

    @property
    def shown(self) -> dict[str, Any]:
        """The entry of `appeals`."""
        return {
            "appeal_id": self.appeal["appeal_id"],
            "readiness": "incomplete" if self.missing else "ready",
            "missing": list(self.missing),
            "warnings": [{"code": rule.outcome, "text": rule.text, "rule": rule.address} for rule in self.warnings],
            "reply": {"class": self.reply.outcome, "asks": list(self.asks)},
            "next": self.following.outcome,
            "reasons": [{"text": rule.text, "rule": rule.address} for rule in self.reasons],
        }


def appealed(appeals: list[Mapping[str, Any]], unnamed: list[str], court: Court) -> list[Appealed]:
    """Judges the appeals of a seller, the first submitted first; drafts stand last.

    Args:
        appeals: the records, in that order.
        unnamed: what an appeal must speak of, named by none of them; it is missing in the last.
        court: before whom.
    """
    rounds = [round_of(appeal, court.language) for appeal in appeals]
    last = len(rounds) - 1
    return [judged(rounds, place, unnamed if place == last else [], court) for place in range(len(rounds))]


def round_of(appeal: Mapping[str, Any], language: Language) -> Round:
    """One round."""
    text, own = appeal["reply_text"], written(appeal)
    reply = reply_of(text, language) if text else NO_REPLY
    spoken = language.of(own)
    warned = spoken.warnings.found(whole(own))
    return Round(appeal, plan(appeal, spoken), reply, warned, bool(text or appeal["reply_at"]))


def written(appeal: Mapping[str, Any]) -> str:
    """Everything the seller has written in an appeal."""
    entries = [entry for part in PLAN for entry in appeal[part] or ()]
    return "\n".join([*entries, appeal["text"] or ""])


def judged(rounds: list[Round], place: int, unnamed: list[str], court: Court) -> Appealed:
    """One appeal among the others."""
    own, rules = rounds[place], court.rules
    fact: dict[str, int | str] = {
        **parts_of(own, of_thread(own, rounds[:place]), rules.empty_up_to),
        **subjects_of(own, unnamed, rules),
        **course_of(own, court),
    }
    fact["last"] = int(place == len(rounds) - 1)
    lacks = all_that_hold(rules.missing, fact, court.decide)
    lacking = {rule.outcome for rule in lacks}
    missing = [part for part in PARTS if part in lacking]
    about = [f"{ABOUT}:{subject}" for subject in unnamed] if ABOUT in lacking else []
    warnings = all_that_hold(rules.warnings, fact, court.decide)
    reply = all_that_hold(rules.replies, fact, court.decide)[0]
    lack = {"missing": len(missing), "unnamed": len(about), **{f"missing_{part}": 1 for part in missing}}
    following = all_that_hold(rules.following, {**fact, **lack, "reply": reply.outcome}, court.decide)[0]
    return Appealed(
        own.appeal, (*missing, *about), tuple(warnings), reply, own.reply.asks, following, (*lacks, reply, following)
    )


def of_thread(own: Round, earlier: list[Round]) -> list[Round]:
    """The earlier rounds about the same notice; where one names none, it is taken for the same."""
    notice = own.appeal["notice_id"]
    return [one for one in earlier if None in (notice, one.appeal["notice_id"]) or one.appeal["notice_id"] == notice]


def parts_of(own: Round, earlier: list[Round], empty_up_to: int) -> dict[str, int]:
    """Of each part: how much there is, whether a reply asked for it, and whether that reply was to the same words."""
    asked = {part for one in earlier for part in one.reply.asks}
    found = {part: own.plan.words(part, empty_up_to) for part in PARTS}
    found[EVIDENCE] = len(own.plan.parts[EVIDENCE])
    for part in PARTS:
        found[f"{part}_asked"] = int(part in asked)
        asking = [one for one in earlier if part in one.reply.asks]
        found[f"{part}_unchanged"] = int(any(own.plan.unchanged_since(one.plan, part) for one in asking))
    given = own.plan.given
    found["unchanged"] = int(
        bool(given) and any(all(own.plan.unchanged_since(one.plan, part) for part in given) for one in earlier)
    )
    return found


def subjects_of(own: Round, unnamed: list[str], rules: AppealRules) -> dict[str, int]:
    """What the appeal is about: what it leaves unnamed, and how much of it its evidence does not fit."""
    unproven = [
        subject
        for subject in own.appeal["about"] or ()
        if own.plan.kinds and not own.plan.kinds & rules.fitting.get(subject, own.plan.kinds)
    ]
    violations = sum(subject.startswith(VIOLATION) for subject in unproven)
    return {
        "subjects_unnamed": len(unnamed),
        "violations_unproven": violations,
        "metrics_unproven": len(unproven) - violations,
    }


def course_of(own: Round, court: Court) -> dict[str, int]:
    """How far the appeal has come: draft or sent, waiting or replied, what the reply says and asks."""
    sent = own.appeal["submitted_at"]
    return {
        "draft": int(sent is None),
        "replied": int(own.replied),
        "days_waiting": (court.as_of - sent).days if sent and not own.replied else 0,
        "asks": len(own.reply.asks),
        **{f"asks_{part}": 1 for part in own.reply.asks},
        **dict.fromkeys(own.reply.says, 1),
        **dict.fromkeys(own.warned, 1),
    }
