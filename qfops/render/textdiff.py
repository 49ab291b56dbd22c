"""What changed between two long texts: changed lines only, as pieces that stayed, went or came.

Chinese is compared by runs of characters. The work is bounded: texts too different to compare closely become
removed and added lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Pairs of items that SequenceMatcher may have to look at before we compare more coarsely.
_BUDGET = 250_000
_CLOSE = 0.5
_TOKEN = re.compile(r"[^\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+|\s+|.", re.DOTALL)

Mark = Literal["=", "-", "+"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line that stayed (`=`), went (`-`) or came (`+`)."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One changed line; `number` is its line in the new text, or None for a removed one."""

    number: int | None
    pieces: tuple[Piece, ...]


def changed_lines(before: str, after: str) -> Iterator[DiffLine]:
    """The lines that differ, in order; an empty text has no lines."""
    old, new = (text.split("\n") if text else [] for text in (before, after))
    for old_start, old_end, new_start, new_end in _changes(old, new):
        yield from _block(old[old_start:old_end], new[new_start:new_end], new_start)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """The changed ranges of two sequences; one range where comparing closely would cost too much."""
    start, shortest = 0, min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if not left and not right:
        return
    if len(left) * len(right) > _BUDGET:
        yield start, start + len(left), start, start + len(right)
        return
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield start + a, start + b, start + c, start + d


def _block(old: Sequence[str], new: Sequence[str], offset: int) -> Iterator[DiffLine]:
    """Lines that replaced others, pair by pair; what is left over was removed or added whole."""
    paired = min(len(old), len(new))
    for index in range(paired):
        if old[index] == new[index]:
            continue
        pieces = words(old[index], new[index])
        if pieces:
            yield DiffLine(offset + index + 1, pieces)
        else:
            yield DiffLine(None, (Piece("-", old[index]),))
            yield DiffLine(offset + index + 1, (Piece("+", new[index]),))
    for text in old[paired:]:
        yield DiffLine(None, (Piece("-", text),))
    for index, text in enumerate(new[paired:], offset + paired + 1):
        yield DiffLine(index, (Piece("+", text),))


def words(before: str, after: str) -> tuple[Piece, ...]:
    """One line with its changed words marked; empty when the two have too little in common."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces: list[Piece] = []
    position = common = 0
    for a, b, c, d in _changes(old, new):
        pieces.append(Piece("=", "".join(old[position:a])))
        pieces.append(Piece("-", "".join(old[a:b])))
        pieces.append(Piece("+", "".join(new[c:d])))
        position = b
    pieces.append(Piece("=", "".join(old[position:])))
    common = sum(len(piece.text) for piece in pieces if piece.mark == "=")
    if common * 2 < _CLOSE * (len(before) + len(after)):
        return ()
    return tuple(_merged(pieces))


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Joins changes that only a blank or a single character keeps apart: confetti is hard to read."""
    removed = added = ""
    for index, piece in enumerate(pieces):
        inner = 0 < index < len(pieces) - 1
        if piece.mark == "-":
            removed += piece.text
        elif piece.mark == "+":
            added += piece.text
        elif inner and (removed or added) and len(piece.text.strip()) <= 1:
            removed, added = removed + piece.text, added + piece.text
        else:
            yield from _pair(removed, added)
            removed = added = ""
            if piece.text:
                yield piece
    yield from _pair(removed, added)


def _pair(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("-", removed)
    if added:
        yield Piece("+", added)
