"""What can only be wrong between resources."""

from __future__ import annotations

import pytest

from tests.unit.manifests.fakes import Folder, box, lid


def errors(folder: Folder, *manifests: str) -> list[str]:
    for index, text in enumerate(manifests):
        folder.write(f"manifests/{index}.yaml", text)
    return [item.removeprefix("manifests/") for item in folder.errors()]


def depending(text: str, *targets: str) -> str:
    name = text.split("name: ")[1].split("\n")[0]
    return text.replace(f"name: {name}\n", f"name: {name}\n  dependsOn: [{', '.join(targets)}]\n")


def test_dangling_references_are_all_reported(folder: Folder) -> None:
    found = errors(
        folder,
        box("{boxName: bb, open: true}", "base"),
        depending(lid("{boxId: {ref: Box/bsae}, parts: [{id: {ref: Lid/base}}]}"), "Box/nothing"),
    )
    assert found == [
        "1.yaml:5:15 dangling-reference Lid/l metadata.dependsOn[0]: no manifest declares Box/nothing"
        " | Add it, or correct it.",
        "1.yaml:6:8 dangling-reference Lid/l spec.boxId: no manifest declares Box/bsae"
        ' | Did you mean "Box/base"?',
        "1.yaml:6:41 dangling-reference Lid/l spec.parts[0].id: no manifest declares Lid/base"
        ' | Did you mean "Box/base"?',
    ]


def test_dangling_references_show_beside_other_errors_of_the_resource(folder: Folder) -> None:
    found = errors(folder, lid("{boxId: {ref: Box/b}, color: 3}"))
    assert [item.split(" ")[1] for item in found] == ["dangling-reference", "wrong-type"]


@pytest.mark.parametrize(
    "broken",
    [
        "a: [\n",
        "- a\n",
        box("{boxName: bb}", "Bad"),
        box("{boxName: bb, boxName: c}", "B"),
        box("{boxName: bb}").replace("metadata:", "metadata:\n  forEach: [1]"),
    ],
)
def test_nothing_dangles_while_a_manifest_cannot_be_read(folder: Folder, broken: str) -> None:
    found = errors(folder, lid("{boxId: {ref: Box/b}}"), broken)
    assert found
    assert not [item for item in found if "dangling" in item]


def test_a_resource_with_errors_is_declared_all_the_same(folder: Folder) -> None:
    found = errors(folder, lid("{boxId: {ref: Box/b}}"), box("{boxName: b}"))
    assert [item.split(" ")[1] for item in found] == ["wrong-value"]


def test_only_so_many_hints_are_looked_for(folder: Folder) -> None:
    """Each looks at every address."""
    parts = ", ".join("{id: {ref: Lid/ll}}" for _ in range(50))
    found = errors(folder, lid(f"{{boxId: x, parts: [{parts}]}}"))
    assert len([item for item in found if "Did you mean" in item]) == 20
    assert len(found) == 50


def test_a_cycle_is_a_readable_path_with_its_places(folder: Folder) -> None:
    found = errors(
        folder,
        depending(box("{boxName: aa}", "a"), "Lid/c"),
        depending(box("{boxName: bb}", "b"), "Box/a"),
        lid("{boxId: {ref: Box/b}}", "c"),
    )
    assert [item for item in found if "cycle" in item] == [
        "0.yaml:5:15 cycle Box/a metadata.dependsOn[0]: these wait for each other:"
        " Box/a → Lid/c → Box/b → Box/a"
        " | Box/a metadata.dependsOn[0] names Lid/c at manifests/0.yaml:5:15;"
        " Lid/c spec.boxId names Box/b at manifests/2.yaml:5:8;"
        " Box/b metadata.dependsOn[0] names Box/a at manifests/1.yaml:5:15."
        " | Remove one of these references."
    ]


def test_every_cycle_is_reported(folder: Folder) -> None:
    found = errors(
        folder,
        depending(box("{boxName: aa}", "a"), "Box/a", "Box/b"),
        depending(box("{boxName: bb}", "b"), "Box/a"),
        depending(box("{boxName: cc}", "c"), "Box/d"),
        depending(box("{boxName: dd}", "d"), "Box/c"),
    )
    assert [item.split(": these wait for each other: ")[1].split(" |")[0] for item in found] == [
        "Box/a → Box/a",
        "Box/a → Box/b → Box/a",
        "Box/c → Box/d → Box/c",
    ]


def test_two_manifests_with_one_address(folder: Folder) -> None:
    assert errors(
        folder, box("{boxName: aa}"), box("{boxName: bb}"), box("{boxName: cc}").replace("v2", "v1")
    ) == [
        "1.yaml:4:3 duplicate-address Box/b metadata.name: Box/b is declared twice"
        " | It stands first at manifests/0.yaml:1:1. | Rename one of them, or remove it."
    ]


def test_two_resources_with_one_identity(folder: Folder) -> None:
    found = errors(
        folder, box("{boxName: same}", "a"), box("{boxName: same}", "b"), box("{boxName: other}", "c")
    )
    assert found == [
        "1.yaml:5:8 same-identity Box/b spec.boxName: Box/b and Box/a name the same object: equal boxName"
        " | Box/a stands at manifests/0.yaml:5:8; nobody could tell them apart."
        " | Give one of them another boxName, or remove it."
    ]


def test_what_is_missing_or_odd_is_no_identity(folder: Folder) -> None:
    found = errors(
        folder, box("{}", "a"), box("{}", "b"), box("{boxName: [x]}", "c"), box("{boxName: [x]}", "d")
    )
    assert not [item for item in found if "same-identity" in item]


def test_true_is_not_one(folder: Folder) -> None:
    found = errors(folder, box("{boxName: true}", "a"), box("{boxName: 1}", "b"), box("{boxName: 1.0}", "c"))
    assert [item.split(" |")[0] for item in found if "same-identity" in item] == [
        "2.yaml:5:8 same-identity Box/c spec.boxName: Box/c and Box/b name the same object: equal boxName"
    ]


def test_other_kinds_have_identities_of_their_own(folder: Folder) -> None:
    assert errors(folder, box("{boxName: same}"), box("{boxName: same}").replace("v2", "v1")) == []


def test_rules_of_kinds_look_at_other_resources(folder: Folder) -> None:
    assert errors(folder, box("{boxName: bb}"), lid("{boxId: {ref: Box/b}}")) == [
        "1.yaml:5:8 resource-rule Lid/l spec.boxId: Box/b is not open | Add open: true to Box/b."
    ]
    assert errors(folder, box("{boxName: bb, open: true}")) == []


def test_a_literal_id_that_is_adopted_is_followed(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nadopt: {Box/b: bx-1}\n")
    assert errors(folder, box("{boxName: bb}"), lid("{boxId: bx-1}")) == [
        "1.yaml:5:8 resource-rule Lid/l spec.boxId: Box/b is not open | Add open: true to Box/b."
    ]


def test_rules_are_asked_only_of_what_is_right_in_itself(folder: Folder) -> None:
    found = errors(folder, box("{boxName: bb, open: maybe}"), lid("{boxId: {ref: Box/b}}"))
    assert [item.split(" ")[1] for item in found] == ["wrong-type"]


def test_what_stands_in_a_missing_folder_is_not_called_missing(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nmanifests: [nowhere/, manifests/]\n")
    folder.manifest(lid("{boxId: {ref: Box/b}}"))
    assert [text.split()[1] for text in folder.errors()] == ["unreadable-file"]
