"""Applications to sell in a category: whether what the marketplace asks for is there. Reasons quote rules only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.core.account_rules import ELIGIBLE, ApplicationRules, Category, Paper
from service.core.chapters import Rule
from service.core.reading import folded, spelt, whole
from service.core.rulesets import Decide, Fact, all_that_hold

ACCOUNT_TYPE = "account_type"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Applied:
    """An application beside what is asked for: the category, papers that lack, metrics that stand against it."""

    application: Row
    category: Category | None
    lacking: tuple[Paper, ...] = ()
    against: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What it calls its category, as names are compared."""
        return known_as(self.application["category"])

    @property
    def fact(self) -> Fact:
        """What rules may ask."""
        wanted = self.category.account_type if self.category else None
        own = self.application[ACCOUNT_TYPE]
        return {
            "category_known": int(self.category is not None),
            "account_type_unknown": int(wanted is not None and own is None),
            "account_type_unfit": int(None not in (wanted, own) and wanted != own),
            "documents_missing": len(self.lacking),
            "metrics_in_breach": len(self.against),
        }


def applied(application: Row, marketplace: str, levels: Mapping[str, str], rules: ApplicationRules) -> Applied:
    """An application beside the rules of its category.

    Args:
        application: the record.
        marketplace: where the seller applies.
        levels: the levels of the seller's metrics.
        rules: the rules in force.
    """
    named = known_as(application["category"])
    category = next(
        (one for one in rules.categories if marketplace in (one.marketplaces or {marketplace}) and named in one.called),
        None,
    )
    if category is None:
        return Applied(application, None)
    documents = whole("\n\n".join(application["documents"] or ()))
    lacking = tuple(paper for paper in category.papers if not paper.called.found(documents))
    against = tuple(metric for metric in category.not_in_breach if levels.get(metric) == "breach")
    return Applied(application, category, lacking, against)


def known_as(category: str) -> str:
    """The name of a category as names are compared: case, accents, signs and spaces do not matter.

    >>> known_as("Video, DVD & Blu-ray"), known_as("VIDEO_DVD  BLU RAY")
    ('video dvd blu ray', 'video dvd blu ray')
    """
    return spelt(folded(category))


def judged(found: Applied, rules: ApplicationRules, decide: Decide) -> dict[str, Any]:
    """The entry of `applications`."""
    held = all_that_hold(rules.rules, found.fact, decide)
    missing = [paper.document for paper in found.lacking]
    if found.fact["account_type_unknown"]:
        missing.append(ACCOUNT_TYPE)
    return {
        "application_id": found.application["application_id"],
        "assessment": held[0].outcome,
        "missing": missing,
        "reasons": [{"text": text, "rule": address} for text, address in reasons(found, held)],
    }


def reasons(found: Applied, held: list[Rule]) -> Iterator[tuple[str, str]]:
    """Why: the rule that decided, others that stand against it, and what the category asks for."""
    yield from (
        (rule.text, rule.address) for rule in held if rule is held[0] or (rule.wants and rule.outcome != ELIGIBLE)
    )
    if found.category:
        yield found.category.text, found.category.address
    yield from ((paper.text, paper.address) for paper in found.lacking)
