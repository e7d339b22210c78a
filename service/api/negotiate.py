"""What the caller accepts."""

from flask import request

from service.api.problems import Problem


def require_acceptable(media_type: str) -> None:
    """Refuses a caller who does not accept the one type there is.

    Raises:
        Problem: not_acceptable.
    """
    if request.accept_mimetypes and not request.accept_mimetypes.best_match([media_type]):
        raise Problem("not_acceptable", f"Only {media_type} can be had here.")
