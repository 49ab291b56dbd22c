"""A generic directed graph: order, cycles, closure. Every walk is linear and its order is stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar


class Sortable(Protocol):
    """Anything hashable with an order."""

    def __lt__(self, other: Any, /) -> bool: ...
    def __hash__(self) -> int: ...


Node = TypeVar("Node", bound=Sortable)


def order(edges: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Every node after all it points to, as early as its sorted place allows; ValueError on a cycle.

    `edges` maps each node to what must come before it; targets that are no keys are left out.
    """
    result: list[Node] = []
    done: set[Node] = set()
    opened: set[Node] = set()
    for start in sorted(edges):
        stack = [start]
        while stack:
            node = stack[-1]
            if node in done:
                stack.pop()
                continue
            waiting = [target for target in edges[node] if target in edges and target not in done]
            if not waiting:
                stack.pop()
                done.add(node)
                result.append(node)
                continue
            if node in opened:
                raise ValueError("the graph has a cycle")
            opened.add(node)
            stack.extend(sorted(waiting, reverse=True))
    return result


def find_cycle(edges: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """One cycle as a path whose last node is its first again, or an empty list; in the order of `edges`."""
    done: set[Node] = set()
    for start in edges:
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
