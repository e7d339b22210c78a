"""What the cases are worth: change any number or condition of a shipped rule file, and an example or a case must fail.

Each mutation is one change of meaning: an edge or a day further, a condition, a word or a rule gone, an operator, a
word or a rule for its neighbour. It is tried on the cases of its own file, in a pack narrowed to what it can touch,
which is sound without it; only what nobody notices there is put before all cases. A mutation that the loader refuses
is noticed as well.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from service.app import load
from service.casebook.cases import Case
from service.casebook.compare import differences
from service.casebook.read import case_sources, cases_of
from service.casebook.trial import Trial
from service.casebook.witness import Witness
from service.core.batch import Batch
from service.core.errors import BrokenRulebook
from service.core.evaluate import Wishes, evaluate
from service.rulebook.folder import rules_of, snapshot
from service.rulebook.yaml_source import read_source
from service.schemas.batch import EVIDENCE_MOST
from service.schemas.records import TABLES, shape
from service.schemas.scalars import Choice, Timestamp

# What cannot change any answer, and why

READS_FALSE = "Where nothing is said, a metric is not enforced."
ONE_ORDER = "A record has one order at most, so some of its orders and all of them are the same."
ALIKE = "A claim that the seller refunds counts like one that is granted."
OWN_ORDERS = "The rates that a cancellation touches are of orders that the seller fulfils."
NOT_BOTH = "The two never hold together: where nothing is judged, nothing is in breach."
NO_SUCH_CATEGORY = "No category asks for both, or there is none: which reason comes first makes no difference."
EQUIVALENT = {
    "account_health_rating: score/terms/4/sets → -1": "The rating never falls below 0.",
    "applications: applications/2000-01-01/rules account_type before no_rule": NO_SUCH_CATEGORY,
    "applications: applications/2000-01-01/rules documents before metrics": NO_SUCH_CATEGORY,
    "contact_response_rate: enforced gone": READS_FALSE,
    "contact_response_rate: leaves_out/marketplace_answers/when has → all": ONE_ORDER,
    "customer_service_dissatisfaction_rate: enforced gone": READS_FALSE,
    "deadlines: deadlines/2000-01-01/rules/answer_message/by_marketplace has → all": ONE_ORDER,
    "exposure: exposure/2000-01-01/rules/pending_claim/becomes/outcome → seller_refunded": ALIKE,
    "exposure: exposure/2024-09-16/rules/pending_claim/becomes/outcome → seller_refunded": ALIKE,
    "exposure: exposure/2024-09-16/rules/unconfirmed_order/when/fulfilled_by gone": OWN_ORDERS,
    "health: health/2000-01-01/rules enforced_breach before nothing_judged": NOT_BOTH,
    "on_time_delivery_rate: enforced gone": READS_FALSE,
    "order_defect_rate: mitigations/delivery_feedback/when has → all": ONE_ORDER,
    "positive_feedback_rate: mitigations/voice_about_delivery/when has → all": ONE_ORDER,
    "positive_feedback_rate: enforced gone": READS_FALSE,
    "refund_rate: enforced gone": READS_FALSE,
    "return_dissatisfaction_rate: enforced gone": READS_FALSE,
}

# The shipped pack

Values = Mapping[str, Any]
Steps = tuple[str | int, ...]

PACK = "amazon"
RULES = ("health", "status", "actions", "deadlines")
MATTERS = {"exposure"}  # speaks of what several metrics ask for
FILES = {
    name: text
    for name, text in snapshot(Path(__file__).resolve().parent.parent / "rules").items()
    if name.startswith(f"{PACK}/")
}
NAMED = {Path(name).stem: name for name in rules_of(FILES)}
SHIPPED: Values = {stem: read_source(name, FILES[name]).value for stem, name in NAMED.items()}
METRICS: tuple[str, ...] = tuple(SHIPPED["pack"]["metrics"])
LANGUAGES = {Path(name).stem for name in NAMED.values() if "/phrases/" in name}
LETTERS = {"notices", "appeals", *LANGUAGES}
HEARD = {"notices", "appeals", "en", "actions"}  # as much of letters as an English one needs, and what they suggest
ACCOUNTS = {"funds", "related", "applications"}
LETTER_FACTS = {
    fact
    for key in ("status", "actions")
    for chapter in SHIPPED[key][key]
    for rule in (*chapter["rules"], *chapter.get("notes", ()))
    for fact in rule.get("when", ())
    if fact.startswith(("notices_", "unanswered_", "next_", "related_"))
}
PERIODS = "excluded_periods"
REPORTS = {Path(name).stem for name in NAMED.values() if "/reports" in name}
SPARED = frozenset(metric for period in SHIPPED[PERIODS][PERIODS] for metric in period["metrics"])
SMALL = frozenset({"refund_rate"})  # the metric to have where none is needed
DEADLINES = [rule["deadline"] for table in SHIPPED["deadlines"]["deadlines"] for rule in table["rules"]]
CASES = b"".join(text for name, text in FILES.items() if name not in NAMED.values())
MARKETPLACES = [name for name in SHIPPED["pack"]["marketplaces"] if name.encode() in CASES]

# What is no rule, and what stands beside what

GONE = object()
PROSE = {
    "metric", "title", "question", "why", "reason", "ask", "text", "source", "sources", "examples", "unit", "words",
}  # fmt: skip
NAMES = ("rule", "deadline", "mitigation", "period", "because", "level", "since")
FIRST_DECIDES = {
    ("health", "rules"), ("status", "rules"), ("applications", "rules"), ("leaves_out", "leaves_out"),
    ("latest_per", "latest_per"),
}  # fmt: skip
ALWAYS = "2000-01-01"
STEP = Decimal("0.01")  # an edge moves by a hundredth of a percentage point
SHARE = re.compile(r"[0-9.]+%")
DURATION = re.compile(r"([0-9]+)([hd])")
NEIGHBOURS = {
    "at_most": "below", "below": "at_most", "at_least": "above", "from": "above", "above": "from",
    "after": "not_before", "not_before": "after", "before": "not_after", "not_after": "before",
    "within": "beyond", "beyond": "within", "not": "is", "is": "not", "has": "all", "all": "has",
}  # fmt: skip
FIELDS = [(name, getattr(kind, "inner", kind)) for table in TABLES for name, kind in shape(table).fields.items()]
INSTANTS = [[name for name, kind in shape(table).fields.items() if isinstance(kind, Timestamp)] for table in TABLES]
WORDS = [
    ("effect", ["not_counted", "left_out"]),
    ("policy", ["allows", "refuses", "silent"]),
    ("target", ["good", "not_breach"]),
    ("basis", ["published", "observed", "assumed"]),
    ("level", ["good", "watch", "breach"]),
    ("urgency", ["now", "soon", "routine"]),
    ("color", ["red", "yellow", "green", "unknown"]),
    ("action", list(SHIPPED["actions"]["catalogue"])),
    *((metric, ["breach", "watch", "good", "insufficient_data"]) for metric in METRICS),
    *((name, list(kind.choices)) for name, kind in FIELDS if isinstance(kind, Choice)),
]


class Tried(NamedTuple):
    """A case, its records, and what it expects as a text."""

    case: Case
    batch: Batch
    expected: str


class Mutation(NamedTuple):
    """One change of one file: where, what stands there afterwards, and what was done in words."""

    file: str
    steps: Steps
    value: Any
    done: str

    @property
    def name(self) -> str:
        """The change as people read it."""
        return f"{self.file}: {'/'.join(labels(SHIPPED[self.file], self.steps))} {self.done}"

    @property
    def values(self) -> Values:
        """The values of all files after the change."""
        root = deepcopy({"": SHIPPED[self.file]})
        inner: Any = root
        *way, last = ("", *self.steps)
        for step in way:
            inner = inner[step]
        if self.value is GONE:
            del inner[last]
        else:
            inner[last] = self.value
        return {**SHIPPED, self.file: root[""]}


def labels(value: Any, steps: Steps) -> Iterator[str]:
    """The steps to a place; entries of lists by a name of their own where they have one."""
    for step in steps:
        names = [named(entry) for entry in value] if isinstance(value, list) else [str(step)]
        own = names[step] if isinstance(step, int) else str(step)
        yield own if own and names.count(own) == 1 else str(step)
        value = value[step]


def named(entry: Any) -> str:
    """What an entry of a list is called."""
    return str(next((entry[name] for name in NAMES if name in entry), "")) if isinstance(entry, dict) else str(entry)


def mutations(file: str) -> Iterator[Mutation]:
    """Every mutation of a file; where answers do not tell the basis of a rule, its basis aside."""
    silent = {"basis"} if file in ACCOUNTS else set()
    found = (Mutation(file, steps, value, done) for steps, value, done in changes(SHIPPED[file], ()))
    return (mutation for mutation in found if silent.isdisjoint(mutation.steps[-1:]))


def changes(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any, str]]:
    """Every change of a value and of what it holds."""
    if isinstance(value, dict):
        yield from changes_of_keys(value, steps)
        for key in [key for key in value if key not in PROSE]:
            yield from changes(value[key], (*steps, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield (*steps, place), GONE, "gone"
            if place and (steps[0], steps[-1]) in FIRST_DECIDES:
                swapped = [*value[: place - 1], inner, value[place - 1], *value[place + 1 :]]
                yield steps, swapped, f"{named(inner)} before {named(value[place - 1])}"
            yield from changes(inner, (*steps, place))
    else:
        yield from ((steps, slip, f"→ {slip}") for slip in slips(steps, value))


def changes_of_keys(value: dict[str, Any], steps: Steps) -> Iterator[tuple[Steps, Any, str]]:
    """A mapping with a key gone, with another operator, or with the lag it does not speak of."""
    for key in [key for key in value if key not in PROSE]:
        if key not in NAMES:
            yield (*steps, key), GONE, "gone"
        if other := NEIGHBOURS.get(key):
            swapped = {other if name == key else name: inner for name, inner in value.items()}
            yield steps, swapped, f"{key} → {other}"
    if "days" in value and "lag" not in value:
        yield steps, {**value, "lag": 1}, "lag → 1"


def slips(steps: Steps, value: Any) -> Iterator[Any]:
    """What a value becomes by a slip: the next number, day or word."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif SHARE.fullmatch(value):
        yield from (f"{Decimal(value[:-1]) + step}%" for step in (-STEP, STEP))
    elif found := DURATION.fullmatch(value):
        yield from (f"{int(found[1]) + step}{found[2]}" for step in (-1, 1))
    elif steps[-1] in ("since", "from", "to"):
        yield from (str(date.fromisoformat(value) + timedelta(days)) for days in (-1, 1) if value != ALWAYS)
    else:
        field = next(str(step) for step in reversed(steps) if isinstance(step, str) and step not in ("is", "not"))
        yield from other_words(field, value)


def other_words(field: str, word: str) -> Iterator[str]:
    """The words that may stand where a word stands: the next of each list it is on."""
    _, order, name = word.rpartition("order.")
    lists = [words for listed, words in WORDS if listed == field] + INSTANTS
    others = {words[(words.index(name) + 1) % len(words)] for words in lists if name in words}
    yield from (f"{order}{other}" for other in sorted(others - {name}))


# Trials


def metrics_of(mutation: Mutation) -> frozenset[str]:
    """The metrics a mutation can touch; a pack needs one even where that is none, and appeals speak of all of them."""
    if mutation.file in METRICS:
        return frozenset({mutation.file})
    if mutation.file in MATTERS or rules_for(mutation) >= HEARD:
        return frozenset(METRICS)
    if mutation.file == "deadlines":
        return SMALL
    if mutation.file == PERIODS:
        return SPARED
    if mutation.file in ACCOUNTS:
        text = json.dumps(SHIPPED[mutation.file], default=str)
        return frozenset(metric for metric in METRICS if metric in text) or SMALL
    action = action_of(mutation)
    rules = [rule for rule in SHIPPED["actions"]["actions"][0]["rules"] if rule["action"] == action]
    asked = {fact for rule in rules for fact in rule["when"]}
    return frozenset(metric for metric in METRICS if not action or not asked.isdisjoint(facts_of(metric))) or SMALL


def action_of(mutation: Mutation) -> str:
    """The action a mutation is about, where it is about one."""
    match mutation.file, mutation.steps:
        case "actions", ("actions", int(chapter), "rules", int(place), *_):
            return str(SHIPPED["actions"]["actions"][chapter]["rules"][place]["action"])
        case "actions", ("catalogue", str(action), *_):
            return action
    return ""


def facts_of(metric: str) -> set[str]:
    """What rules may ask of a metric."""
    return {metric, *(f"excused_{one['mitigation']}" for one in SHIPPED[metric].get("mitigations", ()))}


def narrowed(
    values: Values, metrics: Collection[str], rules: Collection[str], spared: Collection[str] = ()
) -> dict[str, bytes]:
    """The files of a pack with some metrics only, without some mitigations, and without the rules that ask for others.

    Of the files of rules that are not meant, only the last rule is kept: no pack can do without.
    """
    gone = {*METRICS, *done_without(metrics, rules)} - {*metrics}
    kept = {name: value for name, value in values.items() if name not in gone}
    kept |= {name: without(kept[name], spared) for name in metrics if spared}
    unknown = {fact for metric in METRICS if metric not in metrics for fact in facts_of(metric)}
    unknown |= {f"excused_{mitigation}" for mitigation in spared}
    unknown |= {fact for fact in LETTER_FACTS if ("related" if fact.startswith("related_") else "notices") in gone}
    unknown |= set() if "deadlines" in rules else {f"due_{deadline}" for deadline in DEADLINES[:-1]}
    listed = [metric for metric in METRICS if metric in metrics]
    places = values["pack"]["marketplaces"]
    if "notices" in gone:  # letters speak of every marketplace
        places = {name: aliases for name, aliases in places.items() if name in MARKETPLACES}
    places = {
        name: {key: value for key, value in place.items() if key != "languages"} for name, place in places.items()
    }
    kept = {name: in_english(value) for name, value in kept.items()}
    kept["pack"] = {**values["pack"], "metrics": listed, "marketplaces": places}
    kept |= {name: slimmed(values[name], name, unknown, 0 if name in rules else -1) for name in RULES}
    return {NAMED[name]: json.dumps(value, ensure_ascii=False, default=float).encode() for name, value in kept.items()}


def without(card: Values, mitigations: Collection[str]) -> Values:
    """A card without some mitigations, and without what its editions say of them."""
    kept = [one for one in card.get("mitigations", ()) if one["mitigation"] not in mitigations]
    editions = [without_policies(edition, mitigations) for edition in card.get("editions", ())]
    return with_some(with_some(card, "editions", editions), "mitigations", kept)


def without_policies(edition: Values, mitigations: Collection[str]) -> Values:
    """An edition without the policies of some mitigations."""
    policies = edition.get("policies", {})
    return with_some(edition, "policies", {name: policies[name] for name in policies if name not in mitigations})


def with_some(values: Values, key: str, held: Collection[Any]) -> Values:
    """Values with something under a key, which has to go where there is nothing."""
    return {**values, key: held} if held else {name: values[name] for name in values if name != key}


def spared_by(mutation: Mutation) -> frozenset[str]:
    """The mitigations that a mutation of a metric, or of what letters are about, does not touch."""
    if mutation.file not in METRICS and not rules_for(mutation) >= HEARD:
        return frozenset()
    metrics, asked = metrics_of(mutation), asked_by(mutation)
    touched = {*labels(SHIPPED[mutation.file], mutation.steps)}
    every = {one["mitigation"] for metric in metrics for one in SHIPPED[metric].get("mitigations", ())}
    return frozenset(one for one in every - touched if f"excused_{one}" not in asked)


def in_english(value: Any) -> Any:
    """The same with the words of excuses in English alone, which is much less to read."""
    if isinstance(value, dict):
        return {
            key: {"en": inner["en"]} if key == "words" and "en" in inner else in_english(inner)
            for key, inner in value.items()
        }
    return [in_english(inner) for inner in value] if isinstance(value, list) else value


def done_without(metrics: Collection[str], rules: Collection[str]) -> Collection[str]:
    """What a narrowed pack does without: reports, accounts, matters, periods of other metrics, and letters."""
    if {*metrics, *rules} == {*METRICS, *RULES}:
        return ()
    beside = set() if {*metrics} >= SPARED else {PERIODS}
    return (REPORTS | LETTERS | ACCOUNTS | MATTERS | beside) - {*rules}


def slimmed(file: Values, key: str, unknown: set[str], first: int) -> Values:
    """A file of rules, from some place on, without those that ask for something unknown and what they alone suggest."""
    chapters = file.get(key, ())
    if not all(chapter.get("rules") for chapter in chapters):
        return file
    known = [[rule for rule in chapter["rules"] if unknown.isdisjoint(rule.get("when", ()))] for chapter in chapters]
    notes = [
        [note for note in chapter.get("notes", ()) if unknown.isdisjoint(note.get("when", ()))] for chapter in chapters
    ]
    slim = {
        **file,
        key: [
            {**chapter, "rules": rules[first:], **({"notes": told} if told else {})}
            for chapter, rules, told in zip(map(without_notes, chapters), known, notes, strict=True)
        ],
    }
    lost = suggested(chapters) - suggested(slim[key])
    if "catalogue" in file:
        slim["catalogue"] = {action: words for action, words in file["catalogue"].items() if action not in lost}
    return slim if chapters else file


def without_notes(chapter: Values) -> Values:
    """A chapter without what is told first."""
    return {name: value for name, value in chapter.items() if name != "notes"}


def suggested(chapters: Collection[Values]) -> set[str]:
    """The actions the rules of some chapters suggest."""
    return {rule.get("action", "") for chapter in chapters for rule in chapter["rules"]}


@cache
def cases() -> tuple[Tried, ...]:
    """The cases with their records, read once."""
    loaded = load(FILES)
    trial = Trial(loaded.rulebook, Witness(loaded.engine.decide))
    read = [(case, trial.batch(case)) for case in cases_of(case_sources(FILES))]
    loaded.engine.close()
    return tuple(Tried(case, batch, json.dumps(case.at["expect"].value, default=str)) for case, batch in read if batch)


def own_cases(files: Collection[str], tried: Collection[Tried]) -> list[Tried]:
    """Those of some cases that stand beside rule files."""
    return [each for each in tried if Path(each.case.file).stem in files]


def unlike(files: Mapping[str, bytes], tried: Collection[Tried]) -> Iterator[tuple[str, str]]:
    """What cases say otherwise under some files: sentence and place in the verdict."""
    loaded = load(files)
    try:
        for case, batch, _ in tried:
            found = evaluate(batch, loaded.rulebook, loaded.engine.decide, Wishes(EVIDENCE_MOST)).verdicts
            verdicts = {f"{verdict['seller_id']} {verdict['marketplace']}": verdict for verdict in found}
            yield from ((case.sentence, one.path) for one in differences(case.at["expect"], verdicts, batch.as_of))
    finally:
        loaded.engine.close()


def rules_for(mutation: Mutation) -> frozenset[str]:
    """The files of rules that matter to the cases beside a mutated file."""
    own = {
        "actions": {"actions", "deadlines"},
        "related": {"related", "actions", "status"},
        "funds": {"funds", *HEARD},  # a reserve hangs on what a reply says
    }.get(mutation.file, {mutation.file})
    asked = asked_by(mutation) & LETTER_FACTS
    kin = {"related"} if any(fact.startswith("related_") for fact in asked) else set()
    heard = HEARD if any(not fact.startswith("related_") for fact in asked) else set()
    return frozenset(own | kin | heard)


def asked_by(mutation: Mutation) -> set[str]:
    """The facts that the mutated rule asks for, or every rule that suggests the mutated action."""
    rules: list[Values] = []
    match mutation.file, mutation.steps:
        case "actions", _:
            action = action_of(mutation)
            rules = [rule for rule in SHIPPED["actions"]["actions"][0]["rules"] if rule["action"] == action]
        case "status", ("status", int(chapter), "notes", int(place), *_):
            rules = [SHIPPED["status"]["status"][chapter]["notes"][place]]
    return {fact for rule in rules for fact in rule.get("when", ())}


def case_files(mutation: Mutation) -> frozenset[str]:
    """The files whose cases are the first to notice a mutation."""
    return frozenset({mutation.file, *(rules_for(mutation) & {"notices", "appeals", "related"})})


@cache
def expected(
    metrics: frozenset[str], rules: frozenset[str], spared: frozenset[str], files: frozenset[str]
) -> frozenset[tuple[str, str]]:
    """What cases beside some files say otherwise only because the pack is narrowed."""
    return frozenset(unlike(narrowed(SHIPPED, metrics, rules, spared), own_cases(files, cases())))


def is_noticed(mutation: Mutation, tried: list[Tried]) -> bool:
    """Whether the loader, an example or a case notices a mutation; a case that does is the first to be tried next."""
    metrics, action, files = metrics_of(mutation), action_of(mutation), case_files(mutation)
    rules, spared = rules_for(mutation), spared_by(mutation)
    own = [each for each in own_cases(files, tried) if action in each.expected]
    known = expected(metrics, rules, spared, files)
    try:
        for told in unlike(narrowed(mutation.values, metrics, rules, spared), own):
            if told not in known:
                tried.sort(key=lambda each: each.case.sentence != told[0])
                return True
        every = [*own, *tried]  # its own first, though without narrowing
        return mutation.name not in EQUIVALENT and any(unlike(narrowed(mutation.values, METRICS, RULES), every))
    except BrokenRulebook:
        return True


@pytest.mark.parametrize("file", [*METRICS, *RULES, PERIODS, *sorted(MATTERS | ACCOUNTS)])
def test_every_mutation_is_noticed(file: str) -> None:
    tried = list(cases())
    unnoticed = {mutation.name for mutation in mutations(file) if not is_noticed(mutation, tried)}
    known = {name for name in EQUIVALENT if name.startswith(f"{file}: ")}
    assert not unnoticed - known, "no case notices:\n" + "\n".join(sorted(unnoticed - known))
    assert not known - unnoticed, "noticed after all:\n" + "\n".join(sorted(known - unnoticed))
