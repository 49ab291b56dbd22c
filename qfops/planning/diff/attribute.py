"""The comparison of one attribute: prior, live and desired, under one rule, give one verdict.

Absent, null, unobserved, unknown and assumed are five different values here; `tests/unit/planning/
test_attribute.py` holds the table of all combinations. Nothing in this module knows of resources or plans.
"""

from __future__ import annotations

from dataclasses import dataclass

from qfops.core.plan.actions import Verdict
from qfops.core.plan.change import AttributeChange
from qfops.core.values import ABSENT, UNOBSERVED, Marker, Slot, has_unknown, same
from qfops.kinds.rules import Rule, RuleType
from qfops.planning.diff.differences import describe


@dataclass(frozen=True, slots=True)
class ThreeSides:
    """The three sides of one path. `assumed`: prior was taken from a manifest, not from the console."""

    prior: Slot
    live: Slot
    desired: Slot
    assumed: bool = False

    @property
    def seen(self) -> bool:
        """Whether this read showed the attribute, be it absent."""
        return self.live is not UNOBSERVED

    @property
    def edited(self) -> bool:
        """Whether the console holds something else than what was last applied, as far as both are known.

        An assumed prior was never applied, so it proves no edit.
        """
        known = self.prior is not ABSENT and not self.assumed
        return known and self.seen and not same(self.prior, self.live)


def judge_attribute(path: str, rule: Rule, sides: ThreeSides, *, adopting: bool = False) -> AttributeChange:
    """The verdict on one attribute, with a reason in words.

    SAME: nothing to do. DROP: we stop owning it. NOTE: a difference that no action follows. DRIFT: a console
    edit, held back. UPDATE, ADVANCE, APPEND, REPLACE, BLOCKED: an intended change. `adopting`: prior is not
    known and observed differences are held back or blocked instead.
    """
    if sides.desired is ABSENT:
        if sides.prior is ABSENT:
            return _result(path, sides, Verdict.SAME)
        return _REMOVED[rule.type](path, rule, sides)
    unknown = has_unknown(sides.desired)
    if rule.type is RuleType.APPEND_ONLY:
        return _append(path, rule, sides, unknown=unknown)
    if not unknown:
        if sides.seen and same(sides.live, sides.desired):
            return _result(path, sides, Verdict.SAME)
        if sides.prior is not ABSENT and same(sides.prior, sides.desired):
            return _drift(path, rule, sides)
        if rule.type is RuleType.ONE_WAY and not sides.seen and sides.prior is ABSENT and not sides.desired:
            return _result(path, sides, Verdict.SAME)
    if adopting and sides.seen:
        return _adopted(path, rule, sides)
    return _INTENDED[rule.type](path, rule, sides)


def _result(
    path: str, sides: ThreeSides, verdict: Verdict, reason: str = "", operation: str = ""
) -> AttributeChange:
    overwrites = verdict in (Verdict.UPDATE, Verdict.ADVANCE) and sides.edited
    if overwrites:
        reason = f"{reason}; overwrites console edit" if reason else "overwrites console edit"
    return AttributeChange(
        path,
        prior=sides.prior,
        live=sides.live,
        desired=sides.desired,
        verdict=verdict,
        reason=reason,
        operation=operation,
        overwrites=overwrites,
    )


# --- desired equals prior: whatever differs was edited in the console


def _drift(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    if not sides.seen:
        return _result(path, sides, Verdict.SAME)
    if rule.type is RuleType.CREATE_ONLY:
        return _result(path, sides, Verdict.NOTE, f"edited in the console; {rule.why}")
    reason = "edited in the console, not in the manifest"
    return _result(path, sides, Verdict.DRIFT, reason, _undoing(rule, sides))


def _undoing(rule: Rule, sides: ThreeSides) -> str:
    """The operation that could undo a console edit; "" where the way leads forward only."""
    forward = rule.type is not RuleType.ONE_WAY or _rank(sides.desired) > _rank(sides.live)
    return rule.by if forward else ""


# --- the manifest says something new


def _intended_update(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    return _result(path, sides, Verdict.UPDATE, describe(sides.prior, sides.desired), rule.by)


def _intended_replace(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    before = sides.live if sides.seen else sides.prior
    return _result(path, sides, Verdict.REPLACE, _joined(describe(before, sides.desired), rule.why))


def _intended_note(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    return _result(path, sides, Verdict.NOTE, f"sent at creation only; {rule.why}")


def _intended_advance(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    before = sides.live if sides.seen else sides.prior
    order = _rank(sides.desired) - _rank(before)
    if order > 0:
        return _result(path, sides, Verdict.ADVANCE, describe(before, sides.desired), rule.by)
    if order == 0:
        return _result(path, sides, Verdict.SAME)
    return _result(path, sides, Verdict.BLOCKED, f"there is no way back; {rule.why}")


def _intended_computed(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    return _result(path, sides, Verdict.BLOCKED, f"made by the console; {rule.why}")


def _rank(value: Slot) -> float:
    if isinstance(value, bool):
        return float(value)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _append(path: str, rule: Rule, sides: ThreeSides, *, unknown: bool) -> AttributeChange:
    prior = sides.prior if isinstance(sides.prior, list) else []
    desired = sides.desired if isinstance(sides.desired, list) else []
    if not unknown and same(prior, desired):
        return _result(path, sides, Verdict.SAME)
    if len(desired) > len(prior) and same(desired[: len(prior)], prior):
        count = len(desired) - len(prior)
        return _result(path, sides, Verdict.APPEND, f"{count} item{'s' if count > 1 else ''} added", rule.by)
    verdict = Verdict.REPLACE if rule.on_change == "replace" else Verdict.BLOCKED
    return _result(path, sides, verdict, _joined(describe(sides.prior, sides.desired), rule.why))


# --- adoption: prior is not known, so a difference cannot be an intent


def _adopted(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    if rule.type is RuleType.CREATE_ONLY:
        return _result(path, sides, Verdict.NOTE, f"differs from the manifest; {rule.why}")
    if rule.type is RuleType.IMMUTABLE:
        reason = _joined("the object differs from the manifest", rule.why)
        return _result(path, sides, Verdict.BLOCKED, reason)
    return _result(path, sides, Verdict.DRIFT, "the object differs from the manifest", _undoing(rule, sides))


# --- the manifest is silent about what it once said


def _removed_update(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    if isinstance(rule.reset, Marker):
        return _result(path, sides, Verdict.DROP, f"no longer managed; {rule.no_reset}")
    reset = ThreeSides(sides.prior, sides.live, rule.reset, sides.assumed)
    if sides.live is ABSENT or (sides.seen and same(sides.live, rule.reset)):
        return _result(path, sides, Verdict.DROP)
    return _result(path, reset, Verdict.UPDATE, "removed from the manifest: reset", rule.by)


def _removed_replace(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    before = sides.live if sides.seen else sides.prior
    if before is ABSENT or any(same(before, default) for default in rule.server_default):
        return _result(path, sides, Verdict.DROP)
    return _result(path, sides, Verdict.REPLACE, _joined("removed from the manifest", rule.why))


def _removed_note(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    return _result(path, sides, Verdict.DROP, f"no longer managed; {rule.why}")


def _removed_append(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    if sides.prior == []:
        return _result(path, sides, Verdict.DROP)
    verdict = Verdict.REPLACE if rule.on_change == "replace" else Verdict.BLOCKED
    return _result(path, sides, verdict, _joined("removed from the manifest", rule.why))


def _removed_advance(path: str, rule: Rule, sides: ThreeSides) -> AttributeChange:
    if not isinstance(sides.prior, bool):
        return _result(path, sides, Verdict.DROP, "no longer managed; the console keeps the value")
    if not sides.prior:
        return _result(path, sides, Verdict.DROP)
    return _result(path, sides, Verdict.BLOCKED, f"there is no way back; {rule.why}")


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


_INTENDED = {
    RuleType.UPDATABLE: _intended_update,
    RuleType.IMMUTABLE: _intended_replace,
    RuleType.CREATE_ONLY: _intended_note,
    RuleType.ONE_WAY: _intended_advance,
    RuleType.COMPUTED: _intended_computed,
}
_REMOVED = {
    RuleType.UPDATABLE: _removed_update,
    RuleType.IMMUTABLE: _removed_replace,
    RuleType.CREATE_ONLY: _removed_note,
    RuleType.APPEND_ONLY: _removed_append,
    RuleType.ONE_WAY: _removed_advance,
    RuleType.COMPUTED: _removed_note,
}
