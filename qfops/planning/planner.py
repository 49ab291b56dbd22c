"""The planner: everything judged, narrowed, guarded, ordered and sealed into one plan."""

from __future__ import annotations

from qfops.core.address import ObjectKey
from qfops.core.errors import Refused
from qfops.core.plan.actions import Action
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan, Stats
from qfops.core.plan_options import Scope
from qfops.planning.actions import ends
from qfops.planning.actions.absence import not_needed
from qfops.planning.actions.decisions import Decisions
from qfops.planning.context import PlanInput
from qfops.planning.order.digest import seal
from qfops.planning.order.selection import narrowed, selected
from qfops.planning.order.sequence import arranged
from qfops.planning.policy import unusual_absence


def make_plan(given: PlanInput) -> Plan:
    """The plan of a project; the same input gives the same plan, bytes and digest.

    Raises Refused when so much is missing that the account or region is likelier wrong.
    """
    _check_absence(given)
    decisions = Decisions(given)
    chosen = selected(given.options, given.resources, given.state)
    kept, affected = narrowed(_found(given, decisions), chosen)
    guarded = ends.guarded(given, kept)
    digest, changes = seal(arranged(given.registry, guarded), decisions.print_of, given.owed)
    observed = given.observed
    return Plan(
        project=given.settings.project,
        environment=given.settings.environment,
        lineage=given.state.lineage,
        serial=given.state.serial,
        digest=digest,
        changes=changes,
        affected=tuple(affected),
        diagnostics=not_needed(given, list(changes)),
        stats=Stats(observed.calls, observed.retries, observed.seconds),
        complete=chosen is None and not any(change.action is Action.UNKNOWN for change in changes),
        scope=given.options.scope,
    )


def _found(given: PlanInput, decisions: Decisions) -> list[Change]:
    """Every verdict, before narrowing: what is wanted, what is no longer, what was kept and is due."""
    scope = given.options.scope
    wanted = decisions.reach() if scope is Scope.PROJECT else []
    orphaned = [] if scope is Scope.PRUNE else ends.orphan_ends(given, decisions.entries, wanted)
    replaced = ends.replaced_ends(given, wanted)
    return [*wanted, *replaced, *orphaned, *ends.kept_ends(given, decisions.entries, wanted)]


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
