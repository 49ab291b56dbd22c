"""A file is edited: what follows from it, what does not, and what undoing it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Verdict
from qfops.core.resource import Lifecycle
from qfops.core.values import ABSENT
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, ref, resource, trouble
from tests.support.project import dataset, job, model, run, template, version

ONE_MORE_RUN = {"FineTuningTask/faq-a": "run", "Model/faq-a": "replace", "Service/faq": "update"}


def test_one_edited_hyper_parameter_is_a_run_a_replacement_and_an_update(assisted: Bench) -> None:
    """One number: it trains again, the model is replaced and kept, the service is pointed at the new one."""
    first = {name: assisted.id(name) for name in ONE_MORE_RUN}
    assisted.declare(run("a", 0.0009))
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == ONE_MORE_RUN
    training = find(plan, "FineTuningTask/faq-a")
    assert training.billable
    assert training.reason == "runs again: only hyperParameterConfig.learningRate differs"
    assert find(plan, "Model/faq-a").ends.keeps == (first["Model/faq-a"],)
    assert not any(change.ends.destroys for change in plan.changes)
    assert trouble(result) == []
    assert actions(assisted.plan()) == {}
    assert assisted.id("Service/faq") == first["Service/faq"]
    assert assisted.shown("Service/faq")["modelId"] == assisted.id("Model/faq-a")
    assert first["Model/faq-a"] in assisted.objects("Model")
    assert first["FineTuningTask/faq-a"] in assisted.objects("FineTuningTask")


def test_the_edit_undone_links_the_first_run_again_and_trains_nothing(assisted: Bench) -> None:
    """Back to the old number: the kept run and model are current again; only the service is called."""
    first = {name: assisted.id(name) for name in ONE_MORE_RUN}
    assisted.declare(run("a", 0.0009))
    assert trouble(assisted.apply(AUTO)) == []
    assisted.declare(run("a", 0.0003))
    before = len(assisted.writes())
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {
        "FineTuningTask/faq-a": "adopt", "Model/faq-a": "adopt", "Service/faq": "update",
    }  # fmt: skip
    assert not any(change.billable for change in plan.changes)
    assert trouble(result) == []
    assert assisted.writes()[before:] == ["ModifyService"]
    assert {name: assisted.id(name) for name in ONE_MORE_RUN} == first
    assert actions(assisted.plan()) == {}


def test_edited_forth_and_back_and_forth_it_trains_once(assisted: Bench) -> None:
    """Each set of inputs is trained once, however often one goes back and forth between them."""
    trained = assisted.writes().count("CreateFineTuningTask")
    for rate in (0.0009, 0.0003, 0.0009, 0.0003):
        assisted.declare(run("a", rate))
        assert trouble(assisted.apply(AUTO)) == []
        assert actions(assisted.plan()) == {}
    assert assisted.writes().count("CreateFineTuningTask") == trained + 1


def test_an_edit_reverted_before_apply_is_nothing(assisted: Bench) -> None:
    """What was only edited, and edited back, never happened."""
    assisted.declare(run("a", 0.0009))
    assert actions(assisted.plan()) == ONE_MORE_RUN
    assisted.declare(run("a", 0.0003))
    assert actions(assisted.plan()) == {}


def test_one_edited_prompt_line_is_one_update(assisted: Bench) -> None:
    """One line of a prompt: one call, and the note says that the variables stay the same."""
    text = "Answer the customer: {input}\nAt most 80 words."
    assisted.edit("PromptTemplate/faq-answer", templateContent=text)
    before = len(assisted.writes())
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {"PromptTemplate/faq-answer": "update"}
    assert find(plan, "PromptTemplate/faq-answer").decision.notes == ("templateVariables unchanged {input}",)
    assert trouble(result) == []
    assert assisted.writes()[before:] == ["ModifyPromptTemplate"]
    assert assisted.shown("PromptTemplate/faq-answer")["templateContent"] == text
    assert actions(assisted.plan()) == {}


def test_an_update_sends_the_changed_attribute_only(assisted: Bench) -> None:
    """What somebody else may be editing at the same time is not sent along."""
    assisted.edit("PromptTemplate/faq-answer", templateContent="{input}?")
    assisted.apply(AUTO)
    sent = assisted.emulator.requests(writes_only=True)[-1]
    assert sent.action == "ModifyPromptTemplate"
    assert set(sent.body) == {"templateId", "templateContent"}


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("FineTuningJob/faq", "description", "for the FAQ"),
        ("Model/faq-a", "description", "another cut"),
        ("Service/faq", "description", "the bot"),
        ("DatasetVersion/faq-spring", "description", "the refresh"),
        ("ModelSet/faq", "labels", ["support", "faq"]),
    ],
)
def test_what_is_only_sent_at_creation_gives_a_note_and_no_change(
    name: str, key: str, value: str | list[str], assisted: Bench
) -> None:
    """No call can edit it: the plan says so, and nothing is made again because of it."""
    spec = {key: value}
    assisted.edit(name, **spec)
    plan = assisted.plan()
    assert actions(plan) == {}
    assert any(note.startswith(f"{key}: sent at creation only; ") for note in find(plan, name).decision.notes)
    writes = assisted.writes()
    assert trouble(assisted.apply(AUTO)) == []
    assert assisted.writes() == writes


def test_a_changed_dataset_name_replaces_it_and_forces_the_runs(assisted: Bench) -> None:
    """A dataset cannot be renamed: a new one, and everything trained on it again, marked as costing money."""
    assisted.edit("Dataset/faq-train", datasetName="faq_train_v2")
    plan, result = assisted.apply_plan(AUTO)
    found = actions(plan)
    assert found["Dataset/faq-train"] == "replace"
    assert {name for name, action in found.items() if action == "run"} == {
        "FineTuningTask/faq-a", "FineTuningTask/faq-b",
    }  # fmt: skip
    for key in "ab":
        training = find(plan, f"FineTuningTask/faq-{key}")
        assert training.billable
        assert training.reason == "runs again: reads Dataset/faq-train, which is another object now"
        assert [cause.path for cause in training.causes] == ["datasetName"]
    assert trouble(result) == []
    assert actions(assisted.plan()) == {}


def test_another_base_model_means_another_run(bench: Bench) -> None:
    """What the job decides is an input of its runs; the job needs another name, because names are unique."""
    bench.declare(dataset(), job(), run("a", 0.0003))
    bench.apply(AUTO)
    bench.edit("FineTuningJob/faq", model="ERNIE-Lite-8K-0308")
    blocked = find(bench.plan(), "FineTuningJob/faq")
    assert blocked.action is Action.BLOCKED
    assert "change spec.name too" in blocked.reason
    bench.edit("FineTuningJob/faq", name="faq_lite")
    plan = bench.plan()
    assert actions(plan) == {"FineTuningJob/faq": "replace", "FineTuningTask/faq-a": "run"}
    assert "container.model" in find(plan, "FineTuningTask/faq-a").reason


def test_a_renamed_job_alone_trains_nothing(bench: Bench) -> None:
    """The id and the name of the container are no inputs: the finished run stays where it is, with a note."""
    bench.declare(dataset(), job(), run("a", 0.0003))
    bench.apply(AUTO)
    trained, first = bench.id("FineTuningTask/faq-a"), bench.id("FineTuningJob/faq")
    bench.edit("FineTuningJob/faq", name="faq_renamed")
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {"FineTuningJob/faq": "replace"}
    assert trouble(result) == []
    assert bench.id("FineTuningTask/faq-a") == trained
    assert first in bench.objects("FineTuningJob")
    assert actions(bench.plan()) == {}


def test_numbers_compare_by_value(assisted: Bench) -> None:
    """3 and 3.0, 0.0003 and 3e-4 are the same number: nothing trains again because of a spelling."""
    same = run("a", 3e-4)
    config = {"epoch": 3.0, "learningRate": 3e-4, "maxSeqLen": 4096}
    assisted.declare(replace(same, attributes={**same.attributes, "hyperParameterConfig": config}))
    assert actions(assisted.plan()) == {}


def test_reordered_sets_and_keys_are_no_difference(assisted: Bench) -> None:
    """Labels are a set, and the keys of an object have no order."""
    assisted.edit(
        "PromptTemplate/faq-answer",
        labels=["faq", "support"],
        hyperParameters={"topP": 0.8, "temperature": 0.3},
    )
    spec = assisted.resources[Address.parse("FineTuningTask/faq-a")].attributes
    assisted.configure("FineTuningTask/faq-a", attributes=dict(reversed(spec.items())))
    assert actions(assisted.plan()) == {}


def test_an_attribute_taken_out_is_reset_where_there_is_a_reset_value(bench: Bench) -> None:
    """A removed temperature goes back to the console's default, and is no longer ours afterwards."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.edit("PromptTemplate/faq-answer", hyperParameters={"topP": 0.8}, labels=ABSENT)
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {"PromptTemplate/faq-answer": "update"}
    assert trouble(result) == []
    shown = bench.shown("PromptTemplate/faq-answer")
    assert shown["hyperParameters"] == {"temperature": 0.95, "topP": 0.8}
    assert shown["labels"] == []
    assert actions(bench.plan()) == {}
    bench.emulator.edit(bench.id("PromptTemplate/faq-answer"), "hyperParameters.temperature", 0.1)
    assert bench.plan().held_back == ()


def test_new_data_for_a_run_is_a_new_run(assisted: Bench) -> None:
    """A run that reads another version is another run."""
    old = assisted.resources[Address.parse("FineTuningTask/faq-a")].attributes
    config = old["datasetConfig"]
    assert isinstance(config, dict)
    assisted.edit(
        "FineTuningTask/faq-a",
        datasetConfig={**config, "versions": [{"versionId": ref("DatasetVersion/faq-spring")}]},
    )
    assert actions(assisted.plan()) == ONE_MORE_RUN


def test_a_renamed_resource_is_blocked_with_the_line_to_add(assisted: Bench) -> None:
    """A new metadata.name looks like an old object: nothing is made or deleted before the user says which."""
    _rename(assisted)
    plan = assisted.plan()
    assert actions(plan) == {
        "PromptTemplate/faq-answer": "blocked", "PromptTemplate/faq-reply": "blocked",
    }  # fmt: skip
    remedy = find(plan, "PromptTemplate/faq-reply").decision.remedy
    assert 'moved: {"PromptTemplate/faq-answer": "PromptTemplate/faq-reply"}' in remedy
    assert '"PromptTemplate/faq-answer": null' in remedy
    writes = assisted.writes()
    assert len(trouble(assisted.apply(WHOLE))) == 2
    assert assisted.writes() == writes


def test_a_renamed_run_is_recognised_by_its_inputs(assisted: Bench) -> None:
    """A run has no name in the console; equal inputs tell that it is the one that exists."""
    assisted.remove("Model/faq-b")
    assisted.remove("FineTuningTask/faq-b")
    assisted.declare(run("c", 0.0001))
    change = find(assisted.plan(), "FineTuningTask/faq-c")
    assert change.action is Action.BLOCKED
    assert 'moved: {"FineTuningTask/faq-b": "FineTuningTask/faq-c"}' in change.decision.remedy


def test_with_the_moved_line_a_rename_is_a_move_without_any_call(assisted: Bench) -> None:
    """The entry changes its address; the console is not told."""
    before, writes = assisted.id("PromptTemplate/faq-answer"), assisted.writes()
    _rename(assisted)
    _moved(assisted, "PromptTemplate/faq-answer", "PromptTemplate/faq-reply")
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {"PromptTemplate/faq-reply": "move"}
    assert trouble(result) == []
    assert assisted.writes() == writes
    assert assisted.id("PromptTemplate/faq-reply") == before
    assert Address.parse("PromptTemplate/faq-answer") not in assisted.state().entries
    assert actions(assisted.plan()) == {}


def test_a_moved_run_keeps_its_lineage_and_its_model(assisted: Bench) -> None:
    """Renaming a run and what refers to it trains nothing and replaces nothing."""
    assisted.remove("FineTuningTask/faq-a")
    assisted.declare(run("gold", 0.0003))
    assisted.edit("Model/faq-a", trainMeta={"taskId": ref("FineTuningTask/faq-gold")})
    _moved(assisted, "FineTuningTask/faq-a", "FineTuningTask/faq-gold")
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {"FineTuningTask/faq-gold": "move"}
    assert trouble(result) == []
    assert actions(assisted.plan()) == {}


def test_a_move_and_an_edit_go_together(assisted: Bench) -> None:
    """A renamed prompt whose text is edited too is one update of the same object."""
    before = assisted.id("PromptTemplate/faq-answer")
    _rename(assisted)
    assisted.edit("PromptTemplate/faq-reply", templateContent="Reply: {input}")
    _moved(assisted, "PromptTemplate/faq-answer", "PromptTemplate/faq-reply")
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {"PromptTemplate/faq-reply": "update"}
    assert trouble(result) == []
    assert assisted.id("PromptTemplate/faq-reply") == before
    assert actions(assisted.plan()) == {}


def test_moved_to_null_says_that_it_is_another_one(bench: Bench) -> None:
    """The old one is deleted and the new one made, as for any two resources that have nothing in common."""
    bench.emulator.configure(unique_template_names=False)
    bench.declare(template())
    bench.apply(AUTO)
    first = bench.id("PromptTemplate/faq-answer")
    _rename(bench)
    _moved(bench, "PromptTemplate/faq-answer", None)
    assert actions(bench.plan()) == {
        "PromptTemplate/faq-answer": "delete", "PromptTemplate/faq-reply": "create",
    }  # fmt: skip
    assert trouble(bench.apply(WHOLE)) == []
    assert first not in bench.objects("PromptTemplate")
    assert actions(bench.plan()) == {}


def test_a_new_resource_beside_the_others_touches_nothing_else(assisted: Bench) -> None:
    """One more run and model: two changes."""
    assisted.declare(run("c", 0.0005), model("c"))
    assert actions(assisted.plan()) == {"FineTuningTask/faq-c": "run", "Model/faq-c": "create"}


def test_the_verdicts_name_all_three_sides(assisted: Bench) -> None:
    """An intended change shows what was applied, what is there and what is wanted."""
    assisted.edit("PromptTemplate/faq-answer", hyperParameters={"temperature": 0.5, "topP": 0.8})
    change = find(assisted.plan(), "PromptTemplate/faq-answer")
    votes = [vote for vote in change.attributes if vote.verdict is Verdict.UPDATE]
    assert [(vote.path, vote.prior, vote.live, vote.desired) for vote in votes] == [
        ("hyperParameters.temperature", 0.3, 0.3, 0.5)
    ]


def test_an_update_of_one_setting_keeps_the_settings_of_others(bench: Bench) -> None:
    """The call takes the settings as one object; what is not ours goes with its live value."""
    bench.declare(template(hyperParameters={"temperature": 0.3}))
    bench.apply(AUTO)
    bench.emulator.edit(bench.id("PromptTemplate/faq-answer"), "hyperParameters.topP", 0.4)
    bench.edit("PromptTemplate/faq-answer", hyperParameters={"temperature": 0.5})
    assert trouble(bench.apply(AUTO)) == []
    shown = bench.shown("PromptTemplate/faq-answer")["hyperParameters"]
    assert shown == {"temperature": 0.5, "topP": 0.4}


def test_a_version_of_another_dataset_is_a_replacement(bench: Bench) -> None:
    """A version cannot move: a new one is made in the other dataset, the old one is kept."""
    bench.declare(dataset(), version())
    bench.apply(AUTO)
    old = bench.id("DatasetVersion/faq-spring")
    bench.declare(
        resource(
            "Dataset/faq-other",
            {"datasetName": "faq_other", "dataFormat": "PromptResponse", "storageType": "sysStorage"},
        )
    )
    bench.edit("DatasetVersion/faq-spring", datasetId=ref("Dataset/faq-other"))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {"Dataset/faq-other": "create", "DatasetVersion/faq-spring": "replace"}
    assert trouble(result) == []
    assert old in bench.objects("DatasetVersion")
    assert actions(bench.plan()) == {}


def _rename(bench: Bench) -> None:
    bench.remove("PromptTemplate/faq-answer")
    bench.declare(resource("PromptTemplate/faq-reply", template().attributes, lifecycle=Lifecycle()))


def _moved(bench: Bench, old: str, new: str | None) -> None:
    moved = {Address.parse(old): Address.parse(new) if new else None}
    bench.settings = replace(bench.settings, moved=moved)


def test_a_renamed_model_is_recognised_by_what_it_is_made_from(assisted: Bench) -> None:
    """A model has no name: the same run in the same set is the same model, under a new address."""
    old = assisted.resources[Address.parse("Model/faq-b")]
    assisted.remove("Model/faq-b")
    assisted.declare(replace(old, address=Address.parse("Model/faq-second")))
    plan = assisted.plan()
    assert actions(plan) == {"Model/faq-b": "blocked", "Model/faq-second": "blocked"}
    assert '"Model/faq-b": "Model/faq-second"' in find(plan, "Model/faq-second").decision.remedy
