"""The verdict on a resource that state knows: its status and its attributes vote, the most severe wins."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import ObjectKey
from qfops.core.observation import LiveObject, Phase, words_of
from qfops.core.paths import get
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.steps import RECORD
from qfops.core.state.entry import Entry
from qfops.core.values import ABSENT, JSON, same
from qfops.kinds.base import Kind
from qfops.kinds.status import untold
from qfops.planning.actions.case import Case, change_of
from qfops.planning.actions.known_runs import entry_of_today
from qfops.planning.actions.replacement import replacement
from qfops.planning.actions.runs import Inputs, chosen_by_console, differing
from qfops.planning.diff import causes
from qfops.planning.diff.resource_diff import diff, reverted
from qfops.planning.diff.silenced import silenced
from qfops.planning.order import steps


def judge(case: Case, entry: Entry, live: LiveObject) -> Change:
    """The change of a resource whose object was found."""
    votes = _votes(case, entry, live)
    if live.phase is Phase.UNREADABLE:
        reason = f"the console shows the status {words_of(live.status)!r}, which this version does not know"
        return change_of(case, entry, Action.UNKNOWN, reason, votes, remedy="upgrade qfops, then plan again")
    hidden = untold(case.kind, entry.attributes, live.status)
    if hidden:
        return _untold(case, entry, hidden, votes)
    if case.kind.run:
        entry = entry if _as_applied(case, entry) else entry_of_today(case.given, case.kind, entry)
        changed = _changed_inputs(case, entry, live, votes)
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


def _untold(case: Case, entry: Entry, hidden: tuple[str, ...], votes: tuple[AttributeChange, ...]) -> Change:
    """Nothing shows how far it is, and nothing ever did: neither done nor going may be said of it."""
    shown = f"the console does not show {' and '.join(hidden)}, so nothing says how far it is"
    reason = case.given.observed.unreadable.get(ObjectKey(case.kind.key, entry.id or ""), shown)
    return change_of(case, entry, Action.UNKNOWN, reason, votes)


def _votes(case: Case, entry: Entry, live: LiveObject) -> tuple[AttributeChange, ...]:
    prior = _without_failed_items(case.kind, entry) if live.phase is Phase.FAILED else entry.attributes
    votes = diff(case.kind, case.desired, prior, live, assumed=entry.assumed)
    votes = silenced(case.kind, votes, case.resource.lifecycle.ignore, case.given.today)
    return reverted(case.kind, votes) if case.given.options.revert_drift else votes


def _without_failed_items(kind: Kind, entry: Entry) -> dict[str, JSON]:
    """What counts as applied: the last appended item is the one that failed, so it may be edited."""
    prior = dict(entry.attributes)
    for rule in kind.outside_rules():
        items = prior.get(rule.path)
        if isinstance(items, list) and items:
            prior[rule.path] = items[:-1]
    return prior


def _changed_inputs(
    case: Case, entry: Entry, live: LiveObject, votes: tuple[AttributeChange, ...]
) -> list[str]:
    if entry.run_key and _as_applied(case, entry):
        return []
    inputs = case.inputs()
    if entry.run_key:
        return [] if inputs.key == entry.run_key else _really_differing(case.kind, entry, inputs, live)
    place = case.kind.container.path if case.kind.container else ""
    return [vote.path for vote in votes if vote.verdict is Verdict.REPLACE and vote.path != place]


def _really_differing(kind: Kind, entry: Entry, inputs: Inputs, live: LiveObject) -> list[str]:
    """The inputs that differ, without those that the console chose in silence and that are now said."""
    shown = dict(live.attributes)
    return [
        path
        for path in differing(entry.inputs, inputs.values)
        if not chosen_by_console(
            kind, path, entry.inputs.get(path, ABSENT), inputs.values.get(path, ABSENT), get(shown, path)
        )
    ]


def _as_applied(case: Case, entry: Entry) -> bool:
    """Whether everything that decides a run is plainly what it was made from."""
    container = {f"container.{name}": case.container.get(name) for name in case.kind.container_inputs}
    known = {name: entry.inputs.get(name) for name in container}
    return known == container and same(entry.attributes, case.desired)


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
    acting = any(vote.verdict.acts for vote in votes)
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
        return change_of(case, entry, Action.WAIT, f"still going: {words_of(live.status)}", votes, wait)
    return _settled(case, entry, live, votes)


def _failed(case: Case, entry: Entry, live: LiveObject, votes: tuple[AttributeChange, ...]) -> Change:
    status = words_of(live.status)
    said = f"{status}: {live.reason}" if live.reason else status
    items = [vote for vote in votes if vote.verdict is Verdict.APPEND]
    edited = [vote for vote in items if not _same_failed_item(entry, vote)]
    if edited or (items and case.given.options.retry_failed):
        return _update(case, entry, live, votes)
    if case.given.options.retry_failed:
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
    acting = [vote for vote in votes if vote.verdict.acts]
    names = ", ".join(vote.path for vote in acting)
    said = next((vote.reason for vote in acting if vote.reason and vote.verdict is not Verdict.UPDATE), "")
    todo = steps.updates(case.kind, votes, None if live.phase is Phase.FAILED else live)
    change = change_of(
        case, entry, Action.UPDATE, f"{names}: {said}" if said else names, votes, (*todo, RECORD)
    )
    return change.noted(*_derived_notes(case, entry))


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
    ours = entry.labels != case.resource.labels or entry.lifecycle != case.resource.lifecycle
    if ours:
        reason = "labels or lifecycle: state only, no call"
        noted = change_of(case, entry, Action.UPDATE, reason, votes, (RECORD,))
        return noted.caused_by((causes.of_metadata(case.resource),))
    change = change_of(case, entry, Action.NO_OP, "", votes)
    changed = any(_to_record(vote) for vote in votes) or entry.dependencies != change.depends_on
    if changed or (live.status and live.status != entry.status):
        return replace(change, steps=(RECORD,))
    return change


def _to_record(vote: AttributeChange) -> bool:
    return (
        not vote.verdict.held_back and vote.verdict is not Verdict.NOTE and not same(vote.prior, vote.desired)
    )
