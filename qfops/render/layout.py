"""Text on a grid of terminal cells: width, padding, wrapping, colour.

Chinese characters take two cells. Text of users and of the console passes through `clean`, so that it can
neither break a line nor send a control sequence to the terminal of the person who approves.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass

ELLIPSIS = "…"
_NAMED_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WORDS = re.compile(
    r"\s+|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]+"
)
# What must not begin a line in Chinese typesetting.
_NO_LINE_START = frozenset("，。、；：？！）」』】》…")
_ZERO_WIDTH = frozenset(("Mn", "Me", "Cf"))
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


class Style(enum.Enum):
    """What a colour means; the value is the parameter of the ANSI sequence."""

    DANGER = "1;31"
    MONEY = "1;35"
    WARN = "33"
    ADD = "32"
    CALM = "36"
    HEAD = "1"


@dataclass(frozen=True, slots=True)
class Page:
    """The surface that text is laid out on: `width` in cells, `color` for ANSI sequences."""

    width: int = 100
    color: bool = False

    def paint(self, text: str, style: Style | None) -> str:
        """`text` in its colour; the same characters, with or without colour."""
        return f"\x1b[{style.value}m{text}\x1b[0m" if self.color and style and text else text


def clean(text: str) -> str:
    """`text` as one harmless line: control and direction characters are written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) for char in text)


def _escape(char: str) -> str:
    if char in _NAMED_ESCAPES:
        return _NAMED_ESCAPES[char]
    if unicodedata.category(char) in _UNPRINTABLE:
        code = ord(char)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return char


def cells(text: str) -> int:
    """How many terminal cells `text` takes (wide characters two, combining ones none)."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if unicodedata.category(char) in _ZERO_WIDTH else 1


def pad(text: str, width: int) -> str:
    """`text` with spaces up to `width` cells; longer text stays as it is."""
    return text + " " * (width - cells(text))


def clip(text: str, width: int) -> str:
    """The start of `text` in at most `width` cells, ending in `…` when something was cut."""
    if cells(text) <= width:
        return text
    room, kept = width - 1, 0
    for char in text:
        room -= _cell(char)
        if room < 0:
            break
        kept += 1
    return text[:kept] + ELLIPSIS


def clip_start(text: str, width: int) -> str:
    """The end of `text` in at most `width` cells, beginning with `…` when something was cut."""
    if cells(text) <= width:
        return text
    room, kept = width - 1, 0
    for char in reversed(text):
        room -= _cell(char)
        if room < 0:
            break
        kept += 1
    return ELLIPSIS + text[len(text) - kept :]


def wrap(text: str, first: int, rest: int = 0) -> list[str]:
    """`text` in lines of at most `first`, then `rest` cells (0: as the first), broken between words.

    Chinese breaks between characters. A word that is too long stands whole on its line: ids and commands must
    survive copying. White space at the start is kept.
    """
    lines: list[str] = []
    line, used, room = "", 0, first
    for token in _WORDS.findall(text):
        size = cells(token)
        if used + size > room and not (token.isspace() or token in _NO_LINE_START) and line.strip():
            lines.append(line.rstrip())
            line, used, room = "", 0, rest or first
        if line or lines == [] or not token.isspace():
            line, used = line + token, used + size
    if line.strip():
        lines.append(line.rstrip())
    return lines


def gap(left: str, right: str, width: int) -> str:
    """The spaces, at least two, that push `right` to the edge of `width`."""
    return " " * max(2, width - cells(left) - cells(right))


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 edit`, `2 edits`, `10,000 manifests`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
