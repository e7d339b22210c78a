"""Sellers that share identities: who is kin of whom, directly or through others. Linear in what is told of them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from service.core.account_rules import KinRules

LISTED_IN_ALL = 2_000_000  # entries of one answer: where whole crowds are kin, each list is cut alike
MOST_PAIRED = 1_000  # forms of several kinds that are taken together, of one seller
Identities = Mapping[str, list[Mapping[str, str]]]
Bond = tuple[int, ...]


@dataclass(slots=True)
class Seller:
    """One seller: the forms of its identities by number, and what ties it to others."""

    seller_id: str
    status: str | None
    forms: frozenset[int] = frozenset()
    bonds: frozenset[Bond] = frozenset()
    group: "Group | None" = None
    parent: int = -1
    children: list[int] = field(default_factory=list)
    entered: int = 0
    left: int = 0


@dataclass(slots=True)
class Group:
    """Sellers that are kin, sorted, and those of them that hold back the others."""

    members: list[int]
    held: list[int]


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
        self._sellers = [Seller(name, statuses.get(name)) for name in sorted(identities)]
        self._places = {one.seller_id: place for place, one in enumerate(self._sellers)}
        self._entries: dict[tuple[int, tuple[str, ...], int], dict[str, Any]] = {}
        self._tie(identities)
        self._crowd = sum(one.group is not None for one in self._sellers)

    def _tie(self, identities: Identities) -> None:
        """Finds what ties sellers together, and who is in one group."""
        form, numbers = self._rules.identities.forms(), dict[tuple[str, str], int]()
        tied: dict[Bond, list[int]] = {}
        for place, one in enumerate(self._sellers):
            by_kind: dict[str, set[int]] = {}
            for entry in identities[one.seller_id]:
                if found := form(entry["kind"], entry["value"]):
                    key = (entry["kind"], found)
                    number = numbers.setdefault(key, len(numbers))
                    by_kind.setdefault(entry["kind"], set()).add(number)
            one.forms = frozenset(number for each in by_kind.values() for number in each)
            one.bonds = frozenset(bonds_of(by_kind, self._rules.enough))
            for bond in one.bonds:
                tied.setdefault(bond, []).append(place)
        self._kinds = [kind for kind, _ in numbers]
        shared = {bond: places for bond, places in tied.items() if len(places) > 1}
        for place, one in enumerate(self._sellers):
            if one.group is None and not shared.keys().isdisjoint(one.bonds):
                self._gather(place, shared)

    def _gather(self, root: int, shared: dict[Bond, list[int]]) -> None:
        """The group of a seller: a tree from the first of them, each beneath the one it was first reached from."""
        group = Group([root], [])
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
        own = self._of(seller_id)
        if own is None or own.group is None:
            return [], 0
        most = min(most, max(1, LISTED_IN_ALL // self._crowd))
        others = [place for place in own.group.members[: most + 1] if self._sellers[place] is not own][:most]
        return [self._entry(own, place) for place in others], len(own.group.members) - 1

    def held(self, seller_id: str, most: int) -> tuple[list[str], int]:
        """The kin that hold a seller back, the first of them, and how many there are."""
        own = self._of(seller_id)
        if own is None or own.group is None:
            return [], 0
        first = [self._sellers[place] for place in own.group.held[: most + 1]]
        total = len(own.group.held) - (own.status in self._rules.held)
        return [one.seller_id for one in first if one is not own][:most], total

    def _of(self, seller_id: str) -> Seller | None:
        place = self._places.get(seller_id)
        return None if place is None else self._sellers[place]

    def _entry(self, own: Seller, place: int) -> dict[str, Any]:
        """One entry; where many sellers have the same, it is one object."""
        other, kinds, through = self._sellers[place], tuple[str, ...](), -1
        if own.bonds.isdisjoint(other.bonds):
            through = self._between(own, other)
        else:
            kinds = tuple(sorted({self._kinds[number] for number in own.forms & other.forms}))
        key = (place, kinds, through)
        if key not in self._entries:
            self._entries[key] = {
                "seller_id": other.seller_id,
                "shared": list(kinds),
                "through": None if kinds else self._sellers[through].seller_id,
                "status": other.status,
            }
        return self._entries[key]

    def _between(self, own: Seller, other: Seller) -> int:
        """Whom the other shares with, on the way to it: above it in the tree, or below where own stands there."""
        if not other.entered < own.entered < other.left:
            return other.parent
        after = bisect_right(other.children, own.entered, key=lambda child: self._sellers[child].entered)
        return other.children[after - 1]


def bonds_of(by_kind: Mapping[str, set[int]], enough: Iterable[tuple[str, ...]]) -> Iterator[Bond]:
    """What ties a seller to others: forms of one kind, or of several that are enough together."""
    for kinds in enough:
        together = product(*(sorted(by_kind.get(kind, ())) for kind in kinds))
        yield from together if len(kinds) == 1 else islice(together, MOST_PAIRED)


def gravest(statuses: Iterable[str | None], rules: KinRules) -> str | None:
    """The gravest of some statuses."""
    told = set(statuses)
    return next((status for status in rules.gravest if status in told), None)
