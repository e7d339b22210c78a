"""Money held back: until when, from when an appeal for it is heard, and how much is kept as a reserve."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from service.core.account_rules import APPEAL_FROM, GIVES, HOLD_UNTIL, NOT_TOLD, RESERVE, FundRules
from service.core.chapters import Rule
from service.core.figures import Question
from service.core.instants import micros, number_of
from service.core.money import decimals_of, is_rounded, shown_amount
from service.core.rulesets import Fact, all_that_hold
from service.core.texts import filled, instant_of

NO_FUNDS: Mapping[str, Any] = {HOLD_UNTIL: None, APPEAL_FROM: None, RESERVE: [], "reasons": []}


class Standing(NamedTuple):
    """What money hangs on: the status that is reported, since when as an instant, and what the last reply says."""

    status: str | None
    since: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Reserve:
    """The orders a reserve is made of: how many, how many without an amount, and the sums by currency, sorted."""

    orders: int = 0
    unpriced: int = 0
    sums: tuple[tuple[str, Decimal], ...] = ()

    @property
    def shown(self) -> list[dict[str, str]]:
        """The entries of `reserve`."""
        return [{"currency": code, "amount": shown_amount(amount, code)} for code, amount in self.sums]


class Summed(NamedTuple):
    """The orders of one seller in one currency, or in none that is known."""

    currency: str | None
    orders: int
    unpriced: int
    amount: Decimal


NO_RESERVE = Reserve()


def funds_of(standings: Mapping[int, Standing], rules: FundRules, question: Question) -> dict[int, Mapping[str, Any]]:
    """Per seller the block `funds`.

    Args:
        standings: the sellers, by their place among those of the batch.
        rules: the rules in force.
        question: what is asked.
    """
    given = {standing: given_to(standing, rules, question) for standing in set(standings.values())}
    alike = {standing: funds(standing, given[standing], NO_RESERVE, rules, question) for standing in given}
    reserved = [seller for seller, standing in standings.items() if RESERVE in given[standing]]
    found = {seller: alike[standing] for seller, standing in standings.items()}
    for seller, reserve in reserves_of(reserved, rules, question) if reserved else ():
        found[seller] = funds(standings[seller], given[standings[seller]], reserve, rules, question)
    return found


def funds(
    standing: Standing, given: Mapping[str, Rule], reserve: Reserve, rules: FundRules, question: Question
) -> Mapping[str, Any]:
    """The block of a seller."""
    remarks = all_that_hold(rules.remarks, remarked(standing, given, reserve, question), question.decide)
    return shown(standing, given, remarks, reserve, rules) if given or remarks else NO_FUNDS


def given_to(standing: Standing, rules: FundRules, question: Question) -> dict[str, Rule]:
    """What is given to a seller, each by the first rule that gives it."""
    given: dict[str, Rule] = {}
    for rule in all_that_hold(rules.given, asked(standing), question.decide):
        given.setdefault(rule.outcome, rule)
    return given


def asked(standing: Standing) -> Fact:
    """What rules may ask of a seller."""
    return {
        "status": standing.status or NOT_TOLD,
        "since_known": int(standing.since is not None),
        "reply": standing.reply,
    }


def remarked(standing: Standing, given: Mapping[str, Rule], reserve: Reserve, question: Question) -> Fact:
    """What remarks may ask: the same, what was given, and how much is known of a reserve."""
    return {
        **asked(standing),
        **{f"gives_{kind}": int(kind in given) for kind in GIVES},
        "orders_covered": int("orders" in question.related.tables),
        "unpriced": min(reserve.unpriced, 1),
        "rounded": sum(is_rounded(amount, code) for code, amount in reserve.sums),
        "unknown_currencies": sum(decimals_of(code) is None for code, _ in reserve.sums),
    }


def shown(
    standing: Standing, given: Mapping[str, Rule], remarks: Iterable[Rule], reserve: Reserve, rules: FundRules
) -> dict[str, Any]:
    """The block of one seller."""
    words = {"orders": str(reserve.orders), "unpriced": str(reserve.unpriced)}
    told = [*(given[kind] for kind in GIVES if kind in given), *remarks]
    return {
        HOLD_UNTIL: later(standing, given.get(HOLD_UNTIL), rules),
        APPEAL_FROM: later(standing, given.get(APPEAL_FROM), rules),
        RESERVE: reserve.shown,
        "reasons": [{"text": filled(rule.text, words), "rule": rule.address} for rule in told],
    }


def later(standing: Standing, rule: Rule | None, rules: FundRules) -> str | None:
    """The instant a rule gives; none where nobody knows since when the status holds."""
    if rule is None or standing.since is None:
        return None
    return instant_of(standing.since + micros(rules.after[rule.address]))


def reserves_of(sellers: list[int], rules: FundRules, question: Question) -> Iterator[tuple[int, Reserve]]:
    """The reserves of some sellers that have orders within the span: after its begin, up to the instant itself."""
    related = question.related
    orders = related.tables.get("orders")
    if orders is None:
        return
    own, bought = orders.numbers("seller"), orders.numbers("purchased_at")
    within = (bought > related.now - micros(rules.span)) & (bought <= related.now)
    mask = within & np.isin(own, sellers) & related.look("orders").meet(rules.only)
    rows = mask.nonzero()[0]
    columns = {name: orders.column(name, rows) for name in ("currency", "amount")}
    found = pl.DataFrame({"seller": own[rows].astype(np.int64), **columns})
    sums = found.group_by("seller", "currency").agg(
        pl.len().alias("orders"), pl.col("amount").null_count().alias("unpriced"), pl.col("amount").sum()
    )
    by_seller: dict[int, list[Summed]] = {}
    for seller, *entry in sums.sort("seller", "currency").iter_rows():
        by_seller.setdefault(seller, []).append(Summed(*entry))
    for seller, entries in by_seller.items():
        priced = tuple((one.currency, one.amount) for one in entries if one.currency and one.orders > one.unpriced)
        yield seller, Reserve(sum(one.orders for one in entries), sum(one.unpriced for one in entries), priced)


def since_of(account: Mapping[str, Any]) -> int | None:
    """Since when a seller's status holds, as far as it is known."""
    moment = account.get("status_since")
    return None if moment is None else number_of(moment)
