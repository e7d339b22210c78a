"""A batch as `core` knows it: typed tables, what is covered, and the instant the question is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True, slots=True)
class Batch:
    """Valid records of any number of sellers.

    `tables` holds one frame per covered table, with `seller_id`, `marketplace` (the domain) and every field of its
    records in its own type; instants are UTC. `uncovered` names fields (`returns.responded_at`) that the source could
    not tell.
    """

    as_of: datetime
    tables: Mapping[str, pl.DataFrame]
    uncovered: frozenset[str] = frozenset()

    def missing(self, required: tuple[str, ...]) -> list[str]:
        """Which of the required tables and fields (`table` or `table.field`) nobody covered."""
        return [name for name in required if name.partition(".")[0] not in self.tables or name in self.uncovered]
