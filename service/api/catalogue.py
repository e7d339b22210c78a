"""A pack as a page a person reads and prints; no script, nothing fetched."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from flask import render_template

from service.core.cards import MILLION, Edge, Edition, Rung
from service.core.packs import Pack
from service.core.texts import decimal, percent
from service.rulebook.folder import Snapshot
from service.rulebook.yaml_source import read_source

HTML = "text/html"


def page(pack: Pack, files: Snapshot) -> str:
    """The catalogue of a pack: every card with its ladder, editions, sources and cases; health, status, actions."""
    sentences = {
        card.metric: case_sentences(files.get(f"{pack.pack}/cases/{card.metric}.yaml", b"")) for card in pack.cards
    }
    return render_template("catalogue.html", pack=pack, cases=sentences, edges=edges)


@lru_cache(maxsize=256)
def case_sentences(text: bytes) -> tuple[str, ...]:
    """The sentences of a case file."""
    value = read_source("cases", text).value if text else None
    listed = value.get("cases") if isinstance(value, Mapping) else None
    return tuple(str(case["case"]) for case in listed or () if isinstance(case, Mapping) and "case" in case)


def edges(edition: Edition, rung: Rung) -> str:
    """Where a level begins, in words."""
    return " and ".join(edge_words(edition, edge) for edge in rung.edges)


def edge_words(edition: Edition, edge: Edge) -> str:
    """One edge in words."""
    begins = "above" if edge.strict else "from"
    if edge.measure != "value":
        return f"{begins} {edge.at} {edge.measure.replace('_', ' ')}"
    number = Fraction(edge.at, MILLION)
    figure = {"share": percent(number), "average": decimal(number)}.get(edition.unit, str(edge.at))
    return f"{begins} {figure}"
