"""The moves that qfops.yaml declares, all read at once against the state as it is. Pure.

A line `OLD: NEW` that this state has carried out does nothing, nor does one whose OLD it does not hold. All
others happen together: chains, shifts and exchanges need no order. What cannot be followed stops the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qfops.core import graph
from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import Refused
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change, Decision, Provenance, Subject
from qfops.core.plan.plan import PlannedMoves
from qfops.core.plan.steps import MOVE
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.state.readdress import Places, approved_at, entries_at
from qfops.core.state.state import State
from qfops.planning.context import PlanInput
from qfops.planning.followers import followers

Lines: TypeAlias = Mapping[Address, Address]


@dataclass(frozen=True, slots=True)
class Moves:
    """What the lines of `moved` come to.

    `places` are the new addresses of entries by the old ones; `lines` those that are carried out with each of
    these; `groups` the addresses that go together, by each of them. `waiting` says why an address cannot move
    yet. `notes` are findings about lines that do nothing.
    """

    places: Places = field(default_factory=dict)
    lines: Mapping[Address, Lines] = field(default_factory=dict)
    groups: Mapping[Address, frozenset[Address]] = field(default_factory=dict)
    waiting: Mapping[Address, str] = field(default_factory=dict)
    notes: tuple[Diagnostic, ...] = ()

    def of(self, chosen: AbstractSet[Address] | None) -> PlannedMoves:
        """The moves of a plan that is narrowed to `chosen` (None: not at all), each with all of its group."""
        places = {
            old: new
            for old, new in self.places.items()
            if chosen is None or not chosen.isdisjoint(self.groups[old])
        }
        lines = {a: b for old in places for a, b in self.lines.get(old, {}).items()}
        return PlannedMoves(places, lines)


def read_moves(given: PlanInput) -> Moves:
    """The moves of a plan; Refused where one cannot be followed."""
    notes = _carried_out(given)
    lines = _open_lines(given)
    if not any(old in given.state.entries or old in given.unsettled for old in lines):
        return Moves(notes=notes)
    paths = _active(lines, given)
    places = {old: path[-1] for old, path in paths.items()}
    pairs = [(old, address) for old, path in paths.items() for address in path]
    groups = _groups(pairs)
    waiting = _waiting(groups, given)
    ready = {old: new for old, new in places.items() if old not in waiting}
    _refuse_conflicts(ready, given)
    following = followers(given, ready)
    pairs += [pair for old, (new, run) in following.items() for pair in ((old, new), (old, run))]
    return Moves(
        places={**ready, **{old: new for old, (new, _) in following.items()}},
        lines={old: _along(old, paths[old]) for old in ready},
        groups=_groups(pairs),
        waiting=waiting,
        notes=notes,
    )


def moved_input(given: PlanInput, moves: Moves) -> PlanInput:
    """What is planned with: the state as it will be once its entries have moved."""
    if not (moves.places or moves.waiting):
        return given
    places = moves.places
    return replace(
        given,
        state=moved_state(given.state, places),
        unsettled={**moves.waiting, **given.unsettled},
        waiting=moves.waiting,
        moved={new: old for old, new in places.items()},
        options=replace(given.options, targets=tuple(_chosen(given, places))),
    )


def _chosen(given: PlanInput, places: Places) -> Iterable[Address]:
    """The `--target` addresses: who names the old one means the object that has moved."""
    for address in given.options.targets:
        yield address if address in given.resources else places.get(address, address)


def joining_moves(given: PlanInput, planned: PlannedMoves, changes: Iterable[Change]) -> list[Change]:
    """The moves that no change among `changes` tells, because it lies outside of what was chosen."""
    told = {change.address for change in changes if change.object == CURRENT}
    found: list[Change] = []
    for old, new in sorted(planned.places.items()):
        entry = given.state.entries.get(new)
        if new not in told and entry is not None:
            decision = Decision(Action.MOVE, f"was {old}; moves together with what was chosen")
            subject = Subject(entry.id or "", entry=entry)
            found.append(
                Change(
                    address=new,
                    decision=decision,
                    subject=subject,
                    origin=Provenance(moved_from=old),
                    steps=(MOVE,),
                )
            )
    return found


def moved_state(state: State, places: Places) -> State:
    """The state as it will be once its entries have moved."""
    if not places:
        return state
    approved = approved_at(state.approved, places) if state.approved is not None else None
    return replace(state, entries=entries_at(state.entries, places), approved=approved)


def _open_lines(given: PlanInput) -> dict[Address, Address]:
    """The lines that may still have to be carried out."""
    return {
        old: new
        for old, new in given.settings.moved.items()
        if new is not None
        and old != new
        and old.kind_key == new.kind_key
        and given.state.moved.get(old) != new
    }


def _carried_out(given: PlanInput) -> tuple[Diagnostic, ...]:
    """One note for all the lines that have done their work here."""
    done = [
        f"{old}: {new}"
        for old, new in sorted(given.settings.moved.items(), key=lambda line: line[0])
        if new is not None and given.state.moved.get(old) == new
    ]
    if not done:
        return ()
    where = f" in {given.settings.environment}" if given.settings.environment else ""
    return (
        Diagnostic(
            "moved-already",
            f"{len(done)} of the `moved` lines {'is' if len(done) == 1 else 'are'} carried out{where} "
            f"and do{'es' if len(done) == 1 else ''} nothing any more",
            "\n".join(done),
            "Take them out of qfops.yaml once every environment has been applied.",
            severity="warning",
        ),
    )


def _active(lines: Lines, given: PlanInput) -> dict[Address, list[Address]]:
    """Which entries move, each with the addresses that lead to its new place.

    A line to an address that no manifest declares would only turn a resource into one whose manifest is gone:
    it counts only where another entry needs the place of OLD.
    """
    entries = given.state.entries
    taken = {a for a, entry in entries.items() if entry.id is not None} | given.unsettled.keys()
    movers = {old for old in lines if old in entries or old in given.unsettled}
    paths = {old: _path(old, lines, taken, movers, given.resources.keys()) for old in sorted(movers)}
    while True:
        needed = {path[-1] for path in paths.values()}
        idle = [
            old
            for old, path in paths.items()
            if (path[-1] not in given.resources and old not in needed)
            or (old not in taken and path[-1] in taken and path[-1] not in paths)
        ]
        if not idle:
            return paths
        for old in idle:
            del paths[old]


def _path(
    old: Address,
    lines: Lines,
    taken: AbstractSet[Address],
    movers: AbstractSet[Address],
    declared: AbstractSet[Address],
) -> list[Address]:
    """From NEW on, through every free address that is an OLD itself, to the last one that is declared.

    A line of a cycle is not followed on: together they are an exchange.
    """
    path = [lines[old]]
    if _is_exchanged(old, lines):
        return path
    while path[-1] not in taken and path[-1] in lines:
        following = lines[path[-1]]
        if following in path:
            break
        if following in taken and following not in movers:
            break
        path.append(following)
    known = [index for index, address in enumerate(path) if address in declared]
    return path[: known[-1] + 1] if known else path


def _is_exchanged(old: Address, lines: Lines) -> bool:
    """Whether following the lines leads back to where they began."""
    seen, here = {old}, lines[old]
    while here in lines and here not in seen:
        seen.add(here)
        here = lines[here]
    return here == old


def _along(old: Address, path: list[Address]) -> Lines:
    """The lines that lead along a path."""
    return dict(zip((old, *path), path, strict=False))


def _waiting(groups: Mapping[Address, frozenset[Address]], given: PlanInput) -> dict[Address, str]:
    """Why a group cannot move yet: a call of one of its addresses may still change what state knows there."""
    found: dict[Address, str] = {}
    for address, group in groups.items():
        open_calls = sorted(group & given.unsettled.keys())
        if open_calls:
            first = open_calls[0]
            found[address] = f"cannot move before a call of {first} is settled: {given.unsettled[first]}"
    return found


def _refuse_conflicts(places: Places, given: PlanInput) -> None:
    entries, wrong = given.state.entries, []
    arriving: dict[Address, Address] = {}
    for old, new in places.items():
        first = arriving.setdefault(new, old)
        there = entries.get(new)
        if first is not old:
            wrong.append((f"both {first} and {old} move to {new}", f"remove one of the two lines of {new}"))
        elif there is not None and there.id is not None and new not in places:
            wrong.append((_occupied(entries[old], there), _ways_on(old, new, given)))
    if wrong:
        raise Refused(
            "a line of `moved` in qfops.yaml cannot be followed, so nothing is done",
            ". ".join(text for text, _ in wrong) + ".",
            "\n".join(way for _, way in wrong),
        )


def _occupied(entry: Entry, there: Entry) -> str:
    return (
        f"{entry.address} ({entry.id}) cannot become {there.address}: "
        f"that address holds {there.id}, which does not move on"
    )


def _ways_on(old: Address, new: Address, given: PlanInput) -> str:
    chosen = f" --env {given.settings.environment}" if given.settings.environment else ""
    return (
        f'Remove the line  "{old}": "{new}"  or say where {new} moves to; '
        f"or let go of one, without ending it: qfops{chosen} state rm {new}"
    )


def _groups(pairs: Iterable[tuple[Address, Address]]) -> dict[Address, frozenset[Address]]:
    """The addresses that hang together, by each of them."""
    edges: dict[Address, list[Address]] = {}
    for one, other in pairs:
        edges.setdefault(one, []).append(other)
        edges.setdefault(other, []).append(one)
    found: dict[Address, frozenset[Address]] = {}
    for address in edges:
        if address not in found:
            group = frozenset(graph.closure(edges, [address]))
            found.update(dict.fromkeys(group, group))
    return found
