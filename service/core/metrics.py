"""How an answer states one judged metric: names and order of its fields, rounded figures, words."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.core.cards import MARKERS, Edition
from service.core.evidence import NO_RECORDS, Records
from service.core.figures import Figure, Question
from service.core.forecast import CONFIDENCE, clean_needed, interval, more_allowed
from service.core.judge import Judged
from service.core.ladder import PROPORTIONS
from service.core.measure import Slice
from service.core.mitigate import Mitigated
from service.core.packs import Pack
from service.core.reported import ReportedAccount, shown_reported
from service.core.score import PartOfScore
from service.core.texts import decimal, filled, percent, rounded
from service.core.windows import Days


def shown_metric(judged: Judged, question: Question, reported: ReportedAccount) -> dict[str, Any]:
    """One entry of `metrics`."""
    edition, told = judged.edition, reported.metrics.get(judged.edition.metric)
    figures = question.shown.get(id(judged.figures))
    if figures is None:
        figures = question.shown[id(judged.figures)] = shown_figures(judged, question)
    if judged.is_bare and not told:
        return figures
    shown = figures.copy()
    shown["records"] = shown_records(edition, judged.against, judged.left_out)
    if judged.score_parts:
        shown["parts"] = [shown_points(part) for part in judged.score_parts]
    if judged.context:
        shown["context"] = dict(judged.context)
    if judged.recovers_on:
        shown["recovers_on"] = str(judged.recovers_on)
    if judged.mitigated:
        shown["mitigated"] = shown_mitigated(edition, judged.mitigated)
    if told:
        days = shown["window"]["days"]
        shown["reported"] = shown_reported(told, edition.unit, judged.headline.slice.group, days)
    return shown


def shown_figures(judged: Judged, question: Question) -> dict[str, Any]:
    """Every field of a metric, with what its figures alone say; the others are filled in seller by seller."""
    edition, headline, every = judged.edition, judged.headline, judged.figures.every
    return {
        "metric": edition.metric,
        "title": edition.title,
        "level": headline.level,
        "marker": MARKERS[headline.level],
        "enforced": edition.enforced,
        "unit": edition.unit,
        "value": shown_value(headline.value),
        **shown_counts(edition, headline.slice),
        "target": {edition.target.bound: shown_number(edition.target.value)},
        "group": shown_group(edition, headline.slice),
        "window": shown_window(headline.slice.days),
        "missing": list(judged.missing),
        "reason": reason(judged, question.pack),
        "rule": judged.rule,
        "basis": headline.rung.basis if headline.rung else edition.basis,
        "records": shown_records(edition),
        "breakdown": [shown_slice(edition, one, question) for one in every] if len(every) > 1 else [],
        "parts": [] if edition.score else list(shown_parts(edition, headline.slice)),
        "context": {},
        **shown_forecast(edition, headline.slice),
        "recovers_on": None,
        "mitigated": None,
        "reported": None,
    }


def shown_value(value: int | Fraction | None) -> float | int | None:
    """A figure as machines read it."""
    return rounded(value) if isinstance(value, Fraction) else value


def shown_number(value: Decimal | int) -> float | int:
    """A number of a rule file as JSON has it."""
    return float(value) if isinstance(value, Decimal) else value


def shown_forecast(edition: Edition, one: Slice) -> dict[str, Any]:
    """How sure a share is, how much more it bears, and what would mend it."""
    if edition.unit != "share" or not one.total:
        return {"interval": None, "headroom": None}
    low, high = interval(one.counted, one.total)
    edge = edition.breach_edge
    return {
        "interval": {"low": round(low, 6), "high": round(high, 6), "confidence": CONFIDENCE},
        "headroom": edge
        and {
            "more_allowed": more_allowed(edge, one.counted, one.total, counted_hurt=edition.counted_hurt),
            "clean_needed": clean_needed(edge, one.counted, one.total, counted_hurt=edition.counted_hurt),
        },
    }


def shown_mitigated(edition: Edition, mitigated: Mitigated) -> dict[str, Any]:
    """The metric as it would stand, and the records that may be excused."""
    return {
        **shown_outcome(edition, mitigated.figure),
        "allowed": mitigated.allowed and shown_outcome(edition, mitigated.allowed),
        "records": mitigated.dossiers,
        "records_total": len(mitigated.excuses),
    }


def shown_outcome(edition: Edition, figure: Figure) -> dict[str, Any]:
    """How a metric would stand."""
    return {"value": shown_value(figure.value), **shown_counts(edition, figure.slice), "level": figure.level}


def shown_counts(edition: Edition, one: Slice) -> dict[str, int | None]:
    """The whole numbers behind a figure, as far as its unit has them."""
    return {
        "counted": None if edition.unit == "score" else one.counted,
        "total": one.total if edition.unit in PROPORTIONS else None,
    }


def shown_group(edition: Edition, one: Slice) -> dict[str, str] | None:
    """The group of a slice, named by its field."""
    return {str(edition.counted_by.group_by): one.group} if one.group is not None else None


def shown_window(days: Days) -> dict[str, Any]:
    """A window, both days included."""
    return {"from": str(days.first), "to": str(days.last), "days": (days.last - days.first).days + 1}


def shown_slice(edition: Edition, figure: Figure, question: Question) -> dict[str, Any]:
    """One entry of `breakdown`."""
    key = ("slice", edition.address, figure.slice)
    if key not in question.memory:
        question.memory[key] = {
            "group": shown_group(edition, figure.slice),
            "window": shown_window(figure.slice.days),
            **shown_counts(edition, figure.slice),
            "value": shown_value(figure.value),
            "level": figure.level,
        }
    shown: dict[str, Any] = question.memory[key]
    return shown


def shown_parts(edition: Edition, one: Slice) -> Iterator[dict[str, Any]]:
    """The parts of a share, over the same total."""
    for share, counted in zip(edition.counted_by.parts, one.parts, strict=True):
        value = rounded(Fraction(counted, one.total)) if one.total else None
        yield {"metric": share.name, "counted": counted, "total": one.total, "value": value}


def shown_points(part: PartOfScore) -> dict[str, Any]:
    """One part of a score."""
    return {"metric": part.name, "counted": part.counted, "total": None, "value": part.points}


def shown_records(
    edition: Edition, against: Records = NO_RECORDS, left_out: Mapping[int, Records] | None = None
) -> dict[str, Any]:
    """The records behind a metric; those left out in the order of the card."""
    return {
        "against": against.first,
        "against_total": against.total,
        "left_out": [
            {"because": edition.counted_by.leaves_out[place].because, "ids": found.first, "total": found.total}
            for place, found in sorted((left_out or {}).items())
        ],
    }


def reason(judged: Judged, pack: Pack) -> str:
    """The sentence of a metric, with its numbers."""
    days = str(shown_window(judged.headline.slice.days)["days"])
    figure = judged.headline
    if figure.rung is None:
        return filled(pack.texts["no_records"], {"days": days})
    words = filled(
        figure.rung.reason,
        {
            "counted": str(figure.slice.counted),
            "total": str(figure.slice.total),
            "value": value_words(judged.edition, figure.value),
            "target": judged.edition.target.words,
            "days": days,
            **also_words(judged),
        },
    )
    if figure.level == figure.rung.level:
        return words
    return filled(pack.texts["not_covered"], {"judged": words, "missing": ", ".join(judged.missing)})


def also_words(judged: Judged) -> dict[str, str]:
    """The further measures by name."""
    further = judged.edition.counting.also if judged.edition.counting else ()
    return {one.name: str(count) for one, count in zip(further, judged.headline.slice.also, strict=False)}


def value_words(edition: Edition, value: int | Fraction | None) -> str:
    """A figure in words."""
    if not isinstance(value, Fraction):
        return str(value)
    return percent(value) if edition.unit == "share" else decimal(value)
