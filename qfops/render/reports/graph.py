"""The graph of resources as Mermaid or DOT, with the planned actions as colours where there are any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qfops.core.address import Address
from qfops.core.plan.actions import Action

# Fill colours that stay readable in print; what ends is red, what is new is green, what costs is violet.
_FILLS = {
    Action.CREATE: "#d5f5d5",
    Action.ADOPT: "#d5f5d5",
    Action.UPDATE: "#fff2cc",
    Action.MOVE: "#fff2cc",
    Action.REPLACE: "#ffe0b3",
    Action.RETIRE: "#ffe0b3",
    Action.FORGET: "#ffe0b3",
    Action.RUN: "#e6d5f5",
    Action.WAIT: "#d5e8f5",
    Action.DELETE: "#f8cccc",
    Action.DEACTIVATE: "#f8cccc",
    Action.BLOCKED: "#f8cccc",
    Action.UNKNOWN: "#eeeeee",
}


def mermaid(edges: Mapping[Address, list[Address]], actions: Mapping[Address, Action] | None = None) -> str:
    """A Mermaid flowchart; `edges` maps each resource to what it depends on.

    Arrows point from what comes first to what needs it.
    """
    names = _names(edges)
    lines = ["flowchart LR"]
    lines += [f'  {name}["{_label(address, actions, "<br/>")}"]' for address, name in names.items()]
    lines += [f"  {names[before]} --> {names[after]}" for before, after in _arrows(edges)]
    for action, members in _by_action(names, actions or {}).items():
        css = action.replace("-", "_")
        lines.append(f"  classDef {css} fill:{_FILLS[action]}")
        lines.append(f"  class {','.join(members)} {css}")
    return "\n".join(lines) + "\n"


def dot(edges: Mapping[Address, list[Address]], actions: Mapping[Address, Action] | None = None) -> str:
    """A graph for Graphviz; `edges` as in `mermaid`."""
    names = _names(edges)
    lines = ["digraph qfops {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for address, name in names.items():
        fill = _FILLS.get((actions or {}).get(address, Action.NO_OP))
        color = f', style=filled, fillcolor="{fill}"' if fill else ""
        label = _label(address, actions, r"\n")
        lines.append(f'  {name} [label="{label}"{color}];')
    lines += [f"  {names[before]} -> {names[after]};" for before, after in _arrows(edges)]
    return "\n".join([*lines, "}"]) + "\n"


def _names(edges: Mapping[Address, list[Address]]) -> dict[Address, str]:
    """Every resource, also those that are only pointed to, sorted, with a short name for the drawing."""
    found = {*edges, *(target for targets in edges.values() for target in targets)}
    return {address: f"n{index}" for index, address in enumerate(sorted(found))}


def _arrows(edges: Mapping[Address, list[Address]]) -> Iterator[tuple[Address, Address]]:
    for address in sorted(edges):
        for target in sorted(set(edges[address])):
            yield target, address


def _label(address: Address, actions: Mapping[Address, Action] | None, newline: str) -> str:
    action = (actions or {}).get(address, Action.NO_OP)
    text = str(address).replace('"', "'")
    return text if action is Action.NO_OP else f"{text}{newline}{action}"


def _by_action(
    names: Mapping[Address, str], actions: Mapping[Address, Action]
) -> Mapping[Action, Iterable[str]]:
    found: dict[Action, list[str]] = {}
    for address, name in names.items():
        action = actions.get(address, Action.NO_OP)
        if action in _FILLS:
            found.setdefault(action, []).append(name)
    return found
