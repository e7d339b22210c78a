"""Conditional requests: strong entity tags on what is read, `If-Match` on what is asked."""

from hashlib import sha256

from flask import Response, request

from service.api.problems import Problem
from service.core.batch import Batch
from service.core.packs import Rulebook

IGNORED = frozenset({"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE"})  # only reads here


def tagged(response: Response, tag: str | None = None) -> Response:
    """The answer with its entity tag, or 304 where the caller has it already."""
    response.set_etag(tag or f"sha256:{sha256(response.get_data()).hexdigest()}")
    response.headers["Cache-Control"] = "no-cache"
    asked = {name: value for name, value in request.environ.items() if name not in IGNORED}
    return response.make_conditional(asked)  # type: ignore[return-value]  # werkzeug answers with the same object


def require_match(rulebook: Rulebook, batch: Batch) -> None:
    """Refuses a call made for other rules.

    Raises:
        Problem: precondition_failed, unless `If-Match` names the rulebook or the one pack the batch uses.
    """
    wanted = request.if_match
    if not request.headers.get("If-Match", "").strip():
        return
    used = {rulebook.pack_of(marketplace).digest for marketplace in batch.marketplaces()}
    digests = {rulebook.digest, *(used if len(used) == 1 else ())}
    if not wanted.star_tag and not any(wanted.is_strong(digest) for digest in digests):
        raise Problem("precondition_failed", "If-Match names neither the rulebook nor the one pack the batch uses.")
