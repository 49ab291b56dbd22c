"""All kinds, found by looking and never listed by hand, with their schemas.

A kind is a module of `qfops.kinds.v1` or `v2` that holds `KIND`, plus `schemas/<version>/<Kind>.json`. All
are checked once per process; a mistake in a descriptor stops the program with every problem named.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

import qfops.kinds
from qfops.core.address import Address, KindKey
from qfops.core.diagnostics import nearest
from qfops.core.errors import QfopsError
from qfops.core.paths import top
from qfops.kinds.base import EXTRA, Kind
from qfops.kinds.check import Schema, problems, target_problems

SCHEMAS = Path(qfops.__file__).parent / "schemas"


class DescriptorError(Exception):
    """A kind contradicts its schema, another kind or itself: a mistake in qfops, never in a manifest."""

    def __init__(self, found: Iterable[str]) -> None:
        self.problems = list(found)
        super().__init__("the kinds are not consistent:\n  " + "\n  ".join(self.problems))


class Registry:
    """Kinds by (version, name), and their schemas."""

    def __init__(self, kinds: Iterable[Kind], schemas: Path = SCHEMAS) -> None:
        self.kinds: Mapping[KindKey, Kind] = {kind.key: kind for kind in sorted(kinds, key=_order)}
        self._folder = schemas
        self._schemas: dict[KindKey, Schema] = {}

    def get(self, wanted: Address | KindKey) -> Kind:
        """The kind of an address or key; QfopsError naming the nearest kind when there is none."""
        key = wanted.kind_key if isinstance(wanted, Address) else wanted
        kind = self.kinds.get(key)
        if kind is None:
            version, name = key
            raise QfopsError(
                f"qianfan/{version} has no kind {name!r}.",
                f"Known are {', '.join(self.names())}.",
                nearest(name, (known for _, known in self.kinds)),
            )
        return kind

    def names(self) -> list[str]:
        """Every kind as users write it before the slash of an address, sorted."""
        return [str(key) for key in self.kinds]

    def status_fields(self, key: KindKey) -> tuple[str, ...]:
        """The status fields of a kind, in its order; empty for a kind that there is not."""
        kind = self.kinds.get(key)
        return tuple(field.key for field in kind.readiness.fields) if kind is not None else ()

    def takes_reference(self, key: KindKey, path: str) -> bool:
        """Whether a reference may stand at a path of a kind's spec."""
        kind = self.kinds.get(key)
        return kind is not None and (top(path) == EXTRA or kind.ref_at(path) is not None)

    def schema(self, key: KindKey) -> Schema:
        """The JSON schema of the kind's spec, read once; DescriptorError when it cannot be read."""
        if key not in self._schemas:
            self._schemas[key] = self._read(key)
        return self._schemas[key]

    def _read(self, key: KindKey) -> Schema:
        version, name = key
        try:
            text = (self._folder / version / f"{name}.json").read_text(encoding="utf-8")
            return cast("Schema", json.loads(text))
        except (OSError, ValueError) as error:
            raise DescriptorError([f"{version}/{name}: its schema cannot be read: {error}"]) from error

    def verify(self) -> None:
        """Check every kind against its schema and its targets; DescriptorError with all problems."""
        found: list[str] = []
        for key, kind in self.kinds.items():
            found += problems(kind, self.schema(key))
            found += target_problems(kind, self.kinds)
        if found:
            raise DescriptorError(found)


def _order(kind: Kind) -> tuple[str, str]:
    return (kind.name, kind.version)


@cache
def load() -> Registry:
    """Every kind there is, checked; read once per process."""
    registry = Registry(discover())
    registry.verify()
    return registry


def discover() -> Iterator[Kind]:
    """The `KIND` of every module of the version packages; modules that start with `_` are their helpers."""
    for version in _modules(qfops.kinds.__path__, qfops.kinds.__name__):
        if not version.ispkg:
            continue
        package = import_module(version.name)
        for module in _modules(package.__path__, version.name):
            yield _kind_of(module.name)


def _modules(path: Iterable[str], package: str) -> Iterator[pkgutil.ModuleInfo]:
    for module in pkgutil.iter_modules(path, f"{package}."):
        if not module.name.rpartition(".")[2].startswith("_"):
            yield module


def _kind_of(module: str) -> Kind:
    kind = getattr(import_module(module), "KIND", None)
    if not isinstance(kind, Kind):
        raise DescriptorError([f"{module} holds no KIND; helpers start with an underscore"])
    if kind.version != module.split(".")[-2]:
        raise DescriptorError([f"{module} declares version {kind.version!r}"])
    return kind
