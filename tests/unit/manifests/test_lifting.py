"""`{file: …}` in a spec, and references put where they stand; how they are read is in test_references."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.resource import Edge
from qfops.core.values import JSON, Reference, child
from qfops.manifests.resources.lifting import with_references
from tests.unit.manifests.fakes import Folder, box


def test_a_text_comes_from_beside_the_manifest(folder: Folder) -> None:
    folder.write("manifests/sub/a.yaml", box("{boxName: bb, note: {file: ../../texts/a.txt}}"))
    folder.write("texts/a.txt", "第一行\r\nsecond ${var.x}\r\n".encode())
    resource = folder.one()
    assert resource.attributes["note"] == "第一行\nsecond ${var.x}"
    origin = resource.origin("note")
    assert (str(origin.location), origin.source) == ("texts/a.txt:1:1", "file")


def test_the_path_may_be_substituted(folder: Folder) -> None:
    folder.manifest(box('{boxName: bb, note: {file: "../${var.x}.txt"}}'))
    folder.write("a.txt", "hello")
    assert folder.one(x="a").attributes["note"] == "hello"


def test_a_path_is_relative_to_the_file_that_names_it(folder: Folder) -> None:
    folder.write(
        "qfops.yaml",
        """
        name: demo
        vars: {text: {file: from-vars.txt}}
        defaults:
        - kind: Box
          spec: {note: {file: from-defaults.txt}, config: {mode: fast}}
        """,
    )
    folder.write("from-defaults.txt", "of defaults")
    folder.write("from-vars.txt", "of vars")
    folder.write("manifests/own.txt", "own")
    folder.write("manifests/a.yaml", box("{boxName: aa}", "a"))
    folder.write("manifests/b.yaml", box("{boxName: bb, note: {file: own.txt}}", "b"))
    folder.write("manifests/c.yaml", box('{boxName: cc, note: "${var.text}"}', "c"))
    resources = folder.load().resources
    notes = {name: resources[Address("Box", name)].attributes["note"] for name in "abc"}
    assert notes == {"a": "of defaults", "b": "own", "c": "of vars"}


def test_the_schema_judges_the_text(folder: Folder) -> None:
    folder.manifest(box("{boxName: {file: name.txt}}"))
    folder.write("manifests/name.txt", "x\n")
    assert folder.errors() == [
        'manifests/name.txt:1:1 wrong-value Box/b spec.boxName: "x" has 1 character; wanted are 2 to 20'
        " | Name, 2 to 20 characters."
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "{file: nme.txt}",
            'unreadable-file Box/b spec.note: there is no file manifests/nme.txt | Did you mean "name.txt"?',
        ),
        (
            "{file: ../../x}",
            "outside-project Box/b spec.note: manifests/../../x leads out of the project folder"
            " | Write it relative to manifests/a.yaml, inside the project folder.",
        ),
        (
            "{file: }",
            "wrong-type Box/b spec.note: file wants the path of a text, not nothing | Write {file: PATH}.",
        ),
        (
            "{file: [a]}",
            "wrong-type Box/b spec.note: file wants the path of a text, not a list | Write {file: PATH}.",
        ),
        (
            "{file: latin.txt}",
            "bad-encoding Box/b spec.note: manifests/latin.txt is not UTF-8 (byte 0xe9), at"
            " manifests/latin.txt:1:2"
            " | Save it as UTF-8.",
        ),
    ],
)
def test_texts_that_cannot_be_read(folder: Folder, value: str, expected: str) -> None:
    """One error each: the schema does not judge the text that is missing."""
    folder.write("manifests/name.txt", "x")
    folder.write("manifests/latin.txt", b"x\xe9")
    folder.manifest(box(f"{{boxName: bb, note: {value}}}"))
    assert folder.errors() == [f"manifests/a.yaml:5:21 {expected}"]


def test_a_mapping_with_more_keys_is_no_substitute(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb, free: {file: a, mode: b}}"))
    assert folder.one().attributes["free"] == {"file": "a", "mode": "b"}


def test_references_are_put_into_a_copy() -> None:
    plain: dict[str, JSON] = {"a": "Box/x", "b": [{"c": "Box/x"}, "Box/y"], "d": {"e": 1}}
    before = repr(plain)
    x, y = Reference(Address("Box", "x"), "boxId"), Reference(Address("Box", "y"), "boxId")
    edges = [Edge("a", x), Edge("b[0].c", x), Edge("b[1]", y)]
    assert with_references(plain, edges) == {"a": x, "b": [{"c": x}, y], "d": {"e": 1}}
    assert repr(plain) == before
    assert with_references(plain, []) == plain


@pytest.mark.parametrize("key", ["a.b", "a[0]", 'quo"te', "back\\slash.", "", "line\nbreak.", " ", "-"])
def test_a_reference_finds_its_place_whatever_the_key_is(key: str) -> None:
    reference = Reference(Address("Box", "x"), "boxId")
    edge = Edge(child("", key), reference)
    assert with_references({key: "Box/x", "other": 1}, [edge]) == {key: reference, "other": 1}
