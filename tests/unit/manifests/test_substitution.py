"""`${…}` in values."""

from __future__ import annotations

import pytest

from qfops.core.values import JSON
from tests.unit.manifests.fakes import Folder, box

VARS = (
    "name: demo\nvars: {size: 3, text: hi, list: [a, b], map: {rate: 0.5}, none: null, on: true, t: 3e-4}\n"
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"${var.size}"', 3),
        ("${var.size}", 3),
        ('"${ var.size }"', 3),
        ('"${var.list}"', ["a", "b"]),
        ('"${var.map}"', {"rate": 0.5}),
        ('"${var.none}"', None),
        ('"${var.on}"', True),
        ('"x-${var.size}"', "x-3"),
        ('"${var.text} ${var.size} ${var.on} ${var.t}"', "hi 3 true 3e-4"),
        ('" ${var.size}"', " 3"),
        ('"${qfops.project}"', "demo"),
        ("'$${var.size}'", "${var.size}"),
        ("'$$${var.size}'", "$${var.size}"),
        ("'$${a} ${var.size}'", "${a} 3"),
        ("$5", "$5"),
        ('["${var.size}", {a: "${var.text}"}]', [3, {"a": "hi"}]),
    ],
)
def test_values(folder: Folder, written: str, value: JSON) -> None:
    folder.write("qfops.yaml", VARS)
    folder.manifest(box(f"\n  boxName: bb\n  free:\n    x: {written}"))
    assert folder.one().attributes["free"] == {"x": value}


def test_what_was_put_in_is_not_looked_at_again(folder: Folder) -> None:
    folder.manifest(box('{boxName: bb, note: "${var.x}"}'))
    assert folder.one(x="${var.x}").attributes["note"] == "${var.x}"


def test_block_style_needs_no_quotes(folder: Folder) -> None:
    folder.write("qfops.yaml", VARS)
    folder.manifest(box("\n  boxName: ${var.text}\n  size: ${var.size}"))
    assert folder.one().attributes == {"boxName": "hi", "size": 3}


def test_names_labels_and_lifecycle_are_substituted_too(folder: Folder) -> None:
    folder.write("qfops.yaml", VARS)
    folder.manifest(
        """
        apiVersion: qianfan/v2
        kind: Box
        metadata:
          name: box-${var.size}
          labels: {a: "${var.text}"}
          lifecycle: {protect: "${var.on}"}
        spec: {boxName: bb}
        """
    )
    resource = folder.one()
    assert str(resource.address) == "Box/box-3"
    assert (resource.labels, resource.lifecycle.protect) == ({"a": "hi"}, True)


def test_the_environment_has_a_name(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nenvironments: {dev: {}}\n")
    folder.manifest(box('{boxName: "b-${qfops.environment}"}'))
    (resource,) = folder.load("dev").resources.values()
    assert resource.attributes["boxName"] == "b-dev"


KNOWN = (
    "Known are ${var.NAME}, ${each.key}, ${each.FIELD}, ${qfops.environment}, ${qfops.project}."
    ' | For a literal "${" write "$${".'
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "${var.sise}",
            "undefined-variable Box/b spec.note: the variable sise is not defined"
            ' | Did you mean "size"? Set it under `vars` in qfops.yaml,'
            " with --var sise=…, or as QFOPS_VAR_sise.",
        ),
        ("a ${input}", f"bad-substitution Box/b spec.note: ${{input}} is not a substitution | {KNOWN}"),
        ("${env.HOME}", f"bad-substitution Box/b spec.note: ${{env.HOME}} is not a substitution | {KNOWN}"),
        ("${}", f"bad-substitution Box/b spec.note: ${{}} is not a substitution | {KNOWN}"),
        (
            "a ${b",
            'bad-substitution Box/b spec.note: a "${" without its "}"'
            ' | Close it, or write "$${" for a literal "${".',
        ),
        (
            "a ${var.list}",
            "bad-substitution Box/b spec.note: ${var.list} is a list and cannot stand inside a text"
            " | Let it stand alone, or use a text, a number, true or false.",
        ),
        (
            "a ${var.none}",
            "bad-substitution Box/b spec.note: ${var.none} is nothing and cannot stand inside a text"
            " | Let it stand alone, or use a text, a number, true or false.",
        ),
        (
            "${each.key}",
            "bad-substitution Box/b spec.note: ${each.key} stands only in a manifest with metadata.forEach",
        ),
        (
            "${qfops.environment}",
            "bad-substitution Box/b spec.note: this project has no environments,"
            " so ${qfops.environment} has no value | Declare `environments` in qfops.yaml.",
        ),
    ],
)
def test_what_cannot_be_substituted(folder: Folder, written: str, expected: str) -> None:
    """One error each: what the schema says of the unchanged text is not worth a second."""
    folder.write("qfops.yaml", VARS)
    folder.manifest(box(f"{{boxName: bb, note: '{written}'}}"))
    assert folder.errors() == [f"manifests/a.yaml:5:21 {expected}"]


def test_an_error_behind_a_variable_is_placed_where_the_manifest_has_it(folder: Folder) -> None:
    folder.write("qfops.yaml", VARS)
    folder.manifest(box("{boxName: bb, note: '${var.text} ${var.none}'}"))
    (found,) = folder.errors()
    assert found.startswith("manifests/a.yaml:5:21 bad-substitution")


def test_a_wrong_value_is_placed_where_the_variable_is_declared(folder: Folder) -> None:
    folder.write("qfops.yaml", VARS)
    folder.manifest(box("{boxName: bb, size: '${var.text}'}"))
    assert folder.errors() == [
        'qfops.yaml:2:17 wrong-type Box/b spec.size: a whole number is wanted here, not the text "hi"'
        " | Size in litres. The value comes from the variable text, used at manifests/a.yaml:5:21."
    ]


def test_a_wrong_value_from_outside_is_placed_where_it_is_used(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb, size: '${var.size}'}"))
    assert folder.errors(size="10") == [
        "manifests/a.yaml:5:21 wrong-value Box/b spec.size: 10 is out of range; wanted is 1 to 9"
        " | Size in litres. The value comes from the variable size."
    ]


def test_variables_cannot_make_a_value_without_bound(folder: Folder) -> None:
    items = ", ".join(['"${var.big}"'] * 200)
    folder.write("qfops.yaml", f"name: demo\nvars:\n  big: [{', '.join('x' * 1000)}]\n")
    folder.manifest(box(f"{{boxName: bb, free: {{x: [{items}]}}}}"))
    (found,) = folder.errors()
    assert "too-big-value" in found
    assert "substitutions make more than 100000 values or 100 levels | Use smaller variables." in found


def test_a_wrong_name_shows_the_variable_that_made_it(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nvars: {n: Bad}\n")
    folder.manifest(box("{boxName: bb}", name="${var.n}"))
    (error,) = folder.errors()
    assert error.startswith('qfops.yaml:2:8 bad-name - metadata.name: "Bad" is not a name')
    assert "The value comes from the variable n, used at manifests/a.yaml:4:3." in error


def test_a_text_of_several_variables_comes_from_the_first(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nvars: {a: x, b: y}\n")
    folder.manifest(box('{boxName: bb, note: "${var.a}${var.b}"}'))
    assert folder.one().origin("note").name == "a"
