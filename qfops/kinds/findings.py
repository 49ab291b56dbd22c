"""What a hook of a descriptor has to say: a manifest that cannot be right, or a call not to be sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The path, what is wrong, what to do."""

    path: str
    summary: str
    remedy: str = ""
