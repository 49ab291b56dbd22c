"""The one question before a plan that was shown is carried out: what it does, where, and what answers it.

The worst of its changes decides how much has to be typed, so that a hand that is used to `y` stops there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qfops.core.plan.actions import Action, Need
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Plan
from qfops.render.layout import clean, plural
from qfops.render.story.danger import throws_away
from qfops.render.story.title import environment_words, place_words

YES = frozenset({"y", "yes"})


@dataclass(frozen=True, slots=True)
class Question:
    """`wanted` is what has to be typed in full; "": a plain y is enough."""

    text: str
    wanted: str = ""

    def agreed(self, answer: str) -> bool:
        """Whether an answer says yes; the name of a project is compared as it is written."""
        if not self.wanted:
            return answer.lower() in YES
        return answer == self.wanted or (self.wanted == "yes" and answer.lower() == "yes")


def question(plan: Plan, *, narrowed: bool) -> Question | None:
    """What is asked before `plan` is done; None where nothing of it has to be agreed to.

    `narrowed`: only a part was chosen. What an earlier approval covers is shown again, so it is asked for
    again. On the emulator nothing is lost, and a plain y serves.
    """
    asked = [change for change in plan.acting if change.action is not Action.WAIT]
    if not asked:
        return None
    what = "this" if len(asked) == 1 else f"these {plural(len(asked), 'change')}"
    where = ", ".join(word for word in (place_words(plan.place), environment_words(plan)) if word)
    lead = f"Do {what}" + (f" ({where})" if where else "") + "?"
    losses = _losses(asked)
    if plan.place.emulated or not losses:
        return Question(f"{lead} [y/N]")
    told = f"{lead} It {', '.join(losses)}."
    if plan.destroys and not narrowed:
        name = clean(plan.project)
        return Question(f"{told} Type the name of the project, {name}, to go on:", plan.project)
    return Question(f"{told} Type yes in full to go on:", "yes")


def _losses(changes: Sequence[Change]) -> list[str]:
    """What is deleted, deactivated, purchased, thrown away or trained, in a few words."""
    counts = {
        "deletes": sum(item.action is Action.DELETE for item in changes),
        "deactivates": sum(item.action is Action.DEACTIVATE for item in changes),
        "does not keep": sum(throws_away(item) for item in changes),
        "purchases without a way back": sum(Need.PURCHASE in item.needs for item in changes),
        "trains": sum(item.action is Action.RUN for item in changes),
    }
    return [f"{verb} {count:,}" for verb, count in counts.items() if count]
