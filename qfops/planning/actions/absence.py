"""No object is made where nobody has looked: the proof that a new object doubles none, or why there is none.

A place whose list was read to its end holds what that list showed. One that this plan makes is empty until
then (its content is listed before the first create in it). Objects of a kind without any list can be looked
for by nobody, so the first create of one needs no look. Everything else is not known, unless a line
`adopt: {ADDR: null}` of qfops.yaml says that nothing is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address, ObjectKey
from qfops.core.diagnostics import Diagnostic
from qfops.core.observation import Searched, Unsearched
from qfops.core.paths import get
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import Change
from qfops.core.plan.steps import Call
from qfops.core.state.entry import Entry
from qfops.core.values import has_unknown
from qfops.planning.actions.case import Case, change_of
from qfops.planning.context import PlanInput

NOT_NEEDED = "adopt-not-needed"


@dataclass(frozen=True, slots=True)
class NothingThere:
    """Proof that a new object doubles none; `vouched`: a person says so, since nobody could look."""

    vouched: bool = False


def nothing_there(case: Case) -> NothingThere | Unsearched:
    """The proof that nothing in the place of a new object could be taken for it, or why there is none."""
    kind, given = case.kind, case.given
    if kind.listing is None or _made_here(case):
        return NothingThere()
    search = given.observed.search(kind.key, kind.scope_in(case.desired))
    if isinstance(search, Searched):
        return NothingThere()
    return NothingThere(vouched=True) if case.address in given.vouched else search


def _made_here(case: Case) -> bool:
    """Whether the container does not exist yet, so that nothing can be in it."""
    container = case.kind.container
    return container is not None and has_unknown(get(dict(case.desired), container.path))


def proven(case: Case, entry: Entry | None, change: Change, entries: Mapping[Address, Entry]) -> Change:
    """The change, if it makes nothing, or nothing is there; else what is not known, and the way out."""
    if not change.steps or not (_creates(change) or _takes_a_name(case, change)):
        return change
    kept = _unseen_run(case, entries)
    if kept:
        return _unknown(case, entry, change, f"whether it has run already cannot be told: {kept}")
    found = nothing_there(case)
    if isinstance(found, Unsearched):
        taken = "it exists already" if _creates(change) else "its new name is taken"
        reason = f"whether {taken} cannot be told: {found.reason}"
        return _unknown(case, entry, change, reason, way_out(case.given, case.address))
    if not found.vouched:
        return change
    vouched = replace(change, origin=replace(change.origin, vouched=True))
    return vouched.noted(
        "nobody could look whether it exists already; qfops.yaml says that nothing there is it (adopt: null)"
    )


def _creates(change: Change) -> bool:
    return any(isinstance(step, Call) and step.operation == "create" for step in change.steps)


def _takes_a_name(case: Case, change: Change) -> bool:
    """Whether an object that exists takes a name by which others could be known."""
    names = case.kind.identity.attributes if case.kind.identity is not None else ()
    return any(vote.path in names and vote.verdict is Verdict.UPDATE for vote in change.attributes)


def _unknown(case: Case, entry: Entry | None, change: Change, reason: str, remedy: str = "") -> Change:
    unknown = change_of(case, entry, Action.UNKNOWN, reason, (), remedy=remedy)
    return replace(unknown, outputs=()).wishing(change.action)


def _unseen_run(case: Case, entries: Mapping[Address, Entry]) -> str:
    """Why nobody can tell whether a kept run of the same inputs can be linked again; "" where one can."""
    unreadable = case.given.observed.unreadable
    key = case.inputs().key if case.kind.run and unreadable else ""
    for address, entry in entries.items() if key else ():
        for item in entry.retired if address.kind_key == case.kind.key else ():
            reason = unreadable.get(ObjectKey(case.kind.key, item.id))
            if item.run_key == key and reason:
                return f"{item.id}, which was kept, could not be read: {reason}"
    return ""


def way_out(given: PlanInput, address: Address) -> str:
    """What to grant or to write where nobody could look."""
    environment = given.settings.environment
    place = f"qfops.yaml, under environments.{environment}" if environment else "qfops.yaml"
    return (
        "let these keys read it; or, when you have looked and nothing there is yours, "
        f'add to {place}:  adopt: {{"{address}": null}}'
    )


def not_needed(given: PlanInput, changes: list[Change]) -> tuple[Diagnostic, ...]:
    """The lines `adopt: {ADDR: null}` that do nothing here, because it is known what is there."""
    used = {change.address for change in changes if change.origin.vouched or change.action.held}
    return tuple(
        Diagnostic(
            NOT_NEEDED,
            f"adopt: null of {address} is no longer needed: it is known what is there",
            remedy="Remove the line from qfops.yaml.",
            address=address,
            severity="warning",
        )
        for address in sorted(given.vouched - used)
    )
