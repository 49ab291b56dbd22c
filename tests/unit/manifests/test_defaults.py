"""`defaults`, and how maps are laid over maps."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.values import JSON
from qfops.manifests.variables.merging import laid_over
from tests.unit.manifests.fakes import Folder, box, lid


@pytest.mark.parametrize(
    ("under", "over", "expected"),
    [
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 3}, "e": 4}, {"a": 1, "b": {"c": 1, "d": 3}, "e": 4}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"ref": "X/x", "output": "o"}}, {"a": {"ref": "Y/y"}}, {"a": {"ref": "Y/y"}}),
        ({"a": {"b": 1}}, {"a": {"file": "x"}}, {"a": {"file": "x"}}),
        ({"a": {"file": "x"}}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_merging(under: dict[str, JSON], over: dict[str, JSON], expected: dict[str, JSON]) -> None:
    before = repr((under, over))
    assert laid_over(under, over) == expected
    assert repr((under, over)) == before


DEFAULTS = """
name: demo
vars: {rate: 0.5}
defaults:
- kind: Box
  metadata: {labels: {team: a, tier: x}, lifecycle: {protect: true}}
  spec:
    note: hi
    config: {rate: "${var.rate}", mode: fast}
    tags: [a, b]
- kind: Box
  spec: {config: {mode: slow}}
- kind: v1/Box
  spec: {note: of v1}
"""


def test_defaults_lie_under_manifests_of_their_kind(folder: Folder) -> None:
    folder.write("qfops.yaml", DEFAULTS)
    folder.write("manifests/b.yaml", box("{boxName: bb, tags: [c], config: {rate: 1}}"))
    folder.write("manifests/c.yaml", box("{boxName: cc}", "c").replace("v2", "v1"))
    folder.write("manifests/l.yaml", lid("{boxId: x}"))
    resources = folder.load().resources
    ours = resources[Address("Box", "b")]
    assert ours.attributes == {
        "boxName": "bb",
        "note": "hi",
        "config": {"rate": 1, "mode": "slow"},
        "tags": ["c"],
    }
    assert (ours.labels, ours.lifecycle.protect) == ({"team": "a", "tier": "x"}, True)
    assert resources[Address("Box", "c", "v1")].attributes == {"boxName": "cc", "note": "of v1"}
    assert resources[Address("Lid", "l")].attributes == {"boxId": "x"}


def test_manifests_win_in_metadata_too(folder: Folder) -> None:
    folder.write("qfops.yaml", DEFAULTS)
    folder.manifest(
        """
        apiVersion: qianfan/v2
        kind: Box
        metadata: {name: b, labels: {team: b}, lifecycle: {protect: false}}
        spec: {boxName: bb}
        """
    )
    resource = folder.one()
    assert (resource.labels, resource.lifecycle.protect) == ({"team": "b", "tier": "x"}, False)


def test_origins_tell_defaults_from_manifests(folder: Folder) -> None:
    folder.write("qfops.yaml", DEFAULTS)
    folder.manifest(box("{boxName: bb, tags: [c]}"))
    resource = folder.one()
    places = {
        path: str(resource.origin(path).location)
        for path in ("boxName", "note", "config.mode", "config.rate", "tags[0]")
    }
    assert places == {
        "boxName": "manifests/a.yaml:5:8",
        "note": "qfops.yaml:7:5",
        "config.mode": "qfops.yaml:11:19",
        "config.rate": "qfops.yaml:2:8",
        "tags[0]": "manifests/a.yaml:5:28",
    }


def test_a_mistake_in_defaults_is_said_once(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\ndefaults:\n- kind: Box\n  spec: {nots: x}\n")
    for name in "abcdefgh":
        folder.write(f"manifests/{name}.yaml", box(f"{{boxName: b-{name}}}", name))
    assert folder.errors() == [
        'qfops.yaml:4:10 unknown-key Box/a spec.nots: unknown key "nots"'
        " | Also allowed here: config, free, note, open, size, tags."
        " The same in Box/b, Box/c, Box/d, Box/e, Box/f and 2 more."
        ' | Did you mean "note"?'
    ]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            "{kind: Bx}",
            'qfops.yaml:3:4 unknown-kind - defaults[0].kind: there is no kind "Bx"'
            ' | Known are v1/Box, Box, Lid, Pair. | Did you mean "Box"?',
        ),
        (
            "{spec: {}}",
            "qfops.yaml:3:3 missing-key - defaults[0].kind: kind is missing"
            " | The kind, for example Dataset. | Add kind.",
        ),
        (
            "{kind: Box, metadata: {name: b}}",
            'qfops.yaml:3:26 unknown-key - defaults[0].metadata.name: unknown key "name"'
            " | Also allowed here: labels, lifecycle. | Remove it.",
        ),
        (
            "Box",
            'qfops.yaml:3:3 wrong-type - defaults[0]: a mapping is wanted here, not the text "Box"',
        ),
    ],
)
def test_defaults_that_cannot_be(folder: Folder, item: str, expected: str) -> None:
    folder.write("qfops.yaml", f"name: demo\ndefaults:\n- {item}\n")
    folder.manifest(box("{boxName: bb}"))
    assert folder.errors() == [expected]
