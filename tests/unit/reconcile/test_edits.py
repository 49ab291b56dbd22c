"""What state holds after each step, from what the plan decided: pure, so a few small stories are enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qfops.core.address import Address, KindKey, Location
from qfops.core.observation import LiveObject, Observed
from qfops.core.plan.actions import Action, Verdict
from qfops.core.plan.change import AttributeChange, Change
from qfops.core.plan.steps import StateEditName
from qfops.core.resource import Lifecycle, Resource
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.state import State
from qfops.core.values import ABSENT, JSON, UNOBSERVED
from qfops.kinds.base import Kind
from qfops.kinds.registry import load
from qfops.reconcile.apply import edits
from qfops.reconcile.apply.change_view import ChangeView
from qfops.reconcile.effects import EntryEdit, edited
from qfops.state.live_state import LiveState
from tests.support import plans
from tests.support.bench import ref

PROMPT, SERVICE, DATASET, TASK, MODEL = (
    load().kinds[KindKey("v2", name)]
    for name in ("PromptTemplate", "Service", "Dataset", "FineTuningTask", "Model")
)
ADDRESS, ELSEWHERE = Address.parse("PromptTemplate/p"), Address.parse("PromptTemplate/q")
WANTED = Resource(
    ADDRESS,
    {"templateName": "p"},
    Location("p.yaml", 1),
    labels={"team": "a"},
    lifecycle=Lifecycle(protect=True),
)
CURRENT = Entry(address=ADDRESS, id="pt-1", attributes={"templateName": "p"}, outputs={"templateId": "pt-1"})
OLD = Retired("pt-0", {"templateName": "o"}, {"templateId": "pt-0"})


def change(
    *votes: AttributeChange,
    entry: Entry | None = CURRENT,
    keeps: tuple[str, ...] = (),
    wanted: Mapping[str, JSON] | None = None,
    link: str = "",
    linked_from: Address | None = None,
    moved_from: Address | None = None,
) -> Change:
    """A change of the prompt."""
    return plans.change(
        ADDRESS,
        Action.REPLACE,
        "because",
        id=(entry.id or "") if entry else "",
        attributes=votes,
        keeps=keeps,
        resource=WANTED if wanted is None else replace(WANTED, attributes=dict(wanted)),
        entry=entry,
        link=link,
        linked_from=linked_from,
        moved_from=moved_from,
    )


def view(of: Change, *others: Entry, kind: Kind = PROMPT, live: LiveObject | None = None) -> ChangeView:
    """The change, with state as the plan saw it, other entries in it, and perhaps an object seen."""
    held = {item.address: item for item in (*([of.entry] if of.entry else []), *others)}
    observed = Observed({kind.key: {live.id: live}} if live else {})
    return ChangeView(of, kind, LiveState(State(project="demo", entries=held)), observed)


def after(edit: EntryEdit, of: ChangeView, at: Address = ADDRESS) -> Entry | None:
    """The entry of an address once an edit of the prompt is written down."""
    return {**of.state.entries, **edited(edit, ADDRESS, of.state.entry)}.get(at)


def created(of: Change, desired: Mapping[str, JSON] | None = None, kind: Kind = PROMPT) -> Entry:
    """The entry that the create of a change plans."""
    seen = view(of, kind=kind)
    found = after(edits.creation(seen, desired or {}, 5.0), seen)
    assert found is not None
    return found


def stepped(name: StateEditName, of: ChangeView) -> Entry:
    """The entry after a step that no call carries out."""
    found = after(edits.state_edit(name, of, 5.0), of)
    assert found is not None
    return found


def test_a_new_object_pushes_the_old_one_aside_with_the_end_it_owes() -> None:
    """Kept, it owes nothing; else it is deleted, or deactivated where nothing can be deleted."""
    kept = created(change(keeps=("pt-1",)), {"templateName": "q"})
    assert (kept.id, kept.created, kept.labels) == (None, 5.0, {"team": "a"})
    assert kept.attributes == {"templateName": "q"}
    assert [(item.id, item.due) for item in kept.retired] == [("pt-1", None)]
    due = created(change())
    assert [(item.id, item.due, item.why) for item in due.retired] == [("pt-1", "delete", "because")]
    stopped = created(change(), kind=SERVICE)
    assert stopped.retired[0].due == "deactivate"


def test_what_is_gone_has_no_place_among_the_retired() -> None:
    """A missing object is made again; nothing of it is left to end."""
    missing = change()
    missing = replace(missing, subject=replace(missing.subject, id=""))
    assert created(missing).retired == ()


def test_what_other_operations_carry_out_is_not_applied_by_a_create() -> None:
    """Rows and the publishing of a dataset come later, and are noted when they are done."""
    desired: dict[str, JSON] = {"datasetName": "d", "import": [{"files": ["a"]}], "publish": True}
    new = change(entry=None)
    fresh = created(new, desired, DATASET)
    assert fresh.attributes == {"datasetName": "d"}
    once = edited(edits.setting(new, desired, ["import[0]"]), ADDRESS, {ADDRESS: fresh}.get)[ADDRESS]
    assert once is not None
    assert once.attributes == {"datasetName": "d", "import": [{"files": ["a"]}]}
    done = edited(edits.setting(new, desired, ["publish"]), ADDRESS, {ADDRESS: once}.get)[ADDRESS]
    assert done is not None
    assert done.attributes["publish"] is True


def test_an_update_notes_its_own_paths_and_nothing_else() -> None:
    """A held-back path keeps what was applied; a removed one goes, with the objects that it leaves empty."""
    prior: dict[str, JSON] = {"text": "a", "name": "a", "settings": {"top": {"p": 1}}}
    entry = replace(CURRENT, attributes=prior)
    votes = (
        AttributeChange("text", "a", "a", "b", Verdict.UPDATE),
        AttributeChange("settings.top.p", 1, 1, ABSENT, Verdict.DROP),
    )
    of = change(*votes, entry=entry)
    edit = edits.setting(of, {"text": "b", "name": "z"}, ["text", "settings.top.p"])
    found = after(edit, view(of))
    assert found is not None
    assert found.attributes == {"text": "b", "name": "a"}
    assert prior == {"text": "a", "name": "a", "settings": {"top": {"p": 1}}}  # is not touched


def test_a_reset_takes_the_path_out_of_what_is_applied() -> None:
    """The console holds its default then, and the manifest says nothing."""
    entry = replace(CURRENT, attributes={"settings": {"a": 1, "b": 2}})
    of = change(AttributeChange("settings.a", 1, 1, 0, Verdict.UPDATE), entry=entry)
    found = after(edits.setting(of, {"settings": {"b": 2}}, ["settings.a"]), view(of))
    assert found is not None
    assert found.attributes == {"settings": {"b": 2}}


def test_recording_takes_over_what_is_equal_already_and_drops_what_is_not_ours() -> None:
    """live == desired becomes prior; drift does not."""
    entry = replace(CURRENT, attributes={"same": 1, "ours": 1, "drift": 1})
    votes = (
        AttributeChange("same", 1, 2, 2, Verdict.SAME),
        AttributeChange("ours", 1, 1, ABSENT, Verdict.DROP),
        AttributeChange("drift", 1, 3, 1, Verdict.DRIFT),
    )
    live = LiveObject("pt-1", {}, {"templateId": "pt-1", "extra": "x"}, {"word": "Done"})
    of = change(*votes, entry=entry, wanted={"same": 2, "drift": 1})
    found = stepped("record", view(of, live=live))
    assert found.attributes == {"same": 2, "drift": 1}
    assert (found.status, found.outputs["extra"]) == ({"word": "Done"}, "x")
    assert (found.lifecycle, found.labels) == (WANTED.lifecycle, WANTED.labels)


def test_an_adoption_marks_what_it_could_not_see() -> None:
    """What the manifest says about it becomes prior, assumed."""
    live = LiveObject("pt-1", {"seen": 1}, {"templateId": "pt-1"}, {"word": "Ready"})
    votes = (
        AttributeChange("hidden", ABSENT, UNOBSERVED, 2, Verdict.NOTE),
        AttributeChange("seen", ABSENT, 1, 1, Verdict.SAME),
    )
    of = change(*votes, entry=None, wanted={"hidden": 2, "seen": 1}, link="pt-1")
    found = stepped("link", view(of, live=live))
    assert (found.id, found.assumed, found.attributes) == ("pt-1", ("hidden",), {"hidden": 2, "seen": 1})
    assert (found.outputs, found.status, found.created) == ({"templateId": "pt-1"}, {"word": "Ready"}, 5.0)


def test_linking_swaps_the_current_object_and_the_kept_one() -> None:
    """The one that was current is kept, or owes its end."""
    entry = replace(CURRENT, retired=(OLD,))
    linked = stepped("link", view(change(entry=entry, keeps=("pt-1",), link="pt-0")))
    assert (linked.id, linked.attributes, linked.outputs) == ("pt-0", OLD.attributes, OLD.outputs)
    assert [(item.id, item.due) for item in linked.retired] == [("pt-1", None)]
    owing = stepped("link", view(change(entry=entry, link="pt-0")))
    assert [(item.id, item.due) for item in owing.retired] == [("pt-1", "delete")]


def test_a_kept_object_can_be_linked_from_another_address() -> None:
    """It leaves the entry that kept it, which goes when nothing else is left there."""
    kept = Entry(address=ELSEWHERE, id=None, retired=(OLD,))
    of = view(change(entry=None, link="pt-0", linked_from=ELSEWHERE), kept)
    edit = edits.state_edit("link", of, 5.0)
    found = after(edit, of)
    assert found is not None
    assert (found.id, found.labels, found.address) == ("pt-0", WANTED.labels, ADDRESS)
    assert after(edit, of, ELSEWHERE) is None


def test_a_linked_run_is_what_the_manifest_says_but_stays_in_its_container() -> None:
    """Equal inputs make an equal run, however they are written; the job that it lives in is a fact."""
    old = Retired("task-0", {"jobId": "job-old", "parameterScale": "LoRA"}, {"taskId": "task-0"}, "key")
    entry = Entry(address=ADDRESS, id=None, retired=(old,))
    wanted: dict[str, JSON] = {"jobId": "job-new", "parameterScale": "LoRA", "extra": {"a": 1}}
    found = stepped("link", view(change(entry=entry, wanted=wanted, link="task-0"), kind=TASK))
    assert found.attributes == {**wanted, "jobId": "job-old"}
    assert (found.id, found.run_key) == ("task-0", "key")
    assert found.inputs["parameterScale"] == "LoRA"


def test_a_new_run_remembers_what_it_was_made_from() -> None:
    """Its inputs and their key; other kinds have nothing of it."""
    wanted: dict[str, JSON] = {"jobId": "job-1", "parameterScale": "LoRA"}
    run = created(change(entry=None, wanted=wanted), wanted, TASK)
    assert run.run_key
    assert run.inputs["parameterScale"] == "LoRA"
    assert "jobId" not in run.inputs
    prompt = created(change(entry=None))
    assert (prompt.run_key, prompt.inputs) == ("", {})


def test_a_move_notes_down_what_the_manifest_decides() -> None:
    """The entry stands at its new address already; whatever it refers to is resolved."""
    job = Entry(address=Address.parse("FineTuningJob/j"), id="job-1", outputs={"jobId": "job-1"})
    old = replace(CURRENT, attributes={"same": "job-1"}, retired=(OLD,))
    vote = AttributeChange("same", "x", "job-1", "job-1", Verdict.SAME)
    of = change(vote, entry=old, wanted={}, moved_from=ELSEWHERE)
    resource = replace(WANTED, attributes={"same": ref("FineTuningJob/j", "jobId")})
    seen = view(replace(of, subject=replace(of.subject, resource=resource)), job)
    edit = edits.state_edit("move", seen, 5.0)
    assert after(edit, seen) == replace(old, labels=WANTED.labels, lifecycle=WANTED.lifecycle)


def test_a_move_that_joins_in_changes_nothing_else() -> None:
    """It was not chosen: what its manifest says by now waits for a plan of its own."""
    joined = change(entry=CURRENT, moved_from=ELSEWHERE)
    joined = replace(joined, subject=replace(joined.subject, resource=None))
    seen = view(joined)
    assert after(edits.state_edit("move", seen, 5.0), seen) == CURRENT


def test_forgetting_and_putting_aside_are_about_the_object_of_the_change() -> None:
    """`onRemove: retire` keeps the lineage and says why; forgetting leaves nothing of the object."""
    entry = replace(CURRENT, retired=(OLD,))
    aside = stepped("retire", view(change(entry=entry)))
    assert aside.id is None
    assert [(item.id, item.why, item.due) for item in aside.retired] == [
        ("pt-0", "", None),
        ("pt-1", "because", None),
    ]
    left = stepped("forget", view(change(entry=entry)))
    assert (left.id, left.retired) == (None, (OLD,))
    older = replace(change(entry=entry), object="pt-0")
    assert stepped("forget", view(older)) == CURRENT
