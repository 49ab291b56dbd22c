"""The envelope of a manifest, its kind, and `forEach`."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from tests.unit.manifests.fakes import Folder, box

KINDS = "Known are Box, Lid, Pair."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- a\n",
            [
                "1:1 wrong-type - -: a manifest is a mapping, not a list"
                " | Write apiVersion, kind, metadata and spec."
            ],
        ),
        (
            "kind: Box\nspec: {}\n",
            [
                "1:1 missing-key - apiVersion: apiVersion is missing | Add apiVersion.",
                "1:1 missing-key - metadata: metadata is missing | Add metadata.",
            ],
        ),
        (
            "apiVersion: qianfan/v3\nkind: Box\nmetadata: {name: b}\nspec: {}\n",
            [
                '1:1 unknown-kind - apiVersion: "qianfan/v3" is no apiVersion'
                ' | Known are qianfan/v1, qianfan/v2. | Did you mean "qianfan/v2"?'
            ],
        ),
        (
            "apiVersion: 2\nkind: Box\nmetadata: {name: b}\nspec: {}\n",
            ["1:1 unknown-kind - apiVersion: 2 is no apiVersion | Known are qianfan/v1, qianfan/v2."],
        ),
        (
            "apiVersion: qianfan/v2\nkind: box\nmetadata: {name: b}\nspec: {}\n",
            [f'2:1 unknown-kind - kind: "box" is no kind of qianfan/v2 | {KINDS} | Did you mean "Box"?'],
        ),
        (
            "apiVersion: qianfan/v2\nkind: ${var.kind}\nmetadata: {name: b}\nspec: {}\n",
            [
                f'2:1 unknown-kind - kind: "${{var.kind}}" is no kind of qianfan/v2 | {KINDS}'
                " | Write it out: kind is never substituted."
            ],
        ),
        (
            "apiVersion: qianfan/v2\nkind: Box\nmetadata: b\nspec:\n",
            [
                '3:1 wrong-type - metadata: metadata is a mapping, not the text "b"',
                "4:1 wrong-type - spec: spec is a mapping, not nothing",
            ],
        ),
        (
            "apiVersion: qianfan/v2\nkind: Box\nmetadata: {name: b}\nspecs: {boxName: bb}\n",
            [
                "1:1 missing-key - spec: spec is missing | Add spec.",
                '4:1 unknown-key - specs: unknown key "specs" | Also allowed here: spec.'
                ' | Did you mean "spec"?',
            ],
        ),
        (
            "apiVersion: qianfan/v2\nkind: Box\nmetadata: {name: b}\nspec: {boxName: bb}\nstatus: {}\n",
            ['5:1 unknown-key - status: unknown key "status" | Nothing else is allowed here. | Remove it.'],
        ),
    ],
)
def test_what_is_no_manifest(folder: Folder, text: str, expected: list[str]) -> None:
    folder.manifest(text)
    assert folder.errors() == [f"manifests/a.yaml:{item}" for item in expected]


def test_a_file_may_hold_several_manifests_and_none(folder: Folder) -> None:
    folder.manifest(f"{box('{boxName: aa}', 'a')}---\n{box('{boxName: bb}', 'b')}---\n# the end\n")
    folder.write("manifests/empty.yaml", "# nothing yet\n")
    assert list(folder.load().resources) == [Address("Box", "a"), Address("Box", "b")]


EACH = """
apiVersion: qianfan/v2
kind: Box
metadata:
  name: box-${each.key}
  forEach:
    a: {size: 3, config: {rate: 1}}
    b: {size: "${var.size}", config: {rate: 2}}
spec:
  boxName: name-${each.key}
  size: ${each.size}
  config: ${each.config}
  note: rate ${each.config.rate}
  tags: [x]
"""


def test_one_resource_for_each_key(folder: Folder) -> None:
    folder.manifest(EACH)
    resources = folder.load(variables={"size": "4"}).resources
    assert {str(address): resource.attributes for address, resource in resources.items()} == {
        "Box/box-a": {
            "boxName": "name-a",
            "size": 3,
            "config": {"rate": 1},
            "note": "rate 1",
            "tags": ["x"],
        },
        "Box/box-b": {
            "boxName": "name-b",
            "size": 4,
            "config": {"rate": 2},
            "note": "rate 2",
            "tags": ["x"],
        },
    }


def test_resources_of_one_manifest_share_no_values(folder: Folder) -> None:
    folder.manifest(EACH)
    first, second = folder.load(variables={"size": "4"}).resources.values()
    assert first.attributes["tags"] is not second.attributes["tags"]


def test_values_of_an_item_come_from_where_the_item_has_them(folder: Folder) -> None:
    folder.manifest(EACH)
    first, second = folder.load(variables={"size": "4"}).resources.values()
    assert [str(first.origin(path).location) for path in ("size", "config.rate", "note", "tags")] == [
        "manifests/a.yaml:6:9",
        "manifests/a.yaml:6:18",
        "manifests/a.yaml:6:27",
        "manifests/a.yaml:13:3",
    ]
    assert (second.origin("size").source, second.origin("size").name) == ("var", "size")
    assert str(second.origin("size").location) == "manifests/a.yaml:7:9"


def test_items_may_be_plain_values(folder: Folder) -> None:
    folder.manifest(
        """
        apiVersion: qianfan/v2
        kind: Box
        metadata: {name: "b-${each.key}", forEach: {a: 1, b: 2}}
        spec: {boxName: "${each.key}${each.key}", size: "${each.value}"}
        """
    )
    assert [resource.attributes["size"] for resource in folder.load().resources.values()] == [1, 2]


def test_the_items_may_come_from_a_variable(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nvars:\n  boxes: {a: {size: 1}, b: {size: 2}}\n")
    folder.manifest(
        """
        apiVersion: qianfan/v2
        kind: Box
        metadata: {name: "b-${each.key}", forEach: "${var.boxes}"}
        spec: {boxName: "${each.key}${each.key}", size: "${each.size}"}
        """
    )
    resources = folder.load().resources
    assert [resource.attributes["size"] for resource in resources.values()] == [1, 2]
    origin = resources[Address("Box", "b-a")].origin("size")
    assert (origin.name, str(origin.location)) == ("boxes", "qfops.yaml:3:3")


def test_no_items_are_no_resources(folder: Folder) -> None:
    folder.manifest(
        EACH.replace("    a: {size", "    # a: {size")
        .replace("    b: {size", "    # b: {size")
        .replace("forEach:", "forEach: {}")
    )
    assert folder.load().resources == {}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (
            '{name: "b-${each.key}", forEach: [a]}',
            "3:36 bad-for-each - metadata.forEach: forEach wants a mapping with one key for each resource,"
            " not a list | Write it as {a: {…}, b: {…}}.",
        ),
        (
            "{name: b, forEach: {a: 1, c: 2}}",
            "3:12 bad-for-each - metadata.name: with forEach the name must hold ${each.key},"
            ' or all resources have one name | Write name: "b-${each.key}".',
        ),
        (
            '{name: "b-${each.key}", forEach: {A: 1}}',
            '3:12 bad-name - metadata.name: "b-A" is not a name'
            " | A name has lower-case letters, digits and inner hyphens, at most 63 characters. | Rename it.",
        ),
        (
            '{name: "b-${each.key}", labels: {x: "${each.sise}"}, forEach: {a: {size: 1}}}',
            "3:45 undefined-variable Box/b-a metadata.labels.x: the item a of forEach has no sise"
            ' | Known are ${each.key}, ${each.value}, ${each.size}. | Did you mean "size"?',
        ),
        (
            '{name: "b-${each.key}", forEach: {a: "${each.key}"}}',
            "3:47 bad-substitution - metadata.forEach.a:"
            " ${each.key} stands only in a manifest with metadata.forEach",
        ),
    ],
)
def test_items_that_cannot_be(folder: Folder, metadata: str, expected: str) -> None:
    folder.manifest(f"apiVersion: qianfan/v2\nkind: Box\nmetadata: {metadata}\nspec: {{boxName: bb}}\n")
    at, rest = expected.split(" ", 1)
    (found,) = folder.errors()
    assert found.split(" ", 1)[1] == rest
    assert found.startswith(f"manifests/a.yaml:{at.split(':')[0]}:")


def test_a_mistake_in_the_template_is_said_once(folder: Folder) -> None:
    folder.manifest(EACH.replace("tags", "tagz"))
    (found,) = folder.errors(size="3")
    assert found == (
        'manifests/a.yaml:13:3 unknown-key Box/box-a spec.tagz: unknown key "tagz"'
        " | Also allowed here: free, open, tags. The same in Box/box-b."
        ' | Did you mean "tags"?'
    )
