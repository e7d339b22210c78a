"""A metric file → a card: editions with everything they inherit, and examples."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from service.core.cards import Card, Edition, Example
from service.core.countings import Counting, Window
from service.core.mappings import WHOLE
from service.rulebook.conditions import asks_for_now_elsewhere
from service.rulebook.counting import counting, score, windows
from service.rulebook.cursor import Cursor, Layers
from service.rulebook.ladder import A_UNIT, rungs, target
from service.rulebook.mitigations import mitigations
from service.rulebook.reach import check_editions, check_levels
from service.rulebook.yaml_source import json_value
from service.schemas.records import TABLES, shape

NEEDED = {
    "share": ("of", "by", "within", "counts"),
    "count": ("of", "by", "within"),
    "average": ("of", "by", "within", "counts", "average"),
    "score": ("score",),
}
SELECTED = ("of", "by", "within", "only", "leaves_out", "counts", "parts", "groups", "weigh", "average")
COUNTED = (*SELECTED, "latest_per", "also", "context")
FOREIGN = {"share": ("score", "average"), "count": ("score", "average"), "average": ("score",), "score": COUNTED}
FIGURES = {"share": ("counted", "total"), "count": ("counted",), "average": ("counted", "total"), "score": ("score",)}


def metric_card(root: Cursor, pack: str, marketplaces: frozenset[str], digest: str) -> Card:
    """The card of one metric file; what is wrong is noted at its place."""
    stem = root.source.file.rsplit("/", 1)[-1].removesuffix(".yaml")
    if root["metric"].value != stem:
        root["metric"].fault(f"found {root['metric'].value!r}; the file is called {stem!r}")
    editions = []
    for cursor in root["editions"].entries():
        for name in cursor["marketplaces"].entries():
            name.one_of(marketplaces, "marketplace")
        editions.append(edition(root, cursor, pack))
    check_editions(root["editions"].entries(), editions)
    check_sources(root)
    examples = tuple(example(cursor, marketplaces, editions) for cursor in root["examples"].entries())
    kept = tuple(found for found in examples if found is not None)
    return Card(stem, tuple(editions), kept, json_value(root.value), digest)


def edition(root: Cursor, cursor: Cursor, pack: str) -> Edition:
    """One edition, with what it inherits from its card."""
    layers = Layers(root, cursor)
    unit = layers["unit"].value
    for key in NEEDED[unit]:
        if not layers[key]:
            cursor.fault(f"{key!r} is missing: {A_UNIT[unit]} needs it, here or on the card")
    for key in FOREIGN[unit]:
        own = root[key] if root["unit"].value == unit else cursor[key]  # a card may have been of another unit before
        if cursor[key] or own:
            (cursor[key] or own).fault(f"{key!r} says nothing of {A_UNIT[unit]}", key=True)
    address = f"{pack}/metrics/{root['metric'].value}@{edition_name(root, cursor)}"
    ladder = tuple(rungs(cursor, layers, address, unit))
    known = [*TABLES, *(f"{table}.{field}" for table in TABLES for field in (*shape(table).fields, WHOLE))]
    for name in layers["requires"].entries():
        name.one_of(known if "." in name.value else TABLES, "table")
    found = Edition(
        address=address,
        metric=root["metric"].value,
        title=layers["title"].value,
        unit=unit,
        enforced=bool(layers["enforced"].value),
        since=cursor["since"].day(),
        basis=cursor["basis"].value,
        marketplaces=frozenset(cursor["marketplaces"].value) if cursor["marketplaces"] else None,
        ladder=ladder,
        target=target(cursor["levels"], ladder, layers["target"].value or "not_breach", unit),
        requires=tuple(layers["requires"].value),
        counting=None if unit == "score" or not layers["of"] else counting(layers),
        score=score(layers["score"]) if unit == "score" and layers["score"] else None,
    )
    inherits = unit in ("share", root["unit"].value)  # a card may have been of another unit before
    excuses = tuple(mitigations((layers if inherits else cursor)["mitigations"], found, cursor["policies"]))
    found = replace(found, mitigations=excuses, context=contexts(layers))
    check_foreseeable(cursor, found)
    check_levels(cursor["levels"], ladder, unit, found.score)
    return found


def edition_name(root: Cursor, cursor: Cursor) -> str:
    """The date of an edition; with its marketplaces where several editions share the date."""
    since = str(cursor["since"].value)
    same = [other for other in root["editions"].entries() if other["since"].value == since]
    limited = cursor["marketplaces"].value
    return f"{since}:{','.join(limited)}" if len(same) > 1 and limited else since


def check_foreseeable(cursor: Cursor, found: Edition) -> None:
    """Faults for conditions that coming days cannot be foreseen from."""
    for one in found.countings:
        conditions = [one.only, one.counts, *(out.when for out in one.leaves_out), *(also.when for also in one.also)]
        if any(map(asks_for_now_elsewhere, [*conditions, *(part.counts for part in one.parts)])):
            cursor.fault("'as_of' may be asked for of the card's own records only, not of related ones")


def contexts(layers: Layers) -> tuple[tuple[str, Counting], ...]:
    """The named counts told beside the metric, over the windows of the metric."""
    spans = [(one.days, one.lag) for one in windows(layers["within"])]
    spans += [(one.otherwise, one.lag) for one in windows(layers["within"]) if one.needs]
    within = tuple(Window(days, lag) for days, lag in dict.fromkeys(spans))
    return tuple((name, replace(counting(cursor), within=within)) for name, cursor in layers["context"].items())


def check_sources(root: Cursor) -> None:
    """Faults for editions whose source is not listed, and dates of reading that do not exist."""
    for cursor in root["editions"].entries():
        cursor["source"].one_of(root["sources"].value, "source")
    for name in root["sources"].value:
        root["sources"][name]["read_on"].day()


def example(cursor: Cursor, marketplaces: frozenset[str], editions: list[Edition]) -> Example | None:
    """One example, with the edition it speaks of."""
    day = cursor["as_of"].day() if cursor["as_of"] else date.max
    known = not cursor["marketplace"] or cursor["marketplace"].one_of(marketplaces, "marketplace")
    if not known or day == date.min:
        return None
    found = edition_meant(editions, cursor["marketplace"].value, day)
    if found is None:
        cursor.fault("no edition is in force then and there")
        return None
    figures: dict[str, Any] = {name: cursor[name].value for name in FIGURES[found.unit]}
    if None in figures.values():
        cursor.fault(f"an example of {A_UNIT[found.unit]} needs {' and '.join(figures)}")
        return None
    check_figures(cursor, found, figures)
    figures.update(cursor["also"].value or {})
    return Example(found, figures, cursor["level"].value, cursor.place)


def check_figures(cursor: Cursor, found: Edition, figures: Mapping[str, int]) -> None:
    """Faults for figures that an edition of this unit does not have, or cannot have."""
    for name in sorted({"counted", "total", "score"} - figures.keys()):
        if cursor[name]:
            cursor[name].fault(f"{name!r} says nothing of {A_UNIT[found.unit]}")
    if found.unit == "share" and figures["counted"] > figures["total"]:
        cursor.fault("more is counted than there is in total")
    score = found.score
    if score and score.least < score.most and not score.least <= figures["score"] <= score.most:
        cursor["score"].fault(f"found {figures['score']}; expected a score from {score.least} to {score.most}")
    further = [one.name for one in found.counting.also] if found.counting else []
    for name in cursor["also"].value or ():
        cursor["also"][name].one_of(further, "further measure", key=True)


def edition_meant(editions: list[Edition], marketplace: str | None, day: date) -> Edition | None:
    """The edition in force there on a day; where no marketplace is named, one for all of them comes first."""
    if marketplace is not None:
        return next((one for one in editions if one.applies(marketplace, day)), None)
    in_force = [one for one in editions if one.since <= day]
    return next((one for one in in_force if one.marketplaces is None), in_force[0] if in_force else None)
