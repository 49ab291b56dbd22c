"""What names an object: the outputs that the console answers with, and the id that some of them make."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.values import JSON
from qfops.kinds.base import IdForm, Kind, is_plain_id


def outputs_in(kind: Kind, answer: Mapping[str, JSON]) -> dict[str, JSON]:
    """The outputs that an answer holds; null, an empty text, and no id where one should be, are none."""
    names = (output.name for output in kind.outputs)
    return {
        name: value
        for name in names
        if (value := answer.get(name)) not in (None, "") and (name not in kind.ids or is_plain_id(value))
    }


def malformed(kind: Kind, answer: Mapping[str, JSON]) -> list[str]:
    """The outputs that name objects and that an answer holds in another form than the kind's ids have."""
    forms = {output.name: output.form or IdForm() for output in kind.outputs if output.name in kind.ids}
    return [
        name for name, form in forms.items() if answer.get(name) is not None and not form.fits(answer[name])
    ]


def created_outputs(kind: Kind, result: JSON) -> dict[str, JSON]:
    """The outputs that the answer to a create holds; a bare text is the one that the kind says.

    {} where what names the object has not the form of the kind's ids: nothing else is believed then.
    """
    bare = {kind.create.result: result} if kind.create.result else {}
    answer = result if isinstance(result, dict) else bare
    return {} if malformed(kind, answer) else outputs_in(kind, answer)


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
