"""Drift that the manifest accepts or ignores: which item of `lifecycle.ignore` is about which edit.

Intents are never silenced. An item with a value silences that value only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qfops.core.paths import parse, step
from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.resource import Ignore
from qfops.core.values import ABSENT, Marker, Slot, same
from qfops.kinds.base import Kind
from qfops.kinds.flatten import normalised
from qfops.planning.diff.differences import short

Ignores = tuple[Ignore, ...]


def silenced(
    kind: Kind, votes: tuple[AttributeChange, ...], ignores: Ignores, today: date
) -> tuple[AttributeChange, ...]:
    """The votes with the drift that `ignores` silence on the day `today` (UTC) marked so."""
    if not ignores:
        return votes
    return tuple(
        _judged(kind, vote, ignores, today) if vote.verdict is Verdict.DRIFT else vote for vote in votes
    )


def silencing(kind: Kind, vote: AttributeChange, ignores: Ignores, today: date) -> Ignore | None:
    """The item that silences the edit of `vote`; None where none does."""
    return next((item for item in _about(vote.path, ignores) if _holds(kind, item, vote, today)), None)


def _judged(kind: Kind, vote: AttributeChange, ignores: Ignores, today: date) -> AttributeChange:
    found = silencing(kind, vote, ignores, today)
    if found is not None:
        reason = found.reason or "ignored by lifecycle.ignore"
        return replace(vote, verdict=Verdict.IGNORED, reason=reason)
    over = lapsed(vote, ignores, today)
    return replace(vote, reason=f"{vote.reason}; {over}") if over else vote


def lapsed(vote: AttributeChange, ignores: Ignores, today: date) -> str:
    """Why the items about the edit of `vote`, which is not silenced, do not silence it; "" without any."""
    return next((_lapsed(item, today) for item in _about(vote.path, ignores)), "")


def _about(path: str, ignores: Ignores) -> list[Ignore]:
    return [
        item for item in ignores if path == item.path or path.startswith((f"{item.path}.", f"{item.path}["))
    ]


def _holds(kind: Kind, item: Ignore, vote: AttributeChange, today: date) -> bool:
    return not _over(item, today) and (item.any_value or _accepts(kind, item, vote))


def _over(item: Ignore, today: date) -> bool:
    return item.until is not None and item.until < today


def _accepts(kind: Kind, item: Ignore, vote: AttributeChange) -> bool:
    """Whether the console shows the value that was accepted; null also accepts that there is none."""
    accepted = _below(item, vote.path)
    if accepted is None and vote.live is ABSENT:
        return True
    rule = kind.rule_at(vote.path)
    if rule is not None and not isinstance(accepted, Marker):
        accepted = normalised(rule, accepted)
    return same(accepted, vote.live)


def _below(item: Ignore, path: str) -> Slot:
    """What the accepted value says of `path`: the whole of it, or a part where the item stands above."""
    value = item.value
    for part in parse(path)[len(parse(item.path)) :]:
        if isinstance(value, Marker):
            return ABSENT
        value = step(value, part)
    return value


def _lapsed(item: Ignore, today: date) -> str:
    """Why an item about the path does not silence it any more."""
    if _over(item, today):
        return f"it was accepted until {item.until}, which is over (UTC)"
    return f"accepted is another value: {short(item.value)}"
