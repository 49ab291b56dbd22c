"""Lists: pages of one, both directions, markers, clamps, the visibility delay."""

from typing import Any

import pytest

from qfops.emulator import Emulator

from .speaking import Api, Clock, Refused


def names(api: Api, action: str, key: str, name: str, **body: object) -> list[list[str]]:
    """Return the pages of a list, each as the names in it."""
    pages: list[list[str]] = []
    marker = ""
    while True:
        result = api(action, marker=marker, **body)
        info: dict[str, Any] = result["pageInfo"]
        assert info["marker"] == marker
        pages.append([item[name] for item in result[key]])
        if not info["isTruncated"]:
            assert not info.get("nextMarker")
            return pages
        marker = info["nextMarker"]


def test_pages_of_one(api: Api) -> None:
    for name in "abc":
        api.dataset(name)
    assert names(api, "DescribeDatasets", "datasetList", "datasetName", maxKeys=1) == [["a"], ["b"], ["c"]]


def test_reverse(api: Api) -> None:
    for name in "abc":
        api.dataset(name)
    pages = names(api, "DescribeDatasets", "datasetList", "datasetName", maxKeys=2, pageReverse=True)
    assert pages == [["c", "b"], ["a"]]


def test_newest_first_where_the_console_says_so(api: Api) -> None:
    for name in ("j1", "j2", "j3"):
        api.job(name)
    assert names(api, "DescribeFineTuningJobs", "jobList", "name", maxKeys=2) == [["j3", "j2"], ["j1"]]
    pages = names(api, "DescribeFineTuningJobs", "jobList", "name", maxKeys=2, pageReverse=True)
    assert pages == [["j1", "j2"], ["j3"]]


def test_a_page_starts_at_its_marker_even_when_that_is_gone(api: Api) -> None:
    sets = [
        api("CreateCustomModelSet", modelSetName=name, modelType="Text2Text") for name in ("aa", "bb", "cc")
    ]
    result = api("DescribeCustomModelSets", marker=sets[1])
    assert [item["modelSetName"] for item in result["customModelSetList"]] == ["bb", "cc"]
    api("DeleteModelSet", modelSetId=sets[1])
    result = api("DescribeCustomModelSets", marker=sets[1])
    assert [item["modelSetName"] for item in result["customModelSetList"]] == ["cc"]


def test_unknown_marker(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        api("DescribeDatasets", marker="dg-nowhere")
    assert refused.value.code == (400, "InappropriateJSON")


def test_sizes(api: Api, emulator: Emulator) -> None:
    for number in range(101):
        api("CreatePromptLabel", name=[f"label {number}"])
    assert len(api("DescribePromptLabels")["items"]) == 10
    result = api("DescribePromptLabels", maxKeys=1000)
    assert len(result["items"]) == 100
    assert result["pageInfo"]["maxKeys"] == 100
    emulator.configure(page_size=3)
    assert len(api("DescribePromptLabels", maxKeys=1000)["items"]) == 3
    with pytest.raises(Refused):
        api("DescribePromptLabels", maxKeys=0)


def test_next_marker_is_empty_or_absent_by_area(api: Api) -> None:
    assert "nextMarker" not in api("DescribeDatasets")["pageInfo"]
    assert api("DescribePromptTemplates")["pageInfo"]["nextMarker"] == ""
    assert api("DescribeServices")["pageInfo"]["nextMarker"] == ""


def test_filters_fill_pages(api: Api) -> None:
    for number in range(6):
        api.dataset(f"{'even' if number % 2 == 0 else 'odd'}-{number}", "Text" if number % 3 else "Prompt")
    pages = names(
        api, "DescribeDatasets", "datasetList", "datasetName", maxKeys=2, filter={"datasetName": "even"}
    )
    assert pages == [["even-0", "even-2"], ["even-4"]]
    found = api("DescribeDatasets", filter={"dataFormatList": ["Prompt"]})["datasetList"]
    assert [item["datasetName"] for item in found] == ["even-0", "odd-3"]


def test_versions_are_listed_by_status(api: Api, clock: Clock) -> None:
    version = api.version(clock)
    dataset = api("DescribeDatasetVersion", versionId=version)["datasetId"]
    second = api("CreateDatasetVersion", datasetId=dataset, description="two")["versionId"]

    def found(**wanted: list[str]) -> list[str]:
        result = api("DescribeDatasetVersions", datasetId=dataset, filter=wanted)
        return [item["versionId"] for item in result["versionList"]]

    assert found() == [version, second]
    assert found(publishStatusList=["Published"]) == [version]
    assert found(importStatusList=["Created"]) == [second]


def test_a_new_object_is_late_in_lists_only(api: Api, clock: Clock, emulator: Emulator) -> None:
    emulator.configure(visibility=5)
    _, version = api.dataset("late")
    assert api("DescribeDatasets")["datasetList"] == []
    assert api("DescribeDatasetVersion", versionId=version)["datasetName"] == "late"
    clock.pass_(5)
    assert len(api("DescribeDatasets")["datasetList"]) == 1


def test_a_page_costs_the_same_among_many(api: Api, emulator: Emulator) -> None:
    """The statement behind a page reads one index in order: no scan of the table, no sorting."""
    statements: list[str] = []
    emulator._store._connection.set_trace_callback(statements.append)
    api("DescribeDatasets")
    emulator._store._connection.set_trace_callback(None)
    page = next(statement for statement in statements if "INDEXED BY" in statement)
    plan = emulator._store._connection.execute(f"EXPLAIN QUERY PLAN {page}").fetchall()
    assert [step[3] for step in plan] == ["SEARCH objects USING INDEX objects_by_kind (kind=?)"]
