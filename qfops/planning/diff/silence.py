"""What a manifest does not say, and what it says although silence would say the same.

A default that is written down, or taken out again, is no change: nothing is sent and nothing is run. It only
becomes ours, or stops being ours.
"""

from __future__ import annotations

from dataclasses import replace

from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.values import ABSENT, UNOBSERVED, Marker, Slot, same
from qfops.kinds.flatten import Leaf
from qfops.kinds.rules import RuleType
from qfops.planning.diff.attribute import ThreeSides


def seen_as(wanted: Leaf, applied: Leaf | None, seen: Slot) -> Slot:
    """What the console shows: where it shows nothing or null, and a side is the default, the default."""
    if seen is not ABSENT and seen is not None:
        return seen
    for leaf in (wanted, applied):
        if leaf is not None and leaf.implied:
            return leaf.value if isinstance(leaf.default, Marker) else leaf.default
    return seen


def means_nothing(leaf: Leaf, sides: ThreeSides) -> bool:
    """Whether a default was written down or taken out, and the console shows nothing else.

    Where the console holds another value, writing the default down is a wish, and so is taking it out.
    """
    shown = sides.live is UNOBSERVED or sides.live is ABSENT or same(sides.live, leaf.value)
    return leaf.implied and shown and (sides.prior is ABSENT or sides.desired is ABSENT)


def as_before(path: str, leaf: Leaf, sides: ThreeSides) -> AttributeChange:
    """The vote on a default that is written down or taken out: it is noted in state, and nothing else."""
    verdict = Verdict.DROP if sides.desired is ABSENT else Verdict.SAME
    return AttributeChange(path, sides.prior, sides.live, sides.desired, verdict, implied=unowned(leaf))


def as_written(
    vote: AttributeChange, sides: ThreeSides, applied: Leaf | None, shown: Leaf | None, wanted: Leaf | None
) -> AttributeChange:
    """The vote with its values as they are written; compared they were in the form of their kind."""
    if not any(leaf is not None and leaf.value is not leaf.written for leaf in (applied, shown, wanted)):
        return vote
    return replace(
        vote,
        prior=_written(vote.prior, sides.prior, applied),
        live=_written(vote.live, sides.live, shown),
        desired=_written(vote.desired, sides.desired, wanted),
    )


def _written(slot: Slot, compared: Slot, leaf: Leaf | None) -> Slot:
    return leaf.written if leaf is not None and slot is compared and slot is leaf.value else slot


def unowned(leaf: Leaf) -> bool:
    """Whether a leaf adds nothing to its manifest: implied, and no call could ever undo a console edit of it.

    A default that can be edited is ours once it is written: a console edit of it is told.
    """
    return leaf.implied and leaf.rule.type is not RuleType.UPDATABLE
