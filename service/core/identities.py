"""Identities of sellers in the form in which they are compared: what does not matter is taken away, step by step.

Which steps a kind takes is said by rule files; what a step does is said here. A hash is compared as it is.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SIGNS = re.compile(r"[^\w\s]|_")
APOSTROPHES = re.compile("['`\u2018\u2019\u00b4]")
GAPS = re.compile(r"\s+")
BESIDE_NO_DIGIT = re.compile(r" (?!\d)|(?<!\d) ")
LETTER = re.compile(r"[^\W\d_]")
NO_DIGIT = re.compile(r"\D")
TRUNK = "(0)"  # the zero of a number at home, written inside a number from abroad
ABROAD = "00"
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


def plain_width(text: str) -> str:
    """A text of one width: letters and digits of any width are plain ones.

    >>> plain_width("\uff21\uff11")
    'A1'
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def without_signs(text: str) -> str:
    """A text in which every sign is a space; an apostrophe is nothing.

    >>> without_signs("O'Neil & Sons, Ltd.")
    'ONeil   Sons  Ltd '
    """
    return SIGNS.sub(" ", APOSTROPHES.sub("", text))


def without_spaces(text: str) -> str:
    """A text without spaces, save one between two digits, since 1 12 is not 11 2.

    >>> without_spaces(" flat 1 12  main st ")
    'flat1 12mainst'
    """
    return BESIDE_NO_DIGIT.sub("", GAPS.sub(" ", text.strip()))


def joined(text: str) -> str:
    """A text without any space.

    >>> joined("DE89 3704")
    'DE893704'
    """
    return GAPS.sub("", text)


def phone_digits(text: str) -> str:
    """The digits of a phone number, as from abroad; what holds letters is no number and stays.

    >>> phone_digits("+44 (0)20 7946-0018"), phone_digits("0044 20 79460018")
    ('442079460018', '442079460018')
    """
    if LETTER.search(text):
        return joined(text)
    abroad = text.strip().startswith(("+", ABROAD))
    digits = NO_DIGIT.sub("", text.replace(TRUNK, "") if abroad else text)
    return digits.removeprefix(ABROAD) if abroad else digits


def mailbox(text: str, mailboxes: Mailboxes) -> str:
    """The mailbox an e-mail address leads to; what is no address stays.

    >>> mailbox("jo.hn+shop@gmail.com", Mailboxes())
    'john@gmail.com'
    """
    local, at, domain = joined(text).rpartition("@")
    if not at:
        return domain
    domain = domain.rstrip(".")
    domain = mailboxes.same.get(domain, domain)
    local = local.partition(mailboxes.tag)[0]
    if domain not in mailboxes.dots_matter:
        local = local.replace(".", "")
    return f"{local}@{domain}" if local else ""


STEPS: Mapping[str, Callable[[str, Mailboxes], str]] = {
    "width": lambda text, _: plain_width(text),
    "case": lambda text, _: text.casefold(),
    "punctuation": lambda text, _: without_signs(text),
    "spaces": lambda text, _: without_spaces(text),
    "joined": lambda text, _: joined(text),
    "phone": lambda text, _: phone_digits(text),
    "email": mailbox,
}


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

    def forms(self) -> Callable[[str, str], str]:
        """Kind and value → the form that is compared, empty where a value says nothing. Remembers what it was asked."""
        hashed = re.compile("|".join(f"{ALPHABETS[name]}{{{least},}}={{0,2}}" for name, least in self.hashes.items()))
        empty = {kind: {self.stepped(kind, word) for word in self.placeholders} for kind in self.kinds}
        known: dict[tuple[str, str], str] = {}

        def form(kind: str, value: str) -> str:
            if (found := known.get((kind, value))) is None:
                found = known[kind, value] = self.form(kind, value, hashed, empty)
            return found

        return form

    def form(self, kind: str, value: str, hashed: re.Pattern[str], empty: Mapping[str, set[str]]) -> str:
        """The form of one value."""
        if kind not in self.kinds:
            return ""
        if self.hashes and hashed.fullmatch(value):
            return value
        found = self.stepped(kind, value)
        says = len(found) >= self.kinds[kind].least and len(set(found)) >= self.varied and found not in empty[kind]
        return found if says else ""

    def stepped(self, kind: str, value: str) -> str:
        """A value after the steps of its kind."""
        for step in self.kinds[kind].steps:
            value = STEPS[step](value, self.mailboxes)
        return value
