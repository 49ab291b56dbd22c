"""What names an object: the outputs that the console answers with, and the id that some of them make."""

from __future__ import annotations

from collections.abc import Mapping

from qfops.core.values import JSON
from qfops.kinds.base import IdForm, Kind, is_plain_id
from qfops.kinds.operations import Operation


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


def bought_ids(operation: Operation, result: JSON) -> dict[str, JSON]:
    """The output that the answer to a purchase adds to; {} where it names nothing."""
    buys = operation.buys
    found = result.get(buys.key) if buys is not None and isinstance(result, dict) else None
    if buys is None or not buys.adds_to or not isinstance(found, str) or not found:
        return {}
    return {buys.adds_to: [found]}


def nothing_bought(kind: Kind) -> dict[str, JSON]:
    """The lists of a new object that purchases add to; an older object may lack what it bought."""
    found = (item.buys.adds_to for item in kind.operations.values() if item.buys is not None)
    return {name: [] for name in found if name}


def with_bought(operation: Operation, outputs: dict[str, JSON], new: Mapping[str, JSON]) -> dict[str, JSON]:
    """The outputs of an object once a purchase took effect; "" stands for one whose id nobody said."""
    name = operation.buys.adds_to if operation.buys is not None else ""
    if not name:
        return outputs
    known, ids = outputs.get(name), new.get(name)
    before = known if isinstance(known, list) else []
    return {**outputs, name: [*before, *(ids if isinstance(ids, list) else [""])]}


def more_ids(operation: Operation, outputs: Mapping[str, JSON]) -> list[str]:
    """The further objects that an operation has to name, each in a call of its own."""
    found = outputs.get(operation.also)
    return [item for item in found if isinstance(item, str) and item] if isinstance(found, list) else []
