"""Search keys: what tells the object that a create made from all others in its scope."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.canonical import digest
from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.values import ABSENT, JSON, Marker, Value, same
from qfops.kinds.base import Kind


def search_paths(kind: Kind) -> list[str]:
    """The attributes of a search key: the scope, then what must match."""
    return [*([kind.search.scope] if kind.search.scope else []), *kind.search.match]


def search_key(kind: Kind, attributes: Mapping[str, Value]) -> str:
    """A text that is equal for objects that nothing but their ids would tell apart."""
    values = [get(dict(attributes), path) for path in search_paths(kind)]
    return digest([None if isinstance(value, Marker) or value == "" else value for value in values])


def shows_search_key(kind: Kind, live: LiveObject) -> bool:
    """Whether an answer shows everything that a search compares."""
    return not any(isinstance(get(dict(live.attributes), path), Marker) for path in search_paths(kind))


def in_scope(kind: Kind, planned: Mapping[str, JSON], live: LiveObject) -> bool:
    """Whether an object lives where the planned one would.

    One that does not say so may, unless its list goes over all containers and names each one's own.
    """
    if not kind.search.scope:
        return True
    shown = get(dict(live.attributes), kind.search.scope)
    if isinstance(shown, Marker):
        return kind.listing is None or not kind.listing.each
    return same(shown, get(dict(planned), kind.search.scope))


def matches(kind: Kind, planned: Mapping[str, JSON], live: LiveObject) -> bool:
    """Whether an object could be what was planned; a path that no read shows counts as equal."""
    for path in kind.search.match:
        value, shown = get(dict(planned), path), get(dict(live.attributes), path)
        if isinstance(shown, Marker) or (value is ABSENT and shown in ("", None)):
            continue
        if not same(shown, value):
            return False
    return True
