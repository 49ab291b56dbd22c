"""The verdict on a resource that state knows: its status and its attributes vote, the most severe wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address
from qfops.core.observation import LiveObject, Phase
from qfops.core.plan import Action, AttributeChange, Change, Step, Verdict
from qfops.core.resource import Resource
from qfops.core.state import Entry, Retired
from qfops.core.values import ABSENT, JSON, Value, same
from qfops.kinds.base import Kind
from qfops.kinds.wire import is_released
from qfops.planning import causes, steps
from qfops.planning.context import Outlook, PlanInput
from qfops.planning.runs import Inputs, differing, inputs_of
from qfops.planning.votes import compare, reverted, silenced

MAKES = (Action.CREATE, Action.RUN, Action.REPLACE)
_ACTING = (Verdict.UPDATE, Verdict.ADVANCE, Verdict.APPEND, Verdict.REVERT)


@dataclass(frozen=True, slots=True)
class Case:
    """One resource with all that is known of it: `desired` has its references resolved."""

    given: PlanInput
    kind: Kind
    resource: Resource
    desired: Mapping[str, Value]
    container: Mapping[str, object]
    outlooks: Mapping[Address, Outlook]
    feeds_run: bool = False

    @property
    def address(self) -> Address:
        """The address of the resource."""
        return self.resource.address

    def inputs(self) -> Inputs:
        """What a run of this resource would be made from."""
        return inputs_of(self.kind, self.desired, self.container)


def judge(case: Case, entry: Entry, live: LiveObject) -> Change:
    """The change of a resource whose object was found."""
    votes = _votes(case, entry, live)
    if live.phase is Phase.UNREADABLE:
        reason = f"the console shows the status {live.status!r}, which this version does not know"
        return change_of(case, entry, Action.UNKNOWN, reason, votes, remedy="upgrade qfops, then plan again")
    if case.kind.run:
        changed = _changed_inputs(case, entry, votes)
        if changed:
            return replacement(case, entry, live, votes, _run_reason(case, changed))
        votes = tuple(_not_for_runs(vote) for vote in votes)
    blocked = next((vote for vote in votes if vote.verdict is Verdict.BLOCKED), None)
    if blocked is not None:
        return change_of(case, entry, Action.BLOCKED, f"{blocked.path}: {blocked.reason}", votes)
    replaced = [vote for vote in votes if vote.verdict is Verdict.REPLACE]
    if replaced:
        names = ", ".join(vote.path for vote in replaced)
        return replacement(case, entry, live, votes, f"{names}: {replaced[0].reason}".rstrip(": "))
    return _by_status(case, entry, live, votes)


def _votes(case: Case, entry: Entry, live: LiveObject) -> tuple[AttributeChange, ...]:
    prior = _without_failed_items(case.kind, entry) if live.phase is Phase.FAILED else entry.attributes
    votes = compare(case.kind, case.desired, prior, live, assumed=entry.assumed)
    votes = silenced(votes, case.resource.lifecycle.ignore, case.given.today)
    return reverted(case.kind, votes) if case.given.flags.revert_drift else votes


def _without_failed_items(kind: Kind, entry: Entry) -> dict[str, JSON]:
    """What counts as applied: the last appended item is the one that failed, so it may be edited."""
    prior = dict(entry.attributes)
    for rule in steps.outside_rules(kind):
        items = prior.get(rule.path)
        if isinstance(items, list) and items:
            prior[rule.path] = items[:-1]
    return prior


def _changed_inputs(case: Case, entry: Entry, votes: tuple[AttributeChange, ...]) -> list[str]:
    inputs = case.inputs()
    if entry.run_key:
        return [] if inputs.key == entry.run_key else differing(entry.inputs, inputs.values)
    place = case.kind.container.path if case.kind.container else ""
    return [vote.path for vote in votes if vote.verdict is Verdict.REPLACE and vote.path != place]


def _not_for_runs(vote: AttributeChange) -> AttributeChange:
    """With equal inputs a run stays what it is: where it lives, and how it is written, are no reason."""
    if vote.verdict is Verdict.REPLACE:
        return replace(vote, verdict=Verdict.NOTE, reason="not an input of the run; it stays where it is")
    return vote


def _run_reason(case: Case, changed: list[str]) -> str:
    sources = [
        str(edge.reference.target)
        for edge in case.resource.references
        if any(edge.path == path or edge.path.startswith((f"{path}.", f"{path}[")) for path in changed)
    ]
    if sources and len(sources) >= len(changed):
        return f"runs again: reads {', '.join(dict.fromkeys(sources))}, which is another object now"
    return f"runs again: only {', '.join(changed)} differ{'s' if len(changed) == 1 else ''}"


def _by_status(case: Case, entry: Entry, live: LiveObject, votes: tuple[AttributeChange, ...]) -> Change:
    acting = any(vote.verdict in _ACTING for vote in votes)
    if live.phase is Phase.FAILED:
        return _failed(case, entry, live, votes)
    if live.phase is Phase.STOPPED:
        if case.kind.end == "deactivate":
            return replacement(case, entry, live, votes, "stopped from outside; no call starts it again")
        return _failed(case, entry, live, votes)
    if acting:
        return _update(case, entry, live, votes)
    if live.phase is Phase.GOING:
        wait = (steps.wait_step(case.kind),)
        return change_of(case, entry, Action.WAIT, f"still going: {live.status}", votes, wait)
    return _settled(case, entry, live, votes)


def _failed(case: Case, entry: Entry, live: LiveObject, votes: tuple[AttributeChange, ...]) -> Change:
    said = f"{live.status}: {live.reason}" if live.reason else live.status
    items = [vote for vote in votes if vote.verdict is Verdict.APPEND]
    edited = [vote for vote in items if not _same_failed_item(entry, vote)]
    if edited or (items and case.given.flags.retry_failed):
        return _update(case, entry, live, votes)
    if case.given.flags.retry_failed:
        return replacement(case, entry, live, votes, f"made again after it failed ({said})")
    return change_of(
        case,
        entry,
        Action.BLOCKED,
        f"the console says it failed ({said})",
        votes,
        remedy="change its inputs, or make it again with --retry-failed",
    )


def _same_failed_item(entry: Entry, vote: AttributeChange) -> bool:
    """Whether an appended list only repeats the item that failed."""
    applied = entry.attributes.get(vote.path, ABSENT)
    return same(applied, vote.desired)


def _update(case: Case, entry: Entry, live: LiveObject, votes: tuple[AttributeChange, ...]) -> Change:
    acting = [vote for vote in votes if vote.verdict in _ACTING]
    names = ", ".join(vote.path for vote in acting)
    said = next((vote.reason for vote in acting if vote.reason and vote.verdict is not Verdict.UPDATE), "")
    todo = steps.updates(case.kind, votes, None if live.phase is Phase.FAILED else live)
    change = change_of(
        case, entry, Action.UPDATE, f"{names}: {said}" if said else names, votes, (*todo, steps.RECORD)
    )
    return replace(change, notes=(*change.notes, *_derived_notes(case, entry)))


def _derived_notes(case: Case, entry: Entry) -> tuple[str, ...]:
    """What follows from an edited text, said because a reader would ask: the variables of a template."""
    notes = []
    for name, derive in case.kind.derive.items():
        before, after = derive(dict(entry.attributes)), derive(case.desired)
        shown = _shown(after)
        notes.append(
            f"{name} unchanged {shown}" if same(before, after) else f"{name} {_shown(before)} → {shown}"
        )
    return tuple(notes)


def _shown(value: object) -> str:
    return "{" + ", ".join(str(item) for item in value) + "}" if isinstance(value, list) else str(value)


def _settled(case: Case, entry: Entry, live: LiveObject, votes: tuple[AttributeChange, ...]) -> Change:
    """Nothing to call: perhaps something of ours to note down."""
    dependencies = dependencies_of(case)
    ours = entry.labels != case.resource.labels or entry.lifecycle != case.resource.lifecycle
    if ours:
        return change_of(
            case, entry, Action.UPDATE, "labels or lifecycle: state only, no call", votes, (steps.RECORD,)
        )
    changed = any(_to_record(vote) for vote in votes) or entry.dependencies != dependencies
    todo = (steps.RECORD,) if changed or (live.status and live.status != entry.status) else ()
    return change_of(case, entry, Action.NO_OP, "", votes, todo)


def _to_record(vote: AttributeChange) -> bool:
    held = (Verdict.DRIFT, Verdict.IGNORED, Verdict.NOTE)
    return vote.verdict not in held and not same(vote.prior, vote.desired)


def dependencies_of(case: Case) -> tuple[Address, ...]:
    """What the resource refers to or is ordered after, sorted."""
    targets = {edge.reference.target for edge in case.resource.references} | set(case.resource.depends_on)
    return tuple(sorted(targets))


def replacement(
    case: Case, entry: Entry, live: LiveObject | None, votes: tuple[AttributeChange, ...], reason: str
) -> Change:
    """A new object in place of the old one, or an old one linked again when it is what is wanted."""
    found = linkable(case, entry)
    if found is not None:
        return linked(case, entry, found)
    conflict = _identity_conflict(case, entry, live)
    action = Action.RUN if case.kind.run else Action.REPLACE
    if conflict:
        return change_of(case, entry, Action.BLOCKED, f"{reason}; {conflict}", votes)
    if protected(case.resource, entry):
        return change_of(case, entry, Action.BLOCKED, f"protected (lifecycle.protect), but {reason}", votes)
    going = live is not None and live.phase is Phase.GOING
    todo = [*steps.stopping(case.kind, live), *steps.creation(case.kind, case.desired)]
    keeps = (entry.id,) if entry.id and keeps_old(case) and not going else ()
    destroys = (entry.id,) if entry.id and not keeps else ()
    notes: tuple[str, ...] = ()
    if going and case.kind.run:
        notes = (f"a run in progress is stopped and thrown away ({entry.id}, {live.status if live else ''})",)
    change = change_of(case, entry, action, reason, votes, tuple(todo))
    notes += _meanwhile(case, entry, live, kept=bool(keeps))
    return replace(change, keeps=keeps, destroys=destroys, notes=(*change.notes, *notes))


def _meanwhile(case: Case, entry: Entry, live: LiveObject | None, *, kept: bool) -> tuple[str, ...]:
    """What a replacement means to the callers of the object, and to the bill while both exist."""
    url = entry.outputs.get("url")
    notes = [f"new URL; the one until now is {url}"] if url else []
    both = live is not None and live.phase is not Phase.STOPPED and not case.kind.run
    if both and case.kind.create.billable:
        until = "until the old one is pruned" if kept else "until the old one has ended"
        notes.append(f"billed twice {until} ({entry.id})")
    return tuple(notes)


def keeps_old(case: Case) -> bool:
    """Whether the replaced object stays: lifecycle.onReplace, or the kind's default."""
    wanted = case.resource.lifecycle.on_replace
    return case.kind.keep_on_replace if wanted is None else wanted == "retire"


def protected(resource: Resource | None, entry: Entry) -> bool:
    """Whether delete and replace are refused: the manifest decides while there is one, else state."""
    return resource.lifecycle.protect if resource is not None else entry.lifecycle.protect


def _identity_conflict(case: Case, entry: Entry, live: LiveObject | None) -> str:
    identity = case.kind.identity
    if identity is None or identity.enforced_by != "console":
        return ""
    if live is not None and is_released(case.kind, live.status):
        return ""
    unchanged = [
        name
        for name in identity.attributes
        if same(case.desired.get(name, ABSENT), entry.attributes.get(name, ABSENT))
    ]
    if not unchanged:
        return ""
    fields = " and ".join(f"spec.{name}" for name in unchanged)
    return f"the console keeps {fields} unique and the new object is made first, so change {fields} too"


def linkable(case: Case, entry: Entry | None) -> tuple[Address, Retired] | None:
    """A kept object that is exactly what is wanted: linking it again costs nothing."""
    wanted = case.inputs() if case.kind.run else None
    if wanted is not None and not wanted.key:
        return None
    places = [(case.address, entry)] if entry is not None else []
    if case.kind.run:
        places += [
            (address, other)
            for address, other in case.given.state.entries.items()
            if address.kind_key == case.kind.key and address != case.address and other.retired
        ]
    for address, owner in places:
        for item in reversed(owner.retired):
            if _fits(case, item, wanted):
                return address, item
    return None


def _fits(case: Case, item: Retired, wanted: Inputs | None) -> bool:
    live = case.given.observed.find(case.kind.key, item.id)
    if live is None or live.phase is not Phase.READY:
        return False
    if wanted is not None:
        return bool(item.run_key) and item.run_key == wanted.key
    identity = case.kind.identity.attributes if case.kind.identity else ()
    if any(not same(case.desired.get(name, ABSENT), item.attributes.get(name, ABSENT)) for name in identity):
        return False
    votes = compare(case.kind, case.desired, item.attributes, live)
    return not any(vote.verdict in (Verdict.REPLACE, Verdict.BLOCKED) for vote in votes)


def linked(case: Case, entry: Entry | None, found: tuple[Address, Retired]) -> Change:
    """The change that makes a kept object the current one again."""
    owner, item = found
    live = case.given.observed.find(case.kind.key, item.id)
    votes = () if case.kind.run else compare(case.kind, case.desired, item.attributes, live)
    votes = tuple(vote for vote in votes if vote.verdict in _ACTING)
    todo = [steps.LINK, *steps.updates(case.kind, votes, live)]
    change = change_of(
        case,
        entry,
        Action.ADOPT,
        f"linked again: {item.id} was kept and is what the manifest asks for",
        votes,
        tuple(todo),
    )
    current = (entry.id,) if entry is not None and entry.id and change.id else ()
    keeps, destroys = (current, ()) if keeps_old(case) else ((), current)
    origin = owner if owner != case.address else None
    return replace(change, link=item.id, keeps=keeps, destroys=destroys, moved_from=origin)


def change_of(
    case: Case,
    entry: Entry | None,
    action: Action,
    reason: str,
    votes: tuple[AttributeChange, ...],
    todo: tuple[Step, ...] = (),
    remedy: str = "",
) -> Change:
    """A change with its causes, notes and costs read off the votes and steps."""
    found = causes.of_votes(case.resource, votes, case.outlooks) if action is not Action.NO_OP else ()
    notes = tuple(
        f"{vote.path}: {vote.reason}"
        for vote in votes
        if vote.verdict in (Verdict.NOTE, Verdict.DROP) and vote.reason
    )
    return Change(
        address=case.address,
        action=action,
        reason=reason,
        id=(entry.id or "") if entry else "",
        causes=found,
        depends_on=dependencies_of(case),
        billable=any(step.billable for step in todo),
        outputs=tuple(output.name for output in case.kind.outputs) if action in MAKES else (),
        last_duration=entry.seconds if entry else 0.0,
        steps=todo,
        attributes=votes,
        notes=notes,
        remedy=remedy,
        resource=case.resource,
        entry=entry,
    )
