"""A letter to a seller → whether it is the marketplace's own, and what it says. Reasons quote rules, no letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.core.chapters import Rule
from service.core.letters import AGAINST, Language, NoticeRules
from service.core.links import links, senders
from service.core.reading import bounded, lines_of, ready
from service.core.rulesets import Decide, all_that_hold

CHECKS = ("spf", "dkim", "dmarc")
ASKS = "asks_"
SAYS = "says_"
STILL_TO_COME = ("says_warning", "says_information_request")
Fact = dict[str, int]


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice, judged."""

    notice: Mapping[str, Any]
    assessment: str
    kind: str
    reasons: tuple[Rule, ...]

    @property
    def shown(self) -> dict[str, Any]:
        """The entry of `notices`."""
        return {
            "notice_id": self.notice["notice_id"],
            "assessment": self.assessment,
            "kind": self.kind,
            "reasons": [{"text": rule.text, "rule": rule.address} for rule in self.reasons],
        }


def noticed(
    notice: Mapping[str, Any], marketplace: str, rules: NoticeRules, language: Language, decide: Decide
) -> Noticed:
    """Judges one notice.

    Args:
        notice: the record.
        marketplace: where the seller sells.
        rules: the rules in force.
        language: the phrases of the pack.
        decide: the engine.
    """
    fact = facts(notice, marketplace, rules, language)
    held = all_that_hold(rules.assessments, fact, decide)
    first = held[0]
    told = [rule for rule in held if rule is first or (rule.wants and rule.outcome in (first.outcome, *AGAINST))]
    kind = all_that_hold(rules.kinds, fact, decide)[0]
    return Noticed(notice, first.outcome, kind.outcome, (*told, kind))


def facts(notice: Mapping[str, Any], marketplace: str, rules: NoticeRules, language: Language) -> Fact:
    """Everything rules may ask of a notice, as numbers."""
    subject, text = notice["subject"] or "", notice["text"] or ""
    found: Fact = {
        "in_dashboard": int(notice["in_dashboard"] is True),
        **{f"{name}_{notice[name]}": 1 for name in CHECKS if notice[name]},
        **senders(notice, rules.hosts, marketplace),
        **links(notice, bounded(f"{subject}\n{text}"), rules.hosts, marketplace),
    }
    opening, body = read(subject), read(text)
    language = language.spoken_in("\n".join([*opening, *body]))
    found |= dict.fromkeys(said(opening + body, language), 1)
    if found.keys() & language.notices.names:
        found |= {group: 2 for group in said([*opening, *beginning(body, rules.opening)], language) if SAYS in group}
    return found


def read(text: str) -> list[str]:
    """The sentences of a text, as phrases are looked for in them."""
    return [sentence for line in lines_of(text) for sentence in ready(line).split("\n") if sentence]


def beginning(sentences: list[str], letters: int) -> list[str]:
    """The first sentences of a text, as many letters of them."""
    return "\n".join(sentences)[:letters].split("\n")


def said(sentences: list[str], language: Language) -> set[str]:
    """What some sentences say, ask for and hint at, one by one: asking may be no demand, and saying only a threat."""
    groups: set[str] = set()
    if not language.notices.found("\n".join(sentences)):
        return groups
    for sentence in sentences:
        found = language.notices.found(sentence)
        unlikely = {SAYS} if found and language.tentative.found(sentence) else set()
        unlikely |= {ASKS} if found and language.excepted.found(sentence) else set()
        groups |= {group for group in found if group in STILL_TO_COME or not group.startswith((*unlikely,))}
    return groups
