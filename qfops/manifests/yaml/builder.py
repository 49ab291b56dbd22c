"""Events of the YAML parser to JSON values, keeping the mark of every path.

Takes JSON's types only; refuses duplicate keys, tags, merge keys, keys that are no texts, and whatever would
grow without bound. The parser's own composer is not used: it recurses in C and dies of deep nesting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from qfops.core.address import Location
from qfops.core.diagnostics import Diagnostic
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.positions import COLUMN_BITS, location_of
from qfops.manifests.scalars import NUMBER_START, WORDS, Numerals, is_number, literal, numeral, scalar
from qfops.manifests.yaml.events import (
    ALIAS,
    DOCUMENT,
    MAPPING,
    MAPPING_END,
    SCALAR,
    SEQUENCE,
    SEQUENCE_END,
    STREAM_END,
    YamlEvent,
    events,
)

_MAYBE_JSON = frozenset((*NUMBER_START, "n", "t", "f", ""))

DEPTH_LIMIT = 100
COPY_LIMIT = 100_000
TOO_DEEP = (f"more than {DEPTH_LIMIT} levels of nesting", "Write it flatter.")


PathCache: TypeAlias = dict[str, dict[str, str]]
"""Paths by parent and key, shared by all files: the manifests of a kind have the same paths.

Only of keys that need no quotes, so that a key that is found here needs no check.
"""


class GiveUp(Exception):
    """The rest of the file cannot be read; the reason has been reported."""


class _Anchor:
    """An anchored value; `done` is False until it has been read to its end."""

    __slots__ = ("done", "path", "value")

    def __init__(self, path: str) -> None:
        self.path, self.done = path, False
        self.value: JSON = None


@dataclass(slots=True)
class Document:
    """One YAML document: its value, the mark of every path, and whether any text in it holds `${`.

    `numerals` are the numbers that read otherwise than they are written (`1.10`), by path.
    """

    file: str
    value: JSON
    marks: dict[str, int]
    templated: bool
    numerals: Numerals = field(default_factory=dict)

    @property
    def start(self) -> Location:
        """Where the document's value begins."""
        return location_of(self.file, self.marks.get("", 0))


class Builder:
    """Builds the documents of one file; `line` is where the document at hand begins.

    `any_depth` asks for the slow parser, which leaves the limit of nesting to us. `diagnostics` is what is
    wrong so far.
    """

    def __init__(self, file: str, text: str, paths: PathCache, *, any_depth: bool) -> None:
        self._file, self._children = file, paths
        self.diagnostics: list[Diagnostic] = []
        self._text, self._any_depth = text, any_depth
        self._next: Callable[[], YamlEvent]
        self._marks: dict[str, int] = {}
        self._numerals: dict[str, str] = {}
        self._anchors: dict[str, _Anchor] = {}
        self._templated = False
        self._copied = 0
        self.line = 0

    def documents(self) -> Iterator[Document]:
        """The documents in order; YAMLError, or GiveUp after reporting."""
        self._next = events(self._text, any_depth=self._any_depth)
        while True:
            event = self._next()
            kind = type(event)
            if kind is STREAM_END:
                return
            if kind is not DOCUMENT:
                continue
            self.line = event.start_mark.line
            self._marks, self._numerals, self._anchors, self._templated = {}, {}, {}, False
            event = self._next()
            self._mark("", event)
            value = self._node(event, "", 0)
            if value is not None:
                yield Document(self._file, value, self._marks, self._templated, self._numerals)

    def _mark(self, path: str, event: YamlEvent) -> None:
        mark = event.start_mark
        self._marks[path] = mark.line << COLUMN_BITS | mark.column

    def _node(self, event: YamlEvent, path: str, depth: int) -> JSON:
        kind = type(event)
        if kind is SCALAR and event.tag is None and event.anchor is None:
            return self._scalar(event, path)
        if kind is ALIAS:
            return self._alias(event, path, depth)
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} is not supported", "Remove it.")
        if event.anchor is None:
            return self._untagged(event, path, depth)
        anchor = self._anchors[event.anchor] = _Anchor(path)
        anchor.value = self._untagged(event, path, depth)
        anchor.done = True
        return anchor.value

    def _untagged(self, event: YamlEvent, path: str, depth: int) -> JSON:
        kind = type(event)
        if kind is SCALAR:
            return self._scalar(event, path)
        if depth >= DEPTH_LIMIT:
            self._too_deep(event)
        return self._mapping(path, depth + 1) if kind is MAPPING else self._sequence(path, depth + 1)

    def _scalar(self, event: YamlEvent, path: str) -> JSON:
        text = event.value
        if "${" in text:
            self._templated = True
        elif not event.style and text[:1] in _MAYBE_JSON:
            try:
                value = scalar(text)
            except ValueError as error:
                self._error(codes.NUMBER, str(error), event, "Put it in quotes if it is a text.")
                return text
            if written := numeral(value, text):
                self._numerals[path] = written
            return value
        return text

    def _mapping(self, path: str, depth: int) -> dict[str, JSON]:
        result: dict[str, JSON] = {}
        following, marks = self._next, self._marks
        children = self._children.get(path)
        if children is None:
            children = self._children[path] = {}
        while True:
            event = following()
            kind = type(event)
            if kind is not SCALAR or event.tag is not None or event.anchor is not None:
                if kind is MAPPING_END:
                    return result
                self._odd_key(event, path, depth)
                continue
            key = event.value
            known = children.get(key)
            inner = known or child(path, key)
            if key in result:
                self._duplicate(key, inner, event, depth)
                continue
            if known is None:
                if _is_plain_text(key):
                    children[key] = inner
                else:
                    self._check_key(key, event)
            mark = event.start_mark
            marks[inner] = mark.line << COLUMN_BITS | mark.column
            result[key] = self._node(following(), inner, depth)

    def _sequence(self, path: str, depth: int) -> list[JSON]:
        result: list[JSON] = []
        following = self._next
        while True:
            event = following()
            if type(event) is SEQUENCE_END:
                return result
            inner = f"{path}[{len(result)}]"
            self._mark(inner, event)
            result.append(self._node(event, inner, depth))

    def _check_key(self, key: str, event: YamlEvent) -> None:
        if "${" in key:
            self._error(
                codes.BAD_KEY,
                f"the key {literal(key)} holds a substitution",
                event,
                "Keys are never substituted.",
            )
        elif event.style:
            return
        elif key == "<<":
            self._refuse(event, "the merge key << is not supported", "Write the keys out, or use `defaults`.")
        else:
            self._error(
                codes.BAD_KEY,
                f"the key {key or '(empty)'} is not a text",
                event,
                f'Put it in quotes: "{key}".',
            )

    def _odd_key(self, event: YamlEvent, path: str, depth: int) -> None:
        """Report a key that is no plain text, and read on behind its value."""
        if type(event) is SEQUENCE or type(event) is MAPPING:
            what, remedy = "a list or mapping cannot be a key", "Put it in quotes if it is a text."
        elif type(event) is ALIAS:
            what, remedy = f"the alias *{event.anchor} cannot be a key", "Put it in quotes if it is a text."
        else:
            what, remedy = "a key cannot have a tag or an anchor", "Remove it."
        self._error(codes.BAD_KEY, what, event, remedy)
        if type(event) is not ALIAS:
            self._skip(event, path, depth)
        self._skip(self._next(), path, depth)

    def _duplicate(self, key: str, path: str, event: YamlEvent, depth: int) -> None:
        first = location_of(self._file, self._marks[path])
        self._error(
            codes.DUPLICATE_KEY,
            f"the key {literal(key)} stands twice, first on line {first.line}",
            event,
            "Remove one of them.",
        )
        self._skip(self._next(), path, depth)

    def _skip(self, event: YamlEvent, path: str, depth: int) -> None:
        """Read a value whose place is taken, for its errors only."""
        (marks, self._marks), (numerals, self._numerals) = (self._marks, {}), (self._numerals, {})
        self._node(event, path, depth)
        self._marks, self._numerals = marks, numerals

    def _alias(self, event: YamlEvent, path: str, depth: int) -> JSON:
        name = event.anchor or ""
        anchor = self._anchors.get(name)
        if anchor is None:
            self._refuse(
                event, f"the alias *{name} has no anchor &{name}", "Put it in quotes if it is a text."
            )
            return None
        if not anchor.done:
            self._refuse(event, f"the alias *{name} stands inside its own anchor", "Write the value out.")
            return None
        return self._copy(anchor.value, anchor.path, path, depth, event)

    def _copy(self, value: JSON, source: str, path: str, depth: int, event: YamlEvent) -> JSON:
        """A copy of an anchored value; what lies inside keeps the place where it was written."""
        self._copied += 1
        if self._copied > COPY_LIMIT:
            self._give_up(event, f"aliases make more than {COPY_LIMIT} values", "Write fewer aliases.")
        if depth > DEPTH_LIMIT:
            self._too_deep(event)
        if isinstance(value, dict):
            pairs = ((key, child(source, key), child(path, key)) for key in value)
            return {key: self._copied_item(value[key], old, new, depth, event) for key, old, new in pairs}
        if isinstance(value, list):
            return [
                self._copied_item(item, f"{source}[{index}]", f"{path}[{index}]", depth, event)
                for index, item in enumerate(value)
            ]
        if source in self._numerals:
            self._numerals[path] = self._numerals[source]
        return value

    def _copied_item(self, value: JSON, source: str, path: str, depth: int, event: YamlEvent) -> JSON:
        self._marks[path] = self._marks.get(source, self._marks[""])
        return self._copy(value, source, path, depth + 1, event)

    def _error(self, code: str, summary: str, event: YamlEvent, remedy: str) -> None:
        mark = event.start_mark
        location = location_of(self._file, mark.line << COLUMN_BITS | mark.column)
        self.diagnostics.append(Diagnostic(code=code, summary=summary, remedy=remedy, location=location))

    def _refuse(self, event: YamlEvent, summary: str, remedy: str) -> None:
        self._error(codes.FEATURE, summary, event, remedy)

    def _too_deep(self, event: YamlEvent) -> NoReturn:
        self._give_up(event, *TOO_DEEP)

    def _give_up(self, event: YamlEvent, summary: str, remedy: str) -> NoReturn:
        self._error(codes.TOO_BIG, summary, event, remedy)
        raise GiveUp


def _is_plain_text(key: str) -> bool:
    """Whether a key is itself, in quotes and without."""
    return not (key in WORDS or key == "<<" or "${" in key or is_number(key))
