"""The settings of a run, from `qfops.yaml` after the environment's overrides. Times are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qfops.core.address import Address


class Secret:
    """A text that never shows itself: not in repr, not in str, not in a traceback's locals."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; called only where a signature is computed."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Console keys: the access key id is public, the secret key is not."""

    access_key: str
    secret_key: Secret


@dataclass(frozen=True, slots=True)
class WaitSettings:
    """How long things may take, in seconds; see the docs of `wait` in `qfops.yaml`."""

    initial: float = 1.0
    max: float = 30.0
    limit: float = 72 * 3600.0
    visibility: float = 60.0
    signature: int = 60
    lease: float = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares (0 to 1) of objects that may be missing or changed at once, and how many runs may start."""

    missing: float = 0.3
    change: float = 0.3
    runs: int = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """One environment's view of `qfops.yaml`.

    `environment` is "" where the project declares none. `endpoint` is a URL or `emulator`. `keys` is the
    prefix of the variables that hold the keys (`QIANFAN` by default). `adopt` names objects to take over by
    address; None: somebody has looked, and nothing in the console is to be taken over there. `allowed_files`
    are the private files that `{file: …}` may read (`files.allow`).
    """

    project: str
    environment: str = ""
    endpoint: str = "https://qianfan.baidubce.com"
    keys: str = "QIANFAN"
    wait: WaitSettings = WaitSettings()
    limits: Limits = Limits()
    adopt: Mapping[Address, str | None] = field(default_factory=dict)
    moved: Mapping[Address, Address | None] = field(default_factory=dict)
    forget: tuple[Address, ...] = ()
    allowed_files: tuple[str, ...] = ()
