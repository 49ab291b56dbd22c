"""The whole story of a plan: which parts it has, and what stands in each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic
from qfops.core.plan.actions import Action
from qfops.render.layout import clean
from qfops.render.story.parts import Heading
from qfops.render.story.plan import Affected, story
from qfops.render.textdiff import Piece
from tests.plans.cases import CASES
from tests.support.plans import held_back

from .builders import DIGEST, change, edit, plan

EDITED = held_back("Service/faq", "name", "a", "x", "a")


def test_a_plan_with_changes_has_a_title_and_a_next_step() -> None:
    told = story(plan(change(Action.CREATE)), command="qfops --env dev", flags="--target Service/faq")
    assert told.title is not None
    assert told.nothing == ""
    assert told.next is not None
    assert told.next.text == f"qfops --env dev apply --target Service/faq --expect-digest {DIGEST}"
    assert story(plan(change(Action.CREATE)), approve=False).next is None


def test_a_plan_without_changes_says_so_and_names_its_exceptions() -> None:
    noted = change(Action.NO_OP, reason="", notes=("description: sent at creation only",))
    ignored = held_back("Service/other", "name", "a", "x", "a", ignored=True)
    told = story(plan(noted, drift=(EDITED, ignored)))
    assert (told.title, told.groups, told.order, told.next) == (None, (), None, None)
    assert told.nothing == (
        "No changes. 3 resources checked with 0 calls; 1 console edit left alone, 1 console edit accepted or "
        "ignored, 1 resource with a difference that nothing is done about."
    )
    assert told.console_edits is not None
    assert told.noted is not None


def test_console_edits_left_alone_are_counted_in_the_title() -> None:
    told = story(plan(change(Action.CREATE), drift=(EDITED,)))
    assert told.title is not None
    assert told.title.counts[-1] == "1 console edit left alone"


def test_errors_come_before_the_changes_and_warnings_after() -> None:
    error, warning = Diagnostic("a", "wrong"), Diagnostic("b", "odd", severity="warning")
    told = story(plan(change(Action.CREATE), diagnostics=(warning, error)))
    assert (told.errors, told.warnings) == ((error,), (warning,))
    names = [field.name for field in dataclasses.fields(told)]
    assert names.index("errors") < names.index("groups") < names.index("warnings")


@pytest.mark.parametrize(("count", "more"), [(1, ""), (20, ""), (1_021, "and 1,001 more")])
def test_some_affected_resources_stand_for_all(count: int, more: str) -> None:
    told = story(plan(affected=tuple(Address("Model", f"m{n}") for n in range(count))))
    noun = "resource" if count == 1 else "resources"
    heading = Heading(f"AFFECTED, not planned: {count:,} {noun} outside what was selected")
    assert told.affected == Affected(heading, tuple(f"Model/m{n}" for n in range(min(count, 20))), more)
    assert story(plan()).affected is None


def words(value: object) -> Iterator[str]:
    """Every text of a story but the findings, which others tell, and values, which printers show."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from words(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (Diagnostic, Piece)):
        for field in dataclasses.fields(value):
            if field.name not in ("value", "before", "after"):
                yield from words(getattr(value, field.name))


@pytest.mark.parametrize("case", CASES)
def test_words_of_a_story_are_harmless_and_neither_padded_nor_painted(case: str) -> None:
    found = [text for text in words(story(CASES[case]())) if text]
    assert found
    assert [text for text in found if clean(text) != text or text != text.strip() or "  " in text] == []


def test_text_of_others_is_made_harmless_in_the_story() -> None:
    evil = "\x1b[2J\u202ename"
    cause = edit(path=evil, summary=evil)
    held = change(
        Action.BLOCKED, reason=evil, remedy=evil, notes=(evil,), left=(evil,), object=evil, causes=(cause,)
    )
    drift = held_back("Service/faq", evil, 1, 2, 3, evil, ignored=False)
    told = story(plan(held, change(Action.UPDATE, causes=(cause,)), drift=(drift,), project=evil))
    found = list(words(told))
    assert any("\\x1b" in text for text in found)
    assert [text for text in found if clean(text) != text] == []
