"""POST /v1/verdicts: take in → evaluate → answer."""

from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from service.api.body import JSON, body, too_large
from service.api.conditional import require_match
from service.api.negotiate import acceptable
from service.api.problems import Problem, invalid, shown_faults, totals
from service.api.state import loaded, state
from service.clock import now
from service.core.errors import Fault
from service.core.evaluate import Evaluation, Wishes, evaluate
from service.core.packs import Rulebook
from service.core.texts import instant
from service.intake.cast import escaped, worded
from service.intake.gather import Gathered, gather
from service.intake.json_body import MalformedBody, read_json
from service.intake.tables import Limits, TooManyRecords
from service.schemas.batch import Query
from service.schemas.scalars import Reading

routes = Blueprint("verdicts", __name__)


@routes.post("/v1/verdicts")
def verdicts() -> Response:
    """Where each seller of the batch stands."""
    acceptable(JSON)
    query = read_query()
    ready = loaded()
    gathered = read_batch(ready.rulebook)
    g.records = gathered.records
    faults = gathered.call_faults + gathered.record_faults
    if gathered.call_faults or (faults and query["on_invalid"] == "reject"):
        raise invalid("invalid_batch", faults)
    require_match(ready.rulebook, gathered.batch.marketplaces())
    found = evaluate(gathered.batch, ready.rulebook, ready.engine.decide, Wishes(query["evidence"], query["at_least"]))
    g.sellers = len(found.verdicts)
    return Response(orjson.dumps(answer(gathered, found)), content_type=JSON)


def read_query() -> dict[str, Any]:
    """The query of the call.

    Raises:
        Problem: invalid_query.
    """
    repeated = [name for name, given in request.args.lists() if len(given) > 1]
    faults = [Fault(f"/{escaped(name)}", "repeated_parameter", "Given more than once.") for name in repeated]
    try:
        with Context(Reading()):
            query: dict[str, Any] = Query().load(request.args.to_dict())
    except ValidationError as error:
        faults = [*worded(error.messages, ""), *faults]
    if faults:
        raise invalid("invalid_query", faults)
    return query


def limits() -> Limits:
    """How much a call may hold."""
    settings = state().settings
    return Limits(settings.max_records, settings.max_nesting, settings.max_text)


def read_batch(rulebook: Rulebook) -> Gathered:
    """The batch the body makes.

    Raises:
        Problem: not_json or too_large.
    """
    try:
        return gather(read_json(body(), limits()), rulebook.domains, now(), limits(), rulebook.reports)
    except MalformedBody as error:
        detail = f"{error.reason.rstrip('.')} (line {error.line}, column {error.column})."
        raise Problem("not_json", detail, {"line": error.line, "column": error.column}) from None
    except TooManyRecords:
        raise too_large("records", state().settings.max_records) from None


def answer(gathered: Gathered, found: Evaluation) -> dict[str, Any]:
    """The whole answer."""
    rulebook = loaded().rulebook
    return {
        "as_of": instant(gathered.batch.as_of),
        "rulebook": {
            "digest": rulebook.digest,
            "packs": [{"pack": pack.pack, "digest": pack.digest} for pack in rulebook.packs],
        },
        "verdicts": found.verdicts,
        "rejected": shown_faults(gathered.record_faults),
        "errors_total": totals(gathered.record_faults),
        "warnings": gathered.warnings + found.warnings,
    }
