"""Rule files → a rulebook. All faults of all files at once; a broken rulebook is never half loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from service.core.account_rules import AccountRules
from service.core.cards import Card
from service.core.errors import BrokenRulebook, RuleFault
from service.core.letters import LetterRules
from service.core.matters import Outlook
from service.core.packs import ExcludedPeriod, Pack, Rulebook
from service.rulebook.account_rules import ACCOUNT_FILES, account_rules
from service.rulebook.chapters import catalogue, chapters, notes
from service.rulebook.cursor import Cursor
from service.rulebook.facts import facts_of
from service.rulebook.folder import ENDING, Snapshot, digest, rules_of
from service.rulebook.ladder import check_text
from service.rulebook.letter_rules import Around, letter_rules
from service.rulebook.metric_card import metric_card
from service.rulebook.outlooks import Counted, outlooks
from service.rulebook.periods import spared
from service.rulebook.pleas import check_languages
from service.rulebook.report_mapping import report_mappings
from service.rulebook.shape import check_shape
from service.rulebook.timetables import timetables
from service.rulebook.yaml_source import Source, json_value, read_source
from service.schemas.batch import zone_names

TEXTS = {"no_records": ("days",), "not_covered": ("judged", "missing")}
PACK_FILES = {
    "pack.yaml": "pack",
    "health.yaml": "health",
    "status.yaml": "status",
    "actions.yaml": "actions",
    "deadlines.yaml": "deadlines",
}
LETTER_FILES = {"notices.yaml": "notices", "appeals.yaml": "appeals"}  # a marketplace that sends no letters needs none
PERIOD_FILES = {"excluded_periods.yaml": "excluded_periods"}  # nor this, where it never let days pass
OUTLOOK_FILES = {"exposure.yaml": "exposure"}  # or where nothing is open but for time to pass
REPORT_FILES = {"reports.yaml": "reports"}  # nor these, where it has no reports
BESIDE_FILES = {**LETTER_FILES, **PERIOD_FILES, **OUTLOOK_FILES, **ACCOUNT_FILES}
FOLDERS = {"metrics": "metric", "phrases": "phrases", "reports": "report"}


def load_rulebook(files: Snapshot) -> Rulebook:
    """The rulebook of some rule files.

    Raises:
        BrokenRulebook: something is wrong; carries every fault of every file.
    """
    files = rules_of(files)
    if "pack.yaml" in files:
        raise BrokenRulebook([RuleFault("pack.yaml", 1, 1, "this folder is a pack; name the folder that holds packs")])
    sources = {name: source_of(name, text) for name, text in files.items()}
    folders = sorted({name.split("/", 1)[0] for name in files if "/" in name})
    missing = [fault for folder in folders for fault in missing_files(folder, files)]
    roots = [Cursor(source) for name, source in sources.items() if kind_of(name) == "pack" and not source.faults]
    packs = tuple(found for folder in folders if (found := pack(folder, sources, files)))
    check_names(roots)
    faults = [*missing, *(fault for source in sources.values() for fault in source.faults)]
    if faults:
        raise BrokenRulebook(faults)
    return Rulebook(packs, digest(files))


def source_of(name: str, text: bytes) -> Source:
    """A rule file, with what is wrong with its form and its shape so far."""
    known = checked(name, text)
    return replace(known, faults=[*known.faults])


@lru_cache(maxsize=512)
def checked(name: str, text: bytes) -> Source:
    """The same, read once: while a folder is being edited most of its files stay as they are."""
    source, kind = read_source(name, text), kind_of(name)
    if kind is None:
        layout = "this file belongs to no pack; rules/README.md shows the layout"
        source.faults.append(RuleFault(name, 1, 1, layout if name.endswith(ENDING) else f"rule files end in {ENDING}"))
    elif source.whole:
        check_shape(source, kind)
    return source


def kind_of(name: str) -> str | None:
    """Which kind of rule file a path is."""
    parts = name.split("/") if name.endswith(ENDING) else []
    if len(parts) == 2:
        return {**PACK_FILES, **BESIDE_FILES, **REPORT_FILES}.get(parts[1])
    return FOLDERS.get(parts[1]) if len(parts) == 3 else None


def missing_files(folder: str, files: Snapshot) -> Iterator[RuleFault]:
    """Faults for the files every pack needs."""
    for name in PACK_FILES:
        if f"{folder}/{name}" not in files:
            yield RuleFault(f"{folder}/{name}", 1, 1, "this file is missing")


def pack(folder: str, sources: Mapping[str, Source], files: Snapshot) -> Pack | None:
    """One pack of the folder; what is wrong is noted in the sources. None where a file lacks its form."""
    own = [name for name in sources if name.startswith(f"{folder}/")]
    whole = all(not sources[name].faults for name in own) and all(f"{folder}/{name}" in own for name in PACK_FILES)
    if f"{folder}/pack.yaml" not in own or sources[f"{folder}/pack.yaml"].faults:
        return None
    root = Cursor(sources[f"{folder}/pack.yaml"])
    check_pack(root, folder)
    marketplaces = {name: tuple(entry["aliases"].value or ()) for name, entry in root["marketplaces"].items()}
    cards = metric_cards(folder, root, frozenset(marketplaces), sources, files)
    reports = report_mappings(folder, sources, frozenset(marketplaces), frozenset(root["metrics"].value))
    if not whole:
        return None
    cards, periods = with_periods(folder, root, cards, sources)
    health, status, actions, deadlines = (Cursor(sources[f"{folder}/{name}"]) for name in [*PACK_FILES][1:])
    around = Around(folder, marketplaces, [card.metric for card in cards], actions)
    letters, accounts = letters_of(folder, sources, around), accounts_of(folder, sources, around)
    facts = facts_of(cards, periods, deadlines, letters, accounts)
    return Pack(
        pack=folder,
        title=root["title"].value,
        time_zone=ZoneInfo(root["time_zone"].value if root["time_zone"].value in zone_names() else "UTC"),
        marketplaces=marketplaces,
        cards=cards,
        health=chapters(health, "health", "color", folder, facts),
        status=chapters(status, "status", "status", folder, facts),
        actions=chapters(actions, "actions", "action", folder, facts),
        deadlines=timetables(deadlines, frozenset(marketplaces)),
        catalogue=catalogue(actions),
        texts=root["texts"].value,
        digest=digest({name: files[name] for name in own}),
        shown=shown(folder, sources),
        notes=notes(status, folder, facts),
        letters=letters,
        accounts=accounts,
        reports=reports,
        languages=languages_of(root),
        periods=periods,
        outlooks=outlooks_of(folder, sources, Counted(folder, marketplaces, cards)),
    )


def check_pack(root: Cursor, folder: str) -> None:
    """Faults for what a pack file says of itself and its surroundings."""
    if root["pack"].value != folder:
        root["pack"].fault(f"found {root['pack'].value!r}; the folder is called {folder!r}")
    if root["time_zone"].value not in zone_names():
        root["time_zone"].fault(f"unknown time zone {root['time_zone'].value!r}; expected an IANA name such as UTC")
    for name, allowed in TEXTS.items():
        check_text(root["texts"][name], allowed)


def languages_of(root: Cursor) -> dict[str, tuple[str, ...]]:
    """The languages each marketplace is written to in, beside English."""
    return {name: tuple(entry["languages"].value or ()) for name, entry in root["marketplaces"].items()}


def with_periods(
    folder: str, root: Cursor, cards: tuple[Card, ...], sources: Mapping[str, Source]
) -> tuple[tuple[Card, ...], tuple[ExcludedPeriod, ...]]:
    """The cards with an excuse for each excluded period, and the periods; all words in languages that are spoken."""
    spoken = {language for own in languages_of(root).values() for language in own}
    worded = [f"{folder}/{name}" for name in (*(f"metrics/{card.metric}.yaml" for card in cards), *PERIOD_FILES)]
    for source in [sources[name] for name in worded if name in sources]:
        check_languages(Cursor(source), spoken)
    beside = [Cursor(sources[name]) for name in worded[-1:] if name in sources]
    at_fault = [card.metric for card in cards if sources[f"{folder}/metrics/{card.metric}.yaml"].faults]
    return spared(cards, beside[0], root, at_fault) if beside else (cards, ())


def shown(folder: str, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The files of a pack as they are shown to people, the metric cards aside."""
    files = {**PACK_FILES, **BESIDE_FILES}
    present = {kind: sources[f"{folder}/{name}"] for name, kind in files.items() if f"{folder}/{name}" in sources}
    languages = {source.value["language"]: json_value(source.value) for source in phrase_sources(folder, sources)}
    return {
        **{kind: json_value(source.value) for kind, source in present.items()},
        **({"phrases": languages} if languages else {}),
    }


def phrase_sources(folder: str, sources: Mapping[str, Source]) -> list[Source]:
    """The phrase files of a pack, by the name of the language."""
    return [sources[name] for name in sorted(sources) if name.startswith(f"{folder}/phrases/")]


def letters_of(folder: str, sources: Mapping[str, Source], around: Around) -> LetterRules:
    """The rules of letters of a pack."""
    files = [sources.get(f"{folder}/{name}") for name in LETTER_FILES]
    notices, appeals = (Cursor(source) if source else None for source in files)
    return letter_rules(notices, appeals, [Cursor(source) for source in phrase_sources(folder, sources)], around)


def outlooks_of(folder: str, sources: Mapping[str, Source], around: Counted) -> tuple[Outlook, ...]:
    """What is open and may end against the seller, where the pack says so."""
    exposure = sources.get(f"{folder}/exposure.yaml")
    return outlooks(Cursor(exposure), around) if exposure else ()


def accounts_of(folder: str, sources: Mapping[str, Source], around: Around) -> AccountRules:
    """The rules of accounts of a pack."""
    found = {key: sources.get(f"{folder}/{name}") for name, key in ACCOUNT_FILES.items()}
    return account_rules({key: Cursor(source) for key, source in found.items() if source}, around)


def metric_cards(
    folder: str, root: Cursor, marketplaces: frozenset[str], sources: Mapping[str, Source], files: Snapshot
) -> tuple[Card, ...]:
    """The cards of a pack, in the order the pack lists them."""
    prefix = f"{folder}/metrics/"
    cards = [name for name in sources if name.startswith(prefix) and kind_of(name) == "metric"]
    found = {name.removeprefix(prefix).removesuffix(".yaml"): name for name in cards}
    listed = root["metrics"].value
    for cursor in root["metrics"].entries():
        cursor.one_of(found, "metric (no such file)")
    for stem in sorted(found.keys() - set(listed)):
        Cursor(sources[found[stem]])["metric"].fault(f"metric {stem!r} is not listed in {folder}/pack.yaml")
    stems = [stem for stem in listed if stem in found and not sources[found[stem]].faults]
    return tuple(
        metric_card(Cursor(sources[found[stem]]), folder, marketplaces, digest({found[stem]: files[found[stem]]}))
        for stem in stems
    )


def check_names(roots: list[Cursor]) -> None:
    """Faults for names that two marketplaces go by."""
    met: dict[str, str] = {}
    domains = [(domain, entry) for root in roots for domain, entry in root["marketplaces"].items()]
    for domain, entry in domains:
        if domain in met:
            entry.fault(f"{domain!r} already names {met[domain]}", key=True)
        met[domain] = domain
    for domain, entry in domains:
        for alias in entry["aliases"].entries():
            if alias.value in met:
                alias.fault(f"{alias.value!r} already names {met[alias.value]}")
            met[alias.value] = domain
