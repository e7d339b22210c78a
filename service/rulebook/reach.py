"""What could never happen: levels no figure reaches, editions and rules that others always come before."""

from datetime import date

from service.core.cards import MILLION, Edition, Rung
from service.core.chapters import Want
from service.core.countings import Score
from service.rulebook.cursor import Cursor


def check_levels(levels: Cursor, ladder: tuple[Rung, ...], unit: str, score: Score | None) -> None:
    """Faults for levels that begin beyond the highest figure there is."""
    highest = {"share": MILLION, "score": score.most if score else None}.get(unit)
    for place, rung in enumerate(ladder):
        for edge in rung.edges[:1]:
            if highest is not None and (edge.at > highest or (edge.strict and edge.at == highest)):
                levels[place].fault(f"level {rung.level!r} can never be reached: no {unit} goes that far")


def check_editions(cursors: list[Cursor], editions: list[Edition]) -> None:
    """Faults for editions that are not newest first, or never in force because another always comes before."""
    for place in range(1, len(editions)):
        own = editions[place]
        if date.min != editions[place - 1].since < own.since:
            cursors[place]["since"].fault("editions stand newest first")
        for other in editions[:place]:
            wider = other.marketplaces is None or (own.marketplaces or {""}) <= other.marketplaces
            if other.since == own.since and wider:
                cursors[place]["since"].fault("never in force: an edition above has the same date and marketplaces")
                break


def check_rules(cursors: list[Cursor], wants: list[tuple[Want, ...]], outcome: str, *, first_decides: bool) -> None:
    """Faults for rules that never decide, since an earlier one holds whenever they do; or suggest the same twice."""
    for place, cursor in enumerate(cursors):
        for earlier in range(place):
            same = first_decides or cursors[earlier][outcome].value == cursor[outcome].value
            if same and implies(wants[place], wants[earlier]):
                name = cursors[earlier]["rule"].value
                cursor["rule"].fault(f"never decides: {name!r} above holds whenever this one does")
                break


def implies(narrow: tuple[Want, ...], wide: tuple[Want, ...]) -> bool:
    """Whether everything `wide` wants is certain where `narrow` holds."""
    return all(any(within(own, other) for own in narrow) for other in wide)


def within(own: Want, other: Want) -> bool:
    """Whether a fact that meets one want always meets another."""
    if own.fact != other.fact:
        return False
    if own.words or other.words:
        return bool(own.words) and set(own.words) <= set(other.words)
    reaches = other.least is None or (own.least is not None and own.least >= other.least)
    return reaches and (other.most is None or (own.most is not None and own.most <= other.most))
