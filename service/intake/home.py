"""Whose record it is: the seller and the marketplace, its own or the batch's default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from service.core.errors import Fault
from service.schemas.scalars import Wording

UNKNOWN_MARKETPLACE = Wording("unknown_marketplace", "No rule pack knows this marketplace; see GET /v1/rules.")
NAMED_NOWHERE = {
    "seller_id": Wording("required", "Neither the record nor the batch names a seller."),
    "marketplace": Wording("required", "Neither the record nor the batch names a marketplace."),
}


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
        wordings = {name: self.wording(name, values.get(name)) for name in self.fields}
        faults = [Fault(f"/{name}", *wording) for name, wording in wordings.items() if wording]
        return {"seller_id": seller_id or "", "marketplace": self.domains.get(marketplace or "", "")}, faults

    def wording(self, name: str, value: str | None) -> Wording | None:
        """What is wrong with what a record says of one of them, if anything is."""
        meant = (self.seller_id if name == "seller_id" else self.marketplace) if value is None else value
        if meant is None:
            return NAMED_NOWHERE[name]
        return UNKNOWN_MARKETPLACE if name == "marketplace" and meant not in self.domains else None
