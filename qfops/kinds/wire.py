"""Between the terms of a kind and the wire: request bodies from attributes, live objects from answers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from qfops.core.merging import laid_over
from qfops.core.observation import LiveObject, Phase
from qfops.core.paths import get, parse, put, top
from qfops.core.values import ABSENT, JSON, UNOBSERVED, Marker, Slot, Value, plain
from qfops.kinds.base import EXTRA, Kind
from qfops.kinds.flatten import Leaf, flatten
from qfops.kinds.operations import Call, Operation, Read
from qfops.kinds.rules import Rule, RuleType


def create_body(kind: Kind, attributes: Mapping[str, JSON]) -> dict[str, JSON]:
    """The body of the create call: what no other operation carries out, with `extra` laid over it."""
    outside = kind.steps_outside_create() | {EXTRA}
    extra = attributes.get(EXTRA)
    body = {key: value for key, value in attributes.items() if key not in outside}
    return laid_over(body, extra) if isinstance(extra, dict) else body


def call_body(kind: Kind, operation: Operation, call: Call, paths: Iterable[str] = ()) -> dict[str, JSON]:
    """The body of any other call.

    `call.attributes` are the values that shall hold afterwards; `paths` are the changed ones. An update sends
    the whole top-level attributes that changed, with live values for the parts we do not own.
    """
    if operation.encode is not None:
        return operation.encode(call)
    body = keys(operation, call.outputs)
    if operation.sends == "changed":
        for key in sorted({top(path) for path in paths} | set(operation.requires)):
            value = call.attributes.get(key, call.live.get(key))
            if value is not None or key in call.attributes:
                body[key] = value
    elif operation.sends == "item" and isinstance(call.item, dict):
        body.update(call.item)
    elif operation.sends == "keyed":
        *_, name, leaf = parse(call.path)
        rule = rule_for(kind, call.path)
        if rule is not None and rule.set_of:
            body[rule.set_of] = name
        body[str(leaf)] = call.item
    return body


def keys(operation: Operation | Read, outputs: Mapping[str, JSON]) -> dict[str, JSON]:
    """The body keys that name the object."""
    return {wire: outputs[output] for wire, output in operation.keys.items() if output in outputs}


def rule_for(kind: Kind, path: str) -> Rule | None:
    """The rule that governs a path: its own, or the nearest above it (items of keyed sets included)."""
    parts = list(parse(path))
    while parts:
        for candidate in _patterns(parts):
            rule = kind.rules_by_path.get(candidate)
            if rule is not None:
                return rule
        parts.pop()
    return None


def _patterns(parts: list[str | int]) -> Iterable[str]:
    plain_text = ".".join(str(part) for part in parts)
    yield plain_text
    for position in range(1, len(parts)):
        items = [*(str(part) for part in parts[:position])]
        rest = [str(part) for part in parts[position + 1 :]]
        yield ".".join(items) + "[*]" + "".join(f".{part}" for part in rest)


def decode(kind: Kind, item: Mapping[str, JSON], *, complete: bool = False) -> LiveObject:
    """A live object from one answer or list item; `complete` when the read shows all that can be shown."""
    raw = kind.decode(item) if kind.decode is not None else item
    attributes: dict[str, JSON] = {
        key: raw[key] for key in kind.echoed if key in raw and key not in kind.echo
    }
    elsewhere: dict[str, Value] = {}
    for path, wire in kind.echo.items():
        value = get(raw, wire)
        if not isinstance(value, Marker):
            put(elsewhere, path, value)
    attributes.update({key: plain(value) for key, value in elsewhere.items()})
    outputs: dict[str, JSON] = {
        output.name: raw[output.name]
        for output in kind.outputs
        if raw.get(output.name) is not None and raw.get(output.name) != ""
    }
    words, phase = status(kind, raw)
    reason = raw.get(kind.readiness.reason) if kind.readiness.reason else None
    return LiveObject(
        id=object_id(kind, outputs),
        attributes=attributes,
        outputs=outputs,
        status=words,
        phase=phase,
        reason=str(reason) if reason else "",
        complete=complete,
    )


def object_id(kind: Kind, outputs: Mapping[str, JSON]) -> str:
    """The id of an object from its outputs; an empty string when a part is missing."""
    parts = [outputs.get(name) for name in kind.id]
    return "/".join(str(part) for part in parts) if all(parts) else ""


def status(kind: Kind, raw: Mapping[str, JSON]) -> tuple[str, Phase]:
    """The status words that an answer shows, joined by "/", and the worst of their meanings."""
    words: list[str] = []
    phase = Phase.READY
    for field in kind.readiness.fields:
        word = raw.get(field.key)
        if word is None:
            continue
        words.append(str(word))
        phase = max(phase, field.phase(str(word)))
    return "/".join(words), phase


def is_released(kind: Kind, words: str) -> bool:
    """Whether an object in this status no longer holds its identity (a stopped service)."""
    return kind.identity is not None and not set(kind.identity.released).isdisjoint(words.split("/"))


def is_final(kind: Kind, words: str) -> bool:
    """Whether a status cannot change any more by itself; a kind without a status is always final."""
    fields = kind.readiness.fields
    shown = words.split("/") if words else []
    return len(shown) == len(fields) and all(
        word in field.final for word, field in zip(shown, fields, strict=True)
    )


def phase_of(kind: Kind, words: str) -> Phase:
    """The meaning of a status as state keeps it."""
    shown = words.split("/") if words else []
    pairs = zip(shown, kind.readiness.fields, strict=False)
    return max((field.phase(word) for word, field in pairs), default=Phase.READY)


def live_leaves(kind: Kind, live: LiveObject, only: Container[str]) -> dict[str, Leaf]:
    """What a live object shows of some top-level attributes, leaf by leaf."""
    return flatten(kind, live.attributes, only)


def live_slot(rule: Rule, path: str, live: LiveObject, leaves: Mapping[str, Leaf]) -> Slot:
    """The live side of a comparison: a value, ABSENT (known not to be there) or UNOBSERVED."""
    if rule.write_only:
        return UNOBSERVED
    leaf = leaves.get(path)
    if leaf is not None:
        return leaf.value
    if path.partition(".")[0] in live.attributes or top(path) in live.attributes:
        return ABSENT
    return ABSENT if rule.absent_is_unset and live.complete else UNOBSERVED


def unobserved(kind: Kind, live: LiveObject, declared: Iterable[str]) -> bool:
    """Whether a declared path could be shown by a full read but is not shown by this one."""
    if live.complete:
        return False
    shown = live.attributes
    for path in declared:
        rule = kind.rules_by_path.get(path) or rule_for(kind, path)
        if rule is None or rule.write_only or rule.type is RuleType.COMPUTED:
            continue
        if path in kind.echo or top(path) not in shown:
            if path in kind.echo and not isinstance(get(dict(shown), path), Marker):
                continue
            return True
    return False
