"""Applied compared with the console: every entry, whatever the manifests say; what cannot be told is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qfops.core.address import Address, ObjectKey
from qfops.core.plan.drift import Concern, DriftItem, DriftReport, Fate
from qfops.core.resource import Ignore, Lifecycle
from qfops.core.state.entry import Due, Retired
from qfops.planning.drift import drift_of
from tests.support.project import assistant, deployed, template
from tests.unit.planning.given import World

PROMPT = "PromptTemplate/faq-answer"
TEMPERATURE = "hyperParameters.temperature"


def report(world: World) -> DriftReport:
    return drift_of(world.given())


def told(world: World) -> list[tuple[str, str, str]]:
    return [
        (str(item.address), item.path or str(item.fate), str(item.concern))
        for item in report(world).differences
    ]


def only(world: World) -> DriftItem:
    found = report(world).differences
    assert len(found) == 1
    return found[0]


def with_edit() -> World:
    return World(template()).edit_console(PROMPT, TEMPERATURE, 0.1)


def test_nothing_was_edited_in_a_world_as_applied() -> None:
    """Every object is looked at, and nothing is found."""
    found = report(World(*assistant()))
    assert (found.differences, found.untold, found.warning) == ((), (), "")
    assert found.checked == len(assistant())


def test_an_edit_is_drift_whatever_the_manifest_says_by_now() -> None:
    """Unchanged, edited elsewhere, edited to a third value, edited to the console's, gone."""
    hyper = {"temperature": 0.3, "topP": 0.8}
    for manifest, says in (
        (template(), ""),
        (template(templateContent="New: {input}"), ""),
        (template(hyperParameters={**hyper, "temperature": 0.5}), "edited too"),
        (template(hyperParameters={"topP": 0.8}), "says nothing about it any more"),
        (template(hyperParameters={**hyper, "temperature": 0.1}), "the next apply records it"),
    ):
        item = only(with_edit().want(manifest))
        assert (item.path, item.concern, item.fate) == (TEMPERATURE, Concern.OPEN, Fate.EDITED)
        assert item.attribute is not None
        assert (item.attribute.prior, item.live) == (0.3, 0.1)
        assert says in item.reason
        assert bool(says) is bool(item.reason)
        assert item.revertible is (says == "")
    orphan = only(with_edit().remove(PROMPT))
    assert (orphan.concern, orphan.owner, orphan.revertible) == (Concern.OPEN, None, False)
    assert "no manifest declares" in orphan.reason


def test_what_a_manifest_wants_today_stands_beside_it() -> None:
    """Also where it refers to something: its output as state knows it."""
    world = World(*deployed())
    world.edit_console("Service/faq", "modelId", "amv-other")
    item = only(world)
    assert item.attribute is not None
    assert (item.attribute.prior, item.attribute.desired) == ("modelId-of-faq-base", "modelId-of-faq-base")


def test_manifest_edits_alone_are_no_drift() -> None:
    world = World(template()).want(template(templateContent="New: {input}"))
    assert told(world) == []
    assert told(World(template()).remove(PROMPT)) == []


def test_a_value_that_is_gone_from_the_console_is_drift() -> None:
    world = World(template())
    live = world.live(PROMPT)
    world.show(replace(live, attributes={**live.attributes, "labels": []}), Address.parse(PROMPT).kind_key)
    assert told(world) == [(PROMPT, "labels", "open")]


def test_a_deleted_object_is_drift_declared_or_not() -> None:
    for world in (World(template()), World(template()).remove(PROMPT)):
        world.missing.add(world.hide(PROMPT))
        item = only(world)
        assert (item.fate, item.concern, item.path) == (Fate.DELETED, Concern.OPEN, "")
        assert item.id == "templateId-of-faq-answer"


def test_so_much_that_is_gone_is_said_and_still_reported() -> None:
    """No plan is made of it; a report does no harm."""
    world = World(template())
    world.missing.add(world.hide(PROMPT))
    found = report(world)
    assert len(found.differences) == 1
    assert found.warning.startswith("1 of 1 objects in state are gone")


def test_a_service_stopped_in_the_console_is_drift_and_one_that_we_know_stopped_is_not() -> None:
    world = World(*deployed()).set_status("Service/faq", runStatus="Stopped", updateStatus="None")
    assert told(world) == [("Service/faq", "stopped", "open")]
    world.remember("Service/faq", status={"runStatus": "Stopped", "updateStatus": "None"})
    assert told(world) == []


@pytest.mark.parametrize("hidden", [True, False])
def test_what_could_not_be_read_is_unknown(hidden: bool) -> None:
    """With its reason, and also where nothing but silence was seen."""
    world = World(template())
    key = world.hide(PROMPT)
    if hidden:
        world.unreadable[key] = "403 forbidden"
    found = report(world)
    assert found.differences == ()
    assert [(str(item.address), item.id) for item in found.untold] == [(PROMPT, "templateId-of-faq-answer")]
    assert (found.untold[0].reason == "403 forbidden") is hidden
    assert found.untold[0].reason


def test_a_lost_call_makes_its_address_unknown_with_an_object_or_without() -> None:
    world = with_edit()
    lost = Address("PromptTemplate", "lost")
    world.unsettled = {Address.parse(PROMPT): "a call is open", lost: "a create is open"}
    found = report(world)
    assert found.differences == ()
    assert [(str(item.address), item.reason) for item in found.untold] == [
        (PROMPT, "a call is open"),
        ("PromptTemplate/lost", "a create is open"),
    ]


def test_a_status_that_nobody_knows_is_unknown() -> None:
    world = World(*deployed()).set_status("Service/faq", runStatus="Dreaming", updateStatus="None")
    assert ["Dreaming" in item.reason for item in report(world).untold] == [True]


def test_what_was_seen_in_part_only_is_unknown() -> None:
    """A list that shows too little, and a read that did not answer: the same cannot be said of the rest."""
    world = World(*deployed())
    service = Address.parse("Service/faq")
    live = world.live("Service/faq")
    part = {key: value for key, value in live.attributes.items() if key != "modelId"}
    world.show(replace(live, attributes=part), service.kind_key)
    assert report(world).untold == ()  # a full read that leaves it out says that it is not there, or nothing
    world.show(replace(live, attributes=part, complete=False), service.kind_key)
    assert [str(item.address) for item in report(world).untold] == ["Service/faq"]
    model = world.live("Model/faq-base")
    world.show(replace(model, attributes={}, complete=False), Address.parse("Model/faq-base").kind_key)
    assert [str(item.address) for item in report(world).untold] == [
        "Service/faq"
    ]  # fixed: being there is all


def test_an_entry_of_a_kind_that_this_version_lacks_is_unknown() -> None:
    world = World(template())
    address = Address("Robot", "r")
    world.entries[address] = replace(world.entries[Address.parse(PROMPT)], address=address)
    assert [str(item.address) for item in report(world).untold] == ["Robot/r"]


def test_the_manifest_says_what_is_ignored_and_for_orphans_the_state() -> None:
    ignore = Ignore(TEMPERATURE, "support", date(2027, 1, 1), 0.1)
    life = Lifecycle(ignore=(ignore,))
    accepted = with_edit()
    accepted.want(replace(template(), lifecycle=life))
    item = only(accepted)
    assert (item.concern, item.ignore) == (Concern.IGNORED, ignore)
    accepted.edit_console(PROMPT, TEMPERATURE, 0.9)
    assert only(accepted).reason == "accepted is another value: 0.1"
    assert only(accepted).ignore is None
    orphan = with_edit().remember(PROMPT, lifecycle=life).remove(PROMPT)
    assert told(orphan) == [(PROMPT, TEMPERATURE, "ignored")]


def test_what_is_only_sent_at_creation_is_counted_and_not_open() -> None:
    world = World(*assistant())
    world.edit_console("FineTuningJob/faq", "description", "hacked")
    assert told(world) == [("FineTuningJob/faq", "description", "uneditable")]


def retired(due: Due | None = None) -> World:
    """An object that was kept, and one that took its place."""
    world = World(template())
    address = Address.parse(PROMPT)
    old = replace(world.live(PROMPT), id="pt-old")
    world.show(old, address.kind_key)
    kept = Retired("pt-old", world.entries[address].attributes, why="replaced", due=due)
    world.remember(PROMPT, retired=(kept,))
    return world


def test_retired_objects_are_compared_too() -> None:
    world = retired()
    assert report(world).checked == 2
    assert told(world) == []
    kind = Address.parse(PROMPT).kind_key
    old = world.inventory[kind]["pt-old"]
    world.show(replace(old, attributes={**old.attributes, "templateContent": "x {input}"}), kind)
    item = only(world)
    assert (item.object, item.path, item.owner) == ("pt-old", "templateContent", None)
    del world.inventory[kind]["pt-old"]
    world.missing.add(ObjectKey(kind, "pt-old"))
    assert (only(world).fate, only(world).object) == (Fate.DELETED, "pt-old")
    assert report(world).warning == ""


def test_a_retired_object_that_owes_its_end_may_be_gone() -> None:
    world = retired(due="delete")
    kind = Address.parse(PROMPT).kind_key
    del world.inventory[kind]["pt-old"]
    world.missing.add(ObjectKey(kind, "pt-old"))
    assert told(world) == []


def test_a_moved_entry_has_the_manifest_of_its_new_address() -> None:
    """Its ignores count, and the report names the address that state has."""
    new = Address("PromptTemplate", "faq-new")
    life = Lifecycle(ignore=(Ignore(TEMPERATURE),))
    world = with_edit().remove(PROMPT)
    world.want(replace(template(), address=new, lifecycle=life))
    assert told(world) == [(PROMPT, TEMPERATURE, "open")]
    world.moved[Address.parse(PROMPT)] = new
    assert told(world) == [(PROMPT, TEMPERATURE, "ignored")]
    assert only(world).owner == new


def test_plan_and_drift_agree_where_the_manifest_wants_what_was_applied() -> None:
    """The comparison is one: the same paths, verdicts, operations and reasons to ignore."""
    world = World(*assistant())
    world.edit_console(PROMPT, TEMPERATURE, 0.1)
    world.edit_console("Service/faq", "modelId", "amv-other")
    world.edit_console("FineTuningJob/faq", "name", "renamed")
    world.edit_console("FineTuningJob/faq", "description", "hacked")
    life = Lifecycle(ignore=(Ignore("modelId", "support"),))
    world.want(replace(world.resources[Address.parse("Service/faq")], lifecycle=life))
    planned = [(item.address, item.attribute) for item in world.plan().held_back]
    compared = [item for item in report(world).differences if item.concern is not Concern.UNEDITABLE]
    assert len(planned) == 3
    assert sorted(planned, key=str) == sorted(((item.address, item.attribute) for item in compared), key=str)


def test_an_edit_of_what_we_do_not_own_is_nothing() -> None:
    world = World(template(hyperParameters={"temperature": 0.3}))
    world.edit_console(PROMPT, "hyperParameters.topP", 0.1)
    assert told(world) == []
