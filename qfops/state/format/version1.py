"""Documents of format 1 to format 2: statuses get their fields, approved plans their options and references.

Format 1 joined the words of a status by slashes and wrote a reference as a map, so that reading it back takes
what the kinds know. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qfops.core.address import Address, KindKey
from qfops.core.paths import join
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.values import JSON
from qfops.state.format.strict import Object

UNPLACED = ""
"""The field of status words that nobody can place: such a status is not final until it is read again."""
_FLAGS = ("destroy", "prune", "only_prune", "retry_failed", "revert_drift")


class KindFacts(Protocol):
    """What reading old documents has to know of the kinds."""

    def status_fields(self, key: KindKey) -> tuple[str, ...]:
        """The status fields of a kind, in its order."""

    def takes_reference(self, key: KindKey, path: str) -> bool:
        """Whether a reference may stand at a path of a kind's spec."""


def snapshot(document: Object, kinds: KindFacts) -> Object:
    """A state of format 2 from one of format 1."""
    result = {**document, "formatVersion": 2}
    result["entries"] = _entries(document.get("entries"), kinds)
    intents = document.get("intents")
    if isinstance(intents, list):
        result["intents"] = [_as_object(item, record, kinds) for item in intents]
    result["approved"] = _as_object(document.get("approved"), _approved, kinds)
    return result


def record(document: Object, kinds: KindFacts) -> Object:
    """A record of format 2 from one of format 1."""
    result = dict(document)
    if "entries" in document:
        result["entries"] = _entries(document["entries"], kinds)
    before = document.get("before")
    if isinstance(before, dict):
        result["before"] = _before(before, _kind_of(document.get("address")), kinds)
    if "approved" in document:
        result["approved"] = _as_object(document["approved"], _approved, kinds)
    return result


def _as_object(value: JSON, upgrade: Callable[[Object, KindFacts], Object], kinds: KindFacts) -> JSON:
    """An object upgraded; anything else as it is, for the reader to refuse."""
    return upgrade(value, kinds) if isinstance(value, dict) else value


def _kind_of(address: JSON) -> KindKey | None:
    try:
        return Address.parse(str(address)).kind_key
    except ValueError:
        return None  # the reader says so, with the place


def _status(words: JSON, kind: KindKey | None, kinds: KindFacts) -> JSON:
    """The words by field where there are as many as fields."""
    if not isinstance(words, str) or not words:
        return {} if words == "" else words
    fields = kinds.status_fields(kind) if kind is not None else ()
    shown = words.split("/")
    if len(shown) != len(fields):
        return {UNPLACED: words}
    return dict(zip(fields, shown, strict=True))


def _entries(value: JSON, kinds: KindFacts) -> JSON:
    if not isinstance(value, dict):
        return value
    return {address: _entry(item, _kind_of(address), kinds) for address, item in value.items()}


def _entry(value: JSON, kind: KindKey | None, kinds: KindFacts) -> JSON:
    """An entry, or a retired object of one."""
    if not isinstance(value, dict):
        return value
    result = dict(value)
    if "status" in value:
        result["status"] = _status(value["status"], kind, kinds)
    retired = value.get("retired")
    if isinstance(retired, list):
        result["retired"] = [_entry(item, kind, kinds) for item in retired]
    return result


def _before(before: Object, kind: KindKey | None, kinds: KindFacts) -> Object:
    counters = {key: value for key, value in before.items() if key != "status"}
    return {"status": _status(before.get("status", ""), kind, kinds), "outputs": counters}


def _approved(plan: Object, kinds: KindFacts) -> Object:
    result = {key: value for key, value in plan.items() if key != "flags"}
    result["options"] = _options(plan.get("flags", []))
    changes, resources = plan.get("changes"), plan.get("resources")
    if isinstance(changes, list):
        result["changes"] = [_change(item) for item in changes]
    if isinstance(resources, dict):
        result["resources"] = {
            name: _resource(item, _kind_of(name), kinds) for name, item in resources.items()
        }
    return result


def _options(flags: JSON) -> JSON:
    if not isinstance(flags, list) or not all(flag in _FLAGS for flag in flags):
        return flags  # the reader says that options are no such thing
    scope = Scope.DESTROY if "destroy" in flags else Scope.PRUNE if "only_prune" in flags else Scope.PROJECT
    options = PlanOptions(
        scope=scope,
        prune="prune" in flags and scope is not Scope.PRUNE,
        retry_failed="retry_failed" in flags,
        revert_drift="revert_drift" in flags,
    )
    return options.to_json()


def _change(value: JSON) -> JSON:
    if not isinstance(value, dict):
        return value
    result = {key: item for key, item in value.items() if key != "from"}
    return {**result, "movedFrom": value["from"]} if value.get("from") else result


def _resource(value: JSON, kind: KindKey | None, kinds: KindFacts) -> JSON:
    if not isinstance(value, dict):
        return value
    references: list[JSON] = []
    attributes = _lifted(value.get("attributes"), (), kind, kinds, references)
    result = dict(value)
    place = value.get("location")
    if isinstance(place, list) and len(place) == 2:
        del result["location"]
        result |= {"file": place[0], "line": place[1]}
    result["lifecycle"] = _without_null(value.get("lifecycle"))
    return {**result, "attributes": attributes, "references": references}


def _lifted(
    value: JSON, path: tuple[str | int, ...], kind: KindKey | None, kinds: KindFacts, references: list[JSON]
) -> JSON:
    """The value with null where a reference stood. A map of the user that only looks like one stays."""
    if isinstance(value, dict):
        if value.keys() == {"$ref", "output"} and kind and kinds.takes_reference(kind, join(path)):
            found: Object = {"path": join(path), "target": value["$ref"]}
            references.append({**found, "output": value["output"]} if value["output"] else found)
            return None
        return {key: _lifted(item, (*path, key), kind, kinds, references) for key, item in value.items()}
    if isinstance(value, list):
        return [_lifted(item, (*path, index), kind, kinds, references) for index, item in enumerate(value)]
    return value


def _without_null(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value
