"""The first lines of a plan: which plan this is, what it takes away, how many edits cause what."""

from __future__ import annotations

from collections.abc import Sequence

from qfops.core.plan import Action, Change, Drift, Plan
from qfops.render.layout import Page, Style, cells, clean, gap, plural, wrap
from qfops.render.story.groups import Group, Heading, edits
from qfops.render.story.signs import overwritten_paths, throws_away


def title(plan: Plan, page: Page) -> list[str]:
    """The line that names the plan, with what it takes away at the right (below, where there is no room)."""
    verb_words = f"qfops {plan.command}" + (" --destroy" if plan.destroy and plan.command == "plan" else "")
    parts = [
        f"{verb_words} --env {plan.environment}" if plan.environment else verb_words,
        plan.project,
        f"state {plan.lineage[:4]}#{plan.serial}" if plan.lineage else "no state yet",
        plural(plan.stats.calls, "call"),
        f"plan {plan.digest[:6]}…",
    ]
    name = " · ".join(clean(part) for part in parts)
    toll, harmless = _toll(plan)
    painted = page.paint(toll, Style.ADD if harmless else Style.DANGER)
    if cells(name) + cells(toll) + 2 > page.width:
        return [*(page.paint(line, Style.HEAD) for line in wrap(name, page.width)), painted]
    return [page.paint(name, Style.HEAD) + gap(name, toll, page.width) + painted]


def _toll(plan: Plan) -> tuple[str, bool]:
    """What the plan takes away, in a few loud words, and whether that is nothing."""
    acting = [item for item in plan.changes if item.acts]
    thrown = [item for item in acting if throws_away(item)]
    counts = {
        "DELETES {}": sum(item.action is Action.DELETE for item in acting),
        "DEACTIVATES {}": sum(item.action is Action.DEACTIVATE for item in acting),
        "REPLACES {} WITHOUT KEEPING": sum(item.action is not Action.RUN for item in thrown),
        "THROWS AWAY {} RUN": sum(item.action is Action.RUN for item in thrown),
    }
    words = [text.format(f"{count:,}") for text, count in counts.items() if count] or ["deletes nothing"]
    overwritten = sum(len(overwritten_paths(item)) for item in acting)
    if overwritten:
        words.append(f"OVERWRITES {overwritten:,} CONSOLE EDIT{'S' if overwritten > 1 else ''}")
    return " · ".join(words), not thrown and not overwritten and words == ["deletes nothing"]


def count_lines(plan: Plan, groups: Sequence[Group], drift: Sequence[Drift], page: Page) -> list[str]:
    """`2 edits → 4 changes: 1 run, …` and what is not done."""
    acting = [item for item in plan.changes if item.acts]
    sources = [(len(edits(plan.changes)), "edit", "edits")]
    for heading, one, many in ((Heading.NEW, "new", "new"), (Heading.REMOVED, "removed", "removed")):
        sources.append((sum(len(group.changes) for group in groups if group.heading is heading), one, many))
    origin_text = ", ".join(plural(count, one, many) for count, one, many in sources if count)
    actions = ", ".join(_counted(acting))
    done = f"{plural(len(acting), 'change')}: {actions}" if acting else "no change"
    parts = [f"{origin_text} → {done}" if origin_text else done]
    for action in (Action.BLOCKED, Action.UNKNOWN):
        count = sum(item.action is action for item in plan.changes)
        if count:
            parts.append(f"{count:,} {action}")
    left = sum(len(item.left) for item in acting)
    if left:
        parts.append(f"{plural(left, 'thing')} left behind (see stays:)")
    if drift:
        parts.append(f"{plural(len(drift), 'console edit')} left alone")
    return wrap(" · ".join(parts), page.width)


def _counted(acting: Sequence[Change]) -> list[str]:
    counts: dict[Action, int] = {}
    for change in sorted(acting, key=_rank):
        counts[change.action] = counts.get(change.action, 0) + 1
    texts = [f"{count:,} {action}" for action, count in counts.items()]
    replaced = [item for item in acting if item.action is Action.REPLACE]
    if replaced:
        lost = sum(throws_away(item) for item in replaced)
        kept = (
            "old kept" if not lost else "old NOT kept" if lost == len(replaced) else f"{lost:,} old NOT kept"
        )
        texts = [f"{text} ({kept})" if text.endswith(f" {Action.REPLACE}") else text for text in texts]
    return texts


_ORDER = (
    *(Action.DELETE, Action.DEACTIVATE, Action.RUN, Action.REPLACE, Action.RETIRE, Action.FORGET),
    *(Action.UPDATE, Action.CREATE, Action.ADOPT, Action.MOVE, Action.WAIT),
)


def _rank(change: Change) -> int:
    return _ORDER.index(change.action)


def nothing(plan: Plan, drift: Sequence[Drift], noted: Sequence[Change]) -> str:
    """The one line of a plan without changes; it claims no more than the plan knows."""
    if plan.destroy:
        return "No changes. Nothing is left to destroy."
    count = max(plan.unchanged, len(plan.changes))
    checked = f"{plural(count, 'resource')} checked with {plural(plan.stats.calls, 'call')}"
    scope = "" if plan.complete else " in what was selected"
    ignored = sum(item.ignored for item in plan.drift)
    exceptions = [
        f"{plural(len(drift), 'console edit')} left alone" if drift else "",
        f"{plural(ignored, 'console edit')} accepted or ignored" if ignored else "",
        f"{plural(len(noted), 'resource')} with a difference that nothing is done about" if noted else "",
    ]
    told = [text for text in exceptions if text]
    verdict = f"; {', '.join(told)}" if told else ": the console holds what the manifests say"
    return f"No changes{scope}. {checked}{verdict}."
