"""Resource ⇄ JSON: the full desired values of an approved plan, with its references beside them.

Where a reference stands, the values hold null, and `references` says path, target and output: so a map of the
user that looks like one of ours stays what it is.
"""

from __future__ import annotations

from qfops.core.address import Address, Location
from qfops.core.paths import put
from qfops.core.resource import Edge, Resource
from qfops.core.values import JSON, Reference, Value, references_in
from qfops.state.format.entries import read_address, read_lifecycle, write_lifecycle
from qfops.state.format.problems import FormatError
from qfops.state.format.strict import Object, an_object, field, named_texts, required, sparse, texts

_KEYS = frozenset(("attributes", "references", "labels", "dependsOn", "file", "line", "lifecycle"))
_REFERENCE = frozenset(("path", "target", "output"))


def write_resource(resource: Resource) -> Object:
    """The JSON of a resource; its address is the key that it stands under. ValueError for what is no JSON."""
    order = {edge.path: index for index, edge in enumerate(resource.references)}
    found = sorted(references_in(resource.attributes), key=lambda item: order.get(item[0], len(order)))
    references: list[JSON] = [
        sparse({"path": path, "target": str(reference.target), "output": reference.output})
        for path, reference in found
    ]
    document: Object = {
        "references": references,
        "labels": dict(resource.labels),
        "dependsOn": [str(address) for address in resource.depends_on],
        "file": resource.location.file,
        "line": resource.location.line,
        "lifecycle": write_lifecycle(resource.lifecycle),
    }
    attributes = {key: _without_references(value) for key, value in resource.attributes.items()}
    return {"attributes": attributes, **sparse(document)}


def read_resource(value: object, address: Address, where: str) -> Resource:
    """The resource that `value` describes; FormatError names `where` and the key."""
    source = an_object(value, where, _KEYS)
    attributes: dict[str, Value] = dict(field(source, "attributes", dict, {}, where))
    edges = tuple(
        _read_reference(item, attributes, f"{where}.references[{index}]")
        for index, item in enumerate(field(source, "references", list, [], where))
    )
    return Resource(
        address,
        attributes,
        Location(field(source, "file", str, "", where), field(source, "line", int, 0, where)),
        labels=named_texts(source, "labels", where),
        lifecycle=read_lifecycle(source.get("lifecycle", {}), where),
        depends_on=tuple(read_address(text, where) for text in texts(source, "dependsOn", where)),
        references=edges,
    )


def _read_reference(value: object, attributes: dict[str, Value], where: str) -> Edge:
    """One reference, put in its place among the attributes."""
    source = an_object(value, where, _REFERENCE)
    target = read_address(required(source, "target", where), where)
    edge = Edge(
        required(source, "path", where), Reference(target, field(source, "output", str, "", where) or None)
    )
    try:
        put(attributes, edge.path, edge.reference)
    except (ValueError, IndexError) as error:
        raise FormatError(f"{where}.path does not fit the attributes: {error}") from None
    return edge


def _without_references(value: Value) -> JSON:
    if isinstance(value, Reference):
        return None
    if isinstance(value, dict):
        return {key: _without_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_references(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise ValueError(f"{value!r} cannot be stored")
