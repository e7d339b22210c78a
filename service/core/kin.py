"""Sellers that share identities: who is kin of whom, directly or through others. Linear in what is told of them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

import polars as pl

from service.core.account_rules import KinRules
from service.core.identities import shared_forms

LISTED_IN_ALL = 2_000_000  # entries of one answer: where whole crowds are kin, each list is cut alike
MOST_PAIRED = 1_000  # forms of several kinds that are taken together, of one seller
COLUMNS = {"seller": pl.String, "kind": pl.String, "value": pl.String}
Identities = Mapping[str, Sequence[Mapping[str, str]]]
Bond = tuple[int, ...]


@dataclass(slots=True)
class Seller:
    """One seller: its shared forms by number, its place in the tree of its group, and the group."""

    seller_id: str
    status: str | None
    forms: frozenset[int] = frozenset()
    bonds: tuple[Bond, ...] = ()
    group: "Group | None" = None
    parent: int = -1
    children: list[int] = field(default_factory=list)
    entered: int = 0
    left: int = 0


@dataclass(slots=True)
class Group:
    """Sellers that are kin, sorted, and those of them that hold back the others."""

    members: list[int]
    held: list[int] = field(default_factory=list)


class Kinship:
    """Which sellers of a batch are kin.

    Args:
        identities: by seller, over all marketplaces, what it is known by.
        statuses: by seller, the gravest status.
        rules: the rules in force.
    """

    def __init__(self, identities: Identities, statuses: Mapping[str, str | None], rules: KinRules) -> None:
        self._rules = rules
        self._kinds: list[str] = []
        self._shared: dict[frozenset[int], tuple[str, ...]] = {}
        self._entries: dict[tuple[int, tuple[str, ...], int], dict[str, Any]] = {}
        self._sellers = self._known_by(identities, statuses)
        self._places = {one.seller_id: place for place, one in enumerate(self._sellers)}
        self._gather_all()
        self._crowd = sum(one.group is not None for one in self._sellers)

    def _known_by(self, identities: Identities, statuses: Mapping[str, str | None]) -> list[Seller]:
        """The sellers that share a form with another, sorted."""
        rows = [(seller, one["kind"], one["value"]) for seller, own in identities.items() for one in own]
        shared = shared_forms(pl.DataFrame(rows, COLUMNS, orient="row"), self._rules.identities)
        numbers: dict[tuple[str, str], int] = {}
        known: dict[str, dict[str, list[int]]] = {}
        for seller_id, kind, form in shared.iter_rows():
            number = numbers.setdefault((kind, form), len(numbers))
            known.setdefault(seller_id, {}).setdefault(kind, []).append(number)
        self._kinds = [kind for kind, _ in numbers]
        return [
            Seller(
                seller_id,
                statuses.get(seller_id),
                frozenset(number for numbers_of in by_kind.values() for number in numbers_of),
                tuple(bonds_of(by_kind, self._rules.enough)),
            )
            for seller_id, by_kind in sorted(known.items())
        ]

    def _gather_all(self) -> None:
        """Finds who is in one group."""
        tied: dict[Bond, list[int]] = {}
        for place, one in enumerate(self._sellers):
            for bond in one.bonds:
                tied.setdefault(bond, []).append(place)
        shared = {bond: places for bond, places in tied.items() if len(places) > 1}
        for place, one in enumerate(self._sellers):
            if one.group is None and any(bond in shared for bond in one.bonds):
                self._gather(place, shared)

    def _gather(self, root: int, shared: dict[Bond, list[int]]) -> None:
        """The group of a seller: a tree from the first of them, each beneath the one it was first reached from."""
        group = Group([root])
        self._sellers[root].group = group
        for place in group.members:
            one = self._sellers[place]
            for other in sorted({other for bond in one.bonds for other in shared.pop(bond, ())}):
                if self._sellers[other].group is None:
                    self._sellers[other].group = group
                    self._sellers[other].parent = place
                    one.children.append(other)
                    group.members.append(other)
        self._number(root)
        group.members.sort()
        group.held = [place for place in group.members if self._sellers[place].status in self._rules.held]

    def _number(self, root: int) -> None:
        """Numbers a tree so that whoever stands beneath another is entered after and left before it."""
        clock, waiting = 0, [(root, False)]
        while waiting:
            place, done = waiting.pop()
            one = self._sellers[place]
            if done:
                one.left = clock
                continue
            one.entered, clock = clock, clock + 1
            waiting.append((place, True))
            waiting.extend((child, False) for child in reversed(one.children))

    def listed(self, seller_id: str, most: int) -> tuple[list[dict[str, Any]], int]:
        """The entries of `related`, sorted by seller, and how many there are.

        Args:
            seller_id: of whom.
            most: how many entries are wanted.
        """
        place = self._places.get(seller_id)
        group = None if place is None else self._sellers[place].group
        if place is None or group is None:
            return [], 0
        most = min(most, max(1, LISTED_IN_ALL // self._crowd))
        others = [other for other in group.members[: most + 1] if other != place][:most]
        own = self._sellers[place]
        return [self._entry(own, other) for other in others], len(group.members) - 1

    def held(self, seller_id: str, most: int) -> tuple[list[str], int]:
        """The kin that hold a seller back, the first of them, and how many there are."""
        place = self._places.get(seller_id)
        group = None if place is None else self._sellers[place].group
        if place is None or group is None:
            return [], 0
        first = [self._sellers[other].seller_id for other in group.held[: most + 1] if other != place]
        return first[:most], len(group.held) - (self._sellers[place].status in self._rules.held)

    def _entry(self, own: Seller, place: int) -> dict[str, Any]:
        """One entry; where many sellers have the same, it is one object."""
        other = self._sellers[place]
        common = own.forms & other.forms
        kinds = self._shared.get(common)
        if kinds is None:
            kinds = self._shared[common] = self._enough({self._kinds[number] for number in common})
        key = (place, kinds, -1 if kinds else self._between(own, other))
        if key not in self._entries:
            self._entries[key] = {
                "seller_id": other.seller_id,
                "shared": list(kinds),
                "through": None if kinds else self._sellers[key[2]].seller_id,
                "status": other.status,
            }
        return self._entries[key]

    def _enough(self, kinds: set[str]) -> tuple[str, ...]:
        """The kinds two sellers share, sorted; none where they are not enough."""
        return tuple(sorted(kinds)) if any(kinds.issuperset(each) for each in self._rules.enough) else ()

    def _between(self, own: Seller, other: Seller) -> int:
        """Whom the other shares with, on the way to it: above it in the tree, or below where own stands there."""
        if not other.entered < own.entered < other.left:
            return other.parent
        after = bisect_right(other.children, own.entered, key=lambda child: self._sellers[child].entered)
        return other.children[after - 1]


def bonds_of(by_kind: Mapping[str, list[int]], enough: Iterable[tuple[str, ...]]) -> Iterator[Bond]:
    """What ties a seller to others: forms of one kind, or of several that are enough together."""
    for kinds in enough:
        together = product(*(by_kind.get(kind, ()) for kind in kinds))
        yield from together if len(kinds) == 1 else islice(together, MOST_PAIRED)


def gravest(statuses: Iterable[str | None], rules: KinRules) -> str | None:
    """The gravest of some statuses."""
    told = set(statuses)
    return next((status for status in rules.gravest if status in told), None)
