"""Everything a pack says that should be shown by a case or an example, and whether it was."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from fractions import Fraction

from service.casebook.accounts import ACCOUNTS, account_points
from service.casebook.cases import Point
from service.casebook.heard import groups_of
from service.casebook.witness import Witness, term_name
from service.core.cards import MILLION, VALUE, Card, Edge, Edition
from service.core.chapters import Chapter
from service.core.ladder import PROPORTIONS
from service.core.packs import Deadline, Pack
from service.core.rulesets import UP, Fact
from service.core.texts import decimal, percent

Named = Iterator[tuple[str, Hashable]]


def points_of(pack: Pack, witness: Witness) -> Iterator[Point]:
    """The points of a pack, in the order of its files."""
    for card in pack.cards:
        file = f"{pack.pack}/metrics/{card.metric}.yaml"
        for name, covered in of_card(card, witness):
            yield Point(file, name, covered)
    for key, chapter, first_decides in chapters_of(pack):
        for name, covered in of_chapter(chapter, witness, first_decides=first_decides):
            yield Point(f"{pack.pack}/{key}.yaml", name, covered)
    for language, group, kind in groups_of(pack.letters.language):
        yield Point(f"{pack.pack}/phrases/{language}.yaml", group, (kind, language, group) in witness.shown)
    for key, since, name in account_points(pack.accounts):
        yield Point(f"{pack.pack}/{key}.yaml", f"{since} {name}", (ACCOUNTS, since, name) in witness.shown)
    yield from of_periods(pack, witness)
    for action in pack.catalogue:
        yield Point(f"{pack.pack}/actions.yaml", f"action {action}", ("action", "", action) in witness.shown)
    yield from of_deadlines(pack, witness)


def of_deadlines(pack: Pack, witness: Witness) -> Iterator[Point]:
    """Every deadline of a pack, seen in each of its states."""
    for timetable in pack.deadlines:
        for deadline in timetable.deadlines:
            for state in states(deadline):
                covered = (state, str(timetable.since), deadline.kind) in witness.shown
                name = f"{timetable.since} {deadline.kind}: {wording(state)}"
                yield Point(f"{pack.pack}/deadlines.yaml", name, covered)
    yield from of_matters(pack, witness)


def of_matters(pack: Pack, witness: Witness) -> Iterator[Point]:
    """The matters of a pack, each open once."""
    for matter in (one for outlook in pack.outlooks for one in outlook.matters):
        name = f"{dated(matter.address).replace('#', ' rule ')}: open"
        yield Point(f"{pack.pack}/exposure.yaml", name, ("matter", "", matter.address) in witness.shown)


def of_periods(pack: Pack, witness: Witness) -> Iterator[Point]:
    """The excluded periods, each for each of its metrics."""
    for period in pack.periods:
        for metric in period.metrics:
            name = f"{period.since} {period.name}: {metric}"
            yield Point(f"{pack.pack}/excluded_periods.yaml", name, ("period", metric, period.address) in witness.shown)


def chapters_of(pack: Pack) -> Iterator[tuple[str, Chapter, bool]]:
    """The chapters of a pack, each with its file and whether the first rule that holds decides."""
    for key, chapters in (("health", pack.health), ("status", pack.status), ("status", pack.notes)):
        yield from ((key, chapter, chapter not in pack.notes) for chapter in chapters)
    yield from (("actions", chapter, False) for chapter in pack.actions)
    for notices in pack.letters.notices:
        yield from (("notices", chapter, True) for chapter in (notices.assessments, notices.kinds))
    for appeals in pack.letters.appeals:
        yield from (("appeals", chapter, False) for chapter in (appeals.missing, appeals.warnings))
        yield from (("appeals", chapter, True) for chapter in (appeals.replies, appeals.following))
    for funds in pack.accounts.funds:
        yield from (("funds", chapter, False) for chapter in (funds.given, funds.remarks))
    yield from (("applications", applications.rules, True) for applications in pack.accounts.applications)


def of_card(card: Card, witness: Witness) -> Iterator[tuple[str, bool]]:
    """What one card says."""
    for edition in card.editions:
        yield from of_ladder(edition, witness)
    for kind, named in INHERITED.items():
        held: dict[tuple[str, Hashable], list[str]] = {}
        for edition in card.editions:
            for name, meaning in named(edition):
                held.setdefault((name, meaning), []).append(edition.address)
        for (name, _), addresses in held.items():
            covered = any((kind, address, name) in witness.shown for address in addresses)
            yield f"{dated(addresses[0])} {kind} {name}", covered


def of_ladder(edition: Edition, witness: Witness) -> Iterator[tuple[str, bool]]:
    """The levels of an edition, each reached, and each edge met from below, exactly, and from above."""
    seen = list(witness.facts(edition.address))
    reached = {int(place) for _, answer in seen for place in answer[:1]}
    for place, rung in enumerate(edition.ladder):
        name = f"{dated(edition.address)} {rung.level}"
        yield f"{name}: level", place in reached
        for edge in rung.edges:
            sides = {side for fact, _ in seen for side in sides_met(edge, fact)}
            for side in sides_possible(edge, edition):
                yield f"{name}: {edge.measure} {side} {figure(edge, edition)}", side in sides


def sides_possible(edge: Edge, edition: Edition) -> list[str]:
    """On which sides of an edge a figure can lie; none where the edge is where figures begin."""
    score, share = edition.score, edition.unit == "share" and edge.measure == VALUE
    least, most = (score.least, score.most) if score else (0, MILLION if share else None)
    if edge.at <= least and not edge.strict:
        return []
    return ["below"] * (edge.at > least) + ["at"] + ["above"] * (most is None or edge.at < most)


def sides_met(edge: Edge, fact: Fact) -> Iterator[str]:
    """On which side of an edge a figure lies."""
    low, high = int(fact[edge.measure]), int(fact[edge.measure + UP])
    if low < edge.at:
        yield "below"
    if low == high == edge.at:
        yield "at"
    if high > edge.at:
        yield "above"


def figure(edge: Edge, edition: Edition) -> str:
    """The figure of an edge in words."""
    if edge.measure != VALUE or edition.unit not in PROPORTIONS:
        return str(edge.at)
    share = Fraction(edge.at, MILLION)
    return percent(share) if edition.unit == "share" else decimal(share)


def leaves_out(edition: Edition) -> Named:
    """The exclusions of an edition."""
    return ((one.because, one.when) for counting in edition.countings for one in counting.leaves_out)


def parts(edition: Edition) -> Named:
    """The parts of an edition; of a score, its terms."""
    if edition.score:
        return ((term_name(place, term), term) for place, term in enumerate(edition.score.terms, 1))
    return ((part.name, part) for part in edition.counted_by.parts)


def mitigations(edition: Edition) -> Named:
    """The mitigations of an edition; excluded periods stand in a file of their own."""
    own = [one for one in edition.mitigations if one.address.startswith(f"{edition.address}#")]
    return ((one.name, (one.of, one.when, one.effect, one.plea.policy)) for one in own)


INHERITED: dict[str, Callable[[Edition], Named]] = {"leaves_out": leaves_out, "part": parts, "mitigation": mitigations}


def of_chapter(chapter: Chapter, witness: Witness, *, first_decides: bool) -> Iterator[tuple[str, bool]]:
    """The rules of a chapter, each fired and at least once not fired, where that is possible."""
    answers = [answer[:1] if first_decides else answer for _, answer in witness.facts(chapter.address)]
    for place, rule in enumerate(chapter.rules):
        name = f"{dated(chapter.address)} rule {rule.address.rpartition('#')[2]}"
        yield f"{name}: fired", any(str(place) in answer for answer in answers)
        if rule.wants or (first_decides and place):
            yield f"{name}: not fired", any(str(place) not in answer for answer in answers)


def states(deadline: Deadline) -> Iterable[str]:
    """What a deadline can be seen as."""
    return ["open", *["lapsed"] * deadline.lapses, *(["seller", "marketplace"] if deadline.by_marketplace else [])]


def wording(state: str) -> str:
    """A state of a deadline in words."""
    return state if state in ("open", "lapsed") else f"owner {state}"


def dated(address: str) -> str:
    """The edition of an address."""
    return address.rpartition("@")[2]
