"""Identities of sellers in the form in which they are compared: what does not matter is taken away, step by step.

Which steps a kind takes is said by rule files; what a step does is said here. A hash is compared as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

APOSTROPHES = "['`\u2018\u2019\u00b4]"
SIGNS = r"[^\w\s]|_"
GAPS = r"\s+"
BETWEEN_DIGITS = r"(\d) (\d)"
MARK = "\x00"
LETTER = r"\p{L}"
NO_DIGIT = r"\D"
ABROAD = r"^\s*(?:\+|00)"  # how a number dialled from abroad begins
TRUNK = "(0)"  # the zero of a number at home, written inside one from abroad
ADDRESS = r"^(?s)(.*)@([^@]*)$"
ALPHABETS = {"hex": "[0-9A-Fa-f]", "base64": "[0-9A-Za-z+/_-]"}


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """How e-mail addresses are one: what begins a tag, where dots matter, which domains are another's."""

    tag: str = "+"
    dots_matter: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one kind of identity is compared: by which steps, and with how many signs it says anything."""

    steps: tuple[str, ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """How identities are compared.

    Attributes:
        kinds: by kind, how.
        mailboxes: how e-mail addresses are one.
        hashes: by alphabet, from how many signs on a value is a hash.
        varied: how many different signs a form needs to say anything.
        placeholders: what people write who say nothing.
    """

    kinds: Mapping[str, Comparison]
    mailboxes: Mailboxes = field(default_factory=Mailboxes)
    hashes: Mapping[str, int] = field(default_factory=dict)
    varied: int = 1
    placeholders: tuple[str, ...] = ()


def plain_width(text: pl.Expr) -> pl.Expr:
    """Letters and digits of any width are plain ones: fullwidth A is A."""
    return text.str.normalize("NFKC")


def any_case(text: pl.Expr) -> pl.Expr:
    """Capitals are small letters; by way of capitals, since those of some letters are two (Straße, STRASSE)."""
    return text.str.to_uppercase().str.to_lowercase()


def without_signs(text: pl.Expr) -> pl.Expr:
    """Every sign is a space; an apostrophe is nothing (O'Neil, ONeil)."""
    return text.str.replace_all(APOSTROPHES, "").str.replace_all(SIGNS, " ")


def without_spaces(text: pl.Expr) -> pl.Expr:
    """There are no spaces, save one between two digits, since 1 12 is not 11 2."""
    single = text.str.replace_all(GAPS, " ")
    marked = single.str.replace_all(BETWEEN_DIGITS, f"${{1}}{MARK}${{2}}")
    again = marked.str.replace_all(BETWEEN_DIGITS, f"${{1}}{MARK}${{2}}")  # 1 2 3: matches do not overlap
    return again.str.replace_all(" ", "", literal=True).str.replace_all(MARK, " ", literal=True)


def joined(text: pl.Expr) -> pl.Expr:
    """There are no spaces at all."""
    return text.str.replace_all(GAPS, "")


def phone_digits(text: pl.Expr) -> pl.Expr:
    """Only the digits count, as dialled from abroad (+44 (0)20, 0044 20); what holds letters is no number."""
    abroad = text.str.contains(ABROAD)
    bare = text.str.replace(ABROAD, "").str.replace(TRUNK, "", literal=True)
    digits = pl.when(abroad).then(bare).otherwise(text).str.replace_all(NO_DIGIT, "")
    return pl.when(text.str.contains(LETTER)).then(joined(text)).otherwise(digits)


def mailbox(text: pl.Expr, mailboxes: Mailboxes) -> pl.Expr:
    """The mailbox an e-mail address leads to, without tag and, where they do not matter, dots; else as it is."""
    bare = joined(text)
    domain = bare.str.extract(ADDRESS, 2).str.strip_chars_end(".").replace(dict(mailboxes.same))
    local = bare.str.extract(ADDRESS, 1).str.replace(f"(?s){re.escape(mailboxes.tag)}.*$", "")
    dotless = local.str.replace_all(".", "", literal=True)
    named = pl.when(domain.is_in(sorted(mailboxes.dots_matter))).then(local).otherwise(dotless)
    address = pl.when(named == "").then(pl.lit("")).otherwise(pl.concat_str(named, pl.lit("@"), domain))
    return pl.when(domain.is_null()).then(bare).otherwise(address)


STEPS: Mapping[str, Callable[[pl.Expr, Mailboxes], pl.Expr]] = {
    "width": lambda text, _: plain_width(text),
    "case": lambda text, _: any_case(text),
    "punctuation": lambda text, _: without_signs(text),
    "spaces": lambda text, _: without_spaces(text),
    "joined": lambda text, _: joined(text),
    "phone": lambda text, _: phone_digits(text),
    "email": mailbox,
}


def stepped(values: pl.Series, steps: tuple[str, ...], mailboxes: Mailboxes) -> pl.Series:
    """Values after some steps.

    >>> stepped(pl.Series(["Flat 1, 12 Main-St."]), ("case", "punctuation", "spaces"), Mailboxes()).to_list()
    ['flat1 12mainst']
    >>> stepped(pl.Series(["+44 (0)20 7946-0018", "0044 20 79460018"]), ("phone",), Mailboxes()).to_list()
    ['442079460018', '442079460018']
    >>> stepped(pl.Series(["Jo.Hn+shop@gmail.com", "+x@gmail.com"]), ("case", "email"), Mailboxes()).to_list()
    ['john@gmail.com', '']
    """
    for step in steps:
        values = values.to_frame("text").select(STEPS[step](pl.col("text"), mailboxes)).to_series()
    return values


def traced(value: str, kind: str, rules: IdentityRules) -> list[str]:
    """A value as it came, and after each step of its kind.

    >>> traced("Main-St.", "address", IdentityRules({"address": Comparison(("case", "punctuation", "spaces"))}))
    ['Main-St.', 'main-st.', 'main st ', 'mainst']
    """
    trace = [pl.Series([value])]
    for step in rules.kinds[kind].steps:
        trace.append(stepped(trace[-1], (step,), rules.mailboxes))
    return [one.item() for one in trace]


def is_hash(value: str, alphabet: str, rules: IdentityRules) -> bool:
    """Whether a value looks like a hash of one alphabet.

    >>> is_hash("9f86d081884c7d65", "hex", IdentityRules({}, hashes={"hex": 16}))
    True
    """
    pattern = hash_pattern({alphabet: rules.hashes[alphabet]})
    return bool(pl.Series([value]).str.contains(f"^(?:{pattern})$").item())


def shared_forms(told: pl.DataFrame, rules: IdentityRules) -> pl.DataFrame:
    """The forms that more than one seller has.

    Args:
        told: `seller`, `kind` and `value` of every identity.
        rules: how they are compared.

    Returns:
        `seller`, `kind` and `form`, each once, sorted.
    """
    own = [forms_of(told.filter(pl.col("kind") == kind), kind, rules) for kind in rules.kinds]
    once = pl.concat(own).unique()
    common = once.filter(pl.len().over("kind", "form") > 1)
    return common.filter(says_something(rules)).sort("seller", "kind", "form")


def forms_of(told: pl.DataFrame, kind: str, rules: IdentityRules) -> pl.DataFrame:
    """The identities of one kind, in the form in which they are compared."""
    steps, words = rules.kinds[kind].steps, pl.Series("value", rules.placeholders, dtype=pl.String)
    values = told["value"]
    form = stepped(values, steps, rules.mailboxes).alias("form")
    if rules.hashes:
        hashed = values.str.contains(f"^(?:{hash_pattern(rules.hashes)})$")
        form = values.zip_with(hashed, form).alias("form")
    empty = stepped(words, steps, rules.mailboxes).implode()
    return told.select("seller", "kind").with_columns(form).filter(~pl.col("form").is_in(empty))


def hash_pattern(hashes: Mapping[str, int]) -> str:
    """What a hash looks like."""
    return "|".join(f"{ALPHABETS[name]}{{{least},}}={{0,2}}" for name, least in sorted(hashes.items()))


def says_something(rules: IdentityRules) -> pl.Expr:
    """Where a form has signs enough, and different ones."""
    least = pl.col("kind").replace_strict({kind: one.least for kind, one in rules.kinds.items()})
    varied = pl.col("form").str.split("").list.n_unique() >= rules.varied
    return (pl.col("form").str.len_chars() >= least) & varied
