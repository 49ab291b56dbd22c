"""Objects that are gone, kinds that may not be read: missing, forbidden, could not tell.

Where an hour passes first, the list alone says that an object is gone. One that was made in the last minute
may not be in its list yet: it is read, and where no call reads it, it is unknown (`test_first_minute.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from qfops.console.client import Client
from qfops.core.errors import ApiError, ErrorClass, Refused
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.settings import Credentials, Secret
from qfops.core.values import JSON
from qfops.emulator.catalogue import ACTIONS
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import dataset, deployed, template

PROMPT = "PromptTemplate/faq-answer"


def test_a_missing_object_is_made_again(assisted: Bench) -> None:
    """Deleted in the console: created again, and nothing else changes."""
    gone = assisted.id(PROMPT)
    assisted.emulator.delete(gone)
    plan, result = assisted.apply_plan(AUTO)
    assert actions(plan) == {PROMPT: "create"}
    assert gone in find(plan, PROMPT).reason
    assert trouble(result) == []
    assert actions(assisted.plan()) == {}


def test_a_missing_run_is_blocked_and_names_the_ways_on(assisted: Bench) -> None:
    """Making it again costs money, so the user decides; what was made from it stays as it is."""
    assisted.emulator.delete(assisted.id("FineTuningTask/faq-a"))
    plan = assisted.plan()
    assert actions(plan)["FineTuningTask/faq-a"] == "blocked"
    assert find(plan, "Model/faq-a").action is Action.NO_OP
    assert find(plan, "Service/faq").action is Action.NO_OP
    remedy = find(plan, "FineTuningTask/faq-a").decision.remedy
    for way in ("--retry-failed", "adopt FineTuningTask/faq-a", "state rm FineTuningTask/faq-a"):
        assert way in remedy
    writes = assisted.writes()
    assisted.apply(WHOLE)
    assert assisted.writes() == writes


def test_a_missing_run_is_made_again_on_request(assisted: Bench) -> None:
    """--retry-failed trains once more, and its model and service follow."""
    assisted.emulator.delete(assisted.id("FineTuningTask/faq-a"))
    again = PlanOptions(retry_failed=True)
    assert actions(assisted.plan(again)) == {
        "FineTuningTask/faq-a": "run", "Model/faq-a": "replace", "Service/faq": "update",
    }  # fmt: skip
    assert trouble(assisted.apply(AUTO, again)) == []
    assert actions(assisted.plan()) == {}


def test_a_missing_dataset_that_feeds_a_run_is_blocked(assisted: Bench) -> None:
    """A new dataset would be another input and force runs; its finished runs stay, and so does the rest."""
    assisted.pass_time()
    assisted.emulator.delete(assisted.id("Dataset/faq-train"))
    change = find(assisted.plan(), "Dataset/faq-train")
    assert change.action is Action.BLOCKED
    assert "force runs that cost money" in change.reason
    assert "--retry-failed" in change.decision.remedy
    found = actions(assisted.plan())
    assert not {name for name, action in found.items() if action == "run"}
    assert "Model/faq-a" not in found


def test_a_missing_dataset_that_nothing_reads_is_made_again(bench: Bench) -> None:
    """Without a run there is nothing to protect."""
    bench.declare(dataset(), template())
    bench.apply(AUTO)
    bench.pass_time()
    bench.emulator.delete(bench.id("Dataset/faq-train"))
    assert actions(bench.plan()) == {"Dataset/faq-train": "create"}
    assert trouble(bench.apply(AUTO)) == []
    assert actions(bench.plan()) == {}


def test_when_everything_is_gone_it_is_likelier_the_wrong_account(bench: Bench) -> None:
    """All objects missing at once, however few: refused, with the advice to check keys and endpoint."""
    bench.declare(template())
    bench.apply(AUTO)
    bench.emulator.delete(bench.id(PROMPT))
    with pytest.raises(Refused, match="1 of 1 objects in state are gone") as caught:
        bench.plan()
    assert "Check the keys and the endpoint" in caught.value.remedy
    with pytest.raises(Refused):
        bench.apply(WHOLE)
    assert actions(bench.plan(PlanOptions(allow_large_change=True))) == {PROMPT: "create"}


def test_an_unusual_share_of_missing_objects_is_refused(assisted: Bench) -> None:
    """Five of ten are gone: stop before anything is made twice."""
    assisted.pass_time()
    for name in ("Dataset/faq-train", "DatasetVersion/faq-spring", PROMPT, "Model/faq-b", "Service/faq"):
        assisted.emulator.delete(assisted.id(name))
    with pytest.raises(Refused, match="5 of 10 objects"):
        assisted.plan()


def test_keys_of_another_account_change_nothing(assisted: Bench) -> None:
    """The same project with foreign keys sees none of its objects: refused, and nothing was made there."""
    assisted.pass_time()
    assisted.emulator.add_account("other")
    access, secret = assisted.emulator.add_key("other")
    assisted.credentials = Credentials(access, Secret(secret))
    writes = assisted.writes()
    with pytest.raises(Refused, match="10 of 10 objects"):
        assisted.apply(WHOLE)
    assert assisted.writes() == writes


def test_a_read_only_key_can_plan(assisted: Bench) -> None:
    """Planning needs no right to change anything: also with edits, and with objects to be deleted."""
    assisted.limit_key("Describe*")
    assert actions(assisted.plan()) == {}
    assisted.edit(PROMPT, templateContent="{input}!")
    assisted.remove("Service/faq")
    assert actions(assisted.plan()) == {PROMPT: "update", "Service/faq": "deactivate"}
    assert actions(assisted.plan(PlanOptions(scope=Scope.DESTROY)))


def test_a_read_only_key_cannot_apply_and_says_so(assisted: Bench) -> None:
    """The console refuses the write: reported with its action, and the state is as before."""
    assisted.limit_key("Describe*")
    before = assisted.state().entries
    assisted.edit(PROMPT, templateContent="{input}!")
    found = trouble(assisted.apply(AUTO))
    assert len(found) == 1
    assert "ModifyPromptTemplate answered 403" in found[0]
    assert assisted.state().entries == before


@pytest.mark.parametrize(
    ("denied", "unknown"),
    [
        (("DescribePromptTemplates", "DescribePromptTemplate"), {"PromptTemplate"}),
        (("DescribeServices", "DescribeService"), {"Service"}),
        (("DescribeFineTuningJobs",), {"FineTuningJob"}),
    ],
    ids=lambda value: "+".join(sorted(value)),
)
def test_what_may_not_be_read_is_unknown_for_that_kind_only(
    denied: tuple[str, ...], unknown: set[str], assisted: Bench
) -> None:
    """Forbidden is not missing: unknown with the reason, and everything else is planned as ever."""
    _without(assisted, *denied)
    plan = assisted.plan()
    assert not plan.complete
    found = {change.address.kind: change for change in plan.changes if change.action is Action.UNKNOWN}
    assert set(found) == unknown
    assert all("403" in change.reason for change in found.values())
    assert len(plan.changes) == 10
    assert set(actions(plan).values()) == {"unknown"}


def test_where_the_list_is_forbidden_the_details_answer(assisted: Bench) -> None:
    """What state knows by its id can be read one by one."""
    _without(assisted, "DescribePromptTemplates")
    assert actions(assisted.plan()) == {}


def test_dependents_of_what_may_not_be_read_are_held_back(bench: Bench) -> None:
    """A new service on a model whose kind cannot be read waits; an unrelated prompt is applied."""
    resources = deployed()
    bench.declare(*resources[:2])
    bench.apply(AUTO)
    bench.declare(resources[2], template())
    _without(bench, "DescribeCustomModelSets", "DescribeModel", "DescribeModelSet")
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {
        "ModelSet/faq": "unknown", "Model/faq-base": "unknown", "Service/faq": "unknown", PROMPT: "create",
    }  # fmt: skip
    assert find(plan, "Service/faq").reason.startswith("waits for Model")
    assert result.exit_code == 1
    assert len(bench.objects("PromptTemplate")) == 1 + _platform(bench)
    assert bench.objects("Service") == []


def test_what_cannot_be_told_is_unknown_and_not_missing(assisted: Bench) -> None:
    """The console fails at every look at a kind: nothing is made twice because of it."""
    assisted.console = lambda client: Ailing(client, {"DescribePromptTemplates", "DescribePromptTemplate"})
    writes = assisted.writes()
    plan, result = assisted.apply_plan(WHOLE)
    assert actions(plan) == {PROMPT: "unknown"}
    assert result.exit_code == 1
    assert assisted.writes() == writes
    assisted.console = lambda client: client
    assert actions(assisted.plan()) == {}


class Ailing:
    """A client whose looks at some things fail for good, as after the last attempt."""

    def __init__(self, client: Client, actions: set[str]) -> None:
        self._client, self._actions = client, actions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        self._check(route, action)
        return await self._client.read(route, action, body)

    async def pages(
        self, route: str, action: str, body: Mapping[str, JSON], *, items: str
    ) -> list[dict[str, JSON]]:
        self._check(route, action)
        return await self._client.pages(route, action, body, items=items)

    def _check(self, route: str, action: str) -> None:
        if action in self._actions:
            raise ApiError(
                "internal error", error_class=ErrorClass.UNKNOWN_OUTCOME, action=action, route=route,
                status=500, code="InternalError", attempts=8,
            )  # fmt: skip


def _without(bench: Bench, *denied: str) -> None:
    """A key that may do everything but these."""
    bench.limit_key(*{name for _, name in ACTIONS} - set(denied))


def _platform(bench: Bench) -> int:
    return sum(found["account"] != "embedded" for found in bench.emulator.objects("PromptTemplate"))
