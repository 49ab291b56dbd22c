"""Pages: read to the end in every style, and never a shorter list in place of an error."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from qfops.console.paging import IncompleteList, collect
from qfops.core.values import JSON


class Pages:
    """Answers in order, remembering what was asked."""

    def __init__(self, *results: Any) -> None:
        self.results = list(results)
        self.asked: list[dict[str, JSON]] = []

    async def __call__(self, request: Mapping[str, JSON]) -> JSON:
        self.asked.append(dict(request))
        assert len(self.asked) < 20, "the list is read for ever"
        result: JSON = self.results[min(len(self.asked), len(self.results)) - 1]
        return result


def page(names: str, marker: str | None = None, **info: Any) -> dict[str, Any]:
    following: dict[str, Any] = {"isTruncated": marker is not None, "maxKeys": 100, **info}
    if marker is not None:
        following["nextMarker"] = marker
    return {"jobList": [{"id": name} for name in names], "pageInfo": following}


def read(*results: Any, body: Mapping[str, JSON] | None = None) -> tuple[str, list[dict[str, JSON]]]:
    pages = Pages(*results)
    items = asyncio.run(collect(pages, body or {}, "jobList"))
    return "".join(str(item["id"]) for item in items), pages.asked


def test_markers_are_followed_to_the_end() -> None:
    names, asked = read(page("ab", "m1"), page("cd", "m2"), page("e"), body={"jobType": "x"})
    assert names == "abcde"
    assert asked == [
        {"maxKeys": 100, "jobType": "x"},
        {"maxKeys": 100, "jobType": "x", "marker": "m1"},
        {"maxKeys": 100, "jobType": "x", "marker": "m2"},
    ]


def test_an_item_that_the_next_page_repeats_counts_once() -> None:
    assert read(page("ab", "b"), page("bc"))[0] == "abc"


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    assert read(page("a", "m1"), page("", "m2"), page("b"))[0] == "ab"


@pytest.mark.parametrize(
    "last",
    [page("b", nextMarker=""), page("b", nextMarker="z"), {"jobList": [{"id": "b"}], "pageInfo": {}}],
    ids=["empty marker", "marker though not truncated", "nothing said"],
)
def test_the_end_is_what_is_not_truncated(last: Any) -> None:
    assert read(page("a", "m1"), last)[0] == "ab"


def test_a_marker_counts_where_truncation_is_not_mentioned() -> None:
    first = {"jobList": [{"id": "a"}], "pageInfo": {"nextMarker": "m1"}}
    assert read(first, page("b"))[0] == "ab"


def test_a_list_without_page_info_is_whole_unless_the_page_is_full() -> None:
    assert read({"jobList": [{"id": "a"}]})[0] == "a"
    with pytest.raises(IncompleteList, match="full page of 100 without pageInfo"):
        read({"jobList": [{"id": "a"}] * 100})


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ((page("a", "m1"), page("b", "m1")), "'m1' came twice"),
        ((page("a", "m1"), page("b", "m2"), page("c", "m1")), "'m1' came twice"),
        ((page("a", isTruncated=True),), "not where the next one starts"),
        ((page("a", isTruncated=True, nextMarker=""),), "not where the next one starts"),
        ((page("a", "m1"), page("b", isTruncated=True, nextMarker=7)), "not where the next one starts"),
        (({"pageInfo": {"isTruncated": False}},), "no list under 'jobList'"),
        (({"a": [], "b": [], "pageInfo": {}},), "no list under 'jobList'"),
        (({"warnings": []},), "no list under 'jobList'"),
        (({},), "no list under 'jobList'"),
        (({"jobList": {"id": 1}},), "no list under 'jobList'"),
        ((None,), "no list under 'jobList'"),
        (("text",), "no list under 'jobList'"),
        (({"jobList": [{"id": 1}, "x"]},), "not an object"),
    ],
)
def test_what_does_not_add_up_to_a_list_is_refused(results: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(IncompleteList, match=reason):
        read(*results)


def test_the_only_array_stands_in_for_a_missing_key_and_null_for_an_empty_list() -> None:
    assert read({"items": [{"id": "a"}], "pageInfo": {"isTruncated": False}})[0] == "a"
    assert read({"jobList": None, "pageInfo": {"isTruncated": False}})[0] == ""
    assert read({"items": [], "pageInfo": {"isTruncated": False}})[0] == ""
    assert read([{"id": "a"}])[0] == "a"


def test_a_list_in_one_answer_is_asked_without_paging() -> None:
    assert read([{"id": "a"}] * 100, body={"maxKeys": None, "region": "bj"}) == (
        "a" * 100,
        [{"region": "bj"}],
    )


def test_numbered_pages() -> None:
    pages = [{"jobList": [{"id": name} for name in names], "total": 5} for names in ("ab", "cd", "e")]
    names, asked = read(*pages, body={"pageNo": 1, "pageSize": 2})
    assert names == "abcde"
    assert [request["pageNo"] for request in asked] == [1, 2, 3]
    assert "maxKeys" not in asked[0]


def test_offsets_follow_what_was_read() -> None:
    pages = [{"jobList": [{"id": name} for name in names], "total": 5} for names in ("abc", "d", "e")]
    names, asked = read(*pages, body={"offset": 0})
    assert names == "abcde"
    assert asked == [{"offset": number, "pageSize": 100} for number in (0, 3, 4)]


@pytest.mark.parametrize(
    ("results", "body", "reason"),
    [
        (({"jobList": [{"id": 1}], "total": 2}, {"jobList": [], "total": 2}), {"pageNo": 1}, "after 1 of 2"),
        (({"jobList": [{"id": 1}]},), {"pageNo": 1}, "how many"),
        (({"jobList": [{"id": 1}], "total": True},), {"offset": 0}, "how many"),
        (({"jobList": [{"id": 1}], "total": 2},), {"pageNo": "1"}, "pageNo must be a number"),
    ],
)
def test_counted_pages_that_do_not_add_up(
    results: tuple[Any, ...], body: dict[str, JSON], reason: str
) -> None:
    with pytest.raises(IncompleteList, match=reason):
        read(*results, body=body)
