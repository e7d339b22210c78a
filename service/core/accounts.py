"""The accounts of a batch beside their figures: money held back, applications to sell, kin; and what they call for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.core.account_rules import HELD, NOT_TOLD, ApplicationRules, KinRules
from service.core.applications import applied, judged
from service.core.chapters import in_force
from service.core.evidence import Records
from service.core.figures import Question
from service.core.funds import NO_FUNDS, Standing, funds_of, since_of
from service.core.judge import Judged
from service.core.kin import Kinship, gravest
from service.core.mail import Mail, owned
from service.core.relations import Related

Metrics = Mapping[int, list[Judged]]
Mails = Mapping[int, Mail]
NO_REPLY = "none"


@dataclass(frozen=True, slots=True)
class Account:
    """What is told of one account beside its figures. A fact is the number of records of its call."""

    shown: Mapping[str, Any] = field(default_factory=dict)
    calls: Mapping[str, Records] = field(default_factory=dict)


def accounts(metrics: Metrics, mails: Mails, question: Question) -> dict[int, Account]:
    """Per seller what is told of the account.

    Args:
        metrics: the sellers, with their metrics.
        mails: the letters and appeals of those who have any, judged.
        question: what is asked.
    """
    rules, day = question.pack.accounts, question.calendar.day
    funds, kin, applications = in_force(rules.funds, day), in_force(rules.kin, day), in_force(rules.applications, day)
    standings = {seller: standing(seller, mails.get(seller), question.related) for seller in metrics}
    money = funds_of(standings, funds, question) if funds else {}
    wanted = applications_of(metrics, applications, question) if applications else {}
    kinship = kinship_of(question.related, kin) if kin and "sellers" in question.related.tables else None
    return {seller: account(seller, money, wanted, kinship, question) for seller in metrics}


def account(
    seller: int,
    money: Mapping[int, Mapping[str, Any]],
    wanted: Mapping[int, list[dict[str, Any]]],
    kinship: Kinship | None,
    question: Question,
) -> Account:
    """One account."""
    seller_id, _ = question.related.sellers[seller]
    listed, total = kinship.listed(seller_id, question.evidence) if kinship else ([], 0)
    held, held_total = kinship.held(seller_id, question.evidence) if total and kinship else ([], 0)
    shown = {
        "funds": money.get(seller, NO_FUNDS),
        "applications": wanted.get(seller, []),
        "related": listed,
        "related_total": total,
    }
    return Account(shown, {HELD: Records(held, held_total)} if held_total else {})


def standing(seller: int, letters: Mail | None, related: Related) -> Standing:
    """What the money of a seller hangs on."""
    answered = [entry["reply"]["class"] for entry in (letters.appeals if letters else ())]
    reply = next((told for told in reversed(answered) if told != NO_REPLY), NOT_TOLD)
    return Standing(status_of(seller, related), since_of(related.accounts.get(seller, {})), reply)


def status_of(seller: int, related: Related) -> str | None:
    """The status that is reported of a seller: the caller's, else what the marketplace's report says."""
    told = related.reported.get(related.sellers[seller])
    own: str | None = related.accounts.get(seller, {}).get("status")
    return own or (told.status if told else None)


def applications_of(metrics: Metrics, rules: ApplicationRules, question: Question) -> dict[int, list[dict[str, Any]]]:
    """Per seller the applications, judged, by their ids."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    table = question.related.tables.get("applications")
    for seller, row in owned(table) if table is not None else ():
        if seller in metrics:
            levels = {one.edition.metric: one.headline.level for one in metrics[seller]}
            marketplace = question.related.sellers[seller][1]
            found[seller].append(judged(applied(row, marketplace, levels, rules), rules, question.decide))
    return {
        seller: sorted(entries, key=lambda entry: str(entry["application_id"])) for seller, entries in found.items()
    }


def kinship_of(related: Related, rules: KinRules) -> Kinship | None:
    """Who is kin of whom, over all marketplaces; a seller of several is one. None where nobody can be."""
    identities: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    statuses: dict[str, set[str | None]] = defaultdict(set)
    for place, (seller_id, _) in enumerate(related.sellers):
        own: Iterable[Mapping[str, str]] = related.accounts.get(place, {}).get("identities") or ()
        if own:
            identities[seller_id].extend(own)
        statuses[seller_id].add(status_of(place, related))
    if len(identities) < 2:
        return None
    known = {seller_id: gravest(told, rules) for seller_id, told in statuses.items() if seller_id in identities}
    return Kinship(identities, known, rules)
