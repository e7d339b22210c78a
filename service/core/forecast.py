"""What a share says of the future: how sure it is, how much more it bears, what would mend it. Closed forms only."""

from math import sqrt

from service.core.cards import MILLION, Edge

Z = 1.959964
CONFIDENCE = 0.95


def interval(counted: int, total: int) -> tuple[float, float]:
    """The Wilson score interval of a share at 95 %, both bounds within 0…1.

    >>> [round(bound, 6) for bound in interval(2, 40)]
    [0.013821, 0.165039]
    """
    share = counted / total
    spread = Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
    low = 0.0 if counted == 0 else max(0.0, middle - half)
    return low, 1.0 if counted == total else min(1.0, middle + half)


def more_allowed(edge: Edge, counted: int, total: int, *, counted_hurt: bool) -> int:
    """How many more of the total may turn bad with the share still out of breach; 0 in breach.

    >>> more_allowed(Edge("value", 25_000), 0, 1000, counted_hurt=True)
    24
    >>> more_allowed(Edge("value", 950_000), 97, 100, counted_hurt=False)
    2
    """
    whole, rest = divmod(edge.at * total, MILLION)
    if counted_hurt:
        most = whole if edge.strict or rest else whole - 1
        return max(0, min(most, total) - counted)
    least = whole + 1 if rest or edge.strict else whole
    return max(0, counted - least)


def clean_needed(edge: Edge, counted: int, total: int, *, counted_hurt: bool) -> int | None:
    """The fewest further good records that would end the breach; 0 when there is none, None when none suffice.

    >>> clean_needed(Edge("value", 25_000), 2, 40, counted_hurt=True)
    41
    >>> clean_needed(Edge("value", 950_000), 90, 100, counted_hurt=False)
    100
    """
    if counted_hurt:
        if edge.at == 0:
            return None if counted else 0
        whole, rest = divmod(counted * MILLION, edge.at)
        least = whole + 1 if not edge.strict or rest else whole
        return max(0, least - total)
    if edge.at >= MILLION:
        return None if counted < total or edge.strict else 0
    whole, rest = divmod(edge.at * total - counted * MILLION, MILLION - edge.at)
    return max(0, whole + 1 if rest or edge.strict else whole)
