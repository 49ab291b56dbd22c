"""The events of the YAML parser, with types for what is read of them.

The C parser where PyYAML has it, else the one in Python, which gives the same events ten times slower. Only
the one in Python reads any depth: some versions of libyaml have a limit of their own, and meet it while they
look ahead, before they give the events of the levels that they have passed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    SafeLoader,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)

try:
    from yaml import CSafeLoader as Parser
except ImportError:  # PyYAML without libyaml
    Parser = SafeLoader  # type: ignore[assignment, misc]

DOCUMENT: type[object] = DocumentStartEvent
STREAM_END: type[object] = StreamEndEvent
SCALAR: type[object] = ScalarEvent
ALIAS: type[object] = AliasEvent
MAPPING: type[object] = MappingStartEvent
MAPPING_END: type[object] = MappingEndEvent
SEQUENCE: type[object] = SequenceStartEvent
SEQUENCE_END: type[object] = SequenceEndEvent


class YamlMark(Protocol):
    """A position as the parser gives it, counted from 0."""

    line: int
    column: int


class YamlEvent(Protocol):
    """What is read of the parser's events; which of these one has depends on its type."""

    start_mark: YamlMark
    tag: str | None
    anchor: str | None
    value: str
    style: str | None


def events(text: str, *, any_depth: bool) -> Callable[[], YamlEvent]:
    """A function that gives the next event of a YAML text; it raises yaml.YAMLError."""
    parser = SafeLoader if any_depth else Parser
    return cast("Callable[[], YamlEvent]", parser(text).get_event)


def is_depth_limit(error: YAMLError) -> bool:
    """Whether the parser gave up at its own limit of nesting; its versions word it differently."""
    return isinstance(error, MarkedYAMLError) and "nesting" in (error.problem or "")
