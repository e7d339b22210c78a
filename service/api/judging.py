"""Records taken in → the whole answer. Needs no request, so a command judges the way the service does."""

from collections.abc import Mapping
from typing import Any

from service.api.problems import codes, invalid, shown_faults, totals
from service.api.state import Loaded
from service.core.evaluate import Evaluation, Wishes, evaluate
from service.core.packs import Rulebook
from service.core.texts import instant
from service.intake.take import Taken


def require_sound(taken: Taken, query: Mapping[str, Any]) -> None:
    """Refuses a call with faults, unless those of records are to be skipped.

    Raises:
        Problem: invalid_batch.
    """
    faults = taken.call_faults + taken.record_faults
    if taken.call_faults or (faults and query["on_invalid"] == "reject"):
        raise invalid("invalid_batch", faults, codes(taken.call_faults) + taken.codes)


def judged(taken: Taken, ready: Loaded, query: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a call.

    Args:
        taken: the records to be judged.
        ready: the rulebook and its engine.
        query: what was asked for, as `schemas.batch.Query` reads it.
    """
    found = evaluate(taken.batch, ready.rulebook, ready.engine.decide, Wishes(query["evidence"], query["at_least"]))
    return answer(taken, found, ready.rulebook)


def answer(taken: Taken, found: Evaluation, rulebook: Rulebook) -> dict[str, Any]:
    """The whole answer."""
    return {
        "as_of": instant(taken.batch.as_of),
        "rulebook": {
            "digest": rulebook.digest,
            "packs": [{"pack": pack.pack, "digest": pack.digest} for pack in rulebook.packs],
        },
        "verdicts": found.verdicts,
        "rejected": shown_faults(taken.record_faults),
        "errors_total": totals(taken.codes),
        "warnings": taken.warnings + found.warnings,
    }
