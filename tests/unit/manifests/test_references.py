"""References as they are written: where one may stand, to what, and which output it means."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.resource import Edge
from qfops.core.values import Reference
from tests.unit.manifests.fakes import Folder, box, lid

BOX = box("{boxName: bb, open: true}")


def write(folder: Folder, spec: str) -> None:
    folder.write("manifests/box.yaml", BOX)
    folder.manifest(lid(spec))


def test_references_stand_in_place_and_know_their_output(folder: Folder) -> None:
    write(folder, "{parts: [{id: {ref: Box/b, output: versionId}}, {id: literal}], boxId: {ref: Box/b}}")
    resource = folder.load().resources[Address("Lid", "l")]
    first, second = Reference(Address("Box", "b"), "boxId"), Reference(Address("Box", "b"), "versionId")
    assert resource.attributes == {"boxId": first, "parts": [{"id": second}, {"id": "literal"}]}
    assert resource.references == (Edge("boxId", first), Edge("parts[0].id", second))


def test_a_reference_may_name_the_only_output(folder: Folder) -> None:
    write(folder, "{boxId: {ref: Box/b, output: boxId}}")
    resource = folder.load().resources[Address("Lid", "l")]
    assert resource.attributes["boxId"] == Reference(Address("Box", "b"), "boxId")


def test_other_versions_have_addresses_of_their_own(folder: Folder) -> None:
    folder.write("manifests/box.yaml", BOX.replace("v2", "v1"))
    folder.manifest(lid("{boxId: {ref: v1/Box/b}}"))
    resource = folder.load().resources[Address("Lid", "l")]
    assert resource.attributes["boxId"] == Reference(Address("Box", "b", "v1"), "boxId")


def test_references_hold_substitutions(folder: Folder) -> None:
    write(folder, '{boxId: {ref: "Box/${var.x}"}}')
    resources = folder.load(variables={"x": "b"}).resources
    assert resources[Address("Lid", "l")].attributes["boxId"] == Reference(Address("Box", "b"), "boxId")


def test_a_text_that_looks_like_an_address_is_a_literal_id(folder: Folder) -> None:
    write(folder, "{boxId: Box/b}")
    resource = folder.load().resources[Address("Lid", "l")]
    assert (resource.attributes, resource.references) == ({"boxId": "Box/b"}, ())


KINDS = "Known are v1/Box, Box, Lid, Pair."


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            "{boxId: {ref: Lid/l2}}",
            "5:16 wrong-kind Lid/l spec.boxId.ref: a Box or v1/Box is wanted here, not Lid/l2"
            " | Write {ref: Box/NAME}.",
        ),
        (
            "{boxId: {ref: Bix/b}}",
            f"5:16 unknown-kind Lid/l spec.boxId.ref: Bix/b is of no known kind | {KINDS}"
            ' | Did you mean "Box"?',
        ),
        (
            "{boxId: {ref: box-b}}",
            "5:16 bad-address Lid/l spec.boxId.ref:"
            " 'box-b' is not an address; write Kind/name, for example Dataset/faq-train",
        ),
        (
            "{boxId: {ref: }}",
            "5:16 wrong-type Lid/l spec.boxId.ref: ref wants an address, not nothing"
            " | Write {ref: Kind/name}.",
        ),
        (
            "{boxId: {ref: Box/b, ouput: boxId}}",
            '5:28 unknown-key Lid/l spec.boxId.ouput: unknown key "ouput" in a reference'
            ' | A reference is {ref: Kind/name} or {ref: Kind/name, output: NAME}. | Did you mean "output"?',
        ),
        (
            "{boxId: {ref: Box/b, output: versionId}}",
            '5:28 wrong-output Lid/l spec.boxId.output: the text "versionId" is no output of'
            " Box/b that stands here"
            " | Allowed: boxId.",
        ),
        (
            "{boxId: x, parts: [{id: {ref: Box/b}}]}",
            "5:27 wrong-output Lid/l spec.parts[0].id: the reference must say which output of Box/b it means"
            " | Write {ref: Box/b, output: …} with one of boxId, versionId.",
        ),
        (
            "{boxId: x, color: {ref: Box/b}}",
            "5:18 reference-not-allowed Lid/l spec.color: no reference is allowed here"
            " | Lid takes references at boxId, parts[*].id. | Write the value itself.",
        ),
        (
            "{boxId: x, boxid: {ref: Box/b}}",
            "5:18 reference-not-allowed Lid/l spec.boxid: no reference is allowed here"
            ' | Lid takes references at boxId, parts[*].id. | Did you mean "boxId"?',
        ),
        (
            "{boxId: {reff: Box/b}}",
            "5:8 wrong-type Lid/l spec.boxId: a text is wanted here, not a mapping"
            " | The box. | Write {ref: Box/NAME}, or an id as a text.",
        ),
        (
            "{}",
            "5:1 missing-key Lid/l spec.boxId: boxId is missing | The box."
            " | Add boxId: {ref: Box/NAME}, or an id as a text.",
        ),
        (
            "{boxId: {ref: Box/bc}}",
            '5:8 dangling-reference Lid/l spec.boxId: no manifest declares Box/bc | Did you mean "Box/b"?',
        ),
        (
            "{boxId: {preset: small}}",
            "5:8 not-supported Lid/l spec.boxId: {preset: …} is not supported by this version"
            " | Write the value itself.",
        ),
        (
            "{boxId: {secret: env:QFOPS_X}}",
            "5:8 not-supported Lid/l spec.boxId: {secret: …} stands only in state.url of"
            " qfops.yaml | Remove it.",
        ),
    ],
)
def test_what_cannot_be_a_reference(folder: Folder, spec: str, expected: str) -> None:
    write(folder, spec)
    assert folder.errors() == [f"manifests/a.yaml:{expected}"]


def test_a_kind_without_references_says_so(folder: Folder) -> None:
    folder.manifest(box("{boxName: {ref: Box/b}}"))
    assert folder.errors() == [
        "manifests/a.yaml:5:8 reference-not-allowed Box/b spec.boxName: no reference is allowed here"
        " | Box takes no references. | Write the value itself."
    ]
