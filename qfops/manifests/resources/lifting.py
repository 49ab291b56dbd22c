"""Lifts `{ref: …}` and `{file: …}` out of a spec: what is left is plain JSON for the schema.

A text stands where it belongs at once. A reference leaves the text of its address, which any path that takes
references accepts, and an edge; `with_references` puts it there once the schema has judged the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qfops.core.address import Location
from qfops.core.paths import put, top
from qfops.core.resource import Edge, Origin
from qfops.core.values import JSON, Value, child
from qfops.manifests import codes
from qfops.manifests.files import FileProblem
from qfops.manifests.positions import attribute_path
from qfops.manifests.reporter import Reporter
from qfops.manifests.resources.references import ReferenceReader
from qfops.manifests.scalars import described
from qfops.manifests.variables.merging import SUBSTITUTES

Texts = Callable[[str, str], tuple[str, str]]
"""(file that names it, relative path) → (name of the text file, its text); FileProblem."""


def with_references(attributes: dict[str, JSON], edges: Sequence[Edge]) -> dict[str, Value]:
    """The attributes with every reference at its path."""
    result: dict[str, Value] = dict(attributes)
    for name in {top(edge.path) for edge in edges}:
        result[name] = _copied(attributes[name])
    for edge in edges:
        put(result, edge.path, edge.reference)
    return result


def _copied(value: JSON) -> Value:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


class Lifting:
    """Lifts what stands in one spec: `edges` are the references, `origins` says where the texts come from."""

    def __init__(self, reader: ReferenceReader, reporter: Reporter, texts: Texts) -> None:
        self._reader, self._reporter, self._texts = reader, reporter, texts
        self.edges: list[Edge] = []
        self.origins: dict[str, Origin] = {}

    def mapping(self, value: Mapping[str, JSON], path: str) -> dict[str, JSON]:
        """A copy of a mapping with everything below it lifted; `path` is that of the manifest."""
        return {
            key: self._value(item, child(path, key)) if isinstance(item, (dict, list)) else item
            for key, item in value.items()
        }

    def _value(self, value: JSON, path: str) -> JSON:
        if isinstance(value, list):
            return [self._value(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if "ref" in value:
            return self._reference(value, path)
        if len(value) > 1 or SUBSTITUTES.isdisjoint(value):
            return self.mapping(value, path)
        if "file" in value:
            return self._text(value["file"], path)
        self._unsupported(next(iter(value)), path)
        return ""

    def _reference(self, value: Mapping[str, JSON], path: str) -> str:
        reference = self._reader.read(value, path)
        if reference is None:
            self._reporter.reported.add(path)  # the schema has nothing to say about what is missing
            return ""
        self.edges.append(Edge(attribute_path(path), reference))
        return str(reference.target)

    def _text(self, relative: JSON, path: str) -> str:
        if not isinstance(relative, str) or not relative:
            summary = f"file wants the path of a text, not {described(relative)}"
            self._reporter.error(codes.WRONG_TYPE, summary, path, remedy="Write {file: PATH}.")
            return ""
        try:
            name, text = self._texts(self._reporter.origins.nearest(path).location.file, relative)
        except FileProblem as problem:
            where = f", at {problem.location}" if problem.location else ""
            summary = f"{problem.summary}{where}"
            self._reporter.error(problem.code, summary, path, remedy=problem.remedy)
            return ""
        self.origins[path] = Origin(Location(name, 1))
        return text

    def _unsupported(self, word: str, path: str) -> None:
        if word == "secret":
            summary, remedy = "{secret: …} stands only in state.url of qfops.yaml", "Remove it."
        else:
            summary, remedy = "{preset: …} is not supported by this version", "Write the value itself."
        self._reporter.error(codes.UNSUPPORTED, summary, path, remedy=remedy)
