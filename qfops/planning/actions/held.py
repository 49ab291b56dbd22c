"""What rests on something that will not happen: the paths that wait, and what is left of the change.

References and container values are resolved twice: as wished, and as they will really be (`applied`). A path
where the two differ waits: nothing is sent for it. Beside it, the rest of a change goes ahead, unless what it
does needs the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.paths import ancestors, get, parse, put, step, top
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.state.entry import Entry
from qfops.core.values import ABSENT, Marker, Slot, Value, same
from qfops.kinds.flatten import Leaf, flatten
from qfops.planning.actions.case import Case
from qfops.planning.context import Outlook

Judge = Callable[[Case, Entry | None], Change]
Waits = Mapping[str, Address]
"""The paths that wait, each with the address that it waits for; `container.NAME` for an input of a run."""

_WANTS = (
    *(Verdict.CREATE, Verdict.UPDATE, Verdict.APPEND, Verdict.ADVANCE),
    *(Verdict.REVERT, Verdict.REPLACE, Verdict.BLOCKED),
)
_BUILDS = (Action.CREATE, Action.RUN, Action.REPLACE, Action.UPDATE)


def left_of(change: Change, wished: Case, applied: Case, entry: Entry | None, judge: Judge) -> Change:
    """What is left of `change`, which is the verdict on `wished`, when some of its targets are held.

    `applied` is the same resource with the values that its targets will really hand on; `judge` gives the
    verdict on a case.
    """
    if change.address in wished.given.adopt and change.action is Action.ADOPT:
        return change  # it makes nothing
    waits = _waits(wished, applied, entry)
    if entry is not None and entry.id is not None and waits:
        rest = judge(_as_before(applied, entry, waits), entry)
        change = _beside(change, rest, waits, wished, entry)
    elif waits and change.acts:
        change = _waiting(_marked(change, waits, wished.outlooks), waits, wished.outlooks)
    missing = _unusable(wished, order_only=not change.action.makes)
    if missing and change.action in _BUILDS:
        return _waiting(change, missing, wished.outlooks)
    return change


def _unusable(case: Case, *, order_only: bool) -> dict[str, Address]:
    """The paths that name what nothing new may be built on; mere order waits only for what is not there."""
    found: dict[str, Address] = {}
    for edge in () if order_only else case.resource.references:
        outlook = case.outlooks.get(edge.reference.target)
        if outlook is not None and outlook.unusable:
            found.setdefault(edge.path, edge.reference.target)
    for index, target in enumerate(case.resource.depends_on):
        outlook = case.outlooks.get(target)
        if outlook is not None and outlook.held and outlook.applied.outputs is None:
            found[f"dependsOn[{index}]"] = target
    return found


def _waits(wished: Case, applied: Case, entry: Entry | None) -> dict[str, Address]:
    """The paths whose value is another one as wished than it will be, or comes from something unusable."""
    after, now = flatten(wished.kind, wished.desired), flatten(wished.kind, applied.desired)
    prior = entry.attributes if entry is not None and entry.id is not None else None
    before = flatten(wished.kind, prior or {})
    found: dict[str, Address] = {}
    for edge in wished.resource.references:
        outlook = wished.outlooks.get(edge.reference.target)
        if outlook is None or not outlook.held:
            continue
        path = _compared(edge.path, after, now)
        will_be = _at(path, now, applied.desired)
        differs = not same(_at(path, after, wished.desired), will_be)
        pointed = prior is not None and not same(_at(path, before, prior), will_be)
        if differs or (outlook.unusable and pointed):
            found.setdefault(path, edge.reference.target)
    return {**found, **_container_waits(wished, applied)}


def _container_waits(wished: Case, applied: Case) -> dict[str, Address]:
    """The inputs of a run that its container will not have as wished."""
    place = wished.kind.container
    return {
        f"container.{name}": edge.reference.target
        for edge in wished.resource.references
        for name in wished.kind.container_inputs
        if place is not None
        and edge.path == place.path
        and not same(wished.container.get(name, ABSENT), applied.container.get(name, ABSENT))
    }


def _compared(path: str, *sides: Mapping[str, Leaf]) -> str:
    """The path at which a reference is compared: of the leaf that holds it, or of the list of its item."""
    found = (above for above in ancestors(path) if all(above in leaves for leaves in sides))
    return next(found, path.partition("[")[0])


def _at(path: str, leaves: Mapping[str, Leaf], attributes: Mapping[str, Value]) -> Slot:
    return leaves[path].value if path in leaves else get(dict(attributes), path)


def _as_before(applied: Case, entry: Entry, waits: Waits) -> Case:
    """The resource without its waiting paths: there, it asks for what was applied."""
    resource = applied.resource
    kept = tuple(edge for edge in resource.references if not _under(edge.path, waits))
    fewer = replace(resource, attributes=_laid_back(resource.attributes, entry, waits), references=kept)
    return applied._replace(resource=fewer, desired=_laid_back(applied.desired, entry, waits))


def _laid_back(attributes: Mapping[str, Value], entry: Entry, waits: Waits) -> dict[str, Value]:
    result = dict(attributes)
    for path in waits:
        name = top(path)
        if name in result:
            result[name] = _copied(result[name])
            value = get(entry.attributes, path)
            if not isinstance(value, Marker):
                put(result, path, value)
            else:
                _remove(result, path)
    return result


def _copied(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _remove(attributes: dict[str, Value], path: str) -> None:
    *above, last = parse(path)
    here: Value = attributes
    for part in above:
        below = step(here, part)
        here = {} if isinstance(below, Marker) else below
    if isinstance(here, dict):
        here.pop(str(last), None)


def _under(path: str, waits: Waits) -> Address | None:
    """What a path waits for, itself or with what it stands in."""
    return next((waits[above] for above in ancestors(path) if above in waits), None)


def _beside(change: Change, rest: Change, waits: Waits, case: Case, entry: Entry) -> Change:
    """The part of a change that does not wait, with the paths that do; blocked where only those are left."""
    marked = _marked(change, waits, case.outlooks)
    paths = [*_inputs_waiting(change, waits, case, entry)]
    held = [vote for vote in marked.attributes if vote.verdict is Verdict.HELD]
    if not held and not paths and rest.action is change.action:
        return rest
    told = (*held, *paths)
    first = _under(told[0].path, waits) if told else next(iter(waits.values()))
    assert first is not None
    if change.action.held or rest.action.held:
        return replace(change if change.action.held else rest, attributes=(*marked.attributes, *paths))
    if rest.acts and not rest.action.makes and not (rest.origin.link and case.kind.run):
        notes = (f"{vote.path}: {vote.reason}" for vote in told)
        return replace(rest, attributes=(*rest.attributes, *told)).noted(*notes)
    return _waiting(replace(marked, attributes=(*marked.attributes, *paths)), {"": first}, case.outlooks)


def _marked(change: Change, waits: Waits, outlooks: Mapping[Address, Outlook]) -> Change:
    """The change with the verdict `held` at the paths that wait."""
    votes: list[AttributeChange] = []
    for vote in change.attributes:
        target = _under(vote.path, waits) if vote.verdict in _WANTS else None
        held = vote if target is None else _held(vote, target, outlooks)
        votes.append(held)
    return replace(change, attributes=tuple(votes))


def _inputs_waiting(change: Change, waits: Waits, case: Case, entry: Entry) -> Iterator[AttributeChange]:
    """The inputs that a run takes from its container, where they wait and would make it run again."""
    if not change.decision.makes:
        return
    for path, target in waits.items():
        prefix, _, name = path.partition(".")
        if prefix != "container":
            continue
        prior, wanted = entry.inputs.get(path, ABSENT), case.container.get(name, ABSENT)
        if not same(prior, wanted):
            yield _held(AttributeChange(path, prior, desired=wanted), target, case.outlooks)


def _waiting(change: Change, waits: Waits, outlooks: Mapping[Address, Outlook]) -> Change:
    """The change as one that waits, for the first of what it waits for."""
    target = next(iter(waits.values()))
    action = Action.UNKNOWN if outlooks[target].action is Action.UNKNOWN else Action.BLOCKED
    held = change.held(action, _reason(target, outlooks), f"settle {target} first; this follows")
    return replace(held, decision=replace(held.decision, waits_for=target))


def _held(vote: AttributeChange, target: Address, outlooks: Mapping[Address, Outlook]) -> AttributeChange:
    return replace(vote, verdict=Verdict.HELD, reason=_reason(target, outlooks), operation="")


def _reason(target: Address, outlooks: Mapping[Address, Outlook]) -> str:
    """What is waited for and why; of something that waits itself, only the end of the chain is named."""
    outlook, last = outlooks[target], target
    change = outlook.change
    while change is not None and change.decision.waits_for is not None:
        last = change.decision.waits_for
        change = outlooks[last].change
    because = f": {outlook.held}" if last == target else f", which waits for {last}"
    return f"waits for {target}{because}"
