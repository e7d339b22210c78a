"""Whose record it is: the seller and the marketplace, its own or the batch's default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from service.core.errors import Fault

UNKNOWN_MARKETPLACE = ("unknown_marketplace", "No rule pack knows this marketplace; see GET /v1/rules.")


@dataclass(frozen=True, slots=True)
class Home:
    """The defaults of a batch, and every name a marketplace may go by (domains and aliases → domain)."""

    fields: ClassVar[tuple[str, str]] = ("seller_id", "marketplace")

    domains: Mapping[str, str]
    seller_id: str | None = None
    marketplace: str | None = None

    def defaults(self) -> dict[str, str | None]:
        """The seller and the domain of records that name none."""
        return {"seller_id": self.seller_id, "marketplace": self.domains.get(self.marketplace or "")}

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
