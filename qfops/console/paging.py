"""Lists, read to their end.

A list that may be incomplete is an error and never a shorter list: what is absent from it would be taken for
deleted. Knows the shapes of pages and nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from qfops.core.values import JSON

Item = dict[str, JSON]
Fetch = Callable[[Mapping[str, JSON]], Awaitable[JSON]]

PAGE_SIZE = 100
"""What V2 lists allow at most; larger values count as this (console API, DescribeServices)."""


class IncompleteList(Exception):
    """The pages do not add up to a list; the text says why."""


async def collect(fetch: Fetch, body: Mapping[str, JSON], items: str) -> list[Item]:
    """All items of a list, by the style of paging that the fields of `body` ask for.

    `pageNo` or `offset` (with `pageSize`): counted pages of V1. `maxKeys` null: one answer with everything.
    Otherwise marker pages of `maxKeys` (100). `items` is the key of the array.
    """
    if "pageNo" in body or "offset" in body:
        return await _counted(fetch, body, items)
    if "maxKeys" in body and body["maxKeys"] is None:
        whole = await fetch({key: value for key, value in body.items() if key != "maxKeys"})
        return _items(whole, items)
    return await _marked(fetch, {"maxKeys": PAGE_SIZE, **body}, items)


async def _marked(fetch: Fetch, body: Mapping[str, JSON], items: str) -> list[Item]:
    found: list[Item] = []
    seen: set[str] = set()
    request = dict(body)
    while True:
        result = await fetch(request)
        page = _items(result, items)
        # Whether a page repeats the item that its marker names is not documented; ids make items unique.
        found.extend(page[1:] if page and found and page[0] == found[-1] else page)
        marker = _next_marker(result, len(page), request)
        if marker is None:
            return found
        if marker in seen:
            raise IncompleteList(f"the pages go round in a circle: marker {marker!r} came twice")
        seen.add(marker)
        request["marker"] = marker


def _next_marker(result: JSON, size: int, request: Mapping[str, JSON]) -> str | None:
    """Where the next page starts, or None after the last one."""
    info = result.get("pageInfo") if isinstance(result, dict) else None
    if not isinstance(info, dict):
        if size == request["maxKeys"]:
            raise IncompleteList(f"a full page of {size} without pageInfo: there may be more")
        return None
    marker = info.get("nextMarker") or ""
    if not info.get("isTruncated", bool(marker)):
        return None
    if not isinstance(marker, str) or not marker:
        raise IncompleteList("the page says that it is truncated, and not where the next one starts")
    return marker


async def _counted(fetch: Fetch, body: Mapping[str, JSON], items: str) -> list[Item]:
    counter = "pageNo" if "pageNo" in body else "offset"
    request = {"pageSize": PAGE_SIZE, **body}
    found: list[Item] = []
    while True:
        result = await fetch(request)
        page = _items(result, items)
        found.extend(page)
        total = result.get("total") if isinstance(result, dict) else None
        if not isinstance(total, int) or isinstance(total, bool):
            raise IncompleteList("the page does not say how many items there are (total)")
        if len(found) >= total:
            return found
        if not page:
            raise IncompleteList(f"the pages ended after {len(found)} of {total} items")
        position = request[counter]
        if not isinstance(position, int):
            raise IncompleteList(f"{counter} must be a number")
        request[counter] = position + (1 if counter == "pageNo" else len(page))


def _items(result: JSON, key: str) -> list[Item]:
    """The array of a page: under `key`, else the only array there is; null stands for an empty one.

    An empty array of another name is the list only where the answer is a page at all: nothing else says that
    it is this list that is empty.
    """
    if isinstance(result, list):
        array: JSON = result
    elif isinstance(result, dict) and key in result:
        array = result[key] if result[key] is not None else []
    elif isinstance(result, dict):
        arrays = [value for value in result.values() if isinstance(value, list)]
        array = arrays[0] if len(arrays) == 1 and (arrays[0] or "pageInfo" in result) else None
    else:
        array = None
    if not isinstance(array, list):
        raise IncompleteList(f"no list under {key!r}")
    page = [item for item in array if isinstance(item, dict)]
    if len(page) != len(array):
        raise IncompleteList(f"{key!r} holds something that is not an object")
    return page
