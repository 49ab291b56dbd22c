"""Taking over an object that exists: from what the console shows to a change of state, and nothing else.

An adoption makes nothing and waits for nothing that is made. What it cannot resolve it takes from the
console, and what is plainly another object than the manifest's is refused. It edits nothing, unless an apply
is told to undo all drift.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qfops.core.address import Address, ObjectKey
from qfops.core.observation import LiveObject, Phase, words_of
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change, Provenance
from qfops.core.plan.steps import LINK
from qfops.core.plan_options import Scope
from qfops.core.state.entry import Entry, Retired
from qfops.core.values import ABSENT, UNOBSERVED
from qfops.kinds.rules import RuleType
from qfops.planning.actions.case import Case, change_of
from qfops.planning.actions.taken import Taken, Untaken, taken_over
from qfops.planning.diff.resource_diff import diff, reverted
from qfops.planning.diff.silenced import silenced
from qfops.planning.order import steps

# An adoption never acts on what it cannot see: the manifest's value is assumed.
_UNSEEN = (Verdict.UPDATE, Verdict.ADVANCE, Verdict.APPEND, Verdict.REPLACE)
_FIRST = "adopt what it rests on first: qfops adopt {target} ID"


def adoption(case: Case, entry: Entry | None, object_id: str) -> Change:
    """The adoption of `object_id`, or why it cannot be that of this resource."""
    key = ObjectKey(case.kind.key, object_id)
    kept = next((item for item in entry.retired if item.id == object_id), None) if entry else None
    owner = None if kept else _owner(case, key)
    if owner is not None:
        return _refused(
            case, entry, f"{object_id} belongs to another address already: {owner}", _let_go(owner)
        )
    elsewhere = None if kept else case.given.neighbours.owner(*key)
    if elsewhere is not None:
        reason = f"{object_id} belongs to {elsewhere}, and one object has one owner"
        remedy = f"name another object; or let go of it there first, without ending it: {elsewhere.release}"
        return _refused(case, entry, reason, remedy)
    live = case.given.observed.find(*key)
    if live is None:
        return _not_there(case, entry, key)
    if live.phase is Phase.STOPPED and case.kind.end == "deactivate":
        said = f"{object_id} is stopped ({words_of(live.status)}), and no call starts it again"
        return _refused(case, entry, said, "leave it out: the next apply makes a new one")
    found = taken_over(case, live)
    if isinstance(found, Untaken):
        remedy = _FIRST.format(target=found.target)
        return _refused(case, entry, f"{object_id}: {found.reason}", remedy)
    votes = _votes(found.case, kept, live)
    differing = [vote.path for vote in votes if vote.verdict is Verdict.BLOCKED]
    if differing:
        reason = (
            f"{object_id} differs from the manifest in {', '.join(differing)}, {_why_not(case, differing)}"
        )
        return _refused(case, entry, reason, _OTHER, votes)
    if _other_run(found.case, kept):
        return _refused(case, entry, f"{object_id} was made from other inputs than the manifest names", _ID)
    return _adopted(case, entry, live, found, votes)


def _adopted(
    case: Case, entry: Entry | None, live: LiveObject, found: Taken, votes: tuple[AttributeChange, ...]
) -> Change:
    """State takes the object over as it is; the values that it took from the console are marked."""
    taken = tuple(
        AttributeChange(path, live=value, desired=value, verdict=Verdict.NOTE, reason=_why(target))
        for path, (target, value) in sorted(found.values.items())
    )
    others = tuple(vote for vote in votes if vote.path not in found.values)
    undone = [vote for vote in votes if vote.verdict is Verdict.REVERT]
    # in a whole plan others may rest on it, so it is waited for until it is ready
    alone = case.given.options.scope is Scope.ADOPT
    todo = (LINK,) if alone else (LINK, *steps.updates(case.kind, undone, live))
    reason = f"{live.id} is taken over as it is"
    change = change_of(case, entry, Action.ADOPT, reason, (*others, *taken), todo)
    notes = tuple(f"{vote.path} {vote.live}: {vote.reason}" for vote in taken)
    decision = replace(change.decision, notes=notes, causes=())
    subject = replace(change.subject, resource=found.case.resource)
    return replace(change, decision=decision, subject=subject, origin=Provenance(link=live.id))


def _why(target: Address) -> str:
    return f"taken from the console, {target} has no object in this state"


def _votes(case: Case, kept: Retired | None, live: LiveObject) -> tuple[AttributeChange, ...]:
    """What differs: held back as drift, or blocked where it says that this is another object."""
    votes = diff(case.kind, case.desired, kept.attributes if kept else None, live, adopting=kept is None)
    votes = silenced(case.kind, votes, case.resource.lifecycle.ignore, case.given.today)
    names = case.kind.identity.attributes if case.kind.identity else ()
    same_run = kept is not None and bool(kept.run_key) and kept.run_key == case.inputs().key
    found = tuple(
        _vote(vote, another=vote.path in names or case.kind.run, same_run=same_run) for vote in votes
    )
    return reverted(case.kind, found) if case.given.options.revert_drift else found


def _vote(vote: AttributeChange, *, another: bool, same_run: bool) -> AttributeChange:
    """`another`: a difference there means another object; `same_run`: it is known to be what is wanted."""
    unseen = vote.live is UNOBSERVED and vote.prior is ABSENT
    if same_run or unseen:
        return replace(vote, verdict=Verdict.NOTE) if vote.verdict in _UNSEEN else vote
    if vote.verdict is Verdict.REPLACE or (vote.verdict is Verdict.DRIFT and another):
        return replace(vote, verdict=Verdict.BLOCKED)
    return replace(vote, verdict=Verdict.NOTE) if vote.verdict in _UNSEEN else vote


def _why_not(case: Case, paths: Iterable[str]) -> str:
    """Why a difference there is no drift: nothing can change it, or it is what tells objects apart."""
    rules = [case.kind.rule_at(path) for path in paths]
    fixed = any(rule is None or rule.type is not RuleType.UPDATABLE for rule in rules)
    return "which cannot be changed" if fixed else "which says which object it is"


def _other_run(case: Case, kept: Retired | None) -> bool:
    """Whether a kept run was plainly made from something else than what is wanted."""
    return kept is not None and case.kind.run and kept.run_key != case.inputs().key


def _owner(case: Case, key: ObjectKey) -> Address | None:
    """The other address of this state that has the object, current or kept."""
    for address, entry in case.given.state.entries.items():
        held = {entry.id, *(item.id for item in entry.retired)}
        if address.kind_key == key.kind and address != case.address and key.id in held:
            return address
    return None


def _not_there(case: Case, entry: Entry | None, key: ObjectKey) -> Change:
    """The console does not show the object: it is of another kind, does not exist, or cannot be told."""
    observed = case.given.observed
    other = next((kind for kind, objects in observed.inventory.items() if key.id in objects), None)
    if other is not None:
        return _refused(case, entry, f"{key.id} is a {other.name}, no {case.kind.name}", _ID)
    unreadable = observed.unreadable.get(key)
    if unreadable:
        return change_of(case, entry, Action.UNKNOWN, unreadable, ())
    return _refused(case, entry, f"{key.id} to adopt does not exist, as far as this account can see", _ID)


_OTHER = "name the object that the manifest is about, or write the values of this one into the manifest"
_ID = "look up the id in the console, and name that"


def _let_go(owner: Address) -> str:
    return f"to let go of it there, without ending it: qfops state rm {owner}"


def _refused(
    case: Case, entry: Entry | None, reason: str, remedy: str, votes: Iterable[AttributeChange] = ()
) -> Change:
    return change_of(case, entry, Action.BLOCKED, reason, tuple(votes), remedy=remedy)
