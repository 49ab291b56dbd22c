"""Which plan this is, what it takes away, how many edits cause what; or that there is nothing to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qfops.core.plan.actions import Action, Need
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Destination, Plan
from qfops.render.layout import clean, plural
from qfops.render.story.danger import overwritten_paths, throws_away
from qfops.render.story.groups import Group, Topic, edits
from qfops.render.story.parts import Emphasis, Phrase

_HARMLESS = Phrase("deletes nothing", Emphasis.ADD)


@dataclass(frozen=True, slots=True)
class Title:
    """`facts` name the plan, `toll` is what it takes away, `counts` what causes what and what is not done."""

    facts: tuple[str, ...]
    toll: tuple[Phrase, ...]
    counts: tuple[str, ...]


def title(plan: Plan, groups: Sequence[Group], left_alone: int) -> Title:
    """The title of a plan that has changes; `left_alone` counts the console edits that stay."""
    return Title(_facts(plan), _toll(plan), tuple(_counts(plan, groups, left_alone)))


def _facts(plan: Plan) -> tuple[str, ...]:
    words = f"qfops {plan.command}" + (" --destroy" if plan.destroys and plan.command == "plan" else "")
    facts = (
        f"{words} --env {plan.environment}" if plan.environment else words,
        plan.project,
        *([place] if (place := place_words(plan.place)) else []),
        f"state {plan.lineage[:4]}#{plan.serial}" if plan.lineage else "no state yet",
        plural(plan.stats.calls, "call"),
        f"plan {plan.digest[:6]}…",
    )
    return tuple(clean(fact) for fact in facts)


def _toll(plan: Plan) -> tuple[Phrase, ...]:
    """What the plan takes away, in a few loud words."""
    thrown = [item for item in plan.changes if throws_away(item)]
    counts = {
        "DELETES {}": sum(item.action is Action.DELETE for item in plan.changes),
        "DEACTIVATES {}": sum(item.action is Action.DEACTIVATE for item in plan.changes),
        "REPLACES {} WITHOUT KEEPING": sum(item.action is not Action.RUN for item in thrown),
        "THROWS AWAY {} RUN": sum(item.action is Action.RUN for item in thrown),
    }
    loud = [Phrase(text.format(f"{count:,}"), Emphasis.DANGER) for text, count in counts.items() if count]
    if purchases := sum(Need.PURCHASE in item.needs for item in plan.changes):
        loud = [*(loud or [_HARMLESS]), Phrase(f"BUYS {purchases:,} FOR GOOD", Emphasis.DANGER)]
    overwritten = sum(len(overwritten_paths(item)) for item in plan.changes)
    if not overwritten:
        return tuple(loud) or (_HARMLESS,)
    text = f"OVERWRITES {overwritten:,} CONSOLE EDIT{'S' if overwritten > 1 else ''}"
    return (*(loud or [_HARMLESS]), Phrase(text, Emphasis.DANGER))


def _counts(plan: Plan, groups: Sequence[Group], left_alone: int) -> Iterator[str]:
    """`2 edits → 4 changes: 1 run, …` and what is not done."""
    acting = plan.acting
    done = f"{plural(len(acting), 'change')}: {', '.join(_actions(acting))}" if acting else "no change"
    sources = _sources(plan, groups)
    yield f"{sources} → {done}" if sources else done
    for action in (Action.BLOCKED, Action.UNKNOWN):
        count = sum(item.action is action for item in plan.changes)
        if count:
            yield f"{count:,} {action}"
    left = sum(len(item.ends.left) for item in acting)
    if left:
        yield f"{plural(left, 'thing')} left behind (see stays:)"
    if left_alone:
        yield f"{plural(left_alone, 'console edit')} left alone"


def _sources(plan: Plan, groups: Sequence[Group]) -> str:
    """`2 edits, 1 new, 3 removed`: what people did; "" when it was nobody."""
    found = [(len(edits(plan.changes)), "edit", "edits")]
    for topic, word in ((Topic.NEW, "new"), (Topic.REMOVED, "removed")):
        found.append((sum(len(group.changes) for group in groups if group.topic is topic), word, word))
    return ", ".join(plural(count, one, many) for count, one, many in found if count)


def _actions(acting: Sequence[Change]) -> list[str]:
    counts: dict[Action, int] = {}
    for change in sorted(acting, key=_rank):
        counts[change.action] = counts.get(change.action, 0) + 1
    kept = f" ({_kept(acting)})"
    return [
        f"{count:,} {action}{kept if action is Action.REPLACE else ''}" for action, count in counts.items()
    ]


def _kept(acting: Sequence[Change]) -> str:
    """Whether the objects that are replaced are kept."""
    replaced = [item for item in acting if item.action is Action.REPLACE]
    lost = sum(throws_away(item) for item in replaced)
    if not lost:
        return "old kept"
    return "old NOT kept" if lost == len(replaced) else f"{lost:,} old NOT kept"


_ORDER = (
    *(Action.DELETE, Action.DEACTIVATE, Action.RUN, Action.REPLACE, Action.RETIRE, Action.FORGET),
    *(Action.UPDATE, Action.CREATE, Action.ADOPT, Action.MOVE, Action.WAIT),
)


def _rank(change: Change) -> int:
    return _ORDER.index(change.action)


def nothing(plan: Plan, left_alone: int, ignored: int, noted: int) -> str:
    """The one sentence of a plan without changes; it claims no more than the plan knows.

    `left_alone` and `ignored` count console edits, `noted` resources whose difference no action follows.
    """
    if plan.destroys:
        where = "" if plan.complete else " of what was selected"
        return f"No changes. Nothing{where} is left to destroy."
    checked = f"{plural(len(plan.changes), 'resource')} checked with {plural(plan.stats.calls, 'call')}"
    scope = "" if plan.complete else " in what was selected"
    exceptions = [
        f"{plural(left_alone, 'console edit')} left alone" if left_alone else "",
        f"{plural(ignored, 'console edit')} accepted or ignored" if ignored else "",
        f"{plural(noted, 'resource')} with a difference that nothing is done about" if noted else "",
    ]
    told = [text for text in exceptions if text]
    verdict = f"; {', '.join(told)}" if told else ": the console holds what the manifests say"
    return f"No changes{scope}. {checked}{verdict}."


def place_words(place: Destination) -> str:
    """`qianfan.baidubce.com, account 1a2b…`; "" for a plan that no console was read for."""
    if not place.console:
        return ""
    console = clean(place.console.removeprefix("https://").rstrip("/"))
    if place.account:
        return f"{console}, account {clean(place.account)}"
    return console if place.emulated else f"{console}, account not known"


def environment_words(plan: Plan) -> str:
    """`environment dev`; "" where the project declares none."""
    return f"environment {clean(plan.environment)}" if plan.environment else ""
