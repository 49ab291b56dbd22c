"""What the statuses of the console mean: how an object stands, and whether that can still change.

A field that an answer does not show, or shows as null, is not in a status: nothing follows from it. What an
object owes are its goals, one for each operation that made it what it is; a goal is told by any field of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from qfops.core.observation import LiveObject, Phase, Status
from qfops.core.values import Value
from qfops.kinds.base import Identity, Kind, StatusField

Until: TypeAlias = "Mapping[str, tuple[str, ...]]"
"""Status fields, and the words that each has to show."""


def phase_of(kind: Kind, status: Status) -> Phase:
    """The worst of what the shown fields say; READY where a kind, or an answer, shows no status."""
    return max(
        (field.phase(status[field.key]) for field in kind.readiness.fields if field.key in status),
        default=Phase.READY,
    )


def is_final(kind: Kind, status: Status) -> bool:
    """Whether a status cannot change any more by itself; a field that is not known may still move."""
    return all(status.get(field.key) in field.final for field in kind.readiness.fields)


def is_released(identity: Identity | None, status: Status) -> bool:
    """Whether an object in this status no longer holds an identity (a stopped service its name)."""
    return identity is not None and not set(identity.released).isdisjoint(status.values())


def told(status: Status, until: Until) -> bool:
    """Whether a field of `until` is shown at all."""
    return any(key in status for key in until)


def reached(status: Status, until: Until) -> bool:
    """Whether every shown field of `until` shows one of its words, and at least one is shown."""
    return told(status, until) and all(status[key] in words for key, words in until.items() if key in status)


def goals(kind: Kind, attributes: Mapping[str, Value]) -> Iterator[Until]:
    """What an object of these applied attributes has to show: for its creation, and for what came on top."""
    if kind.create.until:
        yield kind.create.until
    for rule in kind.outside_rules():
        if attributes.get(rule.path) and kind.operations[rule.by].until:
            yield kind.operations[rule.by].until


def untold(kind: Kind, attributes: Mapping[str, Value], status: Status) -> tuple[str, ...]:
    """The fields of the goals that nothing tells of: none of their fields is in `status`."""
    if len(status) == len(kind.readiness.fields):
        return ()
    hidden = (until for until in goals(kind, attributes) if not told(status, until))
    return tuple(dict.fromkeys(key for until in hidden for key in until))


def remembered(kind: Kind, attributes: Mapping[str, Value], shown: Status, known: Status) -> Status:
    """The words of `known`, what was shown last, that still stand for goals of which nothing is shown.

    A goal that was reached stays so. That something failed or stopped stays where it is final and cannot be
    asked for otherwise; that it was going says nothing about now.
    """
    hidden = untold(kind, attributes, shown)
    words: dict[str, str] = {}
    for until in goals(kind, attributes):
        for field in kind.readiness.fields:
            word = known.get(field.key)
            if word is None or field.key not in hidden or field.key not in until:
                continue
            if word in until[field.key] or (_ended(field, word) and field.proof is None):
                words[field.key] = word
    return words


def _ended(field: StatusField, word: str) -> bool:
    """Whether a word says that it is over and cannot come to anything any more."""
    return word in field.final and field.phase(word) in (Phase.FAILED, Phase.STOPPED)


def with_status(kind: Kind, live: LiveObject, words: Status) -> LiveObject:
    """The object with more status words: those that it shows itself come first."""
    known = {**words, **live.status}
    if known == live.status:
        return live
    status = {field.key: known[field.key] for field in kind.readiness.fields if field.key in known}
    return replace(live, status=status, phase=phase_of(kind, status))
