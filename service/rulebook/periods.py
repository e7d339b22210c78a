"""The file of excluded periods → an excuse for every record dated in one, on each card the period names."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.core.cards import Card, Edition, Mitigation
from service.core.clauses import AllOf, Test
from service.core.instants import number_of
from service.core.packs import ExcludedPeriod
from service.core.pleas import RECORD, Line, Name, Plea, Quote
from service.rulebook.cursor import Cursor
from service.rulebook.pleas import lines
from service.schemas.batch import zone_names

KEY = "excluded_periods"
FROM, TO, DATED = "from", "to", "dated"
NAMES = (DATED, FROM, RECORD, TO)


def spared(
    cards: tuple[Card, ...], root: Cursor, pack: Cursor, at_fault: Collection[str]
) -> tuple[tuple[Card, ...], tuple[ExcludedPeriod, ...]]:
    """The cards with an excuse for the periods that name them, and the periods.

    Args:
        cards: the cards of the pack.
        root: the file of excluded periods.
        pack: the file of the pack.
        at_fault: metrics of which a period cannot tell what they are.
    """
    periods = tuple(excluded_periods(root, pack, {card.metric: card for card in cards}, at_fault))
    zone = pack["time_zone"].value
    if at_fault or root.source.faults or zone not in zone_names():  # the pack is refused
        return cards, periods
    return tuple(with_periods(cards, root, periods, ZoneInfo(zone))), periods


def excluded_periods(
    root: Cursor, pack: Cursor, cards: Mapping[str, Card], at_fault: Collection[str]
) -> Iterator[ExcludedPeriod]:
    """The periods of the file, each checked."""
    met: set[str] = set()
    for name in root["sources"].value:
        root["sources"][name]["read_on"].day()
    for entry in root[KEY].entries():
        name = entry["period"].value
        if name in met:
            entry["period"].fault(f"period {name!r} stands twice")
        met.add(name)
        for metric in entry["metrics"].entries():
            if metric.one_of(cards, "metric"):
                check_metric(metric, entry["period"], cards[metric.value].editions, at_fault)
        for domain in entry["marketplaces"].entries():
            domain.one_of(pack["marketplaces"].value, "marketplace")
        since, until = entry[FROM].day(), entry[TO].day()
        if since > until > date.min:
            entry[TO].fault("the period ends before it begins")
        entry["source"].one_of(root["sources"].value, "source")
        for inner in entry["words"].value:
            lines(entry["words"][inner], NAMES, NAMES)
        address = f"{pack['pack'].value}/{KEY}@{since}#{name}"
        yield ExcludedPeriod(name, address, since, until, tuple(entry["metrics"].value))


def check_metric(metric: Cursor, period: Cursor, editions: Iterable[Edition], at_fault: Collection[str]) -> None:
    """Faults for a metric whose records cannot be spared, or that has an excuse of the period's name already."""
    if metric.value not in at_fault and not any(map(can_spare, editions)):
        metric.fault(f"{metric.value!r} is no share whose counted records hurt")
    if period.value in {one.name for edition in editions for one in edition.mitigations}:
        period.fault(f"{period.value!r} is the name of a mitigation of a card that the period names")


def can_spare(edition: Edition) -> bool:
    """Whether counted records can be spared."""
    return edition.unit == "share" and edition.counted_hurt


def with_periods(
    cards: Iterable[Card], root: Cursor, periods: Iterable[ExcludedPeriod], zone: ZoneInfo
) -> Iterator[Card]:
    """The cards, each with an excuse for the periods that name it, before its own."""
    listed = list(zip(root[KEY].entries(), periods, strict=True))
    for card in cards:
        meant = [each for each in listed if card.metric in each[1].metrics]
        editions = tuple(
            replace(one, mitigations=(*(excuse(one, *each, zone) for each in meant), *one.mitigations))
            if can_spare(one)
            else one
            for one in card.editions
        )
        yield replace(card, editions=editions) if meant else card


def excuse(edition: Edition, entry: Cursor, period: ExcludedPeriod, zone: ZoneInfo) -> Mitigation:
    """The excuse of a period for the records of an edition; it stays in the total."""
    table, by = edition.counted_by.of, edition.counted_by.by
    since = datetime.combine(period.since, time(), zone)
    until = datetime.combine(period.until + timedelta(days=1), time(), zone)
    tests = (Test(by, "not_before", number_of(since)), Test(by, "before", number_of(until)))
    source = Cursor(entry.source, ("sources", entry["source"].value)).value or {}
    limited = entry["marketplaces"].value
    return Mitigation(
        name=period.name,
        address=period.address,
        of=table,
        when=AllOf(tests),
        effect="not_counted",
        because=entry["because"].value,
        ask=entry["ask"].value,
        plea=Plea(
            policy=entry["policy"].value,
            basis=entry["basis"].value,
            source=source,
            evidence=(Quote(table, (by,)),),
            words={
                language: tuple(dated(inner, period, f"{table}.{by}")) for language, inner in entry["words"].items()
            },
            names=(Name(f"{table}.{by}", table, by, is_instant=True),),
            attach=tuple(entry["attach"].value or ()),
        ),
        marketplaces=frozenset(limited) if limited else None,
    )


def dated(words: Cursor, period: ExcludedPeriod, own: str) -> Iterator[Line]:
    """The words with the days of the period filled in, and the record's own date by the name it is quoted under."""
    days = {FROM: str(period.since), TO: str(period.until)}
    for template, names in lines(words, NAMES, NAMES):
        places = [days.get(name, "{}") for name in names]
        kept = tuple(own if name == DATED else name for name in names if name not in days)
        yield Line(template.format(*places), kept)
