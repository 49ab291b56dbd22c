"""The attribute changes of one change as lines: `path before → after`, or a marked diff for long texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qfops.core.plan import Action, AttributeChange, Cause, Change, Verdict
from qfops.core.values import ABSENT, UNOBSERVED, Slot, has_unknown
from qfops.render.layout import ELLIPSIS, Page, Style, clean, wrap
from qfops.render.textdiff import diff_text
from qfops.render.values import fits, leaves, show, transition

MAX_LEAVES = 20
_ACTS = frozenset(
    (Verdict.UPDATE, Verdict.APPEND, Verdict.ADVANCE, Verdict.REPLACE, Verdict.REVERT, Verdict.BLOCKED)
)


def telling(change: Change, cause: Cause | None) -> list[AttributeChange]:
    """The attributes worth a line: those that act and that neither heading nor reason tells already.

    What a new object is made from is not repeated (`qfops show` has it); notes are part of the change.
    """
    if change.action is Action.CREATE or (change.action is Action.RUN and not change.id):
        return []
    return [item for item in change.attributes if _tells(item, change, cause)]


def _tells(item: AttributeChange, change: Change, cause: Cause | None) -> bool:
    if item.verdict not in _ACTS:
        return False
    if item.overwrites:
        return True
    if cause is not None and cause.address == change.address and cause.path == item.path:
        return "→" not in cause.summary or ELLIPSIS in cause.summary
    return change.action is Action.UPDATE or not (has_unknown(item.desired) and item.path in change.reason)


def before(item: AttributeChange) -> Slot:
    """What the console holds now as far as this read showed it, else what was last applied."""
    return item.prior if item.live is UNOBSERVED else item.live


def headline(told: Sequence[AttributeChange]) -> str:
    """What fits into the change's first line: the only attribute, with its values if they are short."""
    if len(told) != 1 or told[0].overwrites:
        return ""
    return inline(told[0]) or clean(told[0].path)


def detail_lines(told: Sequence[AttributeChange], page: Page) -> Iterator[str]:
    """What the first line does not say, each line within the page."""
    if len(told) == 1 and not told[0].overwrites:
        item = told[0]
        if not inline(item):
            yield from _difference(before(item), item.desired, clean(item.path), page)
        return
    for item in told:
        yield from _block(item, page)


def inline(item: AttributeChange) -> str:
    """The change on one line, or "" when it needs lines of its own."""
    old = before(item)
    if not (fits(old) and fits(item.desired)):
        return ""
    undoes = " undoes the console edit" if item.verdict is Verdict.REVERT else ""
    return f"{clean(item.path)} {transition(old, item.desired)}{undoes}"


def _block(item: AttributeChange, page: Page) -> Iterator[str]:
    path = clean(item.path)
    if item.overwrites:
        yield page.paint(f"OVERWRITES CONSOLE EDIT of {path}", Style.DANGER)
        sides = (("applied", item.prior), ("console", item.live), ("manifest", item.desired))
        if all(fits(value) for _, value in sides):
            yield from wrap("  " + " │ ".join(f"{name} {show(value)}" for name, value in sides), page.width)
            return
        yield "  console → manifest:"
    elif single := inline(item):
        yield from wrap(single, page.width)
        return
    else:
        yield path
    yield from _difference(before(item), item.desired, path, page)


def _difference(old: Slot, new: Slot, path: str, page: Page) -> Iterator[str]:
    if isinstance(old, str) and isinstance(new, str):
        yield from diff_text(old, new, page)
    elif isinstance(new, str) and old in (ABSENT, UNOBSERVED, None):
        yield from diff_text("", new, page)
    elif isinstance(old, (dict, list)) and isinstance(new, (dict, list)):
        yield from _leaf_lines(list(leaves(old, new, path)), page)
    else:
        yield from wrap(f"  {transition(old, new, page.width // 2 - 4)}", page.width)


def _leaf_lines(found: Sequence[tuple[str, Slot, Slot]], page: Page) -> Iterator[str]:
    for path, old, new in found[:MAX_LEAVES]:
        if isinstance(old, str) and isinstance(new, str) and not (fits(old) and fits(new)):
            yield f"  {clean(path)}"
            yield from diff_text(old, new, page)
        else:
            yield from wrap(f"  {clean(path)} {transition(old, new)}", page.width)
    if len(found) > MAX_LEAVES:
        yield f"  {ELLIPSIS} {len(found) - MAX_LEAVES:,} more; --format json shows all"
