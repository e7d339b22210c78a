"""What a mitigation says beside its excuse → a plea, every quoted field and every name in its words checked."""

from collections.abc import Iterable, Iterator

from service.core.clauses import Condition, Test, Twin, walk
from service.core.known import FORMS
from service.core.pleas import ABSENCES, RECORD, TWIN, Line, Name, Plea, Quote, Until
from service.rulebook.conditions import ORDER_TABLES, condition, duration, field_kinds
from service.rulebook.cursor import Cursor
from service.rulebook.ladder import PLACEHOLDER
from service.schemas.scalars import Boolean, Choice, Timestamp

ENGLISH = "en"
ENDS = ("from", "to")
OF_ORDER = "order_id"


def plea(entry: Cursor, policy: Cursor, own: str, when: Condition) -> Plea:
    """The plea of one mitigation.

    Args:
        entry: the mitigation.
        policy: where it is said what the marketplace's rule says: the mitigation, or the edition.
        own: the table of the card.
        when: what the mitigation excuses.
    """
    sources = Cursor(entry.source)["sources"].value
    policy["source"].one_of(sources, "source")
    evidence = tuple(quotes(entry["evidence"], own, when))
    sure = {RECORD, *certain(evidence, own, {own, TWIN, entry["of"].value})}
    nameables = [name for quote in evidence for name in nameable(quote, own)]
    words = {
        language: lines(inner, {RECORD, *(one.place for one in nameables)}, sure)
        for language, inner in entry["words"].items()
    }
    named = {name for told in words.values() for line in told for name in line.names}
    return Plea(
        policy=policy["policy"].value,
        basis=policy["basis"].value,
        source=sources.get(policy["source"].value, {}),
        evidence=evidence,
        words=words,
        names=tuple(one for one in nameables if one.place in named),
        attach=tuple(entry["attach"].value or ()),
        until=until(entry["by"], evidence) if entry["by"] else None,
    )


def quotes(cursor: Cursor, own: str, when: Condition) -> Iterator[Quote]:
    """What is quoted, each table once."""
    found = list(walk(when))
    allowed = {own, *(ORDER_TABLES if own in ORDER_TABLES else ())}
    allowed |= {TWIN} if any(isinstance(one, Twin) for one in found) else set()
    allowed |= {ABSENCES} if any(isinstance(one, Test) and one.value == ABSENCES for one in found) else set()
    met: set[str] = set()
    for entry in cursor.entries():
        of = entry["of"].value
        if not entry["of"].one_of(allowed, "table to quote"):
            continue
        if of in met:
            entry["of"].fault(f"{of!r} is quoted twice")
        met.add(of)
        table = own if of == TWIN else of
        for field in entry["show"].entries():
            field.one_of(ENDS if of == ABSENCES else quotable(table), f"field of {of} that may be quoted")
        if of == ABSENCES:
            yield Quote(of, ENDS)
        else:
            yield Quote(
                of, tuple(entry["show"].value or ()), condition(entry["when"], table) if entry["when"] else None
            )


def quotable(table: str) -> list[str]:
    """The fields that hold an instant, a word of a closed list, yes or no, or the id of an order; no caller's text."""
    kinds = field_kinds(table)
    own = [name for name, kind in kinds.items() if isinstance(kind, (Timestamp, Choice, Boolean)) and name != "as_of"]
    return [*own, *([OF_ORDER] if OF_ORDER in kinds else [])]


def nameable(quote: Quote, own: str) -> Iterator[Name]:
    """What words may name of a quote: ids and instants."""
    if quote.of == ABSENCES:
        yield from (Name(f"{quote.of}.{end}", quote.of, end, is_instant=True) for end in ENDS)
        return
    table = own if quote.of == TWIN else quote.of
    kinds, key = field_kinds(table), FORMS[table].key
    yield Name(f"{quote.of}.{key}", quote.of, None, is_instant=False)
    for field in quote.fields:
        is_instant = isinstance(kinds.get(field), Timestamp)
        if is_instant or field == OF_ORDER != key:
            yield Name(f"{quote.of}.{field}", quote.of, field, is_instant)


def certain(evidence: Iterable[Quote], own: str, always: Iterable[str | None]) -> Iterator[str]:
    """What words may name of records that are always there, and that every such record says."""
    for quote in evidence:
        if quote.of in always and quote.when is None:
            kinds = field_kinds(own if quote.of == TWIN else quote.of)
            yield from (name.place for name in nameable(quote, own) if not name.field or kinds[name.field].required)


def lines(cursor: Cursor, names: Iterable[str], sure: Iterable[str]) -> tuple[Line, ...]:
    """The words of one language, line by line; the first is always told."""
    found = tuple(line for text in cursor.value.splitlines() if (line := with_places(text.strip())).template)
    if not found:
        cursor.fault("no words")
    for line in found:
        for name in line.names:
            if name not in names:
                cursor.fault(f"unknown placeholder {{{name}}}; allowed: {', '.join(sorted(names))}")
        if {"{", "}"} & set(line.template.replace("{}", "")):
            cursor.fault("a brace that belongs to no placeholder")
    doubtful = sorted({name for line in found[:1] for name in line.names if name in names} - {*sure})
    if doubtful:
        cursor.fault(f"the first line is always told, and {{{doubtful[0]}}} may not be known")
    return found


def with_places(text: str) -> Line:
    """A line with places instead of its placeholders."""
    return Line(PLACEHOLDER.sub("{}", text), tuple(PLACEHOLDER.findall(text)))


def until(cursor: Cursor, evidence: Iterable[Quote]) -> Until:
    """By when something must be sent: a quoted instant, and how long after it."""
    found = Until(cursor["of"].value, cursor["at"].value, duration(cursor["after"].value))
    instants = {quote.of: quote.fields for quote in evidence if quote.of not in (TWIN, ABSENCES)}
    if cursor["of"].one_of(instants, "table that is quoted"):
        kinds = field_kinds(found.of)
        quoted = [name for name in instants[found.of] if isinstance(kinds.get(name), Timestamp)]
        cursor["at"].one_of(quoted, f"instant that is quoted of {found.of}")
    return found


def check_languages(root: Cursor, spoken: Iterable[str]) -> None:
    """Faults for words in a language that no marketplace of the pack speaks."""
    allowed = {ENGLISH, *spoken}
    for cursor in worded(root):
        words = cursor["words"]
        for language in words.value:
            words[language].one_of(allowed, "language of the pack's marketplaces", key=True)


def worded(root: Cursor) -> Iterator[Cursor]:
    """Everything in a file that has words."""
    for card in (root, *root["editions"].entries()):
        yield from card["mitigations"].entries()
    yield from root["excluded_periods"].entries()
