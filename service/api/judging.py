"""A call → the whole answer. Needs no request, so a command judges the way the service does."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from service.api.body import too_large
from service.api.problems import invalid, shown_faults, totals
from service.api.state import Loaded
from service.clock import now
from service.core.evaluate import Evaluation, Wishes, evaluate
from service.core.packs import Rulebook
from service.core.texts import instant
from service.intake.tables import Call, Limits, TooManyRecords
from service.intake.take import Taken, take


class Judged(NamedTuple):
    """The answer to a call, and how many records and sellers it speaks of."""

    answer: dict[str, Any]
    records: int
    sellers: int


def judged(
    call: Call,
    ready: Loaded,
    limits: Limits,
    query: Mapping[str, Any],
    heard: Callable[[Taken], None] = lambda _: None,
) -> Judged:
    """Judges every seller of a call.

    Args:
        call: as a reader gave it.
        ready: the rulebook and its engine.
        limits: how much a call may hold.
        query: what was asked for, as `schemas.batch.Query` reads it.
        heard: told of the records once they are read, before they are judged; may refuse them.

    Raises:
        Problem: invalid_batch, too_large, or whatever `heard` raises.
    """
    try:
        taken = take(call, ready.rulebook.domains, now(), limits, ready.rulebook.reports)
    except TooManyRecords:
        raise too_large("records", limits.records) from None
    faults = taken.call_faults + taken.record_faults
    if taken.call_faults or (faults and query["on_invalid"] == "reject"):
        raise invalid("invalid_batch", faults)
    heard(taken)
    found = evaluate(taken.batch, ready.rulebook, ready.engine.decide, Wishes(query["evidence"], query["at_least"]))
    return Judged(answer(taken, found, ready.rulebook), taken.records, len(found.verdicts))


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
        "errors_total": totals(taken.record_faults),
        "warnings": taken.warnings + found.warnings,
    }
