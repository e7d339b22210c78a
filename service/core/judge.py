"""One metric of every seller: slices → figures → levels, the headline among them, and what the future holds."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from service.core.cards import Card, Edition
from service.core.evidence import NO_RECORDS, Records, against, left_out, of_headlines
from service.core.exposure import Exposed, exposures
from service.core.figures import Figure, Figures, Question, figures_of, gaps_of
from service.core.marks import ALL
from service.core.measure import Measured, Slice, joined, measure
from service.core.mitigate import Mitigated, mitigate
from service.core.recovery import Course, recoveries
from service.core.score import PartOfScore, scored


class Judged(NamedTuple):
    """One metric of one seller: its figures, and the records behind the headline."""

    edition: Edition
    figures: Figures
    missing: tuple[str, ...]
    against: Records = NO_RECORDS
    left_out: Mapping[int, Records] | None = None
    score_parts: tuple[PartOfScore, ...] = ()
    context: Mapping[str, int | None] | None = None
    mitigated: Mitigated | None = None
    recovers_on: date | None = None
    exposed: Exposed | None = None

    @property
    def headline(self) -> Figure:
        """The figure that stands for the metric."""
        return self.figures.headline

    @property
    def is_bare(self) -> bool:
        """Whether an answer has nothing to say of the metric beside its figures."""
        beside = self.against.total or self.left_out or self.score_parts or self.context
        return not (beside or self.mitigated or self.recovers_on)

    @property
    def rule(self) -> str:
        """The address of the rule that decided."""
        rung, level = self.headline.rung, self.headline.level
        return rung.address if rung and rung.level == level else f"{self.edition.address}#{level}"


def judge(card: Card, edition: Edition, sellers: list[int], question: Question) -> dict[int, Judged]:
    """One metric of some sellers, all of them judged by the same edition of the card."""
    return (judge_score if edition.score else judge_counting)(card, edition, sellers, question)


def judge_counting(card: Card, edition: Edition, sellers: list[int], question: Question) -> dict[int, Judged]:
    """A share, a count or an average."""
    related = question.related
    found = measure(edition.counted_by, related, question.some(sellers), question.calendar)
    nothing = [Slice(found.windows[0], None, 0, 0, (0,) * len(found.counting.parts), (0,) * len(found.counting.also))]
    figures = {seller: figures_of(edition, found.slices.get(seller, nothing), question) for seller in sellers}
    chosen = {seller: each.headline.slice for seller, each in figures.items()}
    meant = of_headlines(found, chosen)
    own = by_seller(
        against=against(edition, found, meant, related, question.evidence),
        left_out=left_out(found, meant, related, question.evidence),
        context=contexts(edition, found, chosen, question),
        mitigated=mitigate(edition, found, meant, chosen, question),
        recovers_on=recoveries(Course(card, edition, breached(figures), (found,)), question),
        exposed=exposures(Course(card, edition, sellers, (found,)), figures, question),
    )
    return judged_of(edition, figures, own, question)


def judged_of(
    edition: Edition, figures: Mapping[int, Figures], own: Mapping[int, dict[str, Any]], question: Question
) -> dict[int, Judged]:
    """What is judged, seller by seller; of equal figures that nothing is told beside the very same."""
    missing = gaps_of(edition, question).missing
    bare = {id(each): each for seller, each in figures.items() if seller not in own}
    alike = {key: Judged(edition, each, missing) for key, each in bare.items()}
    return {
        seller: Judged(edition, each, missing, **own[seller]) if seller in own else alike[id(each)]
        for seller, each in figures.items()
    }


def by_seller(**found: Mapping[int, Any]) -> dict[int, dict[str, Any]]:
    """What was found of some sellers, each under its name, seller by seller."""
    own: dict[int, dict[str, Any]] = {}
    for name, values in found.items():
        for seller, value in values.items():
            own.setdefault(seller, {})[name] = value
    return own


def judge_score(card: Card, edition: Edition, sellers: list[int], question: Question) -> dict[int, Judged]:
    """A score."""
    score, related = edition.scored_by, question.related
    found = [measure(term.counting, related, question.some(sellers), question.calendar) for term in score.terms]
    counts = {
        seller: tuple(sum(one.total for one in each.slices.get(seller, ())) for each in found) for seller in sellers
    }
    results = {
        seller: question.once((edition.address, each), partial(scored, score, each)) for seller, each in counts.items()
    }
    days = found[0].windows[0]
    figures = {
        seller: figures_of(edition, [Slice(days, None, result.value, 0)], question)
        for seller, result in results.items()
    }
    harmful = [each for term, each in zip(score.terms, found, strict=True) if term.hurts]
    own = by_seller(
        against=against(edition, joined(harmful), ALL, related, question.evidence) if harmful else {},
        recovers_on=recoveries(Course(card, edition, breached(figures), tuple(found)), question),
        score_parts={seller: result.parts for seller, result in results.items()},
    )
    return judged_of(edition, figures, own, question)


def breached(figures: Mapping[int, Figures]) -> list[int]:
    """The sellers in breach."""
    return [seller for seller, each in figures.items() if each.headline.level == "breach"]


def contexts(
    edition: Edition, found: Measured, headlines: Mapping[int, Slice], question: Question
) -> dict[int, dict[str, int | None]]:
    """Per seller the named counts the card asks for beside the metric, over the days of the headline."""
    if not edition.context:
        return {}
    context: dict[int, dict[str, int | None]] = {seller: {} for seller in headlines}
    for name, counting in edition.context:
        covered = counting.of in question.related.tables
        beside = measure(counting, question.related, question.some(list(headlines)), question.calendar)
        for seller, headline in headlines.items():
            totals = {one.days: one.total for one in beside.slices.get(seller, ())}
            context[seller][name] = totals.get(headline.days, 0) if covered else None
    return context
