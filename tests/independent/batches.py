"""Deterministic random batches that stress the boundaries of CONTRACT.md.

`batch(seed)` picks a mode by the seed: mixed (many kinds of records on edges), rates (a metric exactly at, below or
above its target), large (one big group). Mode open also draws what the contract leaves open.
"""

from __future__ import annotations

from random import Random

from tests.independent.batch_moments import random_as_of
from tests.independent.batch_orders import Place, Record
from tests.independent.batch_rates import TABLES, rates_tables
from tests.independent.batch_records import draw_tables
from tests.independent.batch_spelling import spell_batch

SELLERS = ["A1EXAMPLE", "42", "Händler-ß", "商店", "a1example", "📦", "\uff21"]
MARKETPLACES = ["amazon.com", "amazon.co.uk", "amazon.de"]
ZONES = [None, None, "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC"]
OTHER_TABLES = ["notices", "appeals", "applications", "performance_reports"]


def mode_of(seed: int) -> str:
    """The mode of a seed: every 25th large, every third rates, else mixed."""
    if seed % 25 == 24:
        return "large"
    return "rates" if seed % 3 == 1 else "mixed"


def mixed_sizes(rng: Random) -> dict[str, int]:
    """How many records of each table a place has, now and then none at all."""
    if rng.random() < 0.25:
        return {"orders": rng.choice([0, 4]), rng.choice(TABLES): rng.choice([1, 6]), "sellers": rng.randrange(2)}
    sizes = {table: rng.choice([0, 2, 5, 12, 25]) for table in TABLES}
    sizes["orders"] = rng.choice([0, 3, 10, 30, 60])
    sizes["violations"] = rng.choice([0, 0, 1, 2, 8])
    sizes["sellers"] = rng.randrange(2)
    return sizes


def large_sizes(rng: Random) -> dict[str, int]:
    """The sizes of a big group."""
    sizes = {table: rng.choice([50, 400, 1500]) for table in TABLES}
    sizes["orders"] = rng.choice([1500, 3000])
    sizes["violations"] = rng.choice([0, 3, 40])
    sizes["sellers"] = 1
    return sizes


def mixed_tables(rng: Random, draft: Record, mode: str) -> dict[str, list[Record]]:
    """Tables of several sellers and marketplaces, or of one large one."""
    places = [
        (seller, marketplace)
        for seller in rng.sample(SELLERS, rng.randint(1, 3))
        for marketplace in rng.sample(MARKETPLACES, rng.randint(1, 2))
    ]
    tables: dict[str, list[Record]] = {table: [] for table in [*TABLES, "sellers"]}
    for seller, marketplace in places[:1] if mode == "large" else places:
        place = Place(rng, draft["as_of"], seller, marketplace, mode == "open")
        sizes = large_sizes(rng) if mode == "large" else mixed_sizes(rng)
        for table, records in draw_tables(place, sizes).items():
            tables[table].extend(records)
    return tables


def cover(rng: Random, tables: dict[str, list[Record]]) -> dict[str, list[Record]]:
    """Some tables absent, some empty."""
    covered: dict[str, list[Record]] = {}
    thin = rng.random() < 0.5
    for table, records in tables.items():
        roll = rng.random()
        if thin and roll < 0.12:
            continue
        covered[table] = [] if thin and roll < 0.2 else records
    for table in OTHER_TABLES:
        if rng.random() < 0.3:
            covered[table] = []
    return covered


def batch(seed: int, mode: str = "auto") -> Record:
    """The body of POST /v1/verdicts for a seed."""
    mode = mode_of(seed) if mode == "auto" else mode
    rng = Random(f"{mode}:{seed}")  # noqa: S311  # a seed must draw the same batch every time
    draft: Record = {
        "as_of": random_as_of(rng),
        "timezone": rng.choice(ZONES),
        "seller_id": rng.choice([None, *SELLERS[:3]]),
        "marketplace": rng.choice([None, *MARKETPLACES]),
    }
    if mode == "rates":
        draft["tables"] = rates_tables(rng, draft["as_of"])
    else:
        tables = mixed_tables(rng, draft, mode)
        draft["tables"] = tables if mode == "large" else cover(rng, tables)
    return spell_batch(draft, rng, respell=mode == "open")
