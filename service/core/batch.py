"""A batch as `core` knows it: typed tables, what is covered, and the instant the question is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.core.reported import Identity, ReportedAccount
from service.core.tables import Table


@dataclass(frozen=True, slots=True)
class Batch:
    """Valid records of any number of sellers.

    `tables` holds every covered table, with `seller_id`, `marketplace` (the domain) and every field of its records.
    `uncovered` names fields (`returns.responded_at`) that the source could not tell. `reported` is what
    marketplaces' performance reports say, by seller and marketplace.
    """

    as_of: datetime
    tables: Mapping[str, Table]
    uncovered: frozenset[str] = frozenset()
    reported: Mapping[Identity, ReportedAccount] = field(default_factory=dict)

    def marketplaces(self) -> set[str]:
        """The marketplaces its records name."""
        return {name for records in self.tables.values() for name in records.column("marketplace").unique()}
