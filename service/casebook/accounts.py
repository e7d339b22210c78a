"""What cases show of the rules about accounts: each way identities are compared, each category and its documents."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.core.account_rules import AccountRules, ApplicationRules, Category, KinRules
from service.core.applications import applied
from service.core.batch import Batch
from service.core.chapters import in_force
from service.core.identities import is_hash, traced
from service.core.packs import Pack
from service.core.windows import day_of

ACCOUNTS = "accounts"
Shown = tuple[str, str, str]


def account_points(rules: AccountRules) -> Iterator[tuple[str, str, str]]:
    """Everything a case should show: the file, the edition, and what it is."""
    for kin in rules.kin:
        yield from (("related", str(kin.since), name) for name in points_of_kin(kin))
    for applications in rules.applications:
        for category in applications.categories:
            for name in points_of_category(category):
                yield "applications", str(applications.since), name


def points_of_kin(rules: KinRules) -> Iterator[str]:
    """How sellers are compared, piece by piece."""
    identities = rules.identities
    for kind, comparison in identities.kinds.items():
        yield f"{kind}: shared"
        yield from (f"{kind}: step {step} changes something" for step in comparison.steps)
    yield from (f"hash of {alphabet}" for alphabet in identities.hashes)
    yield from (f"placeholder {word!r}" for word in identities.placeholders)
    yield from (f"dots matter at {domain}" for domain in sorted(identities.mailboxes.dots_matter))
    yield from (f"{domain} is another domain" for domain in identities.mailboxes.same)
    yield from (f"status {status}" for status in rules.gravest)


def points_of_category(category: Category) -> Iterator[str]:
    """What a category asks for, piece by piece."""
    yield from (f"{category.category} called {name!r}" for name in sorted(category.called))
    yield from (f"{category.category}: {metric} in breach" for metric in category.not_in_breach)
    for paper in category.papers:
        yield from (f"{category.category}: {paper.document} {state}" for state in ("given", "missing"))


def shown_of_accounts(batch: Batch, verdicts: Iterable[Mapping[str, Any]], pack: Pack) -> Iterator[Shown]:
    """What one case shows."""
    day = day_of(batch.as_of, pack.time_zone)
    if kin := in_force(pack.accounts.kin, day):
        shown = {*of_identities(batch, kin), *(name for verdict in verdicts for name in of_related(verdict))}
        yield from ((ACCOUNTS, str(kin.since), name) for name in shown)
    if applications := in_force(pack.accounts.applications, day):
        yield from (
            (ACCOUNTS, str(applications.since), name) for name in of_applications(batch, verdicts, applications)
        )


def of_related(verdict: Mapping[str, Any]) -> Iterator[str]:
    """What a verdict says of kin."""
    for entry in verdict["related"]:
        yield from (f"{kind}: shared" for kind in entry["shared"])
        yield f"status {entry['status']}"


def of_identities(batch: Batch, rules: KinRules) -> Iterator[str]:
    """What the identities of a case show of how they are compared."""
    records = batch.tables["sellers"].records() if "sellers" in batch.tables else ()
    identities = rules.identities
    for one in (one for record in records for one in record["identities"] or ()):
        kind, value = one["kind"], one["value"]
        yield from (f"hash of {name}" for name in identities.hashes if is_hash(value, name, identities))
        yield from (f"placeholder {word!r}" for word in identities.placeholders if word == value)
        if kind in identities.kinds:
            yield from of_steps(kind, traced(value, kind, identities), rules)


def of_steps(kind: str, trace: list[str], rules: KinRules) -> Iterator[str]:
    """What the steps of a kind do to a value."""
    steps = rules.identities.kinds[kind].steps
    for step, before, after in zip(steps, trace[:-1], trace[1:], strict=True):
        if before != after:
            yield f"{kind}: step {step} changes something"
        if step == "email":
            local, _, domain = before.rpartition("@")
            yield f"{domain.rstrip('.')} is another domain"
            if "." in local:
                yield f"dots matter at {domain}"


def of_applications(batch: Batch, verdicts: Iterable[Mapping[str, Any]], rules: ApplicationRules) -> Iterator[str]:
    """What the applications of a case show of their categories."""
    levels = {
        (verdict["seller_id"], verdict["marketplace"]): {one["metric"]: one["level"] for one in verdict["metrics"]}
        for verdict in verdicts
    }
    table = batch.tables.get("applications")
    for row in table.records() if table is not None else ():
        found = applied(row, row["marketplace"], levels.get((row["seller_id"], row["marketplace"]), {}), rules)
        if found.category:
            name = found.category.category
            yield f"{name} called {found.called!r}"
            yield from (f"{name}: {metric} in breach" for metric in found.against)
            for paper in found.category.papers:
                yield f"{name}: {paper.document} {'missing' if paper in found.lacking else 'given'}"
