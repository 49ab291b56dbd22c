"""What is told while a plan is carried out: one line of progress, one line of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from qfops.core.values import JSON

EventType = Literal["plan", "start", "progress", "done", "failed", "skipped", "summary"]


@dataclass(frozen=True, slots=True)
class Event:
    """`time` in seconds since 1970; `step` is the id of a step, or of the old object that an end is about."""

    time: float
    type: EventType
    address: str = ""
    action: str = ""
    step: str = ""
    message: str = ""
    data: Mapping[str, JSON] = field(default_factory=dict)
