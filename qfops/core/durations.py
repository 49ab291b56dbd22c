"""Durations as users write them (a number and one unit), and the day that a moment falls on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float | None:
    """A duration such as `500ms`, `30s`, `72h` in seconds; None when it is none."""
    match = _DURATION.fullmatch(text)
    return float(match[1]) * _SECONDS[match[2]] if match else None


def utc_day(moment: float) -> date:
    """The day of a moment in seconds since 1970: in UTC, the one clock of all days, for everybody."""
    return datetime.fromtimestamp(moment, UTC).date()
