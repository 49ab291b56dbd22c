"""A project as a command opens it: its files read and checked, its state store, and the words to type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qfops.cli.invocation import Invocation, process_variables
from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic, nearest
from qfops.core.errors import Refused, UsageError
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.settings import Settings
from qfops.kinds.registry import Registry

if TYPE_CHECKING:
    from qfops.reconcile.world import Desired
    from qfops.state import FileStore


@dataclass(frozen=True, slots=True)
class Project:
    """A project whose files have no errors; `selected` is what the PATH arguments declare (None: no PATH).

    `elsewhere` finds what each other environment declares.
    """

    root: Path
    prefix: str
    settings: Settings
    registry: Registry
    resources: Mapping[Address, Resource]
    selected: frozenset[Address] | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    elsewhere: Callable[[], tuple[frozenset[Address], ...]] = tuple

    def store(self) -> FileStore:
        """Where the state of this environment is kept."""
        from qfops.state import FileStore

        return FileStore(
            self.root,
            self.settings.project,
            self.settings.environment,
            self.registry,
            lease=self.settings.wait.lease,
        )

    def desired(self, options: PlanOptions, known: Collection[Address]) -> Desired:
        """What is wanted; UsageError for a target that neither a manifest nor state (`known`) knows."""
        from qfops.reconcile.world import Desired

        for address in options.targets:
            if address not in self.resources and address not in known:
                raise self.unknown(address, known)
        return Desired(self.resources, options.within(self.selected), elsewhere=self.elsewhere)

    def refuse_emptied(self, options: PlanOptions) -> None:
        """Refused where no manifest declares anything any more and the state holds objects: all would end.

        That is what `destroy` is for; here it is likelier a wrong folder, or files that are not read.
        """
        if self.resources or options.scope is not Scope.PROJECT or options.allow_large_change:
            return
        held = sum(entry.id is not None for entry in self.store().read().entries.values())
        if held:
            files = [item.summary for item in self.diagnostics if item.location is not None]
            resources = "1 resource" if held == 1 else f"{held} resources"
            raise Refused(
                f"no manifest declares anything, and the state holds {resources}",
                "\n".join(["All of that would end.", *files]),
                f"Look at `manifests` in qfops.yaml and at the folder; to end it all: {self.prefix} destroy",
            )

    def unknown(self, address: Address, known: Collection[Address] | None = None) -> UsageError:
        """The error for an address that nobody knows, with the nearest one."""
        names = {str(item) for item in (*self.resources, *(known or ()))}
        return UsageError(
            f"{address}: neither a manifest nor the state has this resource"
            if known is not None
            else f"{address}: no manifest declares this resource",
            remedy=nearest(str(address), sorted(names)) or _see(self.prefix, names),
        )


def _see(prefix: str, known: set[str]) -> str:
    shown = ", ".join(sorted(known)[:8])
    if not known:
        return "There is none yet."
    return f"There are {shown}{', …' if len(known) > 8 else ''}: {prefix} graph shows all."


def open_project(
    invocation: Invocation, paths: tuple[str, ...] = (), overlay: Mapping[str, str] | None = None
) -> Project:
    """Load the project, with the texts of `overlay` for its files; InputError with every error of these."""
    from qfops.kinds.registry import load
    from qfops.manifests import declared_elsewhere, load_project

    registry = load()
    loaded = load_project(
        invocation.root,
        environment=invocation.environment,
        variables=invocation.variables,
        env_variables=process_variables(),
        registry=registry,
        paths=tuple(Path(path) for path in paths),
        overlay=overlay,
    )
    return Project(
        invocation.root,
        invocation.prefix,
        loaded.settings,
        registry,
        loaded.resources,
        None if loaded.selected is None else frozenset(loaded.selected),
        tuple(loaded.diagnostics),
        partial(
            declared_elsewhere,
            invocation.root,
            environment=loaded.settings.environment,
            variables=invocation.variables,
            env_variables=process_variables(),
            registry=registry,
        ),
    )


def open_settings(invocation: Invocation) -> Project:
    """The project with its settings only: the state can be looked after whatever stands in the manifests."""
    from qfops.kinds.registry import load
    from qfops.manifests import load_settings

    settings = load_settings(
        invocation.root,
        environment=invocation.environment,
        variables=invocation.variables,
        env_variables=process_variables(),
    )
    return Project(invocation.root, invocation.prefix, settings, load(), {})
