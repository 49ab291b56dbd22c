"""Datasets and their versions: rows are added, published once, and never taken back."""

from __future__ import annotations

import pytest

from qfops.core.plan.actions import Action
from qfops.core.values import ABSENT
from tests.support.bench import AUTO, Bench, actions, find, trouble
from tests.support.project import container, dataset, version

DATASET, SPRING = "Dataset/faq-train", "DatasetVersion/faq-spring"


def _import(*names: str) -> dict[str, list[dict[str, list[str]]]]:
    return {"import": [{"files": [f"bos:/acme/faq/{name}.jsonl"]} for name in names]}


def test_an_added_entry_is_imported_and_the_others_are_not(bench: Bench) -> None:
    """One more file: one import task, with that file only."""
    bench.declare(dataset(publish=False, **_import("part1")))
    bench.apply(AUTO)
    bench.edit(DATASET, **_import("part1", "part2", "part3"))
    before = len(bench.writes())
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {DATASET: "update"}
    assert trouble(result) == []
    assert bench.writes()[before:] == ["CreateImportTask"] * 2
    sent = [request.body["files"] for request in bench.emulator.requests(writes_only=True)[before:]]
    assert sent == [["bos:/acme/faq/part2.jsonl"], ["bos:/acme/faq/part3.jsonl"]]
    assert actions(bench.plan()) == {}


def test_an_added_entry_and_publish_go_in_order(bench: Bench) -> None:
    """Everything is imported before the version is published."""
    bench.declare(dataset(publish=False, **_import("part1")))
    bench.apply(AUTO)
    bench.edit(DATASET, publish=True, **_import("part1", "part2"))
    before = len(bench.writes())
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes()[before:] == ["CreateImportTask", "PublishDatasetVersion"]
    assert actions(bench.plan()) == {}


@pytest.mark.parametrize("names", [("part2",), ("part1", "other"), ()], ids=["taken out", "changed", "none"])
def test_rows_of_a_dataset_are_not_taken_back(names: tuple[str, ...], bench: Bench) -> None:
    """A removed or changed entry is blocked with the advice to add a DatasetVersion."""
    bench.declare(dataset(publish=False, **_import("part1", "part2")))
    bench.apply(AUTO)
    bench.edit(DATASET, **_import(*names))
    change = find(bench.plan(), DATASET)
    assert change.action is Action.BLOCKED
    assert "add a DatasetVersion" in change.reason


def test_a_published_dataset_takes_no_more_rows(bench: Bench) -> None:
    """Its own version is published: more rows are blocked with the advice to add a DatasetVersion."""
    bench.declare(dataset(**_import("part1")))
    bench.apply(AUTO)
    bench.edit(DATASET, **_import("part1", "part2"))
    writes = bench.writes()
    change = find(bench.plan(), DATASET)
    assert change.action is Action.BLOCKED
    assert "add a DatasetVersion" in change.reason
    bench.apply(AUTO)
    assert bench.writes() == writes


def test_publishing_has_no_way_back(bench: Bench) -> None:
    """publish: false after publishing is blocked, with the reason."""
    bench.declare(dataset())
    bench.apply(AUTO)
    for value in (False, ABSENT):
        bench.declare(dataset(publish=value))
        change = find(bench.plan(), DATASET)
        assert change.action is Action.BLOCKED
        assert "a published version cannot be withdrawn" in change.reason


@pytest.mark.parametrize("names", [("autumn",), ("spring", "autumn")], ids=["changed", "added"])
def test_a_published_version_with_edited_items_is_replaced(names: tuple[str, ...], bench: Bench) -> None:
    """A new version in the same dataset, with all its items; the old one is kept."""
    bench.declare(container(), version())
    bench.apply(AUTO)
    old = bench.id(SPRING)
    bench.edit(SPRING, **_import(*names))
    plan, result = bench.apply_plan(AUTO)
    assert actions(plan) == {SPRING: "replace"}
    assert find(plan, SPRING).ends.keeps == (old,)
    assert trouble(result) == []
    assert old in bench.objects("DatasetVersion")
    assert bench.shown(SPRING)["datasetId"] == bench.id(DATASET)
    assert actions(bench.plan()) == {}


def test_an_unpublished_version_takes_more_rows(bench: Bench) -> None:
    """Until it is published a version grows in place."""
    bench.declare(container(), version(publish=False))
    bench.apply(AUTO)
    old = bench.id(SPRING)
    bench.edit(SPRING, **_import("spring", "late"))
    assert actions(bench.plan()) == {SPRING: "update"}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.id(SPRING) == old
    assert actions(bench.plan()) == {}


def test_a_version_edited_back_is_linked_again(bench: Bench) -> None:
    """The old version holds exactly these rows: nothing is imported again."""
    bench.declare(container(), version())
    bench.apply(AUTO)
    old = bench.id(SPRING)
    bench.edit(SPRING, **_import("autumn"))
    bench.apply(AUTO)
    bench.edit(SPRING, **_import("spring"))
    before = len(bench.writes())
    assert actions(bench.plan()) == {SPRING: "adopt"}
    assert trouble(bench.apply(AUTO)) == []
    assert bench.writes()[before:] == []
    assert bench.id(SPRING) == old
    assert actions(bench.plan()) == {}


def test_a_dataset_without_its_own_version_may_miss_it(bench: Bench) -> None:
    """With neither import nor publish the first version is nobody's business."""
    bench.declare(container())
    bench.apply(AUTO)
    first = bench.objects("DatasetVersion")[0]
    bench.emulator.delete(first)
    assert actions(bench.plan()) == {}


def test_a_digest_of_the_files_is_ours_and_never_sent(bench: Bench) -> None:
    """The same path with other content: the digest makes the difference visible."""
    files = ["bos:/acme/faq/spring.jsonl"]
    bench.declare(container(), version(**{"import": [{"files": files, "digest": "sha256:1"}]}))
    bench.apply(AUTO)
    sent = [r.body for r in bench.emulator.requests(writes_only=True) if r.action == "CreateImportTask"]
    assert all("digest" not in body for body in sent)
    bench.edit(SPRING, **{"import": [{"files": files, "digest": "sha256:2"}]})
    assert actions(bench.plan()) == {SPRING: "replace"}
