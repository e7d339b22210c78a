"""POST /v1/verdicts: take in → evaluate → answer."""

from functools import cache
from typing import Any

from flask import Blueprint, Response, g, request
from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from service.api.answers import CONTENT_TYPES, FORMS, written
from service.api.body import too_large
from service.api.call import read_call
from service.api.conditional import require_match
from service.api.judging import judged, require_sound
from service.api.negotiate import acceptable
from service.api.problems import codes, invalid
from service.api.state import limits, loaded
from service.clock import now
from service.core.errors import Fault
from service.core.packs import Rulebook
from service.intake.faults import escaped, worded
from service.intake.tables import Call, Limits, Placed, TooManyRecords
from service.intake.take import Taken, take
from service.schemas.batch import Query
from service.schemas.scalars import Reading

routes = Blueprint("verdicts", __name__)


@routes.post("/v1/verdicts")
def verdicts() -> Response:
    """Where each seller of the batch stands."""
    form = acceptable(*FORMS)
    query = read_query()
    ready = loaded()
    taken = take_in(read_call(), ready.rulebook, limits())
    g.records = taken.records
    require_sound(taken, query)
    require_match(ready.rulebook, taken.batch)
    answer = judged(taken, ready, query)
    g.sellers = len(answer["verdicts"])
    return Response(written(answer, form), content_type=CONTENT_TYPES.get(form, form))


def take_in(call: Call, rulebook: Rulebook, bounds: Limits) -> Taken:
    """The records of a call.

    Raises:
        Problem: too_large.
    """
    try:
        return take(call, rulebook.domains, now(), bounds, rulebook.reports)
    except TooManyRecords:
        raise too_large("records", bounds.records) from None


@cache
def query_shape() -> Query:
    """The schema of a query, made once."""
    return Query()


def read_query() -> dict[str, Any]:
    """The query of the call.

    Raises:
        Problem: invalid_query.
    """
    repeated = [name for name, given in request.args.lists() if len(given) > 1]
    faults = [Fault(f"/{escaped(name)}", "repeated_parameter", "Given more than once.") for name in repeated]
    try:
        with Context(Reading()):
            query: dict[str, Any] = query_shape().load(request.args.to_dict())
    except ValidationError as error:
        faults = [*worded(error.messages, ""), *faults]
    if faults:
        placed = list(map(Placed, faults))
        raise invalid("invalid_query", placed, codes(placed))
    return query
