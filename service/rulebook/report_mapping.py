"""The report files of a pack → its mappings, in the order of reports.yaml."""

from collections.abc import Mapping
from fractions import Fraction

from service.core.mappings import Performance, Place, ReportMapping, Signs, Told, plain, plain_path
from service.rulebook.cursor import Cursor
from service.rulebook.report_fields import fillings
from service.rulebook.report_words import Common, common_words, dates_of, names, words
from service.rulebook.yaml_source import Source, json_value
from service.schemas.accounts import Seller
from service.schemas.scalars import Choice

BOUNDS = ("below", "at_most", "at_least", "above", "equals")
ANY_KEY = "*"


def report_mappings(
    folder: str, sources: Mapping[str, Source], marketplaces: frozenset[str], metrics: frozenset[str]
) -> tuple[ReportMapping, ...]:
    """The mappings of a pack; none where it has no reports.yaml.

    Args:
        folder: the pack.
        sources: all rule files, some of them perhaps faulty.
        marketplaces: the domains of the pack.
        metrics: its metrics.
    """
    prefix = f"{folder}/reports/"
    found = {name.removeprefix(prefix).removesuffix(".yaml"): name for name in sources if name.startswith(prefix)}
    listing = sources.get(f"{folder}/reports.yaml")
    if listing is None or listing.faults:
        for name in found.values() if listing is None else ():
            Cursor(sources[name]).fault(f"{folder}/reports.yaml is missing, which lists the reports")
        return ()
    root = Cursor(listing)
    for entry in root["reports"].entries():
        entry.one_of(found, "report (no such file)")
    for stem in sorted(found.keys() - set(root["reports"].value)):
        Cursor(sources[found[stem]])["report"].fault(f"report {stem!r} is not listed in {folder}/reports.yaml")
    common = common_words(root, marketplaces)
    stems = [stem for stem in root["reports"].value if stem in found and not sources[found[stem]].faults]
    return tuple(mapping(Cursor(sources[found[stem]]), stem, common, metrics) for stem in stems)


def mapping(root: Cursor, stem: str, common: Common, metrics: frozenset[str]) -> ReportMapping:
    """One report."""
    if root["report"].value != stem:
        root["report"].fault(f"found {root['report'].value!r}; the file is called {stem!r}")
    if not root["tables"] and not root["performance"]:
        root.fault("it fills nothing: 'tables' or 'performance' is missing")
    for name in root["sources"].value:
        root["sources"][name]["read_on"].day()
    paths = root["form"].value != "table"
    dates = dates_of(root["dates"], common)
    return ReportMapping(
        report=stem,
        form=root["form"].value,
        signs=Signs(
            tuple(names(group, paths=paths) for group in root["recognise"].entries()),
            names(root["not_with"], paths=paths),
        ),
        yes=common.yes,
        fillings=fillings(root, common, dates),
        wrapped_in=frozenset(
            ANY_KEY if entry.value == ANY_KEY else plain(str(entry.value)) for entry in root["wrapped_in"].entries()
        ),
        performance=performance(root["performance"], metrics) if root["performance"] else None,
        shown=json_value(root.value),
    )


def performance(cursor: Cursor, metrics: frozenset[str]) -> Performance:
    """How the marketplace's own figures are read."""
    status = Seller().fields["status"]
    choices = status.choices if isinstance(status, Choice) else ()
    paths = {
        key: names(cursor[key], paths=True)
        for key in ("accounts", "entries", "marketplace", "status", "since", "until", "value", "target", "condition")
    }
    bounds = words(cursor["bounds"], BOUNDS, "bound")
    return Performance(
        **paths,
        words=words(cursor["words"], choices, "status"),
        bounds={word: bound for word, bound in bounds.items() if bound},
        gravest=names(cursor["gravest"]),
        tolerance=Fraction(cursor["tolerance"].value),
        metrics=tuple(told(inner, metric, metrics) for metric, inner in cursor["metrics"].items()),
    )


def told(cursor: Cursor, metric: str, metrics: frozenset[str]) -> Told:
    """Where the figures of one metric stand."""
    cursor.one_of(metrics, "metric", key=True)
    return Told(metric, tuple(place(entry) for entry in cursor.entries()))


def place(cursor: Cursor) -> Place:
    """Where one figure stands."""
    group = next(((field, str(inner.value)) for field, inner in cursor["group"].items()), None)
    at = plain_path(str(cursor["at"].value))
    return Place(at, names(cursor["total"], paths=True), names(cursor["counted"], paths=True), group)
