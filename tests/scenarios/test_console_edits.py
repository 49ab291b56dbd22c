"""Somebody works in the console: what is left alone, what is planned again, what is blocked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions
from qfops.core.resource import Ignore, Lifecycle
from qfops.planning.policy import Approval
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import dataset, deployed, imported, job, model_set, run, template, trained

PROMPT = "PromptTemplate/faq-answer"
RETRY = PlanOptions(retry_failed=True)


def test_an_edit_that_overwrites_a_console_edit_needs_the_whole_plan_approved(bench: Bench) -> None:
    """Both sides changed the text: --auto-approve alone refuses, an approval of the plan as shown does it."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "templateContent", "Console says: {input}")
    bench.edit(PROMPT, templateContent="Manifest says: {input}")
    plan, refused = bench.apply_plan(AUTO)
    vote = next(vote for vote in find(plan, PROMPT).attributes if vote.path == "templateContent")
    assert vote.overwrites
    assert "overwrites console edit" in vote.reason
    assert "--expect-digest" in trouble(refused)[0]
    assert bench.shown(PROMPT)["templateContent"] == "Console says: {input}"
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.shown(PROMPT)["templateContent"] == "Manifest says: {input}"
    assert actions(bench.plan()) == {}


def test_an_edit_beside_a_console_edit_leaves_it_alone(bench: Bench) -> None:
    """Another attribute is edited: that one is applied, the console's edit is held back."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.temperature", 0.9)
    bench.edit(PROMPT, templateContent="{input}!")
    result = bench.apply(AUTO)
    assert trouble(result) == []
    assert result.held_back == 1
    shown = bench.shown(PROMPT)
    assert shown["templateContent"] == "{input}!"
    assert shown["hyperParameters"] == {"temperature": 0.9, "topP": 0.8}
    assert [drift.attribute.path for drift in bench.plan().held_back] == ["hyperParameters.temperature"]


def test_an_edit_of_one_setting_leaves_the_console_edit_of_another_alone(bench: Bench) -> None:
    """The settings go out as one object; the one that the console edited keeps the console's value."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.temperature", 0.9)
    bench.edit(PROMPT, hyperParameters={"temperature": 0.3, "topP": 0.5})
    assert trouble(bench.apply(AUTO)) == []
    assert bench.shown(PROMPT)["hyperParameters"] == {"temperature": 0.9, "topP": 0.5}
    assert [drift.attribute.path for drift in bench.plan().held_back] == ["hyperParameters.temperature"]


def test_a_console_edit_taken_into_the_manifest_is_nothing_to_do(bench: Bench) -> None:
    """The manifest follows the console: no call, and the next apply notes it down."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "templateContent", "{input}?")
    bench.edit(PROMPT, templateContent="{input}?")
    writes = bench.writes()
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {}
    assert plan.held_back == ()
    assert trouble(result) == []
    assert bench.writes() == writes
    bench.emulator.edit(bench.id(PROMPT), "templateContent", "{input}.")
    assert [(drift.attribute.prior, drift.attribute.live) for drift in bench.plan().held_back] == [
        ("{input}?", "{input}.")
    ]


def test_a_console_edit_of_what_we_do_not_declare_is_not_ours(bench: Bench) -> None:
    """Only declared attributes are owned."""
    bench.declare(template(hyperParameters={"temperature": 0.3}))
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.topP", 0.1)
    plan = bench.plan()
    assert actions(plan) == {}
    assert plan.held_back == ()


def test_ignored_drift_is_silenced_until_its_date(bench: Bench) -> None:
    """lifecycle.ignore keeps quiet up to and including its day, and not a day longer."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.temperature", 0.9)
    today = datetime.fromtimestamp(bench.clock.now(), UTC).date()
    for until, ignored in ((None, True), (today + timedelta(1), True), (today - timedelta(1), False)):
        rule = Ignore("hyperParameters", "support experiments", until)
        bench.configure(PROMPT, lifecycle=Lifecycle(ignore=(rule,)))
        drift = bench.plan().held_back
        assert [item.ignored for item in drift] == [ignored]
        assert (drift[0].attribute.reason == "support experiments") is ignored


def test_ignored_drift_is_not_reverted_and_not_counted(bench: Bench) -> None:
    """What is ignored stays as it is even with --allow revert-drift."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.temperature", 0.9)
    bench.configure(PROMPT, lifecycle=Lifecycle(ignore=(Ignore("hyperParameters.temperature"),)))
    allowed = Approval(auto=True, allow=frozenset({"revert-drift"}))
    result = bench.apply(allowed, PlanOptions(revert_drift=True))
    assert trouble(result) == []
    assert result.held_back == 0
    settings = bench.shown(PROMPT)["hyperParameters"]
    assert isinstance(settings, dict)
    assert settings["temperature"] == 0.9


def test_ignore_does_not_hold_back_an_intended_edit(bench: Bench) -> None:
    """An edit of the manifest is applied, ignored path or not."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.configure(PROMPT, lifecycle=Lifecycle(ignore=(Ignore("hyperParameters.temperature"),)))
    bench.edit(PROMPT, hyperParameters={"temperature": 0.6, "topP": 0.8})
    assert trouble(bench.apply(AUTO)) == []
    settings = bench.shown(PROMPT)["hyperParameters"]
    assert isinstance(settings, dict)
    assert settings["temperature"] == 0.6


def test_what_is_held_back_stays_out_of_the_digest(bench: Bench) -> None:
    """Once drift is held back, its value may go on moving; what the plan touches may not."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.edit(PROMPT, templateContent="{input}!")
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.temperature", 0.9)
    before = bench.plan().digest
    bench.emulator.edit(bench.id(PROMPT), "hyperParameters.temperature", 0.8)
    assert bench.plan().digest == before
    bench.emulator.edit(bench.id(PROMPT), "templateContent", "{input}?")
    assert bench.plan().digest != before


def test_drift_of_what_a_plan_does_not_touch_leaves_its_digest_alone(bench: Bench) -> None:
    """A console edit elsewhere is no reason to review again."""
    bench.declare(template(), dataset())
    bench.apply(AUTO)
    bench.edit("Dataset/faq-train", datasetName="faq_other")
    before = bench.plan().digest
    bench.emulator.edit(bench.id(PROMPT), "templateContent", "{input}?")
    assert bench.plan().digest == before


def test_a_service_stopped_from_outside_is_replaced(bench: Bench) -> None:
    """No call starts it again: a new service in its place, the stopped one needs no further call."""
    bench.declare(*deployed())
    bench.apply(AUTO)
    old = bench.id("Service/faq")
    bench.call("/v2/service", "DeactivateService", {"serviceId": old})
    plan = bench.plan()
    assert actions(plan)["Service/faq"] == "replace"
    change = find(plan, "Service/faq")
    assert change.reason == "stopped from outside; no call starts it again"
    assert change.billable
    assert trouble(bench.apply(WHOLE)) == []
    assert bench.id("Service/faq") != old
    assert bench.shown("Service/faq")["runStatus"] == "Serving"
    assert actions(bench.plan()) == {}


def test_a_failed_run_is_blocked_and_made_again_on_request(bench: Bench) -> None:
    """A failed training is never repeated by itself; --retry-failed does it, and keeps the failed one."""
    bench.declare(*trained())
    bench.apply(AUTO)
    failed = bench.id("FineTuningTask/faq-a")
    bench.emulator.edit(failed, "runStatus", "Failed")
    plan = bench.plan()
    change = find(plan, "FineTuningTask/faq-a")
    assert change.action is Action.BLOCKED
    assert "--retry-failed" in change.decision.remedy
    again, result = bench.apply_plan(AUTO, RETRY)
    assert actions(again)["FineTuningTask/faq-a"] == "run"
    assert find(again, "FineTuningTask/faq-a").ends.keeps == (failed,)
    assert trouble(result) == []
    entry = bench.state().entries[find(again, "FineTuningTask/faq-a").address]
    assert [item.id for item in entry.retired] == [failed]
    assert actions(bench.plan()) == {}


def test_a_run_that_fails_on_its_first_try_says_why(bench: Bench) -> None:
    """The apply fails with the console's words, and what depends on the run is not attempted."""
    broken = dataset(**{"import": [{"files": ["bos:/acme/faq/part1.jsonl"]}]})
    bench.declare(broken, *trained()[1:])
    bench.edit("FineTuningJob/faq", name="mock_failed_task")
    found = trouble(bench.apply(AUTO))
    assert any(text.startswith("failed: FineTuningTask/faq-a: the console says Fail") for text in found)
    assert any(text.startswith("blocked by: Model/faq-a: FineTuningTask/faq-a") for text in found)
    plan = bench.plan()
    assert find(plan, "FineTuningTask/faq-a").action is Action.BLOCKED
    held = find(plan, "Model/faq-a")
    assert held.action is Action.BLOCKED
    assert held.reason.startswith("waits for FineTuningTask/faq-a: ")


def test_a_failed_run_with_other_inputs_is_a_new_run(bench: Bench) -> None:
    """Changing what it was made from is an answer to a failure, too."""
    bench.declare(dataset(), job(), run("a", 0.0003))
    bench.apply(AUTO)
    bench.emulator.edit(bench.id("FineTuningTask/faq-a"), "runStatus", "Failed")
    bench.declare(run("a", 0.0001))
    assert actions(bench.plan()) == {"FineTuningTask/faq-a": "run"}
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}


def test_a_failed_model_is_blocked_and_made_again_on_request(bench: Bench) -> None:
    """Weights that could not be read: blocked from then on, tried again with --retry-failed only."""
    bench.declare(model_set(), imported("broken"))
    assert any("the console says Fail" in text for text in trouble(bench.apply(AUTO)))
    failed = bench.id("Model/faq-broken")
    assert actions(bench.plan()) == {"Model/faq-broken": "blocked"}
    plan, _ = bench.apply_plan(AUTO, RETRY)
    assert actions(plan) == {"Model/faq-broken": "replace"}
    assert bench.id("Model/faq-broken") != failed
    entry = bench.state().entries[find(plan, "Model/faq-broken").address]
    assert [item.id for item in entry.retired] == [failed]


def test_a_failed_import_is_blocked_and_its_entry_may_be_edited(bench: Bench) -> None:
    """A wrong file name is corrected in place: only the corrected entry is imported, then it is published."""
    bench.declare(dataset(**{"import": [_rows("good"), _rows("broken")]}))
    found = trouble(bench.apply(AUTO))
    assert any("ImportFailed" in text for text in found)
    plan = bench.plan()
    assert actions(plan) == {"Dataset/faq-train": "blocked"}
    assert "--retry-failed" in find(plan, "Dataset/faq-train").decision.remedy
    bench.edit("Dataset/faq-train", **{"import": [_rows("good"), _rows("mended")]})
    before = len(bench.writes())
    assert actions(bench.plan()) == {"Dataset/faq-train": "update"}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes()[before:] == ["CreateImportTask", "PublishDatasetVersion"]
    assert actions(bench.plan()) == {}


def test_a_failed_import_is_repeated_on_request(bench: Bench) -> None:
    """The bucket was mended, the entry is the same: --retry-failed imports it once more."""
    bench.declare(dataset(**{"import": [_rows("good"), _rows("other")]}, publish=False))
    bench.apply(AUTO)
    entry = bench.state().entries[next(iter(bench.resources))]
    bench.emulator.edit(str(entry.outputs["versionId"]), "importStatus", "ImportFailed")
    assert actions(bench.plan()) == {"Dataset/faq-train": "blocked"}
    before = len(bench.writes())
    bench.apply(AUTO, RETRY)
    assert bench.writes()[before:] == ["CreateImportTask"]


def _rows(name: str) -> dict[str, list[str]]:
    return {"files": [f"bos:/acme/faq/{name}.jsonl"]}
