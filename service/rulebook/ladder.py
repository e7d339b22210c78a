"""The ladder of an edition: levels from the lowest figure up, their sentences, and the target they imply."""

import re
from collections.abc import Iterator
from decimal import Decimal

from service.core.cards import MILLION, VALUE, Edge, Rung, Target
from service.rulebook.cursor import Cursor, Layers

A_UNIT = {"share": "a share", "count": "a count", "average": "an average", "score": "a score"}
PLACEHOLDERS = ("counted", "total", "value", "target", "days")
EDGES = {"share": ((str,), "a share such as 2.5%"), "average": ((int, Decimal), "a number such as 4.8")}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def rungs(cursor: Cursor, layers: Layers, address: str, unit: str) -> Iterator[Rung]:
    """The levels of an edition from the lowest figure up; edges must rise from 0."""
    before: Edge | None = None
    also = tuple(layers["also"].value or ())
    for level in cursor["levels"].entries():
        edges = tuple(edges_of(level, unit, also))
        own = next((edge for edge in edges if edge.measure == VALUE), None)
        first = level.path[-1] == 0
        if first and not unfit(own) and (own is None or own.at or own.strict or len(edges) > 1):
            level.fault("the first level must begin 'from' 0, so that every figure has a level")
        if (
            own
            and before
            and not unfit(own)
            and not unfit(before)
            and (own.at, own.strict) <= (before.at, before.strict)
        ):
            level.fault("each level must begin above the one before it")
        before = own or before
        reason = level["reason"] or layers["reason"]
        check_text(reason or level, (*PLACEHOLDERS, *also))
        basis = level["basis"].value or cursor["basis"].value
        yield Rung(level["level"].value, edges, str(reason.value or ""), basis, f"{address}#{level['level'].value}")
    names = [level["level"].value for level in cursor["levels"].entries()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        cursor["levels"].fault(f"level {name!r} stands twice")


def edges_of(level: Cursor, unit: str, also: tuple[str, ...]) -> Iterator[Edge]:
    """The edges a level needs: its own figure and those of further measures."""
    given = bool(level["from"]) + bool(level["above"])
    if given == 2 or (not given and not level["and"] and level.path[-1] != 0):
        level.fault("a level begins either 'from' or 'above' a figure")
    yield from edges_at(level, VALUE, unit)
    for name, inner in level["and"].items():
        if inner.one_of(also, "further measure", key=True):
            yield from edges_at(inner, name, "count")


def unfit(edge: Edge | None) -> bool:
    """Whether the edge is there, but is none that can be compared."""
    return edge is not None and edge.at < 0


def edges_at(cursor: Cursor, measure: str, unit: str) -> Iterator[Edge]:
    """The edge said by 'from' or 'above'."""
    for key in ("from", "above"):
        if cursor[key]:
            yield Edge(measure, figure(cursor[key], unit), key == "above")


def figure(cursor: Cursor, unit: str) -> int:
    """An edge as the engine compares it: shares and averages in parts per million, anything else as it stands."""
    value = cursor.value
    kinds, wanted = EDGES.get(unit, ((int,), "a whole number"))
    if not isinstance(value, kinds):
        cursor.fault(f"found {value}; the edge of {A_UNIT[unit]} is {wanted}")
        return -1
    number = Decimal(str(value).removesuffix("%")) / (100 if unit == "share" else 1)
    scaled = number * MILLION if unit in ("share", "average") else number
    if scaled != int(scaled):
        cursor.fault(f"found {value}; expected at most six decimals")
    return int(scaled)


def target(levels: Cursor, ladder: tuple[Rung, ...], goal: str, unit: str) -> Target:
    """The edge between what the marketplace asks for and the rest."""
    bad = {"not_breach": ("breach",), "good": ("breach", "watch")}[goal]
    missed = [rung.level in bad for rung in ladder]
    turns = [place for place in range(1, len(missed)) if missed[place] != missed[place - 1]]
    if any(not rung.edges or any(map(unfit, rung.edges)) for rung in ladder):
        return Target("below", 0, "")
    edges = [edge for place in turns[:1] for edge in ladder[place].edges if edge.measure == VALUE]
    if len(turns) != 1 or not edges:
        levels.fault("the target is unclear: exactly one edge must part what is asked for from the rest")
        return Target("below", 0, "")
    value: Decimal | int = Decimal(edges[0].at) / MILLION if unit in ("share", "average") else edges[0].at
    words = levels[turns[0]]["above" if edges[0].strict else "from"].value
    shown = f"{str(words)[:-1]} %" if unit == "share" else str(words)
    if not missed[0]:
        if unit == "count" and not edges[0].strict:
            return Target("at_most", int(value) - 1, f"at most {int(value) - 1}")
        bound = "at_most" if edges[0].strict else "below"
    else:
        bound = "above" if edges[0].strict else "at_least"
    return Target(bound, value, f"{bound.replace('_', ' ')} {shown}")


def check_text(cursor: Cursor, allowed: tuple[str, ...]) -> None:
    """Faults for a sentence that is missing or asks for something nobody fills in."""
    if not isinstance(cursor.value, str):
        cursor.fault("'reason' is missing: the level, the edition or the card must say one")
        return
    for name in PLACEHOLDER.findall(cursor.value):
        if name not in allowed:
            cursor.fault(f"unknown placeholder {{{name}}}; allowed: {', '.join(allowed) or 'none'}")
    if {"{", "}"} & set(PLACEHOLDER.sub("", cursor.value)):
        cursor.fault("a brace that belongs to no placeholder")
