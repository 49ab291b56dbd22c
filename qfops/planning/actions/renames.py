"""Possible renames: a new resource that looks like an object whose manifest is gone waits for a `moved` line.

Until it is said which it is, nothing of its kind is taken away, and all the lines are shown at once. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.state.entry import CURRENT
from qfops.planning.context import PlanInput


def awaiting_lines(given: PlanInput, changes: Iterable[Change]) -> list[Change]:
    """The changes, with what has to wait for the lines, and with the lines to add."""
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
    asked = {address: _asked(given, address, old, lines) for address, old in alike.items()}
    return [_waiting(change, asked, lines) for change in found]


def _waiting(change: Change, asked: Mapping[Address, str], lines: Mapping[Address, Address]) -> Change:
    """A change while lines are asked for: of an arrival, of what it looks like, or of another object."""
    if change.origin.looks_like is not None and change.address in asked:
        return change.held(Action.BLOCKED, change.reason, asked[change.address])
    if change.object == CURRENT and change.resource is None and change.address in lines:
        return change.held(
            Action.BLOCKED,
            "its manifest is gone, and another resource looks like it under a new name",
            f"add the line that stands at {min(lines.values())}: it says which it is",
        )
    rival = next((new for new in sorted(asked) if new.kind_key == change.address.kind_key), None)
    if rival is None or not change.action.removes:
        return change
    return change.held(
        Action.BLOCKED,
        f"nothing of this kind is taken away while {rival} may be an object under a new name",
        f"add the line that stands at {min(lines.values())}; the next plan decides about this",
    )


def _asked(given: PlanInput, new: Address, old: Address, lines: Mapping[Address, Address]) -> str:
    """What to write: all lines at the first resource that asks for one; at the others, where they stand."""
    first = min(lines.values())
    if new != first:
        return f"add the lines that stand at {first}" + (
            "" if lines[old] == new else f"; to make {new} of {old} instead of {lines[old]}, change its line"
        )
    here = {a: b for a, b in lines.items() if any(b not in declared for declared in given.elsewhere)}
    everywhere = {a: b for a, b in lines.items() if a not in here}
    # what the other environments do not declare would only be a warning there
    places = {"qfops.yaml": everywhere, f"qfops.yaml under environments.{given.settings.environment}": here}
    beside = ", beside the lines of `moved` that stand there" if given.settings.moved else ""
    return "\n".join(
        f"add to {place}{beside}:  moved: {_flow(found)}{_otherwise(found)}"
        for place, found in places.items()
        if found
    )


def _flow(lines: Mapping[Address, Address]) -> str:
    """The lines as one value that YAML and people read alike."""
    return json.dumps({str(old): str(new) for old, new in sorted(lines.items())})


def _otherwise(lines: Mapping[Address, Address]) -> str:
    if len(lines) > 1:
        return "   (null in place of a new address: that one is really another)"
    return f'   (or "{next(iter(lines))}": null if it is another one)'
