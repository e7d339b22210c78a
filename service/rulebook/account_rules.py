"""The funds, related and applications files → dated editions of rules over accounts."""

from collections.abc import Iterator

from service.core.account_rules import (
    ASSESSMENTS,
    GIVES,
    NOT_TOLD,
    RESERVE,
    AccountRules,
    ApplicationRules,
    Category,
    FundRules,
    KinRules,
    Paper,
)
from service.core.applications import known_as
from service.core.identities import Comparison, IdentityRules, Mailboxes
from service.core.letters import REPLIES
from service.core.phrases import Phrase, Phrases, phrase_of
from service.rulebook.conditions import condition, duration
from service.rulebook.cursor import Cursor
from service.rulebook.editions import check_editions, check_unique, choices, deciding, telling
from service.rulebook.facts import Facts
from service.rulebook.letter_rules import Around
from service.schemas.accounts import Identity, Seller

ACCOUNT_FILES = {"funds.yaml": "funds", "related.yaml": "related", "applications.yaml": "applications"}
STATUSES = choices(Seller(), "status")
ASKED_OF_FUNDS = Facts(frozenset(), frozenset({"since_known"}), {"status": (*STATUSES, NOT_TOLD), "reply": REPLIES})
REMARKED = frozenset({
    "orders_covered", "unpriced", "rounded", "unknown_currencies", *(f"gives_{kind}" for kind in GIVES),
})  # fmt: skip
FOUND_IN_APPLICATIONS = frozenset({
    "category_known", "account_type_unknown", "account_type_unfit", "documents_missing", "metrics_in_breach",
})  # fmt: skip


def account_rules(files: dict[str, Cursor], around: Around) -> AccountRules:
    """The account rules of a pack.

    Args:
        files: the files there are, by what they are about.
        around: what the rest of the pack names.
    """
    for key, root in files.items():
        check_editions(root, key)
    editions = {key: root[key].entries() for key, root in files.items()}
    return AccountRules(
        funds=tuple(fund_edition(one, around.pack) for one in editions.get("funds", ())),
        kin=tuple(map(kin_edition, editions.get("related", ()))),
        applications=tuple(application_edition(one, around) for one in editions.get("applications", ())),
    )


def fund_edition(cursor: Cursor, pack: str) -> FundRules:
    """What is held back from one date on."""
    address = f"{pack}/funds@{cursor['since'].value}"
    check_unique(cursor, ("given", "remarks"))
    asked, reserve = ASKED_OF_FUNDS, cursor["reserve"]
    words = ("orders", "unpriced")
    return FundRules(
        since=cursor["since"].day(),
        given=telling(cursor["given"], address, ("gives", GIVES), asked, words),
        remarks=telling(
            cursor["remarks"], address, ("rule", ()), asked._replace(numbers=asked.numbers | REMARKED), words
        ),
        after={f"{address}#{entry['rule'].value}": duration(entry["after"].value) for entry in timed(cursor["given"])},
        span=duration(reserve["span"].value),
        only=condition(reserve["only"], "orders"),
    )


def timed(given: Cursor) -> Iterator[Cursor]:
    """The rules that give an instant; faults for those that do not say how long after, or say it in vain."""
    for entry in given.entries():
        if entry["gives"].value == RESERVE:
            if entry["after"]:
                entry["after"].fault("a reserve reaches back by its span; 'after' says nothing here", key=True)
        elif entry["after"]:
            yield entry
        else:
            entry.fault(f"'after' is missing: how long after the status began is {entry['gives'].value}?")


def kin_edition(cursor: Cursor) -> KinRules:
    """Which sellers are one from one date on."""
    kinds = cursor["identities"].value
    for kind in kinds:
        cursor["identities"][kind].one_of(choices(Identity(), "kind"), "kind of identity", key=True)
    for entry in cursor["enough"].entries():
        for kind_of in entry.entries():
            kind_of.one_of(kinds, "kind of identity")
    for key in ("gravest", "held"):
        for entry in cursor[key].entries():
            entry.one_of(STATUSES, "status")
    for status in STATUSES:
        if status not in cursor["gravest"].value:
            cursor["gravest"].fault(f"{status!r} is missing: how grave is it?")
    mailboxes = cursor["mailboxes"]
    return KinRules(
        since=cursor["since"].day(),
        identities=IdentityRules(
            kinds={
                kind: Comparison(tuple(inner["steps"].value), inner["least"].value or 1)
                for kind, inner in cursor["identities"].items()
            },
            mailboxes=Mailboxes(
                mailboxes["tag"].value, frozenset(mailboxes["dots_matter"].value), dict(mailboxes["same"].value)
            ),
            hashes=dict(cursor["hashes"].value),
            varied=cursor["varied"].value,
            placeholders=tuple(map(str, cursor["placeholders"].value)),
        ),
        enough=tuple(tuple(entry.value for entry in each.entries()) for each in cursor["enough"].entries()),
        gravest=tuple(cursor["gravest"].value),
        held=frozenset(cursor["held"].value),
    )


def application_edition(cursor: Cursor, around: Around) -> ApplicationRules:
    """How applications are judged from one date on."""
    address = f"{around.pack}/applications@{cursor['since'].value}"
    facts = Facts(frozenset(), FOUND_IN_APPLICATIONS)
    rules = deciding(cursor["rules"], address, ("assessment", ASSESSMENTS), facts)
    names = {rule.address for rule in rules.rules}
    categories: list[Category] = []
    for entry in cursor["categories"].entries():
        found = category(entry, f"{address}#{entry['category'].value}", around)
        if found.address in names:
            entry["category"].fault(f"{found.category!r} stands twice")
        names |= {found.address}
        check_names(entry, found, categories)
        categories.append(found)
    return ApplicationRules(cursor["since"].day(), tuple(categories), rules)


def check_names(cursor: Cursor, found: Category, others: list[Category]) -> None:
    """Faults for names of a category that another above has on the same marketplaces, and for such as are no names."""
    for entry in cursor["called"].entries():
        name = known_as(str(entry.value))
        if not name:
            entry.fault(f"found {entry.value!r}: nothing is left of it to compare")
        for other in others:
            wider = other.marketplaces is None or (found.marketplaces or {""}) <= other.marketplaces
            if wider and name in other.called:
                entry.fault(f"{other.category!r} above is called so too")


def category(cursor: Cursor, address: str, around: Around) -> Category:
    """What one category asks for."""
    for name in cursor["marketplaces"].entries():
        name.one_of(around.marketplaces, "marketplace")
    for name in cursor["not_in_breach"].entries():
        name.one_of(around.metrics, "metric")
    documents = [entry["document"].value for entry in cursor["documents"].entries()]
    for place, entry in enumerate(cursor["documents"].entries()):
        if documents[place] in documents[:place]:
            entry["document"].fault(f"document {documents[place]!r} stands twice")
    return Category(
        category=cursor["category"].value,
        called=frozenset(known_as(str(entry.value)) for entry in cursor["called"].entries()),
        text=cursor["text"].value,
        address=address,
        marketplaces=frozenset(cursor["marketplaces"].value) if cursor["marketplaces"] else None,
        account_type=cursor["account_type"].value,
        not_in_breach=tuple(cursor["not_in_breach"].value or ()),
        papers=tuple(paper(entry, address) for entry in cursor["documents"].entries()),
    )


def paper(cursor: Cursor, address: str) -> Paper:
    """One document."""
    document = cursor["document"].value
    return Paper(document, Phrases(called(cursor["called"], document)), cursor["text"].value, f"{address}_{document}")


def called(cursor: Cursor, document: str) -> Iterator[Phrase]:
    """The phrases a document is known by."""
    for entry in cursor.entries():
        try:
            yield phrase_of(str(entry.value), document, "")
        except ValueError as refused:
            entry.fault(f"found {entry.value!r}: {refused}")
