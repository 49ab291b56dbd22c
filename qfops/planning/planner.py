"""The planner: everything judged, narrowed, guarded, ordered and sealed into one plan."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from qfops.core.address import Address, ObjectKey
from qfops.core.errors import Refused
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan, PlannedMoves, Stats
from qfops.core.plan_options import Scope
from qfops.planning.actions.absence import not_needed
from qfops.planning.actions.decisions import Decisions
from qfops.planning.actions.identities import Bar, hands, in_a_circle
from qfops.planning.actions.known_runs import with_keys_of_today
from qfops.planning.actions.renames import awaiting_lines
from qfops.planning.context import PlanInput
from qfops.planning.ends import planned_ends
from qfops.planning.moves import Moves, joining_moves, moved_input, read_moves
from qfops.planning.order.digest import seal
from qfops.planning.order.selection import Selection, narrowed, selected, with_dependents
from qfops.planning.order.sequence import arranged, stuck
from qfops.planning.policy import unusual_absence


def make_plan(given: PlanInput) -> Plan:
    """The plan of a project; the same input gives the same plan, bytes and digest.

    Raises Refused when so much is missing that the account or region is likelier wrong, and when a line of
    `moved` cannot be followed.
    """
    _check_absence(given)
    given = with_keys_of_today(given)
    moves = read_moves(given)
    given = moved_input(given, moves)
    chosen = selected(given.options, given.resources, given.state)
    judged = _judged(given, moves, chosen)
    affected, ordered = judged.affected, judged.ordered
    digest, changes = seal(ordered, judged.decisions.print_of, given.owed)
    observed = given.observed
    return Plan(
        project=given.settings.project,
        environment=given.settings.environment,
        lineage=given.state.lineage,
        serial=given.state.serial,
        digest=digest,
        changes=changes,
        affected=tuple(affected),
        diagnostics=(*given.neighbours.unread, *moves.notes, *not_needed(given, list(changes))),
        stats=Stats(observed.calls, observed.retries, observed.seconds),
        complete=chosen is None and not any(change.action is Action.UNKNOWN for change in changes),
        scope=given.options.scope,
        moves=judged.moves,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """Every verdict that stays, in order, and what made them."""

    decisions: Decisions
    ordered: tuple[Change, ...]
    affected: Sequence[Address]
    moves: PlannedMoves


def _judged(given: PlanInput, moves: Moves, chosen: Selection | None) -> _Judged:
    """The verdicts, again and again until none of them takes a name that nobody gives up.

    Each round bars at least one address more, and nearly every plan needs one round.
    """
    barred: dict[Address, Bar] = {}
    while True:
        decisions = Decisions(given, chosen, barred)
        found = _found(given, decisions, chosen)
        kept, affected = narrowed(found, chosen)
        if chosen is not None:
            kept = with_dependents(given.registry, given.observed, found, kept)
        planned = moves.of(_concerned(given, kept, chosen))
        kept = [*kept, *joining_moves(given, planned, kept)]
        guarded = planned_ends.guarded(given, decisions.entries, kept)
        names = hands(given, decisions.entries, guarded, decisions.outlooks, decisions.refusal)
        fresh = {address: bar for address, bar in names.barred.items() if address not in barred}
        taker = stuck(given.registry, guarded, names.after) if not fresh else None
        if taker is not None:
            fresh = {taker[0]: in_a_circle(taker[0])}
        if not fresh:
            walk = arranged(given.registry, given.observed, guarded, names.after)
            affects = affected if given.options.scope is Scope.PROJECT else []
            return _Judged(decisions, walk, affects, planned)
        barred |= fresh


def _concerned(
    given: PlanInput, changes: list[Change], chosen: Selection | None
) -> AbstractSet[Address] | None:
    """The addresses whose moves belong to the plan (None: all); for ends, only those that something ends."""
    if given.options.scope is Scope.PROJECT:
        return None if chosen is None else chosen.needed
    return {change.address for change in changes if change.acts}


def _found(given: PlanInput, decisions: Decisions, chosen: Selection | None) -> list[Change]:
    """Every verdict, before narrowing: what is wanted, what is no longer, what was kept and is due."""
    scope = given.options.scope
    if scope is Scope.ADOPT:
        return decisions.reach()
    wanted = decisions.reach() if scope is Scope.PROJECT else []
    orphaned = [] if scope is Scope.PRUNE else planned_ends.orphan_ends(given, decisions.entries)
    replaced = planned_ends.replaced_ends(given, wanted)
    kept = planned_ends.kept_ends(given, decisions.entries, wanted)
    places = None if chosen is None else chosen.needed
    return awaiting_lines(given, [*wanted, *replaced, *orphaned, *kept], places)


def _check_absence(given: PlanInput) -> None:
    if given.options.allow_large_change:
        return
    known = [
        ObjectKey(address.kind_key, entry.id)
        for address, entry in given.state.entries.items()
        if entry.id is not None
    ]
    missing = sum(key in given.observed.missing for key in known)
    if missing and unusual_absence(missing, len(known), given.settings.limits.missing):
        raise Refused(
            f"{missing} of {len(known)} objects in state are gone from the console",
            "So many at once usually means keys of another account, or another region or endpoint.",
            "Check the keys and the endpoint; if the objects are really gone, use --allow-large-change.",
        )
