"""The bytes of a text file → UTF-8, by one rule for every kind of text file.

A byte order mark decides; without one a file is UTF-8; what is neither is read as Windows-1252, unless it is plainly
damaged UTF-8. A file with NUL bytes is no text.
"""

import codecs
from typing import NamedTuple

LEGACY = "windows-1252"


class Undecodable(Exception):
    """A file that is no text; `line` counts from 1, the detail says what is wrong."""

    def __init__(self, detail: str, content: bytes, byte: int) -> None:
        self.detail, self.line = detail, content.count(b"\n", 0, byte) + 1
        super().__init__(detail)


class Decoded(NamedTuple):
    """A text in UTF-8 without byte order mark, and the encoding where it had to be guessed."""

    text: bytes
    guessed: str | None = None


def decoded(content: bytes) -> Decoded:
    """The text of a file.

    Raises:
        Undecodable: it is no text in an encoding that is read here.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoded(without_nul(from_utf16(content)))
    text = without_nul(content.removeprefix(codecs.BOM_UTF8))
    if text.isascii():
        return Decoded(text)
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return Decoded(from_legacy(text, error.start).encode(), LEGACY)
    return Decoded(text)


def from_utf16(content: bytes) -> bytes:
    """A text in UTF-16 as UTF-8."""
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        raise Undecodable("The file is damaged UTF-16 text.", b"", 0) from None


def without_nul(text: bytes) -> bytes:
    """The text itself, if it is one."""
    if (byte := text.find(b"\0")) >= 0:
        raise Undecodable("The file holds NUL bytes; it is no text, or UTF-16 without a byte order mark.", text, byte)
    return text


def from_legacy(text: bytes, byte: int) -> str:
    """A text in Windows-1252. Real UTF-8 letters in it betray that it was meant to be UTF-8."""
    if text.decode(errors="ignore").isascii():
        try:
            return text.decode("cp1252")
        except UnicodeDecodeError as error:
            byte = error.start
    raise Undecodable("The file is neither UTF-8 nor Windows-1252 text.", text, byte)
