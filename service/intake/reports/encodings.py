"""Bytes of a report → text, in whichever encoding it was delivered."""

import codecs
import re
from collections.abc import Iterator

KANA = re.compile("[\u3041-\u30ff\uff66-\uff9d]")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOOKED_AT = 4096


def text_of_bytes(report: bytes) -> str:
    """The text of a report.

    A byte order mark decides; without one UTF-8 where it fits, UTF-16 where every other byte is nil, Shift_JIS where
    that gives kana, else Windows-1252. Whatever fits nothing keeps its ASCII, which is all that ids and dates need.

    >>> text_of_bytes("Größe".encode("cp1252")), text_of_bytes("評価のコメント".encode("cp932"))
    ('Größe', '評価のコメント')
    """
    for encoding in likely(report):
        try:
            text = report.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp932" or KANA.search(text):
            return text
    return report.decode("cp932", errors="replace")


def likely(report: bytes) -> Iterator[str]:
    """The encodings to try, in order."""
    yield from (encoding for mark, encoding in MARKS if report.startswith(mark))
    head = report[:LOOKED_AT]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head and head[start::2].count(0) > len(head) // 4:
            yield encoding
    yield from ("utf-8", "cp932", "cp1252")
