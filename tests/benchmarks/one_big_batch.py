"""One big batch: our whole way beside `orjson.loads` of the same body in the same run. Prints ratios, asserts nothing.

python -m tests.benchmarks.one_big_batch [orders] [sellers]
"""

import platform
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import orjson

from service.app import load
from service.core.evaluate import Wishes, evaluate
from service.intake.gather import gather
from service.intake.json_body import read_json
from service.intake.tables import Limits
from service.rulebook.folder import snapshot

RULES = Path(__file__).resolve().parents[2] / "rules"
AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
RUNS = 5


def body(orders: int, sellers: int) -> bytes:
    """A batch of believable orders, the same at every run."""
    chance = random.Random(20261122)  # noqa: S311  # drawn for load, not for secrets
    records = [order(place, sellers, chance) for place in range(orders)]
    return orjson.dumps({"as_of": AS_OF.isoformat(), "marketplace": "amazon.com", "orders": records})


def order(place: int, sellers: int, chance: random.Random) -> dict[str, object]:
    """One order."""
    bought = AS_OF - timedelta(seconds=chance.randrange(90 * 86_400))
    confirmed = bought + timedelta(hours=chance.randrange(4, 60))
    return {
        "order_id": f"111-{place:07d}-{chance.randrange(10**7):07d}",
        "seller_id": f"S{place % sellers:05d}",
        "purchased_at": f"{bought:%Y-%m-%dT%H:%M:%SZ}",
        "status": chance.choices(["shipped", "unshipped", "cancelled"], [92, 5, 3])[0],
        "fulfilled_by": chance.choice(["seller", "marketplace"]),
        "amount": f"{chance.randrange(10_000) / 100:.2f}",
        "currency": "USD",
        "programs": ["prime"] if chance.random() < 0.3 else [],
        "ship_by": f"{bought + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}",
        "ship_confirmed_at": f"{confirmed:%Y-%m-%dT%H:%M:%SZ}",
        "cancelled_by": chance.choice([None, "buyer", "seller"]),
        "buyer_key": f"buyer-{place}",
        "sku": f"SKU-{chance.randrange(1000)}",
    }


def seconds(action: Callable[[], object]) -> float:
    """The median time of an action."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return median(times)


def peak_mib() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(orders: int = 200_000, sellers: int = 50) -> None:
    """Prints the figures."""
    loaded, text = load(snapshot(RULES)), body(orders, sellers)
    before = peak_mib()
    domains = loaded.rulebook.domains

    def read() -> object:
        return gather(read_json(text, Limits()), domains, AS_OF, Limits())

    def whole() -> object:
        batch = gather(read_json(text, Limits()), domains, AS_OF, Limits()).batch
        return orjson.dumps(evaluate(batch, loaded.rulebook, loaded.engine.decide, Wishes()).verdicts)

    times = {"read and cast": seconds(read), "whole way": seconds(whole)}
    ours = peak_mib()
    loads = seconds(lambda: orjson.loads(text))
    size = len(text) / 1024 / 1024
    print(f"Python {platform.python_version()}, {orders} orders of {sellers} sellers, {size:.1f} MiB of JSON")  # noqa: T201
    print(f"orjson.loads {loads * 1000:.0f} ms = 1.00")  # noqa: T201
    for name, took in times.items():
        print(f"{name} {took * 1000:.0f} ms = {took / loads:.2f}")  # noqa: T201
    print(f"peak memory {ours:.0f} MiB, {before:.0f} MiB before the first call; {ours / size:.1f} times the body")  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
