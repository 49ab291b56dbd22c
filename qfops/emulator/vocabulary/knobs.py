"""The settings of an emulated console: delays, limits, switches.

Values only, checked when set and kept in the store, so that every process on one file sees the same console.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace

DEFAULT_DURATIONS: Mapping[str, float] = {
    "import": 0.3,
    "publish": 0.3,
    "queue": 0.3,  # a training task waits this long before it runs
    "training": 3.0,
    "model": 0.5,
    "service": 1.0,
    "update": 0.5,  # ModifyService and ScaleService
    "deactivate": 0.5,
    "unit": 0.3,  # a compute unit, bought or released
}

ABSENCES = ("absent", "null")
"""How a member of a result is not shown; every one is optional, and the two mean the same."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """One consistent set of settings."""

    latency: float = 0.0
    durations: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_DURATIONS))
    rate_limit: float | None = None
    page_size: int | None = None
    visibility: float = 0.0
    strict_dataset_names: bool = False
    unique_template_names: bool = True
    record_requests: bool = True
    hidden: Mapping[str, str] = field(default_factory=dict)

    def changed(self, changes: Mapping[str, object]) -> "Knobs":
        """Return these settings with `changes`; durations merge, `None` lifts a limit."""
        names = {entry.name for entry in fields(self)}
        for name, value in changes.items():
            if name not in names:
                raise ValueError(f"there is no knob {name!r}; there are {', '.join(sorted(names))}, faults")
            _CHECKS[name](name, value)
        merged = dict(changes)
        if "durations" in merged:
            merged["durations"] = {**self.durations, **merged["durations"]}  # type: ignore[dict-item]
        return replace(self, **merged)  # type: ignore[arg-type]

    def to_json(self) -> str:
        """Return the text kept in the store."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Knobs":
        """Return the settings kept as `text`."""
        return cls(**json.loads(text))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _seconds(name: str, value: object) -> None:
    if not _is_number(value) or value < 0:  # type: ignore[operator]
        raise ValueError(f"{name} must be a number of seconds, not {value!r}")


def _limit(name: str, value: object) -> None:
    if value is not None and (not _is_number(value) or value <= 0):  # type: ignore[operator]
        raise ValueError(f"{name} must be a positive number or None, not {value!r}")


def _whole_limit(name: str, value: object) -> None:
    _limit(name, value)
    if value is not None and not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number or None, not {value!r}")


def _switch(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {value!r}")


def _hidden(name: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must map Action.field to {' or '.join(ABSENCES)}, not {value!r}")
    for key, how in value.items():
        if not re.fullmatch(r"[A-Za-z*]+\.[A-Za-z]+", str(key)) or how not in ABSENCES:
            raise ValueError(f"{name} maps Action.field to {' or '.join(ABSENCES)}, not {key!r} to {how!r}")


def _durations(name: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must map names to seconds, not {value!r}")
    for key, seconds in value.items():
        if key not in DEFAULT_DURATIONS:
            raise ValueError(f"there is no duration {key!r}; there are {', '.join(DEFAULT_DURATIONS)}")
        _seconds(f"durations.{key}", seconds)


_CHECKS = {
    "latency": _seconds,
    "durations": _durations,
    "rate_limit": _limit,
    "page_size": _whole_limit,
    "visibility": _seconds,
    "strict_dataset_names": _switch,
    "unique_template_names": _switch,
    "record_requests": _switch,
    "hidden": _hidden,
}
