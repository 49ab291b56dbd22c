"""The attribute changes of one change: which are worth telling, in a phrase or at length.

What is told about an attribute never says twice what the heading or the reason says already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Cause, Change
from qfops.core.values import ABSENT, UNOBSERVED, Slot, has_unknown
from qfops.render.layout import ELLIPSIS, clean
from qfops.render.story.parts import Between, Detail, Difference, Emphasis, Phrase, Side, Sides, TextDiff
from qfops.render.textdiff import changed_lines
from qfops.render.values import fits, leaves, transition

MAX_LEAVES = 20
_ACTS = frozenset(
    (Verdict.UPDATE, Verdict.APPEND, Verdict.ADVANCE, Verdict.REPLACE, Verdict.REVERT, Verdict.BLOCKED)
)
_UNTITLED = Phrase("")


def telling(change: Change, cause: Cause | None) -> list[AttributeChange]:
    """The attributes worth telling: those that act and that neither heading nor reason tells already.

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


def headline(told: Sequence[AttributeChange]) -> str:
    """What is a fact of the change: its only attribute, with the values if they are short."""
    if len(told) != 1 or told[0].overwrites:
        return ""
    return _inline(told[0]) or clean(told[0].path)


def details(told: Sequence[AttributeChange]) -> Iterator[Phrase | Detail]:
    """What the headline does not say."""
    if len(told) != 1 or told[0].overwrites:
        yield from (_detail(item) for item in told)
    elif not _inline(told[0]):
        yield Detail(_UNTITLED, tuple(_between(told[0])))


def _detail(item: AttributeChange) -> Phrase | Detail:
    if item.overwrites:
        title = Phrase(f"OVERWRITES CONSOLE EDIT of {clean(item.path)}", Emphasis.DANGER)
        return Detail(title, tuple(_overwritten(item)))
    if phrase := _inline(item):
        return Phrase(phrase)
    return Detail(Phrase(clean(item.path)), tuple(_between(item)))


def _overwritten(item: AttributeChange) -> Iterator[Difference]:
    """All three sides where they are short, else what happens to what the console holds."""
    sides = (Side("applied", item.prior), Side("console", item.live), Side("manifest", item.desired))
    if all(fits(side.value) for side in sides):
        yield Sides(sides)
        return
    yield Phrase("console → manifest:")
    yield from _between(item)


def _before(item: AttributeChange) -> Slot:
    """What the console holds now as far as this read showed it, else what was last applied."""
    return item.prior if item.live is UNOBSERVED else item.live


def _inline(item: AttributeChange) -> str:
    """The change in a phrase, or "" when it has to be told at length."""
    old = _before(item)
    if not (fits(old) and fits(item.desired)):
        return ""
    undoes = " undoes the console edit" if item.verdict is Verdict.REVERT else ""
    return f"{clean(item.path)} {transition(old, item.desired)}{undoes}"


def _between(item: AttributeChange) -> Iterator[Difference]:
    """What differs, at length: lines of texts, the innermost paths of lists and maps."""
    old, new = _before(item), item.desired
    if isinstance(old, str) and isinstance(new, str):
        yield TextDiff(tuple(changed_lines(old, new)))
    elif isinstance(new, str) and old in (ABSENT, UNOBSERVED, None):
        yield TextDiff(tuple(changed_lines("", new)))
    elif isinstance(old, (dict, list)) and isinstance(new, (dict, list)):
        yield from _leaves(list(leaves(old, new, clean(item.path))))
    else:
        yield Between(old, new)


def _leaves(found: Sequence[tuple[str, Slot, Slot]]) -> Iterator[Difference]:
    for path, old, new in found[:MAX_LEAVES]:
        if isinstance(old, str) and isinstance(new, str) and not (fits(old) and fits(new)):
            yield TextDiff(tuple(changed_lines(old, new)), title=clean(path))
        else:
            yield Phrase(f"{clean(path)} {transition(old, new)}")
    if len(found) > MAX_LEAVES:
        yield Phrase(f"{ELLIPSIS} {len(found) - MAX_LEAVES:,} more; --format json shows all")
