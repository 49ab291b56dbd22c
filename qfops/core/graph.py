"""A generic directed graph: order, cycles, closure. Every walk is linear and its order is stated."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar


class Sortable(Protocol):
    """Anything hashable with an order."""

    def __lt__(self, other: Any, /) -> bool: ...
    def __hash__(self) -> int: ...


Node = TypeVar("Node", bound=Sortable)


def order(edges: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Every node after all it points to, ties by the nodes' own order; ValueError on a cycle.

    `edges` maps each node to what must come before it; targets that are no keys are left out.
    """
    waiting = {node: {target for target in targets if target in edges} for node, targets in edges.items()}
    followers: dict[Node, list[Node]] = {node: [] for node in edges}
    for node, targets in waiting.items():
        for target in targets:
            followers[target].append(node)
    ready = [node for node, targets in waiting.items() if not targets]
    heapq.heapify(ready)
    result: list[Node] = []
    while ready:
        node = heapq.heappop(ready)
        result.append(node)
        for follower in followers[node]:
            waiting[follower].discard(node)
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    if len(result) != len(edges):
        raise ValueError("the graph has a cycle")
    return result


def find_cycle(edges: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """One cycle as a path whose last node is its first again, or an empty list."""
    done: set[Node] = set()
    for start in sorted(edges):
        path: list[Node] = []
        index: dict[Node, int] = {}
        stack = [(start, iter(sorted(edges[start])))]
        if start in done:
            continue
        index[start] = 0
        path.append(start)
        while stack:
            node, targets = stack[-1]
            target = next((t for t in targets if t in edges and t not in done), None)
            if target is None:
                stack.pop()
                path.pop()
                del index[node]
                done.add(node)
            elif target in index:
                return [*path[index[target] :], target]
            else:
                index[target] = len(path)
                path.append(target)
                stack.append((target, iter(sorted(edges[target]))))
    return []


def closure(edges: Mapping[Node, Iterable[Node]], start: Iterable[Node]) -> set[Node]:
    """`start` and everything that can be reached from it."""
    found: set[Node] = set()
    stack = list(start)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(edges.get(node, ()))
    return found


def reverse(edges: Mapping[Node, Iterable[Node]]) -> dict[Node, list[Node]]:
    """The same edges the other way round."""
    result: dict[Node, list[Node]] = {node: [] for node in edges}
    for node, targets in edges.items():
        for target in targets:
            result.setdefault(target, []).append(node)
    return result
