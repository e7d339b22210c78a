"""Our own way from bytes to bytes, step by step in this process: the one place that knows the inside of the service."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import orjson
from flask import Flask

from service.api.state import EXTENSION, Loaded
from service.app import create_app
from service.core.evaluate import Wishes, evaluate
from service.intake.gather import Gathered, gather
from service.intake.json_body import read_json
from service.intake.tables import Call, Limits
from service.settings import Settings, shipped
from tests.batches import Record
from tests.benchmarks.peer.counting import FIGURES, Counts
from tests.benchmarks.records import AS_OF

LIMITS = Limits(records=10_000_000)
SLICES = {
    ("cancellation_rate", 7, None): ("cancelled", "to_cancel"),
    ("late_shipment_rate", 10, None): ("late_10", "to_ship_10"),
    ("late_shipment_rate", 30, None): ("late_30", "to_ship_30"),
    ("refund_rate", 30, None): ("refunded", "shipped"),
    ("order_defect_rate", 60, "seller"): (None, "by_seller"),
    ("order_defect_rate", 60, "marketplace"): (None, "by_marketplace"),
}


class OwnWay(NamedTuple):
    """The steps of a JSON body."""

    loaded: Loaded

    def read(self, body: bytes) -> Call:
        """Bytes → tables of texts."""
        return read_json(body, LIMITS)

    def cast(self, call: Call) -> Gathered:
        """Tables of texts → typed tables and faults."""
        return gather(call, self.loaded.rulebook.domains, AS_OF, LIMITS)

    def evaluate(self, gathered: Gathered) -> list[dict[str, Any]]:
        """Typed tables → verdicts."""
        return evaluate(gathered.batch, self.loaded.rulebook, self.loaded.engine.decide, Wishes()).verdicts

    def serialise(self, verdicts: list[dict[str, Any]]) -> bytes:
        """Verdicts → bytes."""
        return orjson.dumps(verdicts)

    def whole(self, body: bytes) -> bytes:
        """All of it."""
        return self.serialise(self.evaluate(self.cast(self.read(body))))


def own_way() -> OwnWay:
    """The way by the shipped rules."""
    return OwnWay(application().extensions[EXTENSION].loaded)


@cache
def application() -> Flask:
    """The application with the shipped rules, made once."""
    return create_app(Settings(shipped("rules"), max_body_mb=4096, max_records=LIMITS.records))


def own_counts(verdicts: Iterable[Record]) -> Counts:
    """The figures peers count, as our verdicts tell them."""
    return {verdict["seller_id"]: figures_of(verdict["metrics"]) for verdict in verdicts}


def figures_of(metrics: list[Record]) -> tuple[int, ...]:
    """The figures of one seller; a slice without records is not told, so it counts nothing."""
    figures = dict.fromkeys(FIGURES, 0)
    for metric in metrics:
        for told in metric["breakdown"] or [metric]:
            group = (told["group"] or {}).get("fulfilled_by")
            counted, total = SLICES.get((metric["metric"], told["window"]["days"], group), (None, None))
            figures |= {name: told[which] for name, which in ((counted, "counted"), (total, "total")) if name}
    return tuple(figures.values())
