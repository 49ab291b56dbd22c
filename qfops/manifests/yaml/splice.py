"""Small changes of a YAML text that leave all the rest of it, comments and spelling, as it is. Pure.

A key added to a mapping, an item put in front of a list, a value replaced: in block and in flow style, in any
document of a stream. Whoever uses it reads the result again before trusting it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

STEP = "  "
_ALIAS = re.compile(r"\s*:\s*\*[^\s,\[\]{}]+")


class CannotEdit(Exception):
    """A place that is not written in a way that can be changed safely; the text says why."""


class Splice(NamedTuple):
    """What stands between two places of a text gives way to other text."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with everything replaced; where two begin at one place, the first stands first."""
    from_the_start = sorted(splices, key=lambda item: item.start)
    for item in from_the_start[::-1]:
        text = text[: item.start] + item.text + text[item.end :]
    return text


def document(text: str, line: int) -> MappingNode:
    """The document of a stream that begins on a line (from 1); CannotEdit where there is none."""
    try:
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        raise CannotEdit("it is YAML of a kind that is only read, not edited") from None
    found = next((node for node in roots if node.start_mark.line + 1 == line), None)
    if not isinstance(found, MappingNode):
        raise CannotEdit(f"no document begins on line {line}")
    return found


def value_of(mapping: MappingNode, key: str) -> Node | None:
    """The value of a key; None where the mapping lacks it, CannotEdit where it is an alias."""
    pair = next((pair for pair in mapping.value if pair[0].value == key), None)
    if pair is None:
        return None
    if _is_alias(*pair):
        raise CannotEdit(f"{key} is an alias (*), which stands for what is written elsewhere")
    value: Node = pair[1]
    return value


def mapping_of(mapping: MappingNode, key: str) -> MappingNode | None:
    """The mapping at a key, as `value_of`."""
    value = value_of(mapping, key)
    if value is not None and not isinstance(value, MappingNode):
        raise CannotEdit(f"{key} is not written as a mapping")
    return value


def list_of(mapping: MappingNode, key: str) -> SequenceNode | None:
    """The list at a key, as `value_of`."""
    value = value_of(mapping, key)
    if value is not None and not isinstance(value, SequenceNode):
        raise CannotEdit(f"{key} is not written as a list")
    return value


def with_keys(text: str, mapping: MappingNode, flow: Sequence[str], block: Sequence[str]) -> Splice:
    """Keys added at the end of a mapping: `flow` are its parts there, `block` the lines in block style."""
    if mapping.flow_style:
        joined = ", ".join(flow)
        if not mapping.value:
            start = text.index("{", mapping.start_mark.index) + 1
            return Splice(start, start, joined)
        end = _content_end(text, mapping.value[-1][1], mapping.value[-1][0])
        return Splice(end, end, f", {joined}")
    indent = " " * mapping.value[0][0].start_mark.column
    return _lines(text, _content_end(text, mapping), [indent + line for line in block])


def with_first(text: str, items: SequenceNode, item: str) -> Splice:
    """An item in flow style put in front of a list."""
    if items.flow_style:
        start = text.index("[", items.start_mark.index) + 1
        return Splice(start, start, f"{item}, " if items.value else item)
    start = items.start_mark.index
    before = text[_line_start(text, start) : start]
    if text[start : start + 1] != "-" or before.strip(" "):
        raise CannotEdit("the list begins with something else than its first item")
    return Splice(start, start, f"- {item}{_ending(text, start)}{before}")


def with_value(mapping: MappingNode, key: str, new: str) -> Splice | None:
    """The value of a key replaced by one in flow style; None where the mapping lacks the key."""
    value = value_of(mapping, key)
    if value is None:
        return None
    one_line = isinstance(value, ScalarNode) and value.style not in ("|", ">")
    if not one_line and not getattr(value, "flow_style", False):
        raise CannotEdit(f"{key} is written over several lines")
    space = "" if value.start_mark.index != value.end_mark.index else " "
    return Splice(value.start_mark.index, value.end_mark.index, space + new)


def _is_alias(key: Node, value: Node) -> bool:
    """Whether a value stands elsewhere: an anchor is always written before its aliases."""
    return value.start_mark.index < key.start_mark.index


def _content_end(text: str, node: Node, key: Node | None = None) -> int:
    """Where the last thing that is written in a node ends, comments and blank lines behind it left out."""
    if key is not None and _is_alias(key, node):
        alias = _ALIAS.match(text, key.end_mark.index)
        return alias.end() if alias else key.end_mark.index
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        return _content_end(text, node.value[-1][1], node.value[-1][0])
    if isinstance(node, SequenceNode) and not node.flow_style and node.value:
        return _content_end(text, node.value[-1])
    return node.end_mark.index


def _lines(text: str, end: int, lines: Sequence[str]) -> Splice:
    """Whole lines put below the line that `end` stands on, with the line ends of the file."""
    ending = _ending(text, end)
    if end and text[end - 1] == "\n":  # behind a block scalar: the line is over already
        below = end
    else:
        newline = text.find("\n", end)
        below = len(text) if newline < 0 else newline + 1
    first = ending if below and text[below - 1] != "\n" else ""
    return Splice(below, below, first + "".join(line + ending for line in lines))


def _ending(text: str, place: int) -> str:
    """How lines end around a place."""
    newline = text.find("\n", _line_start(text, place))
    newline = text.rfind("\n", 0, place) if newline < 0 else newline
    return "\r\n" if newline > 0 and text[newline - 1] == "\r" else "\n"


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1
