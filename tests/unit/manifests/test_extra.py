"""`spec.extra`."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.resource import Edge
from qfops.core.values import Reference
from tests.unit.manifests.fakes import Folder, box, lid


def test_extra_stands_apart_and_warns_each_time(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb, extra: {new: 1, config: {newer: {a: [1]}}}}"))
    loaded = folder.load()
    (resource,) = loaded.resources.values()
    assert resource.attributes == {
        "boxName": "bb",
        "extra": {"new": 1, "config": {"newer": {"a": [1]}}},
    }
    assert folder.errors() == [
        "manifests/a.yaml:5:21 warning extra-fields Box/b spec.extra: sent without any check: new, config"
        " | Fields in `extra` are never compared with the console; to change one means to replace."
    ]


def test_an_empty_extra_is_nothing(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb, extra: {}}"))
    assert folder.errors() == []
    assert folder.one().attributes == {"boxName": "bb"}


def test_references_may_stand_anywhere_in_extra(folder: Folder) -> None:
    folder.write("manifests/b.yaml", box("{boxName: bb, open: true}"))
    folder.manifest(lid("{boxId: x, extra: {deep: [{id: {ref: Box/b}}, {ref: Box/b, output: versionId}]}}"))
    resource = folder.load().resources[Address("Lid", "l")]
    first, second = Reference(Address("Box", "b"), "boxId"), Reference(Address("Box", "b"), "versionId")
    assert resource.attributes["extra"] == {"deep": [{"id": first}, second]}
    assert resource.references == (Edge("extra.deep[0].id", first), Edge("extra.deep[1]", second))


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (
            "{a: {ref: Pair/p}}",
            "5:26 wrong-output Lid/l spec.extra.a: the reference must say which output of Pair/p it means"
            " | Write {ref: Pair/p, output: …} with one of pairId, versionId.",
        ),
        (
            "{color: red}",
            "5:26 extra-known Lid/l spec.extra.color: color is an attribute of Lid and does not"
            " belong in extra"
            " | Move it to spec.color.",
        ),
        (
            "[a]",
            "5:18 wrong-type Lid/l spec.extra: extra is a mapping of wire fields, not a list"
            " | Remove it, or write {}.",
        ),
    ],
)
def test_what_cannot_be_extra(folder: Folder, extra: str, expected: str) -> None:
    folder.write("manifests/p.yaml", box("{boxName: pp}", "p").replace("Box", "Pair"))
    folder.manifest(lid(f"{{boxId: x, extra: {extra}}}"))
    errors = [item for item in folder.errors() if "warning" not in item]
    assert errors == [f"manifests/a.yaml:{expected}"]


def test_inside_a_known_object_only_its_unknown_keys_are_extra(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb, extra: {config: {rate: 1, newer: 2}}}"))
    assert folder.errors() == [
        "manifests/a.yaml:5:38 extra-known Box/b spec.extra.config.rate:"
        " config.rate is an attribute of Box and does not belong in extra | Move it to spec.config.rate."
    ]
