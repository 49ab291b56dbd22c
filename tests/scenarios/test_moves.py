"""Moves that qfops.yaml declares, from the plan to the state: chains, exchanges, models of runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.errors import Refused
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Lifecycle, Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.planning.policy import Approval
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, ref, resource, trouble
from tests.support.project import assistant, job, model, run, template

TASKS, MODELS = "FineTuningTask/faq-", "Model/faq-"
PAIRS = (("a", "b"), ("b", "c"), ("x", "y"))


def lines(bench: Bench, *written: tuple[str, str | None]) -> None:
    """The `moved` lines of qfops.yaml."""
    moved = {Address.parse(old): Address.parse(new) if new else None for old, new in written}
    bench.settings = replace(bench.settings, moved=moved)


def prompt(name: str, **spec: str) -> Resource:
    wanted = template(templateName=f"name-{name}", **spec)
    return replace(wanted, address=Address("PromptTemplate", name))


def prompts(bench: Bench, names: Iterable[str]) -> dict[str, str]:
    """Prompts that are made; their ids by name."""
    bench.declare(*(prompt(name) for name in names))
    assert trouble(bench.apply(AUTO)) == []
    return {name: bench.id(f"PromptTemplate/{name}") for name in names}


def renamed(bench: Bench, **names: str) -> None:
    """Manifests under other metadata.names, all at once: everything else stays as it is."""
    old = {key: bench.resources.pop(Address("PromptTemplate", key)) for key in names}
    for key, new in names.items():
        bench.declare(replace(old[key], address=Address("PromptTemplate", new)))


def remembered(bench: Bench) -> dict[str, str]:
    return {str(old): str(new) for old, new in bench.state().moved.items()}


def entries(bench: Bench, kind: str) -> dict[str, str | None]:
    return {
        address.name: entry.id for address, entry in bench.state().entries.items() if address.kind == kind
    }


# --- several at once


@pytest.mark.parametrize(
    "names",
    [{"a": "b", "b": "c"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}, {"a": "x", "c": "y"}],
    ids=["a shift", "an exchange", "a cycle", "two"],
)
def test_moves_happen_all_at_once_and_without_a_call(bench: Bench, names: dict[str, str]) -> None:
    """`{a: b, b: c}` was dropped without a word: the plan deleted a, updated b and made c."""
    ids = prompts(bench, "abc" if "c" in names else "ab")
    writes = bench.writes()
    renamed(bench, **names)
    lines(bench, *((f"PromptTemplate/{old}", f"PromptTemplate/{new}") for old, new in names.items()))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {f"PromptTemplate/{new}": "move" for new in names.values()}
    assert trouble(result) == []
    assert entries(bench, "PromptTemplate") == {names.get(name, name): id_ for name, id_ in ids.items()}
    assert bench.writes() == writes
    assert actions(bench.plan()) == {}
    assert remembered(bench) == {
        f"PromptTemplate/{old}": f"PromptTemplate/{new}" for old, new in names.items()
    }


def test_a_line_of_an_environment_that_lags_behind_is_followed_on(bench: Bench) -> None:
    ids = prompts(bench, "a")
    renamed(bench, a="c")
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"), ("PromptTemplate/b", "PromptTemplate/c"))
    assert actions(bench.plan()) == {"PromptTemplate/c": "move"}
    assert trouble(bench.apply(AUTO)) == []
    assert entries(bench, "PromptTemplate") == {"c": ids["a"]}
    assert len(remembered(bench)) == 2


def test_a_shift_of_run_and_model_keys_trains_nothing(assisted: Bench) -> None:
    """The keys a, b of runs and models become b, c: two runs were paid for again, two were deleted."""
    runs, models = entries(assisted, "FineTuningTask"), entries(assisted, "Model")
    for name in ("FineTuningTask/faq-a", "Model/faq-a", "FineTuningTask/faq-b", "Model/faq-b"):
        assisted.remove(name)
    assisted.declare(run("b", 0.0003), run("c", 0.0001), model("b"), model("c"))
    assisted.edit("Service/faq", modelId=ref("Model/faq-b"))
    lines(assisted, *(
        (f"{kind}{old}", f"{kind}{new}") for kind in (TASKS, MODELS) for old, new in PAIRS[:2]
    ))  # fmt: skip
    writes = assisted.writes()
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == dict.fromkeys(("FineTuningTask/faq-b", "FineTuningTask/faq-c",
                                           "Model/faq-b", "Model/faq-c"), "move")  # fmt: skip
    assert trouble(result) == []
    assert assisted.writes() == writes
    assert entries(assisted, "FineTuningTask") == {"faq-b": runs["faq-a"], "faq-c": runs["faq-b"]}
    assert entries(assisted, "Model") == {"faq-b": models["faq-a"], "faq-c": models["faq-b"]}
    assert actions(assisted.plan()) == {}


def test_a_move_whose_place_is_taken_stops_everything(bench: Bench) -> None:
    prompts(bench, "ab")
    bench.remove("PromptTemplate/a")
    bench.declare(prompt("new"))
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"))
    writes, before = bench.writes(), bench.state().entries
    for attempt in (bench.plan, bench.apply):
        with pytest.raises(Refused) as caught:
            attempt()
        assert "PromptTemplate/a" in caught.value.detail
        assert "PromptTemplate/b" in caught.value.detail
    assert (bench.writes(), bench.state().entries) == (writes, before)


# --- what is remembered


def test_a_carried_out_line_leaves_a_new_resource_of_the_old_name_alone(bench: Bench) -> None:
    """It does nothing until it is taken out of qfops.yaml, which forgets it."""
    prompts(bench, "a")
    renamed(bench, a="b")
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"))
    assert trouble(bench.apply(AUTO)) == []
    bench.declare(prompt("a", templateContent="another: {input}"))
    bench.edit("PromptTemplate/a", templateName="name-other")
    assert trouble(bench.apply(AUTO)) == []
    ids = entries(bench, "PromptTemplate")
    assert ids.keys() == {"a", "b"}
    plan = bench.plan()
    assert actions(plan) == {}
    assert [item.code for item in plan.diagnostics] == ["moved-already"]
    lines(bench)
    assert trouble(bench.apply(AUTO)) == []
    assert remembered(bench) == {}
    assert entries(bench, "PromptTemplate") == ids
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"))
    with pytest.raises(Refused):
        bench.plan()


def test_nothing_is_remembered_that_was_not_done(bench: Bench) -> None:
    prompts(bench, "a")
    renamed(bench, a="b")
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"), ("PromptTemplate/x", "PromptTemplate/y"))
    bench.plan()
    assert remembered(bench) == {}
    bench.apply(AUTO)
    assert remembered(bench) == {"PromptTemplate/a": "PromptTemplate/b"}


def test_nothing_moves_by_a_plan_that_does_nothing(bench: Bench) -> None:
    """Nobody was asked about it: the line is read again with the next plan."""
    bench.declare(job())
    assert trouble(bench.apply(AUTO)) == []
    before = bench.state().entries
    bench.remove("FineTuningJob/faq")
    changed = {**job().attributes, "model": "ERNIE-Lite-8K-0308"}
    bench.declare(resource("FineTuningJob/new", changed))
    lines(bench, ("FineTuningJob/faq", "FineTuningJob/new"))
    plan, _ = bench.apply_plan(AUTO)
    assert actions(plan) == {"FineTuningJob/new": "blocked"}
    assert (bench.state().entries, remembered(bench)) == (before, {})


# --- what goes with it


def test_a_change_that_is_refused_moves_all_the_same(bench: Bench) -> None:
    """The end of the chain needs a word; what follows it must not be written over it."""
    ids = prompts(bench, "ab")
    renamed(bench, a="b", b="c")
    bench.configure("PromptTemplate/c", lifecycle=Lifecycle(on_replace="delete"))
    bench.edit("PromptTemplate/c", templateName="other", sceneType="TextToImage", hyperParameters={})
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"), ("PromptTemplate/b", "PromptTemplate/c"))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan)["PromptTemplate/b"] == "move"
    assert any("PromptTemplate/c" in text for text in trouble(result))
    assert entries(bench, "PromptTemplate") == {"b": ids["a"], "c": ids["b"]}


def test_kept_objects_and_what_depends_on_it_follow(assisted: Bench) -> None:
    """Undoing an edit after the rename still links the run that was kept, and costs nothing."""
    first = assisted.id("FineTuningTask/faq-a")
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    for name in ("FineTuningTask/faq-a", "Model/faq-a"):
        assisted.remove(name)
    assisted.declare(run("gold", 0.0009), model("gold"))
    assisted.edit("Service/faq", modelId=ref("Model/faq-gold"))
    lines(assisted, ("FineTuningTask/faq-a", "FineTuningTask/faq-gold"))
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {"FineTuningTask/faq-gold": "move", "Model/faq-gold": "move"}
    assert trouble(result) == []
    state = assisted.state()
    service = state.entries[Address("Service", "faq")]
    assert Address("Model", "faq-gold") in service.dependencies
    assert Address("FineTuningTask", "faq-gold") in state.entries[Address("Model", "faq-gold")].dependencies
    assert [item.id for item in state.entries[Address("FineTuningTask", "faq-gold")].retired] == [first]
    writes = assisted.writes()
    assisted.declare(run("gold", 0.0003))
    assert actions(assisted.plan())["FineTuningTask/faq-gold"] == "adopt"
    assert trouble(assisted.apply(AUTO)) == []
    assert assisted.id("FineTuningTask/faq-gold") == first
    assert "CreateFineTuningTask" not in assisted.writes()[len(writes) :]


@pytest.mark.parametrize("target", ["PromptTemplate/a", "PromptTemplate/b", "PromptTemplate/c"])
def test_narrowed_to_one_the_moves_that_it_needs_join_in_and_no_edit(bench: Bench, target: str) -> None:
    """By the old address or the new one; the other chain stays as it is."""
    ids = prompts(bench, "abx")
    renamed(bench, a="b", b="c", x="y")
    bench.edit("PromptTemplate/b", templateContent="b: {input}")
    bench.edit("PromptTemplate/c", templateContent="c: {input}")
    lines(bench, *((f"PromptTemplate/{old}", f"PromptTemplate/{new}") for old, new in PAIRS))
    chosen = "c" if target.endswith("c") else "b"
    other = "b" if chosen == "c" else "c"
    asked = PlanOptions(targets=(Address.parse(target),))
    if target.endswith("a"):
        assert actions(bench.plan(asked))[f"PromptTemplate/{chosen}"] == "update"
    plan, result = bench.apply_plan(AUTO, asked)
    assert actions(plan) == {f"PromptTemplate/{chosen}": "update", f"PromptTemplate/{other}": "move"}
    assert trouble(result) == []
    assert entries(bench, "PromptTemplate") == {"b": ids["a"], "c": ids["b"], "x": ids["x"]}
    assert actions(bench.plan()) == {f"PromptTemplate/{other}": "update", "PromptTemplate/y": "move"}


def test_labels_choose_a_moved_resource_by_what_its_manifest_says(bench: Bench) -> None:
    prompts(bench, "a")
    renamed(bench, a="b")
    bench.configure("PromptTemplate/b", labels={"tier": "front"})
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"))
    assert actions(bench.plan(PlanOptions(labels=(("tier", "front"),)))) == {"PromptTemplate/b": "update"}
    assert actions(bench.plan(PlanOptions(labels=(("tier", "back"),)))) == {}


def test_destroying_takes_what_has_moved_along(bench: Bench) -> None:
    """The end of x was asked for without an id, which its new address did not know."""
    prompts(bench, "abx")
    renamed(bench, a="b", b="c", x="y")
    lines(bench, *((f"PromptTemplate/{old}", f"PromptTemplate/{new}") for old, new in PAIRS))
    assert trouble(bench.apply(WHOLE, PlanOptions(scope=Scope.DESTROY))) == []
    assert bench.state().entries == {}
    assert bench.objects("PromptTemplate") == []


def test_pruning_moves_only_what_it_ends(assisted: Bench) -> None:
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    for name in ("FineTuningTask/faq-a", "PromptTemplate/faq-answer"):
        assisted.remove(name)
    assisted.declare(run("gold", 0.0009), replace(template(), address=Address("PromptTemplate", "reply")))
    assisted.edit("Model/faq-a", trainMeta={"taskId": ref("FineTuningTask/faq-gold")})
    lines(assisted, ("FineTuningTask/faq-a", "FineTuningTask/faq-gold"),
          ("PromptTemplate/faq-answer", "PromptTemplate/reply"))  # fmt: skip
    assert trouble(assisted.apply(WHOLE, PlanOptions(scope=Scope.PRUNE))) == []
    state = assisted.state()
    assert not any(entry.retired for entry in state.entries.values())
    assert Address("FineTuningTask", "faq-gold") in state.entries
    assert Address("PromptTemplate", "faq-answer") in state.entries


# --- state mv, and an approval that is stored


def test_a_rename_by_hand_takes_a_stored_approval_along(bench: Bench) -> None:
    """The run under way is waited for under its new address: resuming trained it a second time."""
    bench.emulator.configure(durations={"training": 4 * 3600.0})
    bench.declare(*assistant())
    assert any("in progress" in text for text in trouble(bench.apply(WHOLE, limit=60.0)))
    started = bench.writes().count("CreateFineTuningTask")
    old, new = Address("FineTuningTask", "faq-a"), Address("FineTuningTask", "faq-gold")
    before = bench.id(str(old))
    bench.move(str(old), str(new))
    approved = bench.state().approved
    assert approved is not None
    assert (new, "current") in approved.changes
    assert (old, "current") not in approved.changes
    assert [edge.reference.target for edge in approved.resources[Address("Model", "faq-a")].references] == [
        Address("ModelSet", "faq"), new,
    ]  # fmt: skip
    bench.pass_time(8 * 3600.0)
    gold = bench.resources.pop(old)
    bench.declare(replace(gold, address=new), replace(model("a"), address=Address("Model", "faq-a")))
    bench.edit("Model/faq-a", trainMeta={"taskId": ref(str(new))})
    resumed = bench.resume()
    assert resumed is not None
    assert trouble(resumed[1]) == []
    assert bench.writes().count("CreateFineTuningTask") == started == 2
    assert bench.id(str(new)) == before


def test_lines_that_came_after_an_approval_move_and_train_nothing(bench: Bench) -> None:
    """With the two runs exchanged the manifests ask for others: what was approved is dropped by name."""
    bench.emulator.configure(durations={"training": 4 * 3600.0})
    bench.declare(*assistant())
    bench.apply(WHOLE, limit=60.0)
    a, b = "FineTuningTask/faq-a", "FineTuningTask/faq-b"
    ids = {name: bench.id(name) for name in (a, b)}
    lines(bench, (a, b), (b, a))
    bench.pass_time(8 * 3600.0)
    resumed = bench.resume()
    assert resumed is not None
    assert {f"dropped: {a}", f"dropped: {b}"} <= set(trouble(resumed[1]))
    assert resumed[1].exit_code == 5
    assert bench.writes().count("CreateFineTuningTask") == 2
    assert {name: bench.id(name) for name in (a, b)} == {a: ids[b], b: ids[a]}


def test_a_stored_approval_still_covers_what_has_moved_since(bench: Bench) -> None:
    """The owed wait and what follows it stay approved under their new addresses."""
    bench.emulator.configure(durations={"training": 4 * 3600.0})
    bench.declare(*assistant())
    bench.apply(WHOLE, limit=60.0)
    bench.remove("FineTuningTask/faq-a")
    bench.declare(run("gold", 0.0003))
    bench.edit("Model/faq-a", trainMeta={"taskId": ref("FineTuningTask/faq-gold")})
    lines(bench, ("FineTuningTask/faq-a", "FineTuningTask/faq-gold"))
    bench.pass_time(8 * 3600.0)
    plan, result = bench.apply_plan(AUTO)
    assert trouble(result) == []
    assert find(plan, "Model/faq-a").seal.owed
    assert bench.writes().count("CreateFineTuningTask") == 2
    assert actions(bench.plan()) == {}


def test_a_move_that_an_earlier_version_approved_and_left_is_done_by_resume(bench: Bench) -> None:
    """There it was a step of its change."""
    ids = prompts(bench, "a")
    renamed(bench, a="b")
    lines(bench, ("PromptTemplate/a", "PromptTemplate/b"))
    old, new = Address("PromptTemplate", "a"), Address("PromptTemplate", "b")
    (change,) = bench.plan().changes
    owed = OwedChange(
        address=new, action="move", digest=change.seal.digest, fingerprint=change.seal.fingerprint,
        steps=(("move", ""),), moved_from=old,
    )  # fmt: skip
    stored = ApprovedPlan(
        digest=bench.plan().digest, changes={owed.key: owed}, resources={new: bench.resources[new]}
    )
    bench.note_down(lambda journal: journal.approve(stored))
    resumed = bench.resume()
    assert resumed is not None
    assert trouble(resumed[1]) == []
    assert entries(bench, "PromptTemplate") == {"b": ids["a"]}
    assert bench.state().approved is None
    assert actions(bench.plan()) == {}


# --- possible renames


def rename_a(bench: Bench) -> None:
    """The forEach key a of runs and models becomes gold."""
    for name in ("FineTuningTask/faq-a", "Model/faq-a"):
        bench.remove(name)
    bench.declare(run("gold", 0.0003), model("gold"))
    bench.edit("Service/faq", modelId=ref("Model/faq-gold"))


BLOCK = 'moved: {"FineTuningTask/faq-a": "FineTuningTask/faq-gold", "Model/faq-a": "Model/faq-gold"}'


def test_all_lines_of_a_rename_are_shown_at_once_and_nothing_is_deleted(assisted: Bench) -> None:
    """`Model/faq-a` was deleted beside the blocked `Model/faq-base`; its weights were gone."""
    rename_a(assisted)
    writes = assisted.writes()
    plan, result = assisted.apply_plan(Approval(auto=True, allow=frozenset({"delete"})))
    assert actions(plan) == dict.fromkeys(
        ("FineTuningTask/faq-a", "FineTuningTask/faq-gold", "Model/faq-a", "Model/faq-gold"), "blocked"
    )
    assert [c.decision.remedy for c in plan.changes if BLOCK in c.decision.remedy] == [
        find(plan, "FineTuningTask/faq-gold").decision.remedy
    ]
    assert len(trouble(result)) == 4
    assert assisted.writes() == writes
    lines(assisted, ("FineTuningTask/faq-a", "FineTuningTask/faq-gold"), ("Model/faq-a", "Model/faq-gold"))
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {"FineTuningTask/faq-gold": "move", "Model/faq-gold": "move"}
    assert trouble(result) == []
    assert assisted.writes() == writes
    assert actions(assisted.plan()) == {}


def test_nothing_of_a_kind_is_deleted_while_a_rename_of_it_is_open(assisted: Bench) -> None:
    """Also what has nothing to do with it: the line may turn out to be about that one."""
    assisted.declare(prompt("spare"), prompt("old"))
    assert trouble(assisted.apply(AUTO)) == []
    assisted.remove("PromptTemplate/spare")
    renamed(assisted, old="new")
    assert actions(assisted.plan()) == dict.fromkeys(
        ("PromptTemplate/new", "PromptTemplate/old", "PromptTemplate/spare"), "blocked"
    )
    lines(assisted, ("PromptTemplate/old", None))
    assert actions(assisted.plan())["PromptTemplate/spare"] == "delete"


def test_a_narrowed_plan_shows_the_lines_where_it_shows_anything(assisted: Bench) -> None:
    """Also when what asks for them was not chosen: the old model alone is not deleted, either."""
    rename_a(assisted)
    only = assisted.plan(PlanOptions(targets=(Address("Model", "faq-a"),)))
    assert actions(only) == {"Model/faq-a": "blocked"}
    assert BLOCK in find(only, "Model/faq-a").decision.remedy
    assisted.declare(replace(template(), address=Address("PromptTemplate", "reply")))
    assisted.remove("PromptTemplate/faq-answer")
    chosen = assisted.plan(PlanOptions(targets=(Address("PromptTemplate", "reply"),)))
    assert 'moved: {"FineTuningTask/faq-a"' in find(chosen, "PromptTemplate/reply").decision.remedy


def test_lines_that_only_one_environment_needs_go_there(bench: Bench) -> None:
    """In the others no manifest declares the new address."""
    prompts(bench, "ab")
    renamed(bench, a="x", b="y")
    bench.settings = replace(bench.settings, environment="")
    bench.elsewhere = (frozenset({Address("PromptTemplate", "x")}),)
    remedy = find(bench.plan(), "PromptTemplate/x").decision.remedy
    everywhere, here = remedy.splitlines()
    assert everywhere.startswith('add to qfops.yaml:  moved: {"PromptTemplate/a": "PromptTemplate/x"}')
    assert here.startswith("add to qfops.yaml under environments.")
    assert '{"PromptTemplate/b": "PromptTemplate/y"}' in here
