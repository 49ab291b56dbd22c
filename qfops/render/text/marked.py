"""The changed lines of a long text, with the changed words marked, each cut to fit the page.

`2 | Answer in at most [-120-]{+80+} words.` Numbers are lines of the new text; a removed line has `-`
instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from qfops.render.layout import ELLIPSIS, Page, Style, cells, clean, clip, clip_start
from qfops.render.textdiff import DiffLine, Piece

MAX_LINES = 40
_MARK_LIMIT = 160


def marked_lines(lines: Sequence[DiffLine], page: Page, limit: int = MAX_LINES) -> list[str]:
    """The first changed lines, and how many more there are."""
    gutter = max((len(str(line.number)) for line in lines if line.number), default=1)
    shown = [_line(line, gutter, page) for line in lines[:limit]]
    if len(lines) > limit:
        shown.append(f"{ELLIPSIS} {len(lines) - limit:,} more changed lines; --format json shows both texts")
    return shown


def _line(line: DiffLine, gutter: int, page: Page) -> str:
    number = "-" if line.number is None else str(line.number)
    pieces = _fitted(line.pieces, page.width - gutter - 3)
    return f"{number:>{gutter}} | " + "".join(_marked(piece, page) for piece in pieces)


def _marked(piece: Piece, page: Page) -> str:
    if piece.mark == "-":
        return page.paint(f"[-{piece.text}-]", Style.DANGER)
    if piece.mark == "+":
        return page.paint("{+" + piece.text + "+}", Style.ADD)
    return piece.text


def _fitted(pieces: Sequence[Piece], room: int) -> list[Piece]:
    """The pieces with harmless text; when too wide, what stayed is cut to what stands around the changes."""
    cleaned = [Piece(piece.mark, clean(piece.text)) for piece in pieces]
    if sum(cells(piece.text) + (0 if piece.mark == "=" else 4) for piece in cleaned) <= room:
        return cleaned
    kept = [index for index, piece in enumerate(cleaned) if piece.mark == "="]
    share = max(16, (room - sum(cells(p.text) + 4 for p in cleaned if p.mark != "=")) // max(1, len(kept)))
    return [
        _shortened(piece, share, first=index == 0, last=index == len(cleaned) - 1)
        for index, piece in enumerate(cleaned)
    ]


def _shortened(piece: Piece, share: int, *, first: bool, last: bool) -> Piece:
    if piece.mark != "=":
        if cells(piece.text) <= _MARK_LIMIT:
            return piece
        start = clip(piece.text, _MARK_LIMIT)
        return Piece(piece.mark, f"{start} ({len(piece.text) - len(start) + 1:,} more characters)")
    if cells(piece.text) <= share:
        return piece
    if first:
        return Piece("=", clip_start(piece.text, share))
    if last:
        return Piece("=", clip(piece.text, share))
    half = share // 2
    return Piece("=", clip(piece.text, half) + clip_start(piece.text, share - half).removeprefix(ELLIPSIS))
