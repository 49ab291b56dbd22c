"""Lifts `{ref: …}` and `{file: …}` out of a spec, so that the rest is plain JSON for the schema.

Where a reference stands, the value holds a text until the schema has judged the rest; then `settle` puts the
reference there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from qfops.core.address import Location
from qfops.core.resource import Edge, Origin
from qfops.core.values import JSON, Reference, Value, child
from qfops.manifests import codes
from qfops.manifests.files import FileProblem
from qfops.manifests.positions import Reporter, attribute_path
from qfops.manifests.resources.references import ReferenceReader
from qfops.manifests.scalars import described
from qfops.manifests.variables.merging import SUBSTITUTES

Texts = Callable[[str, str], tuple[str, str]]
"""(file that names it, relative path) → (name of the text file, its text); FileProblem."""


class Lifting:
    """Lifts what stands in one spec: `edges` are the references found, `special` gets the origin of texts."""

    def __init__(
        self, reader: ReferenceReader, reporter: Reporter, special: dict[str, Origin], texts: Texts
    ) -> None:
        self._reader, self._reporter, self._special, self._texts = reader, reporter, special, texts
        self._pending: list[Callable[[], None]] = []
        self.edges: list[Edge] = []

    def mapping(self, value: Mapping[str, JSON], path: str) -> dict[str, Value]:
        """A copy of a mapping with everything below it lifted; `path` is that of the manifest."""
        result: dict[str, Value] = {}
        for key, item in value.items():
            lifted: Value = item
            if isinstance(item, (dict, list)):
                lifted = self._value(item, child(path, key))
                if isinstance(lifted, Reference):
                    self._pending.append(partial(result.__setitem__, key, lifted))
                    lifted = str(lifted.target)
            result[key] = lifted
        return result

    def settle(self) -> None:
        """Put every reference where its text stands."""
        for put in self._pending:
            put()

    def _list(self, value: list[JSON], path: str) -> list[Value]:
        result: list[Value] = []
        for index, item in enumerate(value):
            lifted: Value = item
            if isinstance(item, (dict, list)):
                lifted = self._value(item, f"{path}[{index}]")
                if isinstance(lifted, Reference):
                    self._pending.append(partial(result.__setitem__, index, lifted))
                    lifted = str(lifted.target)
            result.append(lifted)
        return result

    def _value(self, value: dict[str, JSON] | list[JSON], path: str) -> Value:
        if isinstance(value, list):
            return self._list(value, path)
        if SUBSTITUTES.isdisjoint(value):
            return self.mapping(value, path)
        if "ref" in value:
            return self._reference(value, path)
        if len(value) > 1:
            return self.mapping(value, path)
        if "file" in value:
            return self._text(value["file"], path)
        self._unsupported(next(iter(value)), path)
        return ""

    def _reference(self, value: Mapping[str, JSON], path: str) -> Value:
        reference = self._reader.read(value, path)
        if reference is None:
            self._reporter.reported.add(path)
            return ""
        self.edges.append(Edge(attribute_path(path), reference))
        return reference

    def _text(self, relative: JSON, path: str) -> str:
        if not isinstance(relative, str) or not relative:
            summary = f"file wants the path of a text, not {described(relative)}"
            self._reporter.error(codes.WRONG_TYPE, summary, path, remedy="Write {file: PATH}.")
            return ""
        try:
            name, text = self._texts(self._reporter.origin(path).location.file, relative)
        except FileProblem as problem:
            where = f", at {problem.location}" if problem.location else ""
            summary = f"{problem.summary}{where}"
            self._reporter.error(problem.code, summary, path, remedy=problem.remedy)
            return ""
        self._special[path] = Origin(Location(name, 1))
        return text

    def _unsupported(self, word: str, path: str) -> None:
        if word == "secret":
            summary, remedy = "{secret: …} stands only in state.url of qfops.yaml", "Remove it."
        else:
            summary, remedy = "{preset: …} is not supported by this version", "Write the value itself."
        self._reporter.error(codes.UNSUPPORTED, summary, path, remedy=remedy)
