"""Events of an apply: one JSON object a line (`schemas/event.json`), or one plain line on a pipe."""

from __future__ import annotations

from datetime import UTC, datetime

from qfops.core.plan.events import Event
from qfops.core.values import JSON
from qfops.render.layout import clean

_RESERVED = ("time", "type", "address", "action", "step", "message")


def event_json(event: Event) -> dict[str, JSON]:
    """`{time, type, address, action, step, message, …data}`; keys without a value are left out.

    ValueError when `data` would overwrite one of the fixed keys.
    """
    taken = [key for key in event.data if key in _RESERVED]
    if taken:
        raise ValueError(f"event data must not use the fixed keys {', '.join(taken)}")
    fixed: dict[str, JSON] = {"time": timestamp(event.time, "milliseconds"), "type": event.type}
    optional = {
        "address": event.address,
        "action": event.action,
        "step": event.step,
        "message": event.message,
    }
    return {**fixed, **{key: text for key, text in optional.items() if text}, **event.data}


def event_line(event: Event) -> str:
    """`2026-10-12T08:00:00Z start    FineTuningTask/faq-a run create: …`, always one line."""
    words = [timestamp(event.time, "seconds"), f"{event.type:<8}", event.address, event.action, event.step]
    head = " ".join(word for word in words if word).rstrip()
    return clean(f"{head}: {event.message}" if event.message else head)


def timestamp(seconds: float, precision: str) -> str:
    """Seconds since 1970 as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
