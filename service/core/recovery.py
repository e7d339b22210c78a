"""When a breach ends by itself, or begins: the windows move on over the records, which stay as they are known now."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from service.core.cards import Card, Edition
from service.core.figures import Question
from service.core.ladder import PROPORTIONS, in_breach
from service.core.later import NOTHING_LATER, Laters
from service.core.marks import Marks
from service.core.measure import Measured, new_runs, run_by_run
from service.core.moments import HORIZON, Moments, coming_days
from service.core.score import scores
from service.core.steps import Coming, coming_figures
from service.core.tables import Mask, Numbers


class Period(NamedTuple):
    """Coming days, counted from the question's, on which one edition is in force (None: no edition is)."""

    edition: Edition | None
    first: int
    last: int


class Course(NamedTuple):
    """What is followed through coming days: a card and the edition in force, some sellers, what it counts today.

    `later` are the tables some records of which read otherwise then.
    """

    card: Card
    edition: Edition
    sellers: list[int]
    today: tuple[Measured, ...]
    later: Laters = NOTHING_LATER


def recoveries(course: Course, question: Question) -> dict[int, date]:
    """Per seller in breach the first day without, where there is one within a year."""
    return first_days(course, question, breach=False)


def first_days(course: Course, question: Question, *, breach: bool) -> dict[int, date]:
    """Per seller the first coming day in breach, or without, where there is one within a year."""
    found: dict[int, date] = {}
    if not course.sellers:
        return found
    for domain, waiting in question.by_domain(course.sellers).items():
        for period in periods(course.card, domain, question):
            still = [seller for seller in waiting if seller not in found]
            if still:
                moments = moments_of(period, course, question)
                over = days_in_breach(period, course, question.some(still), moments)[still] == breach
                found.update((still[place], moments.date(day)) for place, day in first_of(over, period))
    return found


def days_ahead(question: Question) -> Numbers:
    """The day of a question and those that follow it."""
    return question.once("coming days", lambda: coming_days(question.related.as_of, question.calendar.zone))


def moments_of(period: Period, course: Course, question: Question) -> Moments:
    """The days of a period, as what is followed through them."""
    related, zone = question.related, question.calendar.zone
    return Moments(related, zone, days_ahead(question), period.first, period.last, course.later, question.memory)


def periods(card: Card, domain: str, question: Question) -> list[Period]:
    """The coming days by the edition in force; found once."""
    key = (card.metric, domain, "periods")
    return question.once(key, lambda: list(found_periods(card, domain, days_ahead(question))))


def found_periods(card: Card, domain: str, days: Numbers) -> Iterator[Period]:
    """The coming days by the edition in force; it can change only on the day an edition begins."""
    tomorrow = int(days[1])
    coming = {since for edition in card.editions if (since := edition.since.toordinal()) > tomorrow}
    begins = {int(days.searchsorted(since)) for since in coming}
    firsts = sorted({1, *(place for place in begins if place <= HORIZON)})
    for first, following in zip(firsts, [*firsts[1:], HORIZON + 1], strict=True):
        yield Period(card.in_force(domain, date.fromordinal(int(days[first]))), first, following - 1)


def days_in_breach(period: Period, course: Course, sellers: Mask | None, moments: Moments) -> Mask:
    """Per seller and day of the period whether the seller is in breach; what the last day says holds for the rest.

    Sellers that are not asked for have no records; where `sellers` is None, all of them are.
    """
    edition = period.edition
    if edition is None:
        return np.zeros((len(moments.related.sellers), 1), dtype=bool)
    today = [each.marks for each in course.today] if edition is course.edition else None
    return (score_in_breach if edition.score else slices_in_breach)(edition, sellers, moments, today)


def first_of(found: Mask, period: Period) -> Iterator[tuple[int, int]]:
    """The rows that hold on a day of the period, with the first such day."""
    first = found.argmax(axis=1)
    ever = np.logical_or.reduce(found, axis=1).nonzero()[0]
    yield from zip(ever.tolist(), (period.first + first[ever]).tolist(), strict=True)


def score_in_breach(edition: Edition, sellers: Mask | None, moments: Moments, today: list[Marks] | None) -> Mask:
    """Per seller and day whether the score is in breach."""
    terms = [
        list(coming_figures(term.counting, sellers, moments, today[place] if today else None))
        for place, term in enumerate(edition.scored_by.terms)
    ]
    width = max((one.total.shape[1] for each in terms for one in each), default=1)
    totals = []
    for each in terms:
        total = np.zeros((len(moments.related.sellers), width), dtype=np.int64)
        for one in each:
            starts = new_runs(one.seller)
            total[one.seller[starts]] += run_by_run(np.add, extended(one.total, width), starts)
        totals.append(total)
    return in_breach(edition, scores(edition.scored_by, totals), totals[0], {})


def slices_in_breach(edition: Edition, sellers: Mask | None, moments: Moments, today: list[Marks] | None) -> Mask:
    """Per seller and day whether a slice is in breach; where there is none, whether nothing is."""
    slices = list(coming_figures(edition.counted_by, sellers, moments, today[0] if today else None))
    width = max((one.total.shape[1] for one in slices), default=1)
    breach, judged = (np.zeros((len(moments.related.sellers), width), dtype=bool) for _ in range(2))
    for one in slices:
        held, starts = one.total != 0, new_runs(one.seller)
        bad = held & in_breach(edition, one.counted, one.total, measures(edition, one))
        own = one.seller[starts]
        judged[own] |= run_by_run(np.logical_or, held, starts)
        breach[own] |= run_by_run(np.logical_or, bad, starts)
    if edition.unit in PROPORTIONS:
        return breach
    none = np.zeros((1, 1), dtype=np.int64)
    of_nothing = in_breach(edition, none, none, {name.name: none for name in edition.counted_by.also})
    return breach | (~judged & of_nothing)


def measures(edition: Edition, coming: Coming) -> dict[str, Numbers]:
    """The further measures by name."""
    return {one.name: values for one, values in zip(edition.counted_by.also, coming.also, strict=True)}


def extended(figures: Numbers, width: int) -> Numbers:
    """Figures of more days, which read as the last."""
    return np.pad(figures, ((0, 0), (0, width - figures.shape[1])), mode="edge")
