"""Numbers inside texts stand as they were written, from wherever they come."""

from __future__ import annotations

import pytest

from qfops.core.values import JSON
from qfops.manifests.scalars import numeral, scalar
from qfops.manifests.yaml.document import read_documents
from tests.unit.manifests.fakes import Folder, box

NUMERALS = [
    "1.10",
    "5319e7",
    "3e-4",
    "1.0",
    "-0",
    "10.00",
    "1E5",
    "1e+3",
    "0.1e1",
    "123456789012345678",
    "007",
]


def note(folder: Folder, text: str, declared: str = "", env: str = "", given: str = "") -> JSON:
    """What `note` says, with a variable x from `vars`, QFOPS_VAR_x or --var."""
    folder.write("qfops.yaml", f"name: demo\n{declared}")
    folder.manifest(box(f'{{boxName: bb, note: "{text}"}}'))
    variables, env_variables = ({"x": text} if text else {} for text in (given, env))
    (resource,) = folder.load(variables=variables, env_variables=env_variables).resources.values()
    found = resource.attributes["note"]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("number", NUMERALS)
def test_a_number_inside_a_text_stands_as_it_was_written(folder: Folder, number: str) -> None:
    expected = f"v{number}-x"
    assert note(folder, "v${var.x}-x", declared=f"vars: {{x: {number}}}\n") == expected
    assert note(folder, "v${var.x}-x", env=number) == expected
    assert note(folder, "v${var.x}-x", given=number) == expected
    nested = f'vars: {{x: "${{var.y}}", y: "${{var.z}}", z: {number}}}\n'
    assert note(folder, "v${var.x}-x", declared=nested) == expected
    alias = f"vars: {{y: &n {number}, x: *n}}\n"
    assert note(folder, "v${var.x}-x", declared=alias) == expected
    default = f'vars: {{x: {number}}}\ndefaults: [{{kind: Box, spec: {{note: "v${{var.x}}-x"}}}}]\n'
    folder.write("qfops.yaml", f"name: demo\n{default}")
    folder.manifest(box("{boxName: bb}"))
    assert folder.one().attributes["note"] == expected


@pytest.mark.parametrize("number", NUMERALS)
@pytest.mark.parametrize(
    ("items", "name"),
    [
        ("{a: {v: NUMBER}}", "each.v"),
        ("{a: NUMBER}", "each.value"),
        ("{a: {deep: {v: NUMBER}}}", "each.deep.v"),
        ('"${var.items}"', "each.v"),
        ('{a: "${var.one}"}', "each.value"),
        ('{a: {v: "${var.one}"}}', "each.v"),
    ],
)
def test_items_of_for_each_too(folder: Folder, number: str, items: str, name: str) -> None:
    folder.write("qfops.yaml", f"name: demo\nvars: {{items: {{a: {{v: {number}}}}}, one: {number}}}\n")
    folder.manifest(
        "apiVersion: qianfan/v2\nkind: Box\nmetadata:\n  name: b-${each.key}\n"
        f"  forEach: {items.replace('NUMBER', number)}\n"
        f'spec: {{boxName: bb, note: "v${{{name}}}"}}\n'
    )
    assert folder.one().attributes["note"] == f"v{number}"


@pytest.mark.parametrize("number", [text for text in NUMERALS if numeral(scalar(text), text)])
def test_alone_a_number_keeps_its_type(folder: Folder, number: str) -> None:
    folder.write("qfops.yaml", f"name: demo\nvars: {{x: {number}}}\n")
    folder.manifest(box('{boxName: bb, free: {x: "${var.x}"}}'))
    for resource in (folder.one(), folder.one(x=number)):
        free = resource.attributes["free"]
        assert isinstance(free, dict)
        assert type(free["x"]) is type(scalar(number))
        assert free["x"] == scalar(number)


@pytest.mark.parametrize(
    ("base", "dev", "expected"),
    [("1.10", "1.1", "v1.1"), ("1.1", "1.10", "v1.10"), ("1.10", "x", "vx"), ("1.10", None, "v1.10")],
)
def test_an_environment_replaces_the_number_and_its_writing(
    folder: Folder, base: str, dev: str | None, expected: str
) -> None:
    own = "{}" if dev is None else f"{{vars: {{x: {dev}}}}}"
    folder.write("qfops.yaml", f"name: demo\nvars: {{x: {base}}}\nenvironments: {{dev: {own}}}\n")
    folder.manifest(box('{boxName: bb, note: "v${var.x}"}'))
    (resource,) = folder.load("dev").resources.values()
    assert resource.attributes["note"] == expected


@pytest.mark.parametrize("digits", ["1234567890" * 4, "1e999", "5319e7000"])
def test_digits_that_are_no_number_any_more_stand_in_a_text(folder: Folder, digits: str) -> None:
    assert note(folder, "v${var.x}", given=digits) == f"v{digits}"
    assert note(folder, "v${var.x}", env=digits) == f"v{digits}"
    folder.manifest(box('{boxName: bb, free: {x: "${var.x}"}}'))
    (found,) = folder.errors(x=digits)
    assert "bad-number Box/b spec.free.x: the value of --var x cannot be read" in found
    assert found.endswith("Give a smaller number; inside a longer text it stands as it is written.")


def test_the_hint_to_use_quotes_keeps_the_writing(folder: Folder) -> None:
    """As printed it would have made the text 1.1 of 1.10."""
    folder.write("qfops.yaml", "name: demo\nvars: {x: 1.20}\n")
    folder.manifest(
        "apiVersion: qianfan/v2\nkind: Box\nmetadata: {name: b, labels: {version: 1.30}}\n"
        'spec: {boxName: 1.10, note: "${var.x}", tags: [1.50]}\n'
    )
    found = "\n".join(folder.errors())
    for number in ("1.10", "1.20", "1.30", "1.50"):
        assert f'Put it in quotes: "{number}".' in found, number


def test_a_key_that_stands_twice_does_not_lend_its_number() -> None:
    (document,) = read_documents("a.yaml", "x: 1.1\nx: 1.10\ny: 2.50\n", {}).documents
    assert document.numerals == {"y": "2.50"}
