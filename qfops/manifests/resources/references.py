"""One reference as it is written: is it allowed at its path, to that kind, and which output does it mean.

Whether the target is declared at all is a question for the whole project, and asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from qfops.core.address import Address
from qfops.core.diagnostics import nearest
from qfops.core.paths import pattern
from qfops.core.values import JSON, Reference, child
from qfops.manifests import codes
from qfops.manifests.positions import attribute_path
from qfops.manifests.problem import Problem
from qfops.manifests.reporter import Reporter
from qfops.manifests.resources.metadata import read_address
from qfops.manifests.scalars import described
from qfops.manifests.schema.kindviews import KindView, KindViews, label

_EXTRA = "spec.extra"
_KEYS = ("ref", "output")


class Accepted(NamedTuple):
    """The outputs of a target that stand at a path, and the one that is meant when none is named."""

    outputs: tuple[str, ...]
    default: str | None


class ReferenceReader:
    """Reads the references of one resource of a kind."""

    def __init__(self, view: KindView, views: KindViews, reporter: Reporter) -> None:
        self._view, self._views, self._reporter = view, views, reporter

    def read(self, value: Mapping[str, JSON], path: str) -> Reference | None:
        """The reference at a path, its output filled in; None after reporting what is wrong."""
        self._check_keys(value, path)
        text = value["ref"]
        if not isinstance(text, str):
            summary = f"ref wants an address, not {described(text)}"
            self._reporter.error(
                codes.WRONG_TYPE, summary, child(path, "ref"), remedy="Write {ref: Kind/name}."
            )
            return None
        target = read_address(text, child(path, "ref"), self._reporter)
        accepted = target and self._accepted(target, path)
        if not target or not accepted:
            return None
        output = self._output(target, value.get("output"), accepted, path)
        return Reference(target, output) if output else None

    def _check_keys(self, value: Mapping[str, JSON], path: str) -> None:
        for key in value:
            if key not in _KEYS:
                self._reporter.error(
                    codes.UNKNOWN_KEY,
                    f'unknown key "{key}" in a reference',
                    child(path, key),
                    detail="A reference is {ref: Kind/name} or {ref: Kind/name, output: NAME}.",
                    remedy=nearest(key, _KEYS) or "Remove it.",
                )

    def _accepted(self, target: Address, path: str) -> Accepted | None:
        view = self._views.find(target.kind_key)
        if view is None:
            self._reporter.add(unknown_kind(target, child(path, "ref"), self._views))
            return None
        if path.startswith(_EXTRA):
            ids = view.kind.id
            return Accepted(tuple(item.name for item in view.kind.outputs), ids[0] if len(ids) == 1 else None)
        allowed = self._view.targets.get(attribute_path(pattern(path)))
        if allowed is None:
            self._not_here(path)
            return None
        outputs = allowed.get(target.kind_key)
        if outputs is None:
            kinds = [label(key) for key in allowed]
            self._reporter.error(
                codes.WRONG_KIND,
                f"a {' or '.join(kinds)} is wanted here, not {target}",
                child(path, "ref"),
                remedy=f"Write {{ref: {kinds[0]}/NAME}}.",
            )
            return None
        return Accepted(outputs, outputs[0] if len(outputs) == 1 else None)

    def _not_here(self, path: str) -> None:
        known = ", ".join(self._view.targets)
        remedy = nearest(attribute_path(path), self._view.targets) or "Write the value itself."
        kind = self._view.kind.name
        detail = f"{kind} takes references at {known}." if known else f"{kind} takes no references."
        self._reporter.error(
            codes.NO_REFERENCE, "no reference is allowed here", path, detail=detail, remedy=remedy
        )

    def _output(self, target: Address, output: JSON, accepted: Accepted, path: str) -> str | None:
        names = ", ".join(accepted.outputs)
        if output is None:
            if accepted.default is None:
                self._reporter.error(
                    codes.WRONG_OUTPUT,
                    f"the reference must say which output of {target} it means",
                    path,
                    remedy=f"Write {{ref: {target}, output: …}} with one of {names}.",
                )
            return accepted.default
        if isinstance(output, str) and output in accepted.outputs:
            return output
        self._reporter.error(
            codes.WRONG_OUTPUT,
            f"{described(output)} is no output of {target} that stands here",
            child(path, "output"),
            detail=f"Allowed: {names}.",
            remedy=nearest(str(output), accepted.outputs),
        )
        return None


def unknown_kind(target: Address, path: str, views: KindViews) -> Problem:
    """The problem of an address whose kind does not exist."""
    return Problem(
        codes.UNKNOWN_KIND,
        f"{target} is of no known kind",
        path,
        detail=f"Known are {', '.join(views.names)}.",
        remedy=nearest(label(target.kind_key), views.names),
    )
