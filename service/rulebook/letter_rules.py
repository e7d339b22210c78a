"""The notices and appeals files → dated editions of rules over what letters say."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, get_args

from service.core.hosts import Domain, HostBook, Owner
from service.core.letters import (
    ASSESSMENTS,
    KINDS,
    PARTS,
    REPLIES,
    VIOLATION,
    AppealRules,
    LetterRules,
    NoticeRules,
    chapters_of,
)
from service.rulebook.conditions import duration
from service.rulebook.cursor import Cursor
from service.rulebook.editions import check_editions, check_unique, choices, deciding, telling
from service.rulebook.facts import Facts
from service.rulebook.phrase_files import check_asked, groups, language_of
from service.schemas.accounts import Evidence, Violation

OWNERS = get_args(Owner)
ABOUT = "about"


class Around(NamedTuple):
    """What the rest of a pack names: its id, marketplaces, metrics, and the file that lists its actions."""

    pack: str
    marketplaces: Iterable[str]
    metrics: Iterable[str]
    actions: Cursor


FOUND_IN_NOTICES = frozenset({
    "in_dashboard", "links_numeric", "links_at_sign", "links_misnamed", "links_scripted",
    *(f"{place}_{owner}" for place in ("sender", "senders", "links") for owner in OWNERS),
    *(f"{check}_{result}" for check in ("spf", "dkim", "dmarc") for result in ("pass", "fail", "none")),
})  # fmt: skip
FOUND_IN_APPEALS = frozenset({
    "unchanged", "subjects_unnamed", "violations_unproven", "metrics_unproven", "draft", "last", "replied",
    "days_waiting", "asks",
    *(f"{part}{what}" for part in PARTS for what in ("", "_asked", "_unchanged")),
    *(f"asks_{part}" for part in PARTS),
})  # fmt: skip
DECIDED = frozenset({"missing", "unnamed", *(f"missing_{part}" for part in PARTS)})


def letter_rules(
    notices: Cursor | None, appeals: Cursor | None, languages: list[Cursor], around: Around
) -> LetterRules:
    """The letter rules of a pack.

    Args:
        notices: the notices file.
        appeals: the appeals file.
        languages: the phrase files.
        around: what the rest of the pack names.
    """
    heard = {(shelf, group) for root in languages for shelf, _, group in groups(root)}
    of_notices = {group for shelf, group in heard if shelf == "notices"}
    of_appeals = {group for shelf, group in heard if shelf in ("warnings", "replies")}
    noticed = [notice_edition(entry, around, of_notices) for entry in notices["notices"].entries()] if notices else []
    appealed = [appeal_edition(entry, around, of_appeals) for entry in appeals["appeals"].entries()] if appeals else []
    for root, key in ((notices, "notices"), (appeals, "appeals")):
        if root:
            check_editions(root, key)
    found = LetterRules(tuple(noticed), tuple(appealed), language_of(languages))
    check_asked(languages, {want.fact for one in chapters_of(found) for rule in one.rules for want in rule.wants})
    return found


def notice_edition(cursor: Cursor, around: Around, heard: set[str]) -> NoticeRules:
    """The rules of notices from one date on."""
    facts = Facts(frozenset(), FOUND_IN_NOTICES | heard)
    address = f"{around.pack}/notices@{cursor['since'].value}"
    check_unique(cursor, ("assessments", "kinds"))
    within = {name: duration(inner.value) for name, inner in cursor["act_within"].items()}
    return NoticeRules(
        since=cursor["since"].day(),
        hosts=host_book(cursor["hosts"], around),
        assessments=deciding(cursor["assessments"], address, ("assessment", ASSESSMENTS), facts),
        kinds=deciding(cursor["kinds"], address, ("kind", KINDS), facts),
        opening=cursor["opening"].value,
        current_for=duration(cursor["current_for"].value),
        act_within=within,
    )


def appeal_edition(cursor: Cursor, around: Around, heard: set[str]) -> AppealRules:
    """The rules of appeals from one date on."""
    facts = Facts(frozenset(), FOUND_IN_APPEALS | heard)
    address = f"{around.pack}/appeals@{cursor['since'].value}"
    check_unique(cursor, ("missing", "warnings", "replies", "next"))
    decided = Facts(frozenset(), facts.numbers | DECIDED, {"reply": REPLIES})
    return AppealRules(
        since=cursor["since"].day(),
        missing=telling(cursor["missing"], address, ("missing", (*PARTS, ABOUT)), facts),
        warnings=telling(cursor["warnings"], address, ("warning", ()), facts),
        replies=deciding(cursor["replies"], address, ("class", REPLIES), facts),
        following=deciding(cursor["next"], address, ("next", around.actions["catalogue"].value), decided),
        fitting=fitting(cursor["fitting"], around),
        grave=grave(cursor["grave"]),
        empty_up_to=cursor["empty_up_to"].value,
    )


def host_book(cursor: Cursor, around: Around) -> HostBook:
    """What a file says of hosts."""
    own: dict[str, Domain] = {}
    for entry in cursor["own"].entries():
        for name in entry["marketplaces"].entries():
            name.one_of(around.marketplaces, "marketplace")
        limited = frozenset(entry["marketplaces"].value) if entry["marketplaces"] else None
        for domain in entry["domains"].entries():
            if domain.value in own:
                domain.fault(f"{domain.value!r} stands twice")
            own[domain.value] = Domain(domain.value, limited)
    lists = {name: frozenset(cursor[name].value or ()) for name in ("relays", "harmless", "free_mail")}
    looks: Mapping[str, list[str]] = cursor["looks"].value or {}
    alike = {str(written): str(meant) for meant, others in looks.items() for written in others}
    return HostBook(own, names=tuple(cursor["names"].value), looks=alike, **lists)


def fitting(cursor: Cursor, around: Around) -> dict[str, frozenset[str]]:
    """The kinds of evidence that fit each subject."""
    kinds = choices(Evidence(), "kind")
    subjects = [*around.metrics, *(f"{VIOLATION}{policy}" for policy in choices(Violation(), "policy"))]
    for subject in cursor.value:
        inner = cursor[subject]
        inner.one_of(subjects, "subject", key=True)
        for entry in inner.entries():
            entry.one_of(kinds, "kind of evidence")
    return {subject: frozenset(inner.value) for subject, inner in cursor.items()}


def grave(cursor: Cursor) -> frozenset[str]:
    """The consequences an appeal must speak of."""
    for entry in cursor.entries():
        entry.one_of(choices(Violation(), "consequence"), "consequence")
    return frozenset(cursor.value)
