"""What is asked of a plan besides the manifests: its scope, what narrows it, what it may do again.

One value from the command line to the planner, into a saved plan and a stored approval, and back.
"""

from __future__ import annotations

import enum
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address
from qfops.core.values import JSON


class Scope(enum.StrEnum):
    """What a plan is about: the whole project, the end of everything, the end of retired objects only, or
    the adoption of one object."""

    PROJECT = "project"
    DESTROY = "destroy"
    PRUNE = "prune"
    ADOPT = "adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The options that change what would be done.

    `paths`, `targets` and `labels` narrow; `declared` are the addresses that the files of `paths` declare
    (None: no paths). `prune` ends retired objects beside the rest of the project.
    """

    scope: Scope = Scope.PROJECT
    paths: tuple[str, ...] = ()
    targets: tuple[Address, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    prune: bool = False
    retry_failed: bool = False
    revert_drift: bool = False
    allow_large_change: bool = False
    declared: frozenset[Address] | None = None

    @property
    def destroys(self) -> bool:
        """Whether everything is to end."""
        return self.scope is Scope.DESTROY

    @property
    def prunes(self) -> bool:
        """Whether retired objects are to end, alone or beside the rest."""
        return self.prune or self.scope is Scope.PRUNE

    @property
    def chosen(self) -> frozenset[Address] | None:
        """The addresses that paths and targets name; None: all."""
        if self.declared is None and not self.targets:
            return None
        return frozenset(self.targets) | (self.declared or frozenset())

    @property
    def narrows(self) -> bool:
        """Whether only a part may change."""
        return self.chosen is not None or bool(self.labels)

    def within(self, declared: frozenset[Address] | None) -> PlanOptions:
        """The options once it is known what the files of `paths` declare."""
        return replace(self, declared=declared)

    def arguments(self) -> list[str]:
        """The words that make the same plan again; a scope says itself by its command."""
        words = [word for address in self.targets for word in ("--target", str(address))]
        words += [word for key, value in self.labels for word in ("-l", f"{key}={value}")]
        words += ["--retry-failed"] if self.retry_failed else []
        words += ["--prune"] if self.prune else []
        words += ["--allow", "revert-drift"] if self.revert_drift else []
        return [*words, *self.paths]

    @property
    def text(self) -> str:
        """The arguments as one would type them."""
        return shlex.join(self.arguments())

    def to_json(self) -> dict[str, JSON]:
        """The options as saved plans and approvals keep them; `declared` follows from the files again."""
        return {
            "scope": str(self.scope),
            "paths": list(self.paths),
            "targets": [str(address) for address in self.targets],
            "labels": [[key, value] for key, value in self.labels],
            "prune": self.prune,
            "retryFailed": self.retry_failed,
            "revertDrift": self.revert_drift,
        }


KEYS = frozenset(PlanOptions().to_json())


def read_options(document: Mapping[str, JSON]) -> PlanOptions:
    """What `to_json` wrote; ValueError says what is wrong with anything else."""
    if document.keys() != KEYS:
        raise ValueError(f"options must have the keys {', '.join(sorted(KEYS))}")
    scope = document["scope"]
    if scope not in tuple(Scope):
        raise ValueError(f"options.scope must be one of {', '.join(Scope)}")
    return PlanOptions(
        scope=Scope(str(scope)),
        paths=tuple(_texts(document, "paths")),
        targets=tuple(Address.parse(text) for text in _texts(document, "targets")),
        labels=tuple(_pair(item) for item in _items(document, "labels")),
        prune=_switch(document, "prune"),
        retry_failed=_switch(document, "retryFailed"),
        revert_drift=_switch(document, "revertDrift"),
    )


def read_arguments(words: list[str], *, destroy: bool) -> PlanOptions:
    """The options from the words of a plan of format 1; ValueError for a word that no such plan has."""
    options = PlanOptions(scope=Scope.DESTROY if destroy else Scope.PROJECT)
    rest = iter(words)
    for word in rest:
        if word == "--target":
            options = replace(options, targets=(*options.targets, Address.parse(next(rest, ""))))
        elif word == "-l":
            key, _, value = next(rest, "").partition("=")
            options = replace(options, labels=(*options.labels, (key, value)))
        elif word == "--retry-failed":
            options = replace(options, retry_failed=True)
        elif word == "--prune":
            options = replace(options, prune=True)
        elif word == "--allow" and next(rest, "") == "revert-drift":
            options = replace(options, revert_drift=True)
        elif word.startswith("-"):
            raise ValueError(f"{word!r} is no option of a saved plan")
        else:
            options = replace(options, paths=(*options.paths, word))
    return options


def _switch(document: Mapping[str, JSON], key: str) -> bool:
    value = document[key]
    if not isinstance(value, bool):
        raise ValueError(f"options.{key} must be true or false")
    return value


def _items(document: Mapping[str, JSON], key: str) -> list[JSON]:
    value = document[key]
    if not isinstance(value, list):
        raise ValueError(f"options.{key} must be a list")
    return value


def _texts(document: Mapping[str, JSON], key: str) -> list[str]:
    texts = [item for item in _items(document, key) if isinstance(item, str)]
    if len(texts) != len(_items(document, key)):
        raise ValueError(f"options.{key} must be a list of texts")
    return texts


def _pair(item: JSON) -> tuple[str, str]:
    match item:
        case [str(key), str(value)]:
            return key, value
    raise ValueError("options.labels must be pairs of key and value")
