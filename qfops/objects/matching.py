"""Search keys: what tells the object that a create made from all others in its scope."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.canonical import digest
from qfops.core.observation import LiveObject
from qfops.core.paths import get
from qfops.core.values import JSON, Marker, Value, same
from qfops.kinds.base import Kind
from qfops.kinds.normalise import default_at, implied


def search_paths(kind: Kind) -> list[str]:
    """The attributes of a search key: the scope, then what must match."""
    return [*([kind.search.scope] if kind.search.scope else []), *kind.search.match]


def search_key(kind: Kind, attributes: Mapping[str, Value]) -> str:
    """A text that is equal for objects that nothing but their ids would tell apart."""
    return digest([_said(kind, attributes, path) for path in search_paths(kind)])


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
        if isinstance(get(dict(live.attributes), path), Marker):
            continue
        value, shown = _said(kind, planned, path), _said(kind, live.attributes, path)
        if not same(shown, value) and not (value is None and shown in _choices(kind, path)):
            return False
    return True


def leaves_open(kind: Kind, planned: Mapping[str, Value]) -> bool:
    """Whether the planned attributes leave a part of the search key for the console to choose."""
    return any(
        _said(kind, planned, path) is None and _choices(kind, path) != () for path in kind.search.match
    )


def _choices(kind: Kind, path: str) -> tuple[JSON, ...]:
    """What the console may fill in where a manifest is silent."""
    rule = kind.rules_by_path.get(path)
    return rule.server_default if rule is not None else ()


def _said(kind: Kind, attributes: Mapping[str, Value], path: str) -> Value:
    """What attributes say at a path; None where they say nothing, or what silence would say."""
    value = get(dict(attributes), path)
    if isinstance(value, Marker) or value == "" or implied(value, default_at(kind.form, path)):
        return None
    return value
