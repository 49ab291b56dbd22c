"""Paths into values, as users write them: `datasetConfig.versions[0].versionId`, `["a.b"].c`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from qfops.core.values import ABSENT, Marker, Slot, Value, child

Part = str | int
_PART = re.compile(r'\.?([^.\[\]"]+)|\[([0-9]+)\]|\["((?:[^"\\]|\\.)*)"\]')


@lru_cache(maxsize=4096)
def parse(path: str) -> tuple[Part, ...]:
    """The keys and indexes of `path`; ValueError where it is not one."""
    parts: list[Part] = []
    position = 0
    while position < len(path):
        match = _PART.match(path, position)
        if match is None:
            raise ValueError(f"{path!r} is not a path: unexpected {path[position]!r} at {position + 1}")
        key, index, quoted = match.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(key if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return tuple(parts)


def join(parts: Iterable[Part]) -> str:
    """The text of a path from its keys and indexes."""
    text = ""
    for part in parts:
        text = f"{text}[{part}]" if isinstance(part, int) else child(text, part)
    return text


def step(value: Value, part: Part) -> Slot:
    """What stands one key or index below `value`, or ABSENT."""
    if isinstance(part, str):
        return value.get(part, ABSENT) if isinstance(value, dict) else ABSENT
    return value[part] if isinstance(value, list) and part < len(value) else ABSENT


def get(value: Value, path: str) -> Slot:
    """What stands at `path`, or ABSENT."""
    for part in parse(path):
        found = step(value, part)
        if isinstance(found, Marker):
            return ABSENT
        value = found
    return value


def put(value: dict[str, Value], path: str, item: Value) -> None:
    """Set `path` in `value` in place, making the objects on the way; list items must exist already."""
    *parents, last = parse(path)
    here: Value = value
    for part in parents:
        if isinstance(part, int):
            if not isinstance(here, list):
                raise ValueError(f"{path}: no list before [{part}]")
            here = here[part]
        else:
            if not isinstance(here, dict):
                raise ValueError(f"{path}: no object before {part!r}")
            here = here.setdefault(part, {})
    if isinstance(last, int) and isinstance(here, list):  # noqa: SIM114 (mypy narrows one at a time)
        here[last] = item
    elif isinstance(last, str) and isinstance(here, dict):
        here[last] = item
    else:
        raise ValueError(f"{path}: does not fit the value")


def top(path: str) -> str:
    """The first key of a path: the attribute that it belongs to."""
    if path.startswith("["):
        part = parse(path)[0]
        return part if isinstance(part, str) else ""
    return path.partition(".")[0].partition("[")[0]


def pattern(path: str) -> str:
    """The path with every list index written `[*]`, as descriptors name it."""
    if "[" not in path:
        return path
    return "".join("[*]" if isinstance(part, int) else f".{join([part])}" for part in parse(path)).lstrip(".")


def ancestors(path: str) -> list[str]:
    """`path` and everything above it, the longest first: `a.b[0]`, `a.b`, `a`."""
    parts = parse(path)
    return [join(parts[:length]) for length in range(len(parts), 0, -1)]
