"""Hosts and addresses: whose they are, by registrable domain; what borrows a name; links that are not what they say.

Public suffixes come from the list that `publicsuffixlist` ships, URLs are read the way browsers read them (`ada_url`).
Nothing is ever fetched.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import ada_url
from publicsuffixlist import PublicSuffixList

Owner = Literal["own", "other_region", "relayed", "borrowing", "harmless", "free_mail", "foreign", "unreadable"]
TOKEN = re.compile(r"[^\W_]+")
PUNYCODE = "xn--"


@dataclass(frozen=True, slots=True)
class Domain:
    """A registrable domain (or a host beneath one), and where it is the marketplace's own; everywhere where None."""

    domain: str
    marketplaces: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class HostBook:
    """What a rule file says of hosts.

    Attributes:
        own: the marketplace's own domains, by domain.
        relays: hosts through which others write in the marketplace's name.
        harmless: domains its own letters may lead to.
        free_mail: domains where anybody may have an address.
        names: names that an impersonator borrows.
        looks: letters that look like others, as written → as read.
    """

    own: Mapping[str, Domain]
    relays: frozenset[str]
    harmless: frozenset[str]
    free_mail: frozenset[str]
    names: tuple[str, ...]
    looks: Mapping[str, str] = field(default_factory=dict)

    def owner(self, host: str, marketplace: str) -> Owner:
        """Whose a host is, seen from a marketplace."""
        found = readable(host)
        if not found:
            return "borrowing" if self.borrows(host) else "unreadable"
        if found in self.relays or beneath(found, self.relays):
            return "relayed"
        domain = next((self.own[each] for each in tails(found) if each in self.own), None)
        if domain:
            return "own" if marketplace in (domain.marketplaces or {marketplace}) else "other_region"
        if beneath(found, self.harmless):
            return "harmless"
        if self.borrows(found) or PUNYCODE in found:
            return "borrowing"
        return "free_mail" if beneath(found, self.free_mail) else "foreign"

    def borrows(self, text: str) -> bool:
        """Whether a host, or a name someone goes by, carries one of the names, or what looks like it."""
        written = shown(text).casefold()
        read = [*written.split("."), *self.as_read(written).split(".")]
        if any(name in each.replace("-", "") for each in read for name in self.names):
            return True
        tokens = [token for each in read for token in TOKEN.findall(each)]
        return any(one_slip_apart(token, name) for token in tokens for name in self.names if token[0] == name[0])

    def as_read(self, label: str) -> str:
        """A label as the eye reads it."""
        plain = unicodedata.normalize("NFKC", label).casefold()
        for written, meant in self.looks.items():
            plain = plain.replace(written, meant)
        return "".join(each for each in unicodedata.normalize("NFD", plain) if not unicodedata.combining(each))


@cache
def suffixes() -> PublicSuffixList:
    """The public suffixes, read once from the list that the library ships."""
    return PublicSuffixList(accept_unknown=False)


def readable(host: str) -> str:
    """A host in small letters and punycode; empty where it can be none on the public internet."""
    try:
        name = str(ada_url.URL(f"http://{host}/").hostname).strip(".")
    except ValueError:
        return ""
    return name if suffixes().publicsuffix(name) else ""


def shown(host: str) -> str:
    """A host with its punycode labels as people see them."""
    if PUNYCODE not in host.lower():
        return host
    try:
        return str(ada_url.idna.decode(host.lower()))
    except (UnicodeError, ValueError):
        return host


def tails(host: str) -> list[str]:
    """A host and every domain above it."""
    labels = host.split(".")
    return [".".join(labels[place:]) for place in range(len(labels))]


def beneath(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of some domains, or lies beneath one."""
    return any(each in domains for each in tails(host))


def registrable(host: str) -> str:
    """The domain that somebody has registered; the host itself where there is none."""
    return suffixes().privatesuffix(host) or host


def one_slip_apart(token: str, name: str) -> bool:
    """Whether a word is a name with one letter lost, doubled, changed or exchanged with the next.

    >>> one_slip_apart("amzon", "amazon"), one_slip_apart("amaozn", "amazon"), one_slip_apart("amazing", "amazon")
    (True, True, False)
    """
    if token == name or abs(len(token) - len(name)) > 1 or len(name) < 5:
        return False
    start = next((place for place, (a, b) in enumerate(zip(token, name, strict=False)) if a != b), len(name))
    rest, other = token[start:], name[start:]
    exchanged = rest[:2] == other[1::-1] and rest[2:] == other[2:] if len(other) > 1 else False
    return rest[1:] == other or rest == other[1:] or rest[1:] == other[1:] or exchanged
