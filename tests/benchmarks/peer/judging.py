"""Levels and health by durable_rules' own `Host`, the way its manual shows, with what it takes to keep it standing.

A rule for each step of each ladder; a fact for each figure, taken back after the answer. One lock, since sessions of
two threads at once end the process; no background threads, since they fire the rules of other requests.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from durable.engine import Host, MessageNotHandledException

from tests.benchmarks.peer.counting import FIGURES

WHOLE = 1_000_000
BEYOND = WHOLE + 1
LADDERS = {
    "cancellation": (("good", 0), ("watch", 20_000), ("breach", 25_000), ("", BEYOND)),
    "late_10": (("good", 0), ("watch", 30_000), ("breach", 40_000), ("", BEYOND)),
    "late_30": (("good", 0), ("watch", 30_000), ("breach", 40_000), ("", BEYOND)),
    "refund": (("good", 0), ("watch", 40_001), ("breach", 50_001), ("", BEYOND)),
}
COUNTED_OF = {
    "cancellation": ("cancelled", "to_cancel"),
    "late_10": ("late_10", "to_ship_10"),
    "late_30": ("late_30", "to_ship_30"),
    "refund": ("refunded", "shipped"),
}
ENFORCED = ("cancellation", "late_10", "late_30")


class QuietHost(Host):  # type: ignore[misc]  # durable_rules has no types
    """A host without background threads."""

    def _run(self) -> None:
        """Starts nothing."""


class Judge:
    """Rule sets of a host, asked one fact at a time."""

    def __init__(self) -> None:
        self._fired: list[str] = []
        self._lock = threading.Lock()
        self._host = QuietHost({"levels": self._levels(), "health": self._health()})

    def judged(self, figures: tuple[int, ...]) -> dict[str, Any]:
        """The levels of one seller's figures, and the seller's health."""
        named = dict(zip(FIGURES, figures, strict=True))
        metrics = {}
        for metric, (counted, total) in COUNTED_OF.items():
            metrics[metric] = self._metric(metric, named[counted], named[total])
        levels = {metric: told["level"] for metric, told in metrics.items()}
        breaches = sum(levels[metric] == "breach" for metric in ENFORCED)
        troubles = sum(level in {"watch", "breach"} for level in levels.values())
        color = self._ask("health", {"kind": "seller", "breaches": breaches, "troubles": troubles})
        return {"color": color, "metrics": metrics}

    def _metric(self, metric: str, counted: int, total: int) -> dict[str, Any]:
        if not total:
            return {"counted": 0, "total": 0, "value": None, "level": "insufficient_data"}
        # Whole parts per million, since floats lose their meaning on the way; up for a ladder of "more than".
        parts = -(-counted * WHOLE // total) if metric == "refund" else counted * WHOLE // total
        level = self._ask("levels", {"kind": metric, "ppm": parts})
        return {"counted": counted, "total": total, "value": round(counted / total, 6), "level": level}

    def _ask(self, ruleset: str, fact: dict[str, Any]) -> str:
        with self._lock:
            self._fired.clear()
            self._host.assert_fact(ruleset, dict(fact))
            [answer] = self._fired
            with suppress(MessageNotHandledException):  # nothing waits for a fact to go
                self._host.retract_fact(ruleset, dict(fact))
        return answer

    def _says(self, answer: str) -> Callable[[Any], None]:
        return lambda _: self._fired.append(answer)

    def _levels(self) -> dict[str, Any]:
        return {
            f"{metric}_{level}": {
                "all": [{"m": {"$and": [{"kind": metric}, {"$gte": {"ppm": least}}, {"$lt": {"ppm": beyond}}]}}],
                "run": self._says(level),
            }
            for metric, ladder in LADDERS.items()
            for (level, least), (_, beyond) in pairwise(ladder)
        }

    def _health(self) -> dict[str, Any]:
        seller = {"kind": "seller"}
        red: list[Any] = [seller, {"$gte": {"breaches": 1}}]
        yellow: list[Any] = [seller, {"breaches": 0}, {"$gte": {"troubles": 1}}]
        green: list[Any] = [seller, {"breaches": 0}, {"troubles": 0}]
        colors = {"red": red, "yellow": yellow, "green": green}
        return {name: {"all": [{"m": {"$and": wants}}], "run": self._says(name)} for name, wants in colors.items()}
