"""What a letter points at: senders, links, and hosts named in its text, each counted by whose it is."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ada_url
import re2

from service.core.hosts import HostBook, readable, registrable
from service.core.phrases import options

ADDRESS = re2.compile(r"""([^\s<>"'(),:;@\[\]]*)@([^\s<>"'(),:;@\[\]/]+)""", options())
IN_BRACKETS = re2.compile(r"<([^<>]+)>", options())
URL = re2.compile(r"""(?i)\bh(?:tt|xx)ps?:/+[^\s<>"'(){}|\x{3001}\x{3002}\x{ff08}\x{ff09}]+""", options())
HOST = re2.compile(r"[\pL\pN][\pL\pN_-]*(?:\.[\pL\pN_-]+)+", options())
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}:", re.IGNORECASE)
NUMERIC_HOST = (ada_url.HostType.IPV4, ada_url.HostType.IPV6)
WEB = ("http:", "https:", "ftp:")
SCRIPTS = ("javascript:", "data:", "vbscript:", "file:", "blob:")
SENDERS = ("from_address", "reply_to", "return_path")
MOST_NAMED = 500

Found = Counter[str]


def senders(notice: Mapping[str, Any], book: HostBook, marketplace: str) -> Found:
    """Whose the senders of a letter are: `sender_<owner>` of its own sender, `senders_<owner>` of all three fields."""
    found: Found = Counter()
    for name in SENDERS:
        written = notice[name]
        owner = sender(written, book, marketplace) if written else None
        if owner:
            found[f"senders_{owner}"] += 1
            if name == "from_address":
                found[f"sender_{owner}"] += 1
    return found


def sender(written: str, book: HostBook, marketplace: str) -> str | None:
    """Whose an address is; one elsewhere that takes the name into its own name borrows it."""
    inner = IN_BRACKETS.findall(written)
    addresses = ADDRESS.findall(inner[-1] if inner else written)
    if not addresses:
        return None
    owners = [owner_of(local, host, book, marketplace) for local, host in addresses]
    worst = min(owners, key=GRAVEST.index)
    name = written.partition("<")[0] if inner else ""
    return "borrowing" if worst in ("foreign", "free_mail", "harmless") and book.borrows(name) else worst


GRAVEST = ("borrowing", "free_mail", "foreign", "unreadable", "relayed", "other_region", "harmless", "own")


def owner_of(local: str, host: str, book: HostBook, marketplace: str) -> str:
    """Whose an address with this local part is."""
    owner = book.owner(host.strip("."), marketplace)
    return "borrowing" if owner in ("foreign", "free_mail") and book.borrows(local) else owner


def links(notice: Mapping[str, Any], text: str, book: HostBook, marketplace: str) -> Found:
    """Whose the links of a letter are, and which are not what they say.

    Args:
        notice: the letter.
        text: its text, as it came.
        book: whose hosts are whose.
        marketplace: where the seller sells.
    """
    found: Found = Counter()
    for link in notice["links"] or ():
        found.update(of_link(link["href"], link["text"] or "", book, marketplace))
    for written in each_once(URL.findall(text)):
        url = parsed(written.rstrip(".,;:!?*_~"))
        if url and (url.host_type in NUMERIC_HOST or readable(str(url.hostname))):
            found.update(of_link(url.href, "", book, marketplace))
    found.update(of_names(str(URL.sub(" ", text)), book, marketplace))
    return found


def each_once(names: Iterable[str]) -> list[str]:
    """The first few hundred different ones."""
    return list(dict.fromkeys(names))[:MOST_NAMED]


def of_link(href: str, said: str, book: HostBook, marketplace: str) -> Iterator[str]:
    """What there is to say of one link, as names of facts."""
    if href[:7].lower() == "mailto:":
        yield from of_names(href[7:], book, marketplace)
        return
    url = parsed(href)
    if url is None or url.protocol not in WEB:
        yield "links_scripted" if url and url.protocol in SCRIPTS else "links_unreadable"
        return
    host = str(url.hostname)
    if url.host_type in NUMERIC_HOST:
        yield "links_numeric"
        return
    if url.username or url.password:
        yield "links_at_sign"
    owner = book.owner(host, marketplace)
    yield f"links_{'own' if owner in ('other_region', 'relayed') else owner}"
    if owner not in ("own", "other_region", "harmless") and says_another(said, host):
        yield "links_misnamed"


def parsed(href: str) -> ada_url.URL | None:
    """A link as a browser reads it; one without a scheme is taken for a web page."""
    written = re.sub(r"^hxxp", "http", href.strip(), flags=re.IGNORECASE)
    try:
        return ada_url.URL(written if SCHEME.match(written) else f"https://{written.lstrip('/')}")
    except ValueError:
        return None


def says_another(said: str, host: str) -> bool:
    """Whether the words of a link name a host other than the one it leads to."""
    named = [str(url.hostname) for each in URL.findall(said) if (url := parsed(each))]
    named += [name for each in HOST.findall(str(URL.sub(" ", said))) if (name := readable(each))]
    return bool(named) and all(registrable(name) != registrable(host) for name in named)


def of_names(text: str, book: HostBook, marketplace: str) -> Iterator[str]:
    """Hosts and addresses that a text names without a link; only those that borrow a name say anything."""
    for local, host in each_pair_once(ADDRESS.findall(text)):
        if readable(host.strip(".")) and owner_of(local, host, book, marketplace) == "borrowing":
            yield "links_borrowing"
    for written in each_once(HOST.findall(str(ADDRESS.sub(" ", text)))):
        name = without_sentence(written)
        if book.borrows(name) and readable(name) and book.owner(name, marketplace) == "borrowing":
            yield "links_borrowing"


def each_pair_once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first few hundred different pairs."""
    return list(dict.fromkeys(pairs))[:MOST_NAMED]


def without_sentence(written: str) -> str:
    """A host without the first word of a sentence that follows it without a space ("amazon.com.To sell")."""
    head, _, last = written.rpartition(".")
    return head if "." in head and last[:1].isupper() and last[1:].islower() else written
