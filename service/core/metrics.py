"""How an answer states one judged metric: names and order of its fields, rounded figures, words."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from service.core.cards import MARKERS, Edition, Pack
from service.core.judge import Figure, Judged
from service.core.measure import Slice
from service.core.texts import filled, percent, rounded
from service.core.windows import Days


def shown_metric(judged: Judged, pack: Pack, evidence: int) -> dict[str, Any]:
    """One entry of `metrics`."""
    edition, headline = judged.edition, judged.headline
    several = len(judged.figures) > 1
    return {
        "metric": edition.metric,
        "title": edition.title,
        "level": headline.level,
        "marker": MARKERS[headline.level],
        "enforced": edition.enforced,
        "unit": edition.unit,
        "value": shown_value(headline.value),
        **shown_counts(edition, headline.slice),
        "target": {edition.target.bound: float(edition.target.value) if edition.unit == "share" else edition.target.value},
        "group": shown_group(edition, headline.slice),
        "window": shown_window(headline.slice.days),
        "missing": list(judged.missing),
        "reason": reason(judged, pack),
        "rule": judged.rule,
        "basis": headline.rung.basis if headline.rung else edition.basis,
        "records": {
            "against": judged.against.first(evidence),
            "against_total": judged.against.total,
            "left_out": list(shown_left_out(judged, evidence)),
        },
        "breakdown": [shown_slice(edition, figure) for figure in judged.figures] if several else [],
        "parts": list(shown_parts(judged)),
        "context": {},
    }


def shown_value(value: int | Fraction | None) -> float | int | None:
    """A figure as machines read it."""
    return rounded(value) if isinstance(value, Fraction) else value


def shown_counts(edition: Edition, one: Slice) -> dict[str, int | None]:
    """The whole numbers behind a figure, as far as its unit has them."""
    return {
        "counted": None if edition.unit == "score" else one.counted,
        "total": one.total if edition.unit == "share" else None,
    }


def shown_group(edition: Edition, one: Slice) -> dict[str, str] | None:
    """The group of a slice, named by its field."""
    return {str(edition.counted_by.group_by): one.group} if one.group is not None else None


def shown_window(days: Days) -> dict[str, Any]:
    """A window, both days included."""
    return {"from": str(days.first), "to": str(days.last), "days": (days.last - days.first).days + 1}


def shown_slice(edition: Edition, figure: Figure) -> dict[str, Any]:
    """One entry of `breakdown`."""
    return {
        "group": shown_group(edition, figure.slice),
        "window": shown_window(figure.slice.days),
        **shown_counts(edition, figure.slice),
        "value": shown_value(figure.value),
        "level": figure.level,
    }


def shown_parts(judged: Judged) -> Iterator[dict[str, Any]]:
    """The entries of `parts`: shares over the headline's total, or the points of a score."""
    if judged.edition.score:
        for part in judged.score_parts:
            yield {"metric": part.name, "counted": part.counted, "total": None, "value": part.points}
        return
    total = judged.headline.slice.total
    for part, counted in zip(judged.edition.counted_by.parts, judged.headline.slice.parts, strict=True):
        value = rounded(Fraction(counted, total)) if total else None
        yield {"metric": part.name, "counted": counted, "total": total, "value": value}


def shown_left_out(judged: Judged, evidence: int) -> Iterator[dict[str, Any]]:
    """The entries of `left_out`, in the order of the card."""
    for place, found in sorted(judged.left_out.items()):
        because = judged.edition.counted_by.leaves_out[place].because
        yield {"because": because, "ids": found.first(evidence), "total": found.total}


def reason(judged: Judged, pack: Pack) -> str:
    """The sentence of a metric, with its numbers."""
    days = str(shown_window(judged.headline.slice.days)["days"])
    if judged.headline.rung is None:
        words = filled(pack.texts["no_records"], {"days": days})
        return words
    figure = judged.headline
    value = percent(figure.value) if isinstance(figure.value, Fraction) else str(figure.value)
    words = filled(
        judged.headline.rung.reason,
        {
            "counted": str(figure.slice.counted),
            "total": str(figure.slice.total),
            "value": value,
            "target": judged.edition.target.words,
            "days": days,
        },
    )
    if figure.level == figure.rung.level:
        return words
    return filled(pack.texts["not_covered"], {"judged": words, "missing": ", ".join(judged.missing)})
