"""What narrows or changes a plan, and its way from a command line into a saved plan and back."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qfops.core.address import Address
from qfops.core.approval import REVERT_DRIFT

if TYPE_CHECKING:
    from qfops.planning.context import Flags


@dataclass(frozen=True, slots=True)
class Selection:
    """The options that the digest of a plan covers.

    `only_prune` is the command `prune`: nothing but the ends of retired objects.
    """

    paths: tuple[Path, ...] = ()
    targets: tuple[Address, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    retry_failed: bool = False
    prune: bool = False
    revert_drift: bool = False
    destroy: bool = False
    only_prune: bool = False

    def arguments(self) -> list[str]:
        """The words that make the same plan again; `destroy` and `prune` as commands say themselves."""
        words = [word for address in self.targets for word in ("--target", str(address))]
        words += [word for key, value in self.labels for word in ("-l", f"{key}={value}")]
        words += ["--retry-failed"] if self.retry_failed else []
        words += ["--prune"] if self.prune and not self.only_prune else []
        words += ["--allow", REVERT_DRIFT] if self.revert_drift else []
        return [*words, *(str(path) for path in self.paths)]

    @property
    def text(self) -> str:
        """The arguments as one would type them."""
        return shlex.join(self.arguments())

    def flags(self, declared: frozenset[Address] | None, *, allow_large_change: bool = False) -> Flags:
        """What planning is told; `declared` are the addresses of the selected files (None: all)."""
        from qfops.planning.context import Flags

        narrowed = declared is not None or bool(self.targets)
        return Flags(
            destroy=self.destroy,
            prune=self.prune or self.only_prune,
            only_prune=self.only_prune,
            retry_failed=self.retry_failed,
            revert_drift=self.revert_drift,
            allow_large_change=allow_large_change,
            targets=frozenset(self.targets) | (declared or frozenset()) if narrowed else None,
            labels=self.labels,
        )
