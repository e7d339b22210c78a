"""The case to make: which records that hurt the marketplace may excuse, and the metric as it would stand then."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.core.cards import Edition
from service.core.clauses import AnyOf, Has
from service.core.conditions import Looking
from service.core.dossier import Dossier, Excuse, dossiers
from service.core.evidence import Picked, hurting, oldest_first
from service.core.figures import Figure, Question, figures_of
from service.core.marks import NOTHING, looking
from service.core.measure import Measured, Slice, measured_anew
from service.core.pleas import ALLOWS
from service.core.relations import key_of
from service.core.tables import Mask


class Mitigated(NamedTuple):
    """A seller's metric as it would stand, the excuses (oldest record first), and what to send for the first of them.

    `allowed` is how it would stand with only what the marketplace's own rules allow; None where they allow nothing.
    """

    figure: Figure
    excuses: tuple[Excuse, ...]
    allowed: Figure | None
    dossiers: list[Dossier]


def mitigate(
    edition: Edition, found: Measured, meant: Mask, headlines: Mapping[int, Slice], question: Question
) -> dict[int, Mitigated]:
    """Per seller the metric without what may be excused; sellers for whom nothing may be are not named.

    Args:
        edition: the edition that judged.
        found: what it counts.
        meant: the marks of the headlines.
        headlines: the headline of each seller.
        question: what is asked.
    """
    if not edition.mitigations:
        return {}
    hurt = hurting(edition, found.marks)
    rows = found.marks.row[hurt]
    if not len(rows):
        return {}
    records = question.related.tables[found.counting.of].take(rows)
    look = looking(found.counting, question.related).among(records)
    excused = excuses(edition, look, question)
    listed = listed_excuses(edition, found, meant & hurt, excused, question)
    if not listed:
        return {}
    slices = without(edition, found, excused, list(listed))
    allowed = as_allowed(edition, found, look, {seller: headlines[seller] for seller in allowing(listed)}, question)
    told = dossiers(edition, listed, question)
    return {
        seller: Mitigated(
            as_it_would_stand(edition, headlines[seller], slices.get(seller), question),
            tuple(each),
            allowed.get(seller),
            told[seller],
        )
        for seller, each in listed.items()
    }


def listed_excuses(
    edition: Edition, found: Measured, meant: Mask, excused: NDArray[np.bool_], question: Question
) -> dict[int, list[Excuse]]:
    """Per seller every excuse for one of the records that are meant, oldest record first, then as the card has them."""
    listed: dict[int, list[Excuse]] = {}
    shown = (meant & np.logical_or.reduce(excused)[found.marks.row]).nonzero()[0]
    if not len(shown):
        return listed
    table, key = question.related.tables[found.counting.of], key_of(found.counting.of)
    picked = Picked.of(found.marks, shown)
    order = oldest_first(table, key, picked)
    sellers, rows = picked.slot[order].tolist(), picked.row[order]
    for seller, record, row in zip(sellers, table.texts(key, rows), rows.tolist(), strict=True):
        each = listed.setdefault(seller, [])
        each += [Excuse(record, edition.mitigations[place], row) for place in excused[:, row].nonzero()[0]]
    return listed


def allowing(listed: Mapping[int, list[Excuse]]) -> list[int]:
    """The sellers with an excuse that the marketplace's own rules allow."""
    return [seller for seller, each in listed.items() if any(one.mitigation.plea.policy == ALLOWS for one in each)]


def as_allowed(
    edition: Edition, found: Measured, look: Looking, headlines: Mapping[int, Slice], question: Question
) -> dict[int, Figure]:
    """Per seller the metric with only those excuses that the marketplace's own rules allow."""
    if not headlines:
        return {}
    own = replace(edition, mitigations=tuple(one for one in edition.mitigations if one.plea.policy == ALLOWS))
    slices = without(own, found, excuses(own, look, question), list(headlines))
    return {
        seller: as_it_would_stand(own, headline, slices.get(seller), question) for seller, headline in headlines.items()
    }


def as_it_would_stand(edition: Edition, headline: Slice, slices: list[Slice] | None, question: Question) -> Figure:
    """The headline of what is left."""
    nothing = Slice(headline.days, headline.group, 0, 0)
    return figures_of(edition, slices or [nothing], question).headline


def excuses(edition: Edition, look: Looking, question: Question) -> NDArray[np.bool_]:
    """Per mitigation of the card, which records of the table it excuses, of those that hurt and are looked at."""
    counting, tables = edition.counted_by, question.related.tables
    table, rows = tables[counting.of], look.at.numbers("row")
    cleared = None
    found = np.zeros((len(edition.mitigations), table.height), dtype=bool)
    for place, mitigation in enumerate(edition.mitigations):
        if mitigation.of == counting.of:
            found[place, rows] = look.meet(mitigation.when)
        elif mitigation.of in tables:
            beside = look.meet(Has(mitigation.of, mitigation.when))
            if np.count_nonzero(beside):
                if cleared is None:
                    cleared = ~without_others(edition, look).meet(counting.counts)
                found[place, rows] = cleared & beside
        if mitigation.marketplaces is not None:
            found[place] &= question.sells_in(mitigation.marketplaces)[table.numbers("seller")]
    return found


def without_others(edition: Edition, look: Looking) -> Looking:
    """The same look without the related records that may be excused."""
    excused: dict[str, Mask] = {}
    for table in {one.of for one in edition.mitigations if one.of != look.name and one.of in look.tables}:
        any_of = AnyOf(tuple(one.when for one in edition.mitigations if one.of == table))
        excused[table] = look.into(table).meet(any_of)
    return look.without(excused)


def without(
    edition: Edition, found: Measured, excused: NDArray[np.bool_], sellers: list[int]
) -> dict[int, list[Slice]]:
    """The slices of some sellers without what is excused; the first mitigation of a record says how."""
    leaves = np.array([one.effect == "left_out" for one in edition.mitigations])
    spared = np.logical_or.reduce(excused)[found.marks.row]
    out = spared & leaves[excused.argmax(axis=0)[found.marks.row]]
    marks = found.marks
    marks = marks._replace(
        fate=np.where(spared & marks.counted, marks.stays, marks.fate),
        also=tuple(np.where(spared, NOTHING, values) for values in marks.also),
    )
    return measured_anew(found, marks.where(np.isin(marks.seller, sellers) & ~out))
