"""The whole way of a batch, read first: relate records, judge each metric, let rules decide, put it into words."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from service.core.accounts import accounts
from service.core.batch import Batch
from service.core.cards import Edition
from service.core.deadlines import open_deadlines
from service.core.figures import Question
from service.core.judge import Judged, judge
from service.core.mail import NO_MAIL, mail, mailbags
from service.core.measure import Calendar
from service.core.packs import Pack, Rulebook
from service.core.relations import Related, related
from service.core.reported import status_conflicts
from service.core.rulesets import Decide
from service.core.verdicts import only_wanted, verdict
from service.core.windows import day_of

Verdict = dict[str, Any]


class Wishes(NamedTuple):
    """How much of the answer is wanted: ids per list, and the mildest level whose metrics are listed."""

    evidence: int = 20
    at_least: str | None = None


class Evaluation(NamedTuple):
    """The verdicts, sorted by seller and marketplace, and what the caller should know of the batch."""

    verdicts: list[Verdict]
    warnings: list[dict[str, Any]]


def evaluate(batch: Batch, rulebook: Rulebook, decide: Decide, wishes: Wishes) -> Evaluation:
    """The verdict on every seller of a batch.

    Args:
        batch: valid records.
        rulebook: the rules, with their editions.
        decide: the engine: rule set and fact → ids of the rules that hold.
        wishes: how much of the answer is wanted.
    """
    tied = related(batch)
    verdicts: dict[int, Verdict] = {}
    for pack, sellers in by_pack(tied, rulebook):
        calendar = Calendar(day_of(batch.as_of, pack.time_zone), pack.time_zone)
        question = Question(tied, pack, calendar, decide, wishes.evidence)
        metrics = metrics_of(sellers, question)
        dues = open_deadlines(question)
        bags = mailbags(question)
        mails = {one: mail(one, bags[one], in_breach(metrics[one]), question) for one in sellers if one in bags}
        told = accounts(metrics, mails, question)
        for seller in sellers:
            letters = mails.get(seller, NO_MAIL)
            due = sorted([*dues.get(seller, ()), *letters.dues])
            found = verdict(seller, metrics[seller], due, letters, told[seller], question)
            verdicts[seller] = only_wanted(found, wishes.at_least)
    return Evaluation(
        [verdicts[seller] for seller in sorted(verdicts)], [*orphan_warnings(tied), *status_warnings(tied)]
    )


def by_pack(tied: Related, rulebook: Rulebook) -> Iterator[tuple[Pack, list[int]]]:
    """The packs that judge the batch, each with its sellers."""
    for pack in rulebook.packs:
        sellers = [place for place, (_, domain) in enumerate(tied.sellers) if domain in pack.marketplaces]
        if sellers:
            yield pack, sellers


def metrics_of(sellers: list[int], question: Question) -> dict[int, list[Judged]]:
    """Per seller the metrics in force there, in the order of the pack."""
    found: list[dict[int, Judged]] = []
    domains = question.by_domain(sellers)
    for card in question.pack.cards:
        by_edition: dict[str, tuple[Edition, list[int]]] = {}
        for domain, own in domains.items():
            if edition := card.in_force(domain, question.calendar.day):
                by_edition.setdefault(edition.address, (edition, []))[1].extend(own)
        found += [judge(card, edition, sorted(judged), question) for edition, judged in by_edition.values()]
    return {seller: [judged[seller] for judged in found if seller in judged] for seller in sellers}


def in_breach(metrics: list[Judged]) -> list[str]:
    """The metrics in breach that the marketplace enforces."""
    return [one.edition.metric for one in metrics if one.edition.enforced and one.headline.level == "breach"]


def status_warnings(tied: Related) -> Iterator[dict[str, Any]]:
    """A warning where the caller tells another status than the marketplace's report."""
    own = {tied.sellers[seller]: account.get("status") for seller, account in tied.accounts.items()}
    if count := status_conflicts(tied.reported, own):
        yield {"code": "status_conflict", "table": "sellers", "field": "status", "count": count}


def orphan_warnings(tied: Related) -> Iterator[dict[str, Any]]:
    """Warnings for records whose order is not in the batch."""
    for table, count in tied.orphans.items():
        if count:
            yield {"code": "orphan", "table": table, "count": count}
