"""Where tests turn a status, given word by field, into the form that the program keeps; nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.observation import Status
from qfops.kinds.base import Kind


def kept_status(kind: Kind, words: Mapping[str, str]) -> Status:
    """The words of a status by their fields (`{runStatus: Done}`) as entries and live objects hold them."""
    unknown = sorted(words.keys() - {field.key for field in kind.readiness.fields})
    if unknown:
        raise ValueError(f"{kind.name} has no status field {', '.join(unknown)}")
    return dict(words)
