"""Names and places: the address of a resource and the location of a line in a file.

An address is what users, plans and state call a resource: `Kind/name`, or `v1/Kind/name` for `qianfan/v1`.
"""

from __future__ import annotations

import re
from functools import cache, total_ordering
from operator import attrgetter
from typing import ClassVar, NamedTuple, Self

DEFAULT_VERSION = "v2"
NAME_PATTERN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
NAME_LIMIT = 63
_ADDRESS = re.compile(r"(?:(v[0-9]+)/)?([A-Z][A-Za-z0-9]*)/([^/]+)")


class KindKey(NamedTuple):
    """What the registry files a kind under: API version (`v1`, `v2`) and name; users write `v1/Dataset`."""

    version: str
    name: str

    @classmethod
    def parse(cls, text: str) -> KindKey:
        """`Dataset` or `v1/Dataset`."""
        version, _, name = text.rpartition("/")
        return cls(version or DEFAULT_VERSION, name)

    def __str__(self) -> str:
        return self.name if self.version == DEFAULT_VERSION else f"{self.version}/{self.name}"


class ObjectKey(NamedTuple):
    """What identifies an object of the console: its kind and its id."""

    kind: KindKey
    id: str


class Location(NamedTuple):
    """A place in a file: `file` relative to the project folder, `line` and `column` counted from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


_kind_key = cache(KindKey)
"""One value for each kind, however many addresses name it."""


@total_ordering
class Address:
    """The name of a resource: API version (`v1`, `v2`), kind and name. Immutable, hashable, sortable.

    `kind_key` is what the registry files its kind under. There is one address of each name in a process, so
    that equality is identity: sets and maps of addresses stand behind all that is planned.
    """

    __slots__ = ("_order", "_text", "kind", "kind_key", "name", "version")
    _all: ClassVar[dict[tuple[str, str, str], Self]] = {}
    _order: tuple[str, str, str]
    _text: str
    version: str
    kind: str
    name: str
    kind_key: KindKey

    def __new__(cls, kind: str, name: str, version: str = DEFAULT_VERSION) -> Self:
        """The one address of this name."""
        order = (kind, name, version)
        found = cls._all.get(order)
        if found is not None:
            return found
        made = super().__new__(cls)
        made.version, made.kind, made.name = version, kind, name
        made.kind_key = _kind_key(version, kind)
        made._order, made._text = order, f"{made.kind_key}/{name}"
        return cls._all.setdefault(order, made)

    def __reduce__(self) -> tuple[type[Address], tuple[str, str, str]]:
        return Address, self._order

    @staticmethod
    def parse(text: str) -> Address:
        """Read `Kind/name` or `v1/Kind/name`; ValueError with a remedy for anything else."""
        return _parsed(text)

    def __lt__(self, other: Address) -> bool:
        return self._order < other._order

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"


@cache
def _parsed(text: str) -> Address:
    """Kept: an address stands in many references, and again in the state."""
    match = _ADDRESS.fullmatch(text)
    if match is None or not is_name(match[3]):
        raise ValueError(f"{text!r} is not an address; write Kind/name, for example Dataset/faq-train")
    return Address(match[2], match[3], match[1] or DEFAULT_VERSION)


by_address = attrgetter("_order")
"""The key of many addresses that are sorted: as fast as comparing tuples, and in the same order."""


def is_name(text: str) -> bool:
    """Whether `text` may be a `metadata.name`: lower-case letters, digits and inner hyphens, at most 63."""
    return len(text) <= NAME_LIMIT and NAME_PATTERN.fullmatch(text) is not None
