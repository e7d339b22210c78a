"""What was expected against what the verdict says: only what is named is compared, lists are compared whole."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from service.casebook.cases import Difference
from service.rulebook.cursor import Cursor

KEYED = {
    "verdicts": "verdict",
    "metrics": "metric",
    "actions": "action",
    "parts": "metric",
    "left_out": "because",
    "notices": "notice_id",
    "appeals": "appeal_id",
    "applications": "application_id",
    "related": "seller_id",
}
ABSENT = object()


class Found(NamedTuple):
    """A place in a verdict: its path, the value there, the reason of the metric it belongs to."""

    path: tuple[str, ...]
    value: Any
    reason: str | None = None

    def __getitem__(self, step: Any) -> Any:
        raise TypeError


def differences(expected: Cursor, found: Found, as_of: datetime) -> Iterator[Difference]: ...
