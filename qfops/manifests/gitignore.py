"""What a `.gitignore` names, by git's rules. Pure: texts in, verdicts out; git itself is never started.

The rules are those of gitignore(5): the last pattern that matches wins, deeper files win over higher ones, a
pattern with a slash is anchored to the folder of its file, and nothing below an ignored folder comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

FILE = ".gitignore"
_NAMED_CLASS = re.compile(r"\[:([a-z]+):\]")
_NEVER = re.compile(r"(?!)")
_POSIX = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": r"\x21-\x7e", "lower": "a-z", "print": r"\x20-\x7e", "punct": r"!-/:-@\[-`{-~",
    "space": r"\s", "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip


class IgnoreLine(NamedTuple):
    """One line of a file: whether it ignores or brings back, what it matches, and where it stands."""

    pattern: re.Pattern[str]
    ignores: bool
    folders_only: bool
    anchored: bool
    line: int
    written: str


class IgnoredBy(NamedTuple):
    """The line that ignores a path: the folder of its file ("" for the top), its number and its text."""

    folder: str
    line: int
    written: str


def read_rules(text: str, *, any_case: bool = False) -> tuple[IgnoreLine, ...]:
    """The rules of the text of a `.gitignore`; `any_case` where the disk does not tell `A` from `a`."""
    lines = enumerate(text.removeprefix("\ufeff").split("\n"), 1)
    found = (_rule(line.removesuffix("\r"), number, any_case=any_case) for number, line in lines)
    return tuple(rule for rule in found if rule is not None)


def ignored(path: str, rules: Mapping[str, tuple[IgnoreLine, ...]]) -> IgnoredBy | None:
    """The line that ignores a file, or None; `rules` are those of every folder on the way, "" for the top."""
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        match = _verdict(parts[:end], rules, is_folder=end < len(parts))
        if match is not None:
            return match
    return None


def _verdict(
    parts: list[str], rules: Mapping[str, tuple[IgnoreLine, ...]], *, is_folder: bool
) -> IgnoredBy | None:
    """The line that ignores one file or folder, whatever becomes of those above it."""
    for depth in range(len(parts) - 1, -1, -1):
        folder, below = "/".join(parts[:depth]), "/".join(parts[depth:])
        for rule in reversed(rules.get(folder, ())):
            subject = below if rule.anchored else parts[-1]
            if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(subject):
                return IgnoredBy(folder, rule.line, rule.written) if rule.ignores else None
    return None


def _rule(line: str, number: int, *, any_case: bool) -> IgnoreLine | None:
    text = _without_trailing_blanks(line)
    if not text or text.startswith("#"):
        return None
    ignores = not text.startswith("!")
    body = text if ignores else text[1:]
    folders_only = body.endswith("/")
    body = body.removesuffix("/")
    anchored = "/" in body
    body = body.removeprefix("/")
    if not body:
        return None
    pattern = _compiled(body, re.IGNORECASE if any_case else re.NOFLAG)
    return IgnoreLine(pattern, ignores, folders_only, anchored, number, text)


def _without_trailing_blanks(line: str) -> str:
    """The line without the blanks at its end, of which a backslash keeps one."""
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 and len(stripped) < len(line) else stripped


def _compiled(body: str, flags: re.RegexFlag) -> re.Pattern[str]:
    """The pattern as a regular expression; one that matches nothing where git cannot read it either."""
    try:
        return re.compile("".join(_translated(body)), re.DOTALL | flags)
    except (ValueError, re.error):
        return _NEVER


def _translated(body: str) -> Iterator[str]:
    place = 0
    while place < len(body):
        char = body[place]
        if char == "*":
            stars = len(body) - place - len(body[place:].lstrip("*"))
            text, used = _stars(body, place, stars)
            place += used
            yield text
        elif char == "?":
            yield "[^/]"
            place += 1
        elif char == "[":
            text, place = _character_class(body, place)
            yield text
        else:
            if char == "\\":
                place += 1
                if place == len(body):
                    raise ValueError("a backslash at the end")
            yield re.escape(body[place])
            place += 1


def _stars(body: str, place: int, stars: int) -> tuple[str, int]:
    """What stars stand for, and how many characters they take: two or more between slashes are folders."""
    before = place == 0 or body[place - 1] == "/"
    after = body[place + stars : place + stars + 1]
    if stars > 1 and before and after == "/":
        return "(?:[^/]+/)*", stars + 1
    if stars > 1 and before and not after:
        return ".+", stars
    return "[^/]*", stars


def _character_class(body: str, start: int) -> tuple[str, int]:
    """`[…]` from its bracket on, and where it ends; ValueError where it does not."""
    place, items = start + 1, []
    negated = body[place : place + 1] in ("!", "^")
    place += negated
    first = True
    while first or body[place : place + 1] != "]":
        first = False
        named = _NAMED_CLASS.match(body, place)
        if named:
            items.append(_POSIX.get(named[1], ""))
            place = named.end()
            continue
        low, place = _member(body, place)
        items.append(re.escape(low))
        if body[place : place + 1] == "-" and body[place + 1 : place + 2] not in ("", "]"):
            high, place = _member(body, place + 1)
            items.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    inside = "".join(items)
    if not inside:
        return ("[^/]" if negated else "(?!)"), place + 1
    return (f"(?!/)[{'^' if negated else ''}{inside}]"), place + 1


def _member(body: str, place: int) -> tuple[str, int]:
    """One character of a class, and where the next one stands."""
    if body[place : place + 1] == "\\":
        place += 1
    if place >= len(body):
        raise ValueError("a class without its end")
    return body[place], place + 1


def folders_above(path: str) -> Iterable[str]:
    """The folders on the way to a file, "" for the top first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts))]
