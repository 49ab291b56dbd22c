"""Names that change hands: who gives one up comes first, and what cannot be is blocked while planning."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address
from qfops.core.plan.actions import Action
from qfops.core.resource import Lifecycle, Resource
from qfops.core.settings import Settings
from qfops.core.values import JSON
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import job, service, template


def prompt(key: str, name: str) -> Resource:
    made = template(templateName=name, templateContent=f"{key} {{input}}")
    return replace(made, address=Address("PromptTemplate", key))


def names(bench: Bench) -> dict[str, JSON]:
    return {key: bench.shown(f"PromptTemplate/{key}")["templateName"] for key in ("a", "b", "c")
            if f"PromptTemplate/{key}" in map(str, bench.state().entries)}  # fmt: skip


def applied(bench: Bench, *resources: Resource) -> Bench:
    bench.declare(*resources)
    assert trouble(bench.apply(AUTO)) == []
    bench.pass_time()
    return bench


def test_who_gives_a_name_up_comes_before_who_takes_it(bench: Bench) -> None:
    """A new template takes the name that another one leaves: no refusal, whatever their addresses are."""
    applied(bench, prompt("b", "one"))
    bench.declare(prompt("b", "two"), prompt("a", "one"))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {"PromptTemplate/a": "create", "PromptTemplate/b": "update"}
    assert trouble(result) == []
    assert names(bench) == {"a": "one", "b": "two"}


def test_a_row_of_names_is_passed_on_from_its_end(bench: Bench) -> None:
    applied(bench, prompt("a", "one"), prompt("b", "two"), prompt("c", "three"))
    bench.declare(prompt("a", "two"), prompt("b", "three"), prompt("c", "four"))
    assert trouble(bench.apply(AUTO)) == []
    assert names(bench) == {"a": "two", "b": "three", "c": "four"}
    assert actions(bench.plan()) == {}


def test_an_exchange_of_names_is_blocked_and_goes_by_a_third_name(bench: Bench) -> None:
    applied(bench, prompt("a", "one"), prompt("b", "two"), prompt("c", "three"))
    bench.declare(prompt("a", "two"), prompt("b", "one"))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {"PromptTemplate/a": "blocked", "PromptTemplate/b": "blocked"}
    assert "third spec.templateName" in find(plan, "PromptTemplate/a").decision.remedy
    assert bench.writes().count("ModifyPromptTemplate") == 0
    assert len(trouble(result)) == 2
    bench.declare(prompt("a", "for-now"))
    assert trouble(bench.apply(AUTO)) == []
    bench.declare(prompt("a", "two"))
    assert trouble(bench.apply(AUTO)) == []
    assert names(bench) == {"a": "two", "b": "one", "c": "three"}


def test_three_that_exchange_names_are_blocked_and_a_fourth_that_waits_for_one_too(bench: Bench) -> None:
    applied(bench, prompt("a", "one"), prompt("b", "two"), prompt("c", "three"))
    bench.declare(prompt("a", "two"), prompt("b", "three"), prompt("c", "one"))
    assert set(actions(bench.plan()).values()) == {"blocked"}
    assert len(actions(bench.plan())) == 3


def test_an_update_onto_the_name_of_a_stranger_is_blocked(bench: Bench) -> None:
    """Somebody made a template of that name in the console."""
    applied(bench, prompt("a", "one"))
    body = {"templateName": "taken", "templateContent": "x {y}", "variableIdentifier": "{}"}
    bench.call("/v2/promptTemplates", "CreatePromptTemplate", body)
    bench.declare(prompt("a", "taken"))
    change = find(bench.plan(), "PromptTemplate/a")
    assert change.action is Action.BLOCKED
    assert "is not managed here" in change.reason
    assert "change spec.templateName" in change.decision.remedy


def test_who_takes_a_name_that_its_owner_cannot_leave_is_blocked_too(bench: Bench) -> None:
    """b takes the name of a stranger and cannot; so the name of b is not free, for c."""
    applied(bench, prompt("b", "two"))
    body = {"templateName": "taken", "templateContent": "x {y}", "variableIdentifier": "{}"}
    bench.call("/v2/promptTemplates", "CreatePromptTemplate", body)
    bench.declare(prompt("b", "taken"), prompt("c", "two"))
    plan = bench.plan()
    assert actions(plan) == {"PromptTemplate/b": "blocked", "PromptTemplate/c": "blocked"}
    assert "PromptTemplate/b" in find(plan, "PromptTemplate/c").reason


def test_a_name_is_taken_after_its_owner_has_gone(bench: Bench) -> None:
    """The old job goes and another one of its name comes: first the one, then the other."""
    applied(bench, job())
    bench.remove("FineTuningJob/faq")
    other = replace(job(), address=Address("FineTuningJob", "another"))
    bench.declare(other)
    old = Address("FineTuningJob", "faq")
    bench.settings = replace(Settings("demo"), moved={old: None})
    plan, result = bench.apply_plan(WHOLE)
    assert actions(plan) == {"FineTuningJob/faq": "delete", "FineTuningJob/another": "create"}
    assert trouble(result) == []
    assert len(bench.objects("FineTuningJob")) == 1


def test_who_waits_for_an_end_that_nobody_allowed_is_blocked(bench: Bench) -> None:
    applied(bench, job())
    bench.remove("FineTuningJob/faq")
    bench.declare(replace(job(), address=Address("FineTuningJob", "another")))
    bench.settings = replace(Settings("demo"), moved={Address("FineTuningJob", "faq"): None})
    plan, _ = bench.apply_plan(AUTO)
    change = find(plan, "FineTuningJob/another")
    assert change.action is Action.BLOCKED
    assert "not approved" in change.reason
    assert bench.writes().count("CreateFineTuningJob") == 1


def test_a_kept_object_holds_its_name(bench: Bench) -> None:
    """The job was replaced under a new name and the old one kept: its name is not free."""
    applied(bench, job())
    bench.edit("FineTuningJob/faq", name="faq_lite", model="ERNIE-Lite-8K-0308")
    assert trouble(bench.apply(AUTO)) == []
    bench.declare(replace(job(), address=Address("FineTuningJob", "another")))
    change = find(bench.plan(), "FineTuningJob/another")
    assert change.action is Action.BLOCKED
    assert "qfops prune --target FineTuningJob/faq" in change.decision.remedy


def test_a_url_that_another_service_of_ours_holds_is_seen_while_planning(assisted: Bench) -> None:
    """The other one's manifest is gone, and it stays because it is protected."""
    assisted.configure("Service/faq", lifecycle=Lifecycle(protect=True))
    assert trouble(assisted.apply(AUTO)) == []
    assisted.remove("Service/faq")
    assisted.declare(replace(service(name="third"), address=Address("Service", "third")))
    change = find(assisted.plan(), "Service/third")
    assert change.action is Action.BLOCKED
    assert change.reason.startswith("Service/faq (svco-")
    assert "urlSuffix" in change.reason


def test_a_replacement_that_keeps_its_url_is_blocked(assisted: Bench) -> None:
    """A new name alone is not enough: the URL would be there twice."""
    assisted.edit("Service/faq", name="renamed")
    change = find(assisted.plan(), "Service/faq")
    assert change.action is Action.BLOCKED
    assert "spec.urlSuffix" in change.reason
    assert "remove the resource, apply, and add it again" in change.decision.remedy


def test_a_stopped_service_frees_its_names(assisted: Bench) -> None:
    """Removed, applied, added again: the way that is printed works."""
    held = assisted.resources[Address("Service", "faq")]
    assisted.remove("Service/faq")
    assert trouble(assisted.apply(WHOLE)) == []
    assisted.declare(replace(held, lifecycle=Lifecycle()))
    assert trouble(assisted.apply(AUTO)) == []
    assert actions(assisted.plan()) == {}
