"""What the caller accepts."""

from flask import request

from service.api.problems import Problem


def acceptable(*media_types: str) -> str:
    """The type the caller likes best of those there are; the first where it does not mind.

    Raises:
        Problem: not_acceptable.
    """
    if not request.accept_mimetypes:
        return media_types[0]
    best = request.accept_mimetypes.best_match(media_types)
    if best is None:
        raise Problem("not_acceptable", f"What can be had here: {', '.join(media_types)}.")
    return best
