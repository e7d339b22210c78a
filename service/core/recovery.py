"""When a breach ends by itself: the windows move on over the records, which stay as they are known now."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from service.core.cards import Card, Edition
from service.core.countings import Counting
from service.core.figures import Question
from service.core.ladder import rung_of, value_of
from service.core.score import scored
from service.core.steps import DAY, HORIZON, Moments, Span, Step, steps
from service.core.windows import day_of


@dataclass(slots=True)
class Tally:
    """Running sums of one span."""

    total: int
    counted: int
    also: tuple[Counter[str], ...]

    def take(self, step: Step) -> None:
        """Adds one step."""
        self.total += step.total
        self.counted += step.counted
        for values, value in zip(self.also, step.also, strict=True):
            if value is not None:
                values[value] += step.records


State = dict[Span, Tally]
Steps = dict[int, list[Step]]


class Period(NamedTuple):
    """Coming days, counted from the question's, on which one edition is in force (None: no edition is)."""

    edition: Edition | None
    first: int
    last: int


def recoveries(card: Card, sellers: list[int], question: Question) -> dict[int, date]:
    """Per seller in breach the first day without, where there is one within a year."""
    found: dict[int, date] = {}
    if not sellers:
        return found
    coming = [day_of(question.related.as_of + place * DAY, question.calendar.zone) for place in range(HORIZON + 1)]
    by_domain: dict[str, list[int]] = {}
    for seller in sellers:
        by_domain.setdefault(question.related.sellers[seller][1], []).append(seller)
    for domain, waiting in by_domain.items():
        for period in periods(card, domain, coming):
            still = [seller for seller in waiting if seller not in found]
            moments = Moments(question.related, question.calendar.zone, coming, period.first, period.last)
            found.update((seller, coming[day]) for seller, day in calm_days(period, still, moments, question))
    return found


def periods(card: Card, domain: str, coming: list[date]) -> Iterator[Period]:
    """The coming days by the edition in force; it can change only on the day an edition begins."""
    begins = {bisect_left(coming, edition.since) for edition in card.editions}
    firsts = sorted({1, *(place for place in begins if 1 < place <= HORIZON)})
    for first, following in zip(firsts, [*firsts[1:], HORIZON + 1], strict=True):
        yield Period(card.in_force(domain, coming[first]), first, following - 1)


def calm_days(period: Period, sellers: list[int], moments: Moments, question: Question) -> Iterator[tuple[int, int]]:
    """Sellers who are out of breach on a day of the period, with the first such day."""
    edition = period.edition
    if edition is None or not sellers:
        yield from ((seller, period.first) for seller in sellers)
        return
    countings = [term.counting for term in edition.score.terms] if edition.score else [edition.counted_by]
    moves: dict[int, Steps] = {}
    for place, counting in enumerate(countings):
        for step in steps(place, counting, sellers, moments):
            moves.setdefault(step.seller, {}).setdefault(step.day, []).append(step)
    for seller in sellers:
        if (day := first_calm(edition, moves.get(seller, {}), period.first, question)) is not None:
            yield seller, day


def first_calm(edition: Edition, moves: Steps, first: int, question: Question) -> int | None:
    """The first day on which nothing is in breach; only days on which something changes need a look."""
    measures = len(edition.counting.also) if edition.counting else 0
    state: State = {}
    for day in sorted({first, *moves}):
        for step in moves.get(day, ()):
            tally = state.setdefault(step.span, Tally(0, 0, tuple(Counter() for _ in range(measures))))
            tally.take(step)
        if not (score_in_breach if edition.score else slices_in_breach)(edition, state, question):
            return day
    return None


def score_in_breach(edition: Edition, state: State, question: Question) -> bool:
    """Whether the score of some sums is in breach."""
    score = edition.scored_by
    totals = [0] * len(score.terms)
    for span, tally in state.items():
        if counts(score.terms[span.counting].counting, span, state):
            totals[span.counting] += tally.total
    return in_breach(edition, scored(score, totals).value, (), question)


def slices_in_breach(edition: Edition, state: State, question: Question) -> bool:
    """Whether a slice that counts is in breach."""
    held = [tally for span, tally in state.items() if tally.total and counts(edition.counted_by, span, state)]
    if not held:
        return in_breach(edition, value_of(edition, 0, 0), (0,) * len(edition.counted_by.also), question)
    for tally in held:
        also = tuple(sum(number > 0 for number in values.values()) for values in tally.also)
        if in_breach(edition, value_of(edition, tally.counted, tally.total), also, question):
            return True
    return False


def counts(counting: Counting, span: Span, state: Mapping[Span, Tally]) -> bool:
    """Whether a span is judged: asked for by the card, and not replaced by the window that stands in."""
    if not span.grouped and counting.group_by is not None and not counting.over_all:
        return False
    window = sorted(counting.within, key=lambda window: window.days)[span.window]
    if not window.needs:
        return True
    own = state.get(Span(span.counting, span.window, stands_in=False, grouped=False, group=None))
    return span.stands_in != (own is not None and own.total >= window.needs)


def in_breach(edition: Edition, value: int | Fraction | None, also: tuple[int, ...], question: Question) -> bool:
    """Whether a figure is in breach."""
    rung = rung_of(edition, value, also, question.decide)
    return rung is not None and rung.level == "breach"
