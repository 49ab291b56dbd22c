"""Where every value was written, stored compactly: one integer a path, made into an Origin when asked for.

A large project holds hundreds of thousands of places and shows a handful of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from qfops.core.address import Location
from qfops.core.paths import ancestors
from qfops.core.resource import Origin

COLUMN_BITS = 24
"""A mark is `line << COLUMN_BITS | column`, both from 0; files are far shorter than 2**24 columns."""

_COLUMNS = (1 << COLUMN_BITS) - 1
_NOTHING: Mapping[str, Origin] = MappingProxyType({})
_Default = TypeVar("_Default")


def location_of(file: str, mark: int) -> Location:
    """The location that a mark stands for."""
    return Location(file, (mark >> COLUMN_BITS) + 1, (mark & _COLUMNS) + 1)


class Origins(Mapping[str, Origin]):
    """Paths of one manifest with their origins, in three layers of which the first that knows a path answers.

    `supplied` are values that variables, side files and `forEach` put in; `marks` is what the file itself
    says, shared by all resources of a document; `below` is what `defaults` supplied, shared by a kind. Never
    changes; the layers must not either.
    """

    __slots__ = ("_below", "_file", "_marks", "_supplied")

    def __init__(
        self,
        file: str,
        marks: Mapping[str, int],
        supplied: Mapping[str, Origin] = _NOTHING,
        below: Mapping[str, Origin] = _NOTHING,
    ) -> None:
        self._file, self._marks, self._supplied, self._below = file, marks, supplied, below

    @property
    def start(self) -> Location:
        """Where the document begins."""
        return location_of(self._file, self._marks.get("", 0))

    def with_supplied(self, supplied: Mapping[str, Origin]) -> Origins:
        """The same with the origins of more values that were put in."""
        if not supplied:
            return self
        return Origins(self._file, self._marks, {**self._supplied, **supplied}, self._below)

    def __getitem__(self, path: str) -> Origin:
        origin = self.get(path)
        if origin is None:
            raise KeyError(path)
        return origin

    def get(self, path: str, default: _Default | None = None) -> Origin | _Default | None:  # type: ignore[override]
        """The origin of a path, without raising for the many that have none of their own."""
        origin = self._supplied.get(path)
        if origin is not None:
            return origin
        mark = self._marks.get(path)
        if mark is not None:
            return Origin(location_of(self._file, mark))
        return self._below.get(path, default)

    def written(self, path: str) -> Location | None:
        """Where the file itself writes a path, or the nearest thing above it, whoever supplied the value."""
        mark = self._marks.get(path)
        if mark is None and path:
            above = ancestors(path)
            mark = next((self._marks[name] for name in above if name in self._marks), None)
        return None if mark is None else location_of(self._file, mark)

    def nearest(self, path: str) -> Origin:
        """The origin of a path or of the nearest thing above it; the document's start where there is none."""
        return nearest_origin(self, path) or Origin(self.start)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._marks, **self._below, **self._supplied})

    def __len__(self) -> int:
        return len({**self._marks, **self._below, **self._supplied})


def attribute_path(path: str) -> str:
    """The path below `spec` of a path of the manifest: `spec.a.b` → `a.b`."""
    return path.removeprefix("spec").removeprefix(".")


def nearest_origin(origins: Mapping[str, Origin], path: str) -> Origin | None:
    """The origin of a path, or of the nearest thing above it."""
    origin = origins.get(path)
    if origin is not None or not path:
        return origin
    return next((item for above in ancestors(path) if (item := origins.get(above)) is not None), None)
