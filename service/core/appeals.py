"""The appeals of a seller, round by round: what each lacks, what is known to fail, what the reply means, what next.

Reasons quote rules, never what was written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.core.chapters import Rule
from service.core.letters import EVIDENCE, PARTS, PLAN, VIOLATION, AppealRules, Language
from service.core.plans import Plan, Said, plan
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
    """One appeal with its plan, the reply to it, and the groups of what is known to fail.

    `said` is what each part says, where there is another round to compare it with.
    """

    appeal: Mapping[str, Any]
    plan: Plan
    said: Mapping[str, frozenset[Said]]
    reply: Reply
    warned: frozenset[str]
    replied: bool


@dataclass(slots=True)
class Thread:
    """Rounds about one notice: what they were asked, and which of them said what, or said it and were asked for it."""

    asked: set[str] = field(default_factory=set)
    by_said: dict[Said, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_asked: dict[Said, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, place: int, one: Round) -> None:
        """Adds a round."""
        self.asked.update(one.reply.asks)
        for part, sentences in one.said.items():
            for said in sentences:
                self.by_said[said].add(place)
                if part in one.reply.asks:
                    self.by_asked[said].add(place)


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
    found: list[Appealed] = []
    everyone, threads = Thread(), defaultdict[str | None, Thread](Thread)
    for place, appeal in enumerate(appeals):
        own = round_of(appeal, court.language, alone=len(appeals) == 1)
        notice, last = appeal["notice_id"], place == len(appeals) - 1
        earlier = [everyone] if notice is None else [threads[notice], threads[None]]  # none named, taken for the same
        found.append(judged(own, earlier, unnamed if last else [], court, last=last))
        everyone.add(place, own)
        threads[notice].add(place, own)
    return found


def round_of(appeal: Mapping[str, Any], language: Language, *, alone: bool) -> Round:
    """One round."""
    text, own = appeal["reply_text"], written(appeal)
    reply = reply_of(text, language) if text else NO_REPLY
    spoken = language.of(own)
    warned = spoken.warnings.found(whole(own))
    given = plan(appeal, spoken)
    said = {part: frozenset[Said]() if alone else given.said(part) for part in PARTS}
    return Round(appeal, given, said, reply, warned, bool(text or appeal["reply_at"]))


def written(appeal: Mapping[str, Any]) -> str:
    """Everything the seller has written in an appeal."""
    entries = [entry for part in PLAN for entry in appeal[part] or ()]
    return "\n".join([*entries, appeal["text"] or ""])


def judged(own: Round, earlier: list[Thread], unnamed: list[str], court: Court, *, last: bool) -> Appealed:
    """One appeal after those before it."""
    rules = court.rules
    fact: dict[str, int | str] = {
        **parts_of(own, earlier, rules.empty_up_to),
        **subjects_of(own, unnamed, rules),
        **course_of(own, court),
    }
    fact["last"] = int(last)
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


def parts_of(own: Round, earlier: list[Thread], empty_up_to: int) -> dict[str, int]:
    """Of each part: how much there is, whether a reply asked for it, and whether that reply was to the same words."""
    found = {part: own.plan.words(part, empty_up_to) for part in PARTS}
    found[EVIDENCE] = len(own.plan.parts[EVIDENCE])
    for part in PARTS:
        found[f"{part}_asked"] = int(any(part in thread.asked for thread in earlier))
        found[f"{part}_unchanged"] = int(any(is_repeated(own.said[part], thread.by_asked) for thread in earlier))
    everything = frozenset[Said]().union(*own.said.values())
    found["unchanged"] = int(any(is_repeated(everything, thread.by_said) for thread in earlier))
    return found


def is_repeated(said: Iterable[Said], rounds: Mapping[Said, set[int]]) -> bool:
    """Whether there is something said, and one round said all of it."""
    several = [rounds.get(each, set[int]()) for each in said]
    return bool(several) and bool(set.intersection(*several))


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
