"""The one edit of a manifest that qfops makes: an item put into `metadata.lifecycle.ignore`, or written anew.

Pure: text in, text out. What cannot be edited safely is said (CannotEdit); whoever uses it reads the result
again before trusting it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from yaml.nodes import MappingNode, SequenceNode

from qfops.core.resource import Ignore
from qfops.core.values import JSON, Marker, plain
from qfops.manifests.yaml.splice import (
    STEP,
    CannotEdit,
    Splice,
    document,
    list_of,
    mapping_of,
    spliced,
    with_first,
    with_keys,
    with_value,
)

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_BOM = "\ufeff"


def item_text(item: Ignore) -> str:
    """`{path: …, reason: …, until: …, value: …}` as one line of YAML."""
    return "{" + ", ".join(_parts(_fields(item).items())) + "}"


def _fields(item: Ignore) -> Mapping[str, str]:
    """What an item says, each as YAML in flow style."""
    fields = {"path": item.path if _PLAIN.fullmatch(item.path) else _written(item.path)}
    if item.reason:
        fields["reason"] = _written(item.reason)
    if item.until is not None:
        fields["until"] = item.until.isoformat()
    if not isinstance(item.value, Marker):
        fields["value"] = _written(plain(item.value))
    return fields


def _parts(fields: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{key}: {text}" for key, text in fields]


def _written(value: JSON) -> str:
    """A value as JSON, which is YAML, so that no substitution touches it and no editor breaks it."""
    text = json.dumps(_escaped(value), ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in text)


def _escaped(value: JSON) -> JSON:
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value


def lines_to_add(items: Sequence[Ignore]) -> str:
    """What to write by hand: the whole list where `items` are all of it, else the new item in it."""
    lines = "".join(f"{STEP * 3}- {item_text(item)}\n" for item in items)
    return f"metadata:\n{STEP}lifecycle:\n{STEP * 2}ignore:\n{lines}"


def with_ignore(text: str, line: int, items: Sequence[Ignore], again: int | None = None) -> str:
    """The file with the first of `items` in the `lifecycle.ignore` of the manifest that begins on `line`.

    A new item goes in front; `again` is the place of the one that it replaces. Where the manifest itself
    writes no list, all of `items` are written: a list of defaults is replaced, not added to. CannotEdit.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    return mark + spliced(body, _splices(body, document(body, line), items, again))


def _splices(text: str, root: MappingNode, items: Sequence[Ignore], again: int | None) -> list[Splice]:
    metadata = mapping_of(root, "metadata")
    if metadata is None:
        raise CannotEdit("it has no metadata")
    lifecycle = mapping_of(metadata, "lifecycle")
    written = list_of(lifecycle, "ignore") if lifecycle is not None else None
    if written is not None:
        return _in_list(text, written, items[0], again)
    flow = f"ignore: [{', '.join(map(item_text, items))}]"
    block = ["ignore:", *(f"{STEP}- {item_text(item)}" for item in items)]
    if lifecycle is not None:
        return [with_keys(text, lifecycle, [flow], block)]
    inner = ["lifecycle:", *(STEP + line for line in block)]
    return [with_keys(text, metadata, [f"lifecycle: {{{flow}}}"], inner)]


def _in_list(text: str, written: SequenceNode, item: Ignore, again: int | None) -> list[Splice]:
    """The item in front of the others, or its fields written over those of the one that it replaces."""
    if again is None:
        return [with_first(text, written, item_text(item))]
    old = written.value[again] if again < len(written.value) else None
    # an alias stands for a node that was written before it, in this list or above
    above = old is None or old.start_mark.index < written.start_mark.index
    if not isinstance(old, MappingNode) or above or any(old is other for other in written.value[:again]):
        raise CannotEdit("the item for this path is not written there")
    changed = {key: with_value(old, key, new) for key, new in _fields(item).items()}
    added = _parts((key, text) for key, text in _fields(item).items() if changed[key] is None)
    splices = [splice for splice in changed.values() if splice is not None]
    return [*splices, with_keys(text, old, added, added)] if added else splices
