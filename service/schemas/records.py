"""Every table and the shape of its records: the one statement that casts, messages and OpenAPI components follow.

Which field identifies a record, which dates it, and what later events change is said in `core.known`.
"""

from functools import cache

from service.schemas.accounts import Appeal, Application, Notice, PerformanceReport, Seller, Violation
from service.schemas.orders import Chargeback, Claim, Feedback, Message, Order, Return, Shipment, Survey
from service.schemas.shapes import Record

RECORDS: tuple[type[Record], ...] = (
    Order, Shipment, Message, Return, Feedback, Claim, Chargeback, Survey,
    Violation, Notice, Appeal, Application, Seller, PerformanceReport,
)  # fmt: skip
TABLES: dict[str, type[Record]] = {record.table: record for record in RECORDS}


@cache
def shape(table: str) -> Record:
    """The schema of one table, made once."""
    return TABLES[table]()


BULK = tuple(record.table for record in RECORDS[:8])
