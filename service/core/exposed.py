"""How an answer states what a seller is exposed to, metric by metric, and which would be the first in breach."""

from typing import Any

from service.core.exposure import Exposed
from service.core.figures import Question
from service.core.judge import Judged
from service.core.metrics import shown_counts, shown_value
from service.core.texts import instant_of


def shown_exposure(metrics: list[Judged], question: Question) -> dict[str, Any]:
    """The `exposure` of a verdict."""
    exposed = [(one, one.exposed) for one in metrics if one.exposed]
    if not exposed:
        return {"metrics": [], "first_breach": None}
    breaching = [(str(each.breaches_on), one.edition.metric) for one, each in exposed if each.breaches_on]
    first = min(breaching, key=lambda breach: breach[0], default=None)
    return {
        "metrics": [shown_exposed(one, each, question.evidence) for one, each in exposed],
        "first_breach": first and {"metric": first[1], "on": first[0]},
    }


def shown_exposed(judged: Judged, exposed: Exposed, evidence: int) -> dict[str, Any]:
    """One metric that is exposed."""
    edition, figure = judged.edition, exposed.figure
    return {
        "metric": edition.metric,
        "open": exposed.records.total,
        "records": exposed.records.first[:evidence],
        "records_total": exposed.records.total,
        "first_at": instant_of(exposed.first_at),
        "last_at": instant_of(exposed.last_at),
        "level_now": judged.headline.level,
        "breaches_on": str(exposed.breaches_on) if exposed.breaches_on else None,
        "value": shown_value(figure.value),
        **shown_counts(edition, figure.slice),
        "level": figure.level,
        "matters": [
            {
                "text": matter.text,
                "rule": matter.address,
                "basis": matter.basis,
                "of": matter.of,
                "records": records.first,
                "records_total": records.total,
            }
            for matter, records in exposed.matters
        ],
    }
