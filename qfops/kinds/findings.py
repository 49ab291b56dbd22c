"""What a hook of a descriptor has to say: a manifest that cannot be right, or a call not to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """The path, what is wrong, what to do; a warning says what may be refused and need not be."""

    path: str
    summary: str
    remedy: str = ""
    severity: Literal["error", "warning"] = "error"
