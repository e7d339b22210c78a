"""What was seen while cases and examples were decided: every question to the engine, everything verdicts have shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.core.cards import Edition
from service.core.countings import Term
from service.core.packs import Pack
from service.core.rulesets import Decide, Fact

Answered = dict[tuple[tuple[str, int | str], ...], tuple[str, ...]]
Shown = tuple[str, str, str]


@dataclass(slots=True)
class Witness:
    """Stands beside the engine.

    Attributes:
        engine: what decides.
        asked: by rule set, the facts it was asked of and the ids of the rules that held.
        shown: what verdicts told: its kind, the edition or timetable it comes from, its name.
    """

    engine: Decide
    asked: dict[str, Answered] = field(default_factory=dict)
    shown: set[Shown] = field(default_factory=set)

    def decide(self, ruleset: str, fact: Fact) -> tuple[str, ...]:
        """What the engine decides."""
        answer = self.engine(ruleset, fact)
        self.asked.setdefault(ruleset, {})[tuple(fact.items())] = answer
        return answer

    def facts(self, ruleset: str) -> Iterator[tuple[Fact, tuple[str, ...]]]:
        """The facts a rule set was asked of, and the answers."""
        return ((dict(fact), answer) for fact, answer in self.asked.get(ruleset, {}).items())

    def see(self, verdicts: list[dict[str, Any]], timetable: str) -> None:
        """Takes in some verdicts, reached while a timetable was in force."""
        for verdict in verdicts:
            for metric in verdict["metrics"]:
                self.shown.update(shown_by_metric(metric))
            self.shown.update(("action", "", entry["action"]) for entry in verdict["actions"])
            exposed = verdict["exposure"]["metrics"]
            self.shown.update(("matter", "", matter["rule"]) for one in exposed for matter in one["matters"])
            for due in verdict["due"]:
                self.shown |= {("open", timetable, due["kind"]), (due["owner"], timetable, due["kind"])}

    def see_apart(self, verdicts: list[dict[str, Any]], timetable: str) -> None:
        """Takes in what the pack says when it is taken apart: the terms of scores, and deadlines that are past."""
        for verdict in verdicts:
            for metric in verdict["metrics"]:
                self.shown.update(shown_by_metric(metric))
            self.shown.update(("lapsed", timetable, due["kind"]) for due in verdict["due"] if due["overdue"])


def shown_by_metric(metric: Mapping[str, Any]) -> Iterator[Shown]:
    """What one metric shows of the edition that judged it."""
    edition = metric["rule"].rpartition("#")[0]
    yield from (("leaves_out", edition, one["because"]) for one in metric["records"]["left_out"])
    yield from (("part", edition, part["metric"]) for part in metric["parts"] if part["counted"])
    excuses = metric["mitigated"]["records"] if metric["mitigated"] else ()
    yield from (("mitigation", edition, one["rule"].rpartition("#")[2]) for one in excuses)
    yield from (("period", metric["metric"], one["rule"]) for one in excuses)


def taken_apart(pack: Pack) -> Pack:
    """The pack with nothing but its scores, each term a part of its own, and deadlines that stay when they are past."""
    scores = (card for card in pack.cards if any(edition.score for edition in card.editions))
    return replace(
        pack,
        cards=tuple(replace(card, editions=tuple(map(with_terms_apart, card.editions))) for card in scores),
        deadlines=tuple(
            replace(table, deadlines=tuple(replace(one, lapses=False) for one in table.deadlines))
            for table in pack.deadlines
        ),
    )


def with_terms_apart(edition: Edition) -> Edition:
    """An edition whose score names each of its terms."""
    if edition.score is None:
        return edition
    terms = tuple(replace(term, part=term_name(place, term)) for place, term in enumerate(edition.score.terms, 1))
    return replace(edition, score=replace(edition.score, terms=terms))


def term_name(place: int, term: Term) -> str:
    """How one term of a score is called."""
    return f"{term.part} (term {place})"
