"""The batches that are measured, the same at every run: many orders, many sellers, one seller with everything."""

from collections.abc import Iterator, Mapping
from itertools import islice
from random import Random
from typing import NamedTuple

from tests.batches import Record
from tests.benchmarks.records import AS_OF, OF_AN_ORDER, OF_THE_ACCOUNT, order

SEED = 20261122
TOP: Record = {"as_of": AS_OF, "marketplace": "amazon.com"}
TWENTY = {"orders": 10, "shipments": 4, "messages": 2, "returns": 1, "feedback": 2, "claims": 1}
THREE_HUNDRED = {
    "orders": 150, "shipments": 60, "messages": 32, "returns": 15, "feedback": 15, "claims": 6, "chargebacks": 2,
    "surveys": 10, "violations": 4,
}  # fmt: skip
SAID_TO_BE_EMPTY = ("chargebacks", "surveys", "violations")


class Batch(NamedTuple):
    """What a caller sends, before it has a form: what stands beside the tables, and the tables."""

    top: Record
    tables: dict[str, list[Record]]

    @property
    def records(self) -> int:
        """How many records it holds."""
        return sum(map(len, self.tables.values()))


def seller(place: int) -> str:
    """The id of a seller."""
    return f"S{place:05d}"


def orders(sellers: int) -> Iterator[Record]:
    """Orders without end, of each seller in turn, about 330 bytes of JSON each."""
    chance, place = Random(SEED), 0  # noqa: S311  # drawn for load, not for secrets
    while True:
        yield {"seller_id": seller(place % sellers), **order(f"{place:07d}", chance)}
        place += 1


def many_orders(count: int, sellers: int) -> Batch:
    """A night's batch of orders."""
    return Batch(TOP, {"orders": list(islice(orders(sellers), count))})


def many_sellers(count: int) -> Batch:
    """Twenty records of each of many sellers, over six tables; three more tables are said to be empty."""
    chance = Random(SEED)  # noqa: S311  # drawn for load, not for secrets
    tables: dict[str, list[Record]] = {name: [] for name in (*TWENTY, *SAID_TO_BE_EMPTY)}
    for place in range(count):
        for name, records in of_one_seller(seller(place), TWENTY, chance).items():
            tables[name] += records
    return Batch(TOP, tables)


def one_seller() -> Batch:
    """Three hundred records of one seller, over all tables."""
    chance = Random(SEED)  # noqa: S311  # drawn for load, not for secrets
    account = {
        name: [{"seller_id": seller(0), **record} for record in records] for name, records in OF_THE_ACCOUNT.items()
    }
    return Batch(TOP, {**of_one_seller(seller(0), THREE_HUNDRED, chance), **account})


def of_one_seller(who: str, mix: Mapping[str, int], chance: Random) -> dict[str, list[Record]]:
    """So many records of each table; what hangs on an order hangs on one of the seller's own."""
    own = [{"seller_id": who, **order(f"{who}{place:04d}", chance)} for place in range(mix["orders"])]
    tables = {"orders": own}
    for name, count in mix.items():
        if name != "orders":
            record = OF_AN_ORDER[name]
            tables[name] = [
                {"seller_id": who, **record(f"{who}-{place}", own[place % len(own)], chance)} for place in range(count)
            ]
    return tables
