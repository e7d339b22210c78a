"""Whose record it is: the seller and the marketplace, its own or the batch's default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from service.core.errors import Fault

UNKNOWN_MARKETPLACE = ("unknown_marketplace", "No rule pack knows this marketplace; see GET /v1/rules.")


@dataclass(frozen=True, slots=True)
class Home:
    """The defaults of a batch, and every name a marketplace may go by (domains and aliases → domain)."""

    domains: Mapping[str, str]
    seller_id: str | None = None
    marketplace: str | None = None
    required: tuple[str, ...] = field(default=("seller_id", "marketplace"))

    def columns(self) -> list[pl.Expr]:
        """The two columns of a bulk table, null where the record must be looked at again."""
        domain = pl.col("marketplace").replace_strict(self.domains, default=None, return_dtype=pl.String)
        default = pl.lit(self.domains.get(self.marketplace or ""), dtype=pl.String)
        return [
            pl.col("seller_id").fill_null(pl.lit(self.seller_id, dtype=pl.String)),
            pl.when(pl.col("marketplace").is_null()).then(default).otherwise(domain).alias("marketplace"),
        ]

    def of(self, values: Mapping[str, Any]) -> tuple[dict[str, str], list[Fault]]:
        """The same for one record, with what is wrong."""
        seller_id = values.get("seller_id", self.seller_id)
        marketplace = values.get("marketplace", self.marketplace)
        faults = []
        if seller_id is None:
            faults.append(Fault("/seller_id", "required", "Neither the record nor the batch names a seller."))
        if marketplace is None:
            faults.append(Fault("/marketplace", "required", "Neither the record nor the batch names a marketplace."))
        elif marketplace not in self.domains:
            faults.append(Fault("/marketplace", *UNKNOWN_MARKETPLACE))
        return {"seller_id": seller_id or "", "marketplace": self.domains.get(marketplace or "", "")}, faults
