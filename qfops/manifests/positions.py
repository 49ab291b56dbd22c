"""Where every value was written, stored compactly: one integer a path, made into an Origin when asked for.

A large project holds hundreds of thousands of places and shows a handful of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from qfops.core.address import Address, Location
from qfops.core.diagnostics import Diagnostic
from qfops.core.paths import ancestors
from qfops.core.resource import Origin

COLUMN_BITS = 24
"""A mark is `line << COLUMN_BITS | column`, both from 0; files are far shorter than 2**24 columns."""

_COLUMNS = (1 << COLUMN_BITS) - 1
_Default = TypeVar("_Default")


def location_of(file: str, mark: int) -> Location:
    """The location that a mark stands for."""
    return Location(file, (mark >> COLUMN_BITS) + 1, (mark & _COLUMNS) + 1)


class Origins(Mapping[str, Origin]):
    """Paths of one manifest with their origins, in three layers of which the first that knows a path answers.

    `special` are values that variables, side files and `forEach` supplied; `marks` is what the file itself
    says, shared by all resources of a document; `below` is what `defaults` supplied, shared by a kind.
    """

    __slots__ = ("_below", "_file", "_marks", "_special")

    def __init__(
        self, file: str, marks: Mapping[str, int], special: Mapping[str, Origin], below: Mapping[str, Origin]
    ) -> None:
        self._file, self._marks, self._special, self._below = file, marks, special, below

    def __getitem__(self, path: str) -> Origin:
        found = self.get(path)
        if found is None:
            raise KeyError(path)
        return found

    def get(self, path: str, default: _Default | None = None) -> Origin | _Default | None:  # type: ignore[override]
        """The origin of a path, without raising for the many that have none of their own."""
        found = self._special.get(path)
        if found is not None:
            return found
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

    def __iter__(self) -> Iterator[str]:
        return iter({**self._marks, **self._below, **self._special})

    def __len__(self) -> int:
        return len({**self._marks, **self._below, **self._special})


def attribute_path(path: str) -> str:
    """The path below `spec` of a path of the manifest: `spec.a.b` → `a.b`."""
    return path.removeprefix("spec").removeprefix(".")


def nearest_origin(origins: Mapping[str, Origin], path: str) -> Origin | None:
    """The origin of a path, or of the nearest thing above it."""
    found = origins.get(path)
    if found is not None or not path:
        return found
    return next((item for above in ancestors(path) if (item := origins.get(above)) is not None), None)


@dataclass(slots=True)
class Reporter:
    """Reports what is wrong with one document or resource, with its file, line, column and address.

    `reported` are the paths with an error: what follows from the first one is not worth a second.
    """

    found: list[Diagnostic]
    origins: Origins
    start: Location
    address: Address | None = None
    reported: set[str] = field(default_factory=set)

    @property
    def failed(self) -> bool:
        """Whether there was any error."""
        return bool(self.reported)

    def origin(self, path: str) -> Origin:
        """Where the value at a path of the manifest comes from."""
        return nearest_origin(self.origins, path) or Origin(self.start)

    def error(
        self,
        code: str,
        summary: str,
        path: str = "",
        *,
        detail: str = "",
        remedy: str = "",
        written: bool = False,
    ) -> None:
        """Report an error at a path: where its value comes from, or (`written`) where the file writes it."""
        self.reported.add(path)
        origin = Origin(self.origins.written(path) or self.start) if written else self.origin(path)
        if origin.name:
            used = self.origins.written(path) or self.start
            used_at = "" if used == origin.location else f", used at {used}"
            detail = f"{detail} The value comes from the variable {origin.name}{used_at}.".strip()
        self.found.append(Diagnostic(code, summary, detail, remedy, self.address, path, origin.location))

    def warn(self, code: str, summary: str, path: str = "", *, detail: str = "", remedy: str = "") -> None:
        """Report a warning at a path of the manifest."""
        location = self.origin(path).location
        self.found.append(Diagnostic(code, summary, detail, remedy, self.address, path, location, "warning"))
