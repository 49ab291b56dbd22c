"""The planner: everything judged, narrowed, guarded, ordered and sealed into one plan."""

from __future__ import annotations

from collections.abc import Iterable

from qfops.core.errors import Refused
from qfops.core.plan import CURRENT, Action, Change, Drift, Plan, Stats, Verdict
from qfops.planning import leaving
from qfops.planning.context import PlanInput
from qfops.planning.digest import seal
from qfops.planning.order import arranged
from qfops.planning.policy import unusual_absence
from qfops.planning.select import narrowed, selected
from qfops.planning.verdicts import Verdicts


def make_plan(given: PlanInput) -> Plan:
    """The plan of a project; the same input gives the same plan, bytes and digest.

    Raises Refused when so much is missing that the account or region is likelier wrong.
    """
    _check_absence(given)
    verdicts = Verdicts(given)
    chosen = selected(given.flags, given.resources, given.state)
    kept, affected = narrowed(_found(given, verdicts), chosen)
    guarded = leaving.guarded(given, kept)
    digest, changes = seal(arranged(given.registry, guarded), verdicts.print_of, given.owed)
    observed = given.observed
    return Plan(
        project=given.settings.project,
        environment=given.settings.environment,
        lineage=given.state.lineage,
        serial=given.state.serial,
        digest=digest,
        changes=changes,
        drift=tuple(_drift(given, changes)),
        affected=tuple(affected),
        stats=Stats(observed.calls, observed.retries, observed.seconds),
        complete=chosen is None and not any(change.action is Action.UNKNOWN for change in changes),
        destroy=given.flags.destroy,
    )


def _found(given: PlanInput, verdicts: Verdicts) -> list[Change]:
    """Every verdict, before narrowing: what is wanted, what is no longer, what was kept and is due."""
    flags = given.flags
    wanted = [] if flags.destroy or flags.only_prune else verdicts.reach()
    ends = [] if flags.only_prune else leaving.orphan_ends(given, verdicts.entries, wanted)
    replaced = leaving.replaced_ends(given, wanted)
    return [*wanted, *replaced, *ends, *leaving.kept_ends(given, verdicts.entries, wanted)]


def _check_absence(given: PlanInput) -> None:
    if given.flags.allow_large_change:
        return
    known = [
        (address.kind_key, entry.id) for address, entry in given.state.entries.items() if entry.id is not None
    ]
    missing = sum(key in given.observed.missing for key in known)
    if missing and unusual_absence(missing, len(known), given.settings.limits.missing):
        raise Refused(
            f"{missing} of {len(known)} objects in state are gone from the console",
            "So many at once usually means keys of another account, or another region or endpoint.",
            "Check the keys and the endpoint; if the objects are really gone, use --allow-large-change.",
        )


def _drift(given: PlanInput, changes: Iterable[Change]) -> Iterable[Drift]:
    for change in changes:
        if change.object != CURRENT:
            continue
        kind = given.registry.get(change.address)
        for vote in change.attributes:
            if vote.verdict in (Verdict.DRIFT, Verdict.IGNORED):
                revertible = bool(vote.operation) and vote.operation in kind.operations
                yield Drift(
                    change.address,
                    vote.path,
                    vote.prior,
                    vote.live,
                    vote.desired,
                    vote.reason,
                    ignored=vote.verdict is Verdict.IGNORED,
                    revertible=revertible,
                )
