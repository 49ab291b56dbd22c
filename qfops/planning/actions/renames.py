"""Possible renames: a new resource that looks like an object whose manifest is gone waits for a `moved` line.

Until it is said which it is, nothing of its kind is taken away, and all the lines are shown at once. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.state.entry import CURRENT
from qfops.planning.context import PlanInput

Lines: TypeAlias = Mapping[Address, Address]


def awaiting_lines(
    given: PlanInput, changes: Iterable[Change], chosen: AbstractSet[Address] | None
) -> list[Change]:
    """The changes, with what has to wait for the lines, and with the lines to add.

    They stand at the first resource among `chosen` (None: all) that asks for one.
    """
    found = list(changes)
    alike = {
        change.address: change.origin.looks_like
        for change in found
        if change.action is Action.BLOCKED and change.origin.looks_like is not None
    }
    if not alike:
        return found
    lines: dict[Address, Address] = {}
    for new, old in sorted(alike.items()):
        lines.setdefault(old, new)
    first = next((new for new in sorted(lines.values()) if chosen is None or new in chosen), None)
    return [_waiting(change, set(alike), lines, _Text(given, lines, first)) for change in found]


def _waiting(change: Change, asking: AbstractSet[Address], lines: Lines, text: _Text) -> Change:
    """A change while lines are asked for: of an arrival, of what it looks like, or of another object."""
    if change.origin.looks_like is not None and change.address in asking:
        return change.held(Action.BLOCKED, change.reason, text.at(change.address))
    if change.object == CURRENT and change.resource is None and change.address in lines:
        reason = "its manifest is gone, and another resource looks like it under a new name"
        return change.held(Action.BLOCKED, reason, text.at(change.address))
    rival = next((new for new in sorted(asking) if new.kind_key == change.address.kind_key), None)
    if rival is None or not change.action.removes:
        return change
    reason = f"nothing of this kind is taken away while {rival} may be an object under a new name"
    return change.held(Action.BLOCKED, reason, text.at(change.address))


@dataclass(frozen=True, slots=True)
class _Text:
    """What to write: all lines at `first`, or at each where the plan shows none that asks for one."""

    given: PlanInput
    lines: Lines
    first: Address | None

    def at(self, address: Address) -> str:
        """What is said at one address."""
        if self.first is None or address == self.first:
            return self._block()
        s = "s that stand" if len(self.lines) > 1 else " that stands"
        return f"add the line{s} at {self.first}"

    def _block(self) -> str:
        """The lines to paste; what the other environments do not declare would only be a warning there."""
        given, lines = self.given, self.lines
        here = {a: b for a, b in lines.items() if any(b not in known for known in given.elsewhere)}
        everywhere = {a: b for a, b in lines.items() if a not in here}
        places = {
            "qfops.yaml": everywhere,
            f"qfops.yaml under environments.{given.settings.environment}": here,
        }
        beside = ", beside the lines of `moved` that stand there" if given.settings.moved else ""
        return "\n".join(
            f"add to {place}{beside}:  moved: {_flow(found)}{_otherwise(found)}"
            for place, found in places.items()
            if found
        )


def _flow(lines: Lines) -> str:
    """The lines as one value that YAML and people read alike."""
    return json.dumps({str(old): str(new) for old, new in sorted(lines.items())})


def _otherwise(lines: Lines) -> str:
    if len(lines) > 1:
        return "   (null in place of a new address: that one is really another)"
    return f'   (or "{next(iter(lines))}": null if it is another one)'
