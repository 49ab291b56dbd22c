"""Entry ⇄ JSON: what state.json and the journal say about one address.

Keys whose value says nothing (empty, false, 0) are left out. No secret has a place here.
"""

from __future__ import annotations

from datetime import date

from qfops.core.address import Address
from qfops.core.resource import Ignore, Lifecycle, OnRemove, OnReplace
from qfops.core.state.entry import Due, Entry, Retired
from qfops.core.values import ABSENT, Marker, plain
from qfops.state.format.problems import FormatError
from qfops.state.format.strict import (
    Object,
    an_object,
    field,
    named_texts,
    number,
    required,
    sparse,
    texts,
    word,
)

API = "qianfan/"

_ENTRY = frozenset(
    (
        *(
            "id",
            "apiVersion",
            "kind",
            "labels",
            "attributes",
            "assumed",
            "outputs",
            "dependencies",
            "lifecycle",
        ),
        *("status", "runKey", "inputs", "created", "seconds", "retired"),
    )
)
_RETIRED = frozenset(("id", "attributes", "outputs", "runKey", "status", "why", "due", "created"))
_LIFECYCLE = frozenset(("protect", "ignore", "onRemove", "onReplace"))
_IGNORE = frozenset(("path", "reason", "until", "value"))
_DUE: dict[str, Due] = {"delete": "delete", "deactivate": "deactivate"}
_ON_REMOVE: dict[str, OnRemove] = {"delete": "delete", "retire": "retire", "forget": "forget"}
_ON_REPLACE: dict[str, OnReplace] = {"retire": "retire", "delete": "delete"}


def read_address(text: str, where: str) -> Address:
    """The address that `text` is, in the one way it is written; FormatError otherwise."""
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise FormatError(f"{where}: {error}") from None
    if str(address) != text:
        raise FormatError(f"{where}: {text!r} must be written {address}")
    return address


def write_entry(entry: Entry) -> Object:
    """The JSON of an entry; its address is the key that it stands under. ValueError for an empty id."""
    if entry.id == "":
        raise ValueError(f"{entry.address}: an id is a text that is not empty, or None")
    document: Object = {
        "labels": dict(entry.labels),
        "attributes": entry.attributes,
        "assumed": list(entry.assumed),
        "outputs": entry.outputs,
        "dependencies": [str(address) for address in entry.dependencies],
        "lifecycle": write_lifecycle(entry.lifecycle),
        "status": dict(entry.status),
        "runKey": entry.run_key,
        "inputs": entry.inputs,
        "created": entry.created,
        "seconds": entry.seconds,
        "retired": [_write_retired(item) for item in entry.retired],
    }
    address = entry.address
    return {
        "id": entry.id,
        "apiVersion": f"{API}{address.version}",
        "kind": address.kind,
        **sparse(document),
    }


def read_entry(value: object, address: Address, where: str) -> Entry:
    """The entry that `value` describes; FormatError names `where` and the key."""
    source = an_object(value, where, _ENTRY)
    if source.get("apiVersion") != f"{API}{address.version}" or source.get("kind") != address.kind:
        raise FormatError(f"{where}: apiVersion and kind must be those of the address")
    retired = field(source, "retired", list, [], where)
    return Entry(
        address=address,
        id=None if source.get("id", "") is None else required(source, "id", where),
        attributes=field(source, "attributes", dict, {}, where),
        assumed=tuple(texts(source, "assumed", where)),
        outputs=field(source, "outputs", dict, {}, where),
        dependencies=tuple(
            read_address(text, f"{where}.dependencies") for text in texts(source, "dependencies", where)
        ),
        lifecycle=read_lifecycle(source["lifecycle"], where) if "lifecycle" in source else _DEFAULT,
        labels=named_texts(source, "labels", where),
        status=named_texts(source, "status", where),
        run_key=field(source, "runKey", str, "", where),
        inputs=field(source, "inputs", dict, {}, where),
        created=number(source, "created", where),
        seconds=number(source, "seconds", where),
        retired=tuple(_read_retired(item, f"{where}.retired[{i}]") for i, item in enumerate(retired)),
    )


def _write_retired(item: Retired) -> Object:
    document: Object = {
        "attributes": item.attributes,
        "outputs": item.outputs,
        "runKey": item.run_key,
        "status": dict(item.status),
        "why": item.why,
        "due": item.due,
        "created": item.created,
    }
    return {"id": item.id, **sparse(document)}


def _read_retired(value: object, where: str) -> Retired:
    source = an_object(value, where, _RETIRED)
    return Retired(
        id=required(source, "id", where),
        attributes=field(source, "attributes", dict, {}, where),
        outputs=field(source, "outputs", dict, {}, where),
        run_key=field(source, "runKey", str, "", where),
        status=named_texts(source, "status", where),
        why=field(source, "why", str, "", where),
        due=word(source, "due", _DUE, where) if source.get("due") is not None else None,
        created=number(source, "created", where),
    )


_DEFAULT = Lifecycle()


def write_lifecycle(lifecycle: Lifecycle) -> Object:
    """The JSON of a lifecycle: what it says beside the defaults."""
    document: Object = {
        "protect": lifecycle.protect,
        "ignore": [_write_ignore(item) for item in lifecycle.ignore],
        "onRemove": "" if lifecycle.on_remove == _DEFAULT.on_remove else lifecycle.on_remove,
        "onReplace": lifecycle.on_replace,
    }
    return sparse(document)


def _write_ignore(item: Ignore) -> Object:
    until = item.until.isoformat() if item.until else None
    document = sparse({"path": item.path, "reason": item.reason, "until": until})
    # null, false and 0 are values that can be accepted: only no value at all is left out
    return document if isinstance(item.value, Marker) else {**document, "value": plain(item.value)}


def read_lifecycle(value: object, above: str) -> Lifecycle:
    """The lifecycle that `value` describes; FormatError names `above` and the key."""
    where = f"{above}.lifecycle"
    source = an_object(value, where, _LIFECYCLE)
    ignore = field(source, "ignore", list, [], where)
    return Lifecycle(
        protect=field(source, "protect", bool, False, where),
        ignore=tuple(_read_ignore(item, f"{where}.ignore[{i}]") for i, item in enumerate(ignore)),
        on_remove=word(source, "onRemove", _ON_REMOVE, where),
        on_replace=word(source, "onReplace", _ON_REPLACE, where) if source.get("onReplace") else None,
    )


def _read_ignore(value: object, where: str) -> Ignore:
    source = an_object(value, where, _IGNORE)
    until = field(source, "until", str, "", where)
    try:
        end = date.fromisoformat(until) if until else None
    except ValueError:
        raise FormatError(f"{where}.until must be a date such as 2027-01-31") from None
    return Ignore(
        field(source, "path", str, "", where),
        field(source, "reason", str, "", where),
        end,
        source.get("value", ABSENT),
    )
