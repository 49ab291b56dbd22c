"""What names an object: the outputs that the console answers with, and the id that some of them make."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.values import JSON
from qfops.kinds.base import Kind


def outputs_in(kind: Kind, answer: Mapping[str, JSON]) -> dict[str, JSON]:
    """The outputs that an answer holds; null and an empty text are none."""
    names = (output.name for output in kind.outputs)
    return {name: answer[name] for name in names if answer.get(name) not in (None, "")}


def created_outputs(kind: Kind, result: JSON) -> dict[str, JSON]:
    """The outputs that the answer to a create holds; a bare text is the one that the kind says."""
    if isinstance(result, dict):
        return outputs_in(kind, result)
    return {kind.create.result: result} if kind.create.result and result else {}


def answered_handle(kind: Kind, name: str, result: JSON) -> dict[str, JSON]:
    """The handle that the answer to a later call is, where the kind keeps it; a bare text only."""
    return {name: result} if name in kind.handles and isinstance(result, str) and result else {}


def object_id(kind: Kind, outputs: Mapping[str, JSON]) -> str:
    """The id of an object from its outputs; an empty string when a part is missing."""
    parts = [outputs.get(name) for name in kind.id]
    return "/".join(str(part) for part in parts) if all(parts) else ""


def id_parts(kind: Kind, id_: str) -> dict[str, JSON]:
    """The outputs that an id is made of; {} where it is no id of this kind."""
    parts = id_.split("/")
    return dict(zip(kind.id, parts, strict=True)) if len(parts) == len(kind.id) and all(parts) else {}
