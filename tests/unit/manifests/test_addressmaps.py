"""`adopt`, `moved` and `forget` against what is declared."""

from __future__ import annotations

import pytest

from tests.unit.manifests.fakes import Folder, box

KINDS = "Known are v1/Box, Box, Lid, Pair."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adopt: {Box/b: x}", []),
        ("adopt: {Box/b: null, Box/c: null}", []),
        ("moved: {Box/old: Box/b, Box/older: null}", []),
        ("forget: [Box/gone]", []),
        (
            "adopt: {Box/bb: x}",
            ['2:9 dangling-reference - adopt.Box/bb: no manifest declares Box/bb | Did you mean "Box/b"?'],
        ),
        (
            "adopt: {Lid/zzz: x}",
            [
                "2:9 dangling-reference - adopt.Lid/zzz: no manifest declares Lid/zzz"
                " | Write its manifest, or remove this line."
            ],
        ),
        (
            "adopt: {Bax/b: x}",
            [f'2:9 unknown-kind - adopt.Bax/b: Bax/b is of no known kind | {KINDS} | Did you mean "Box"?'],
        ),
        (
            "adopt: {Box/b: x, Box/c: x, v1/Box/d: x}",
            [
                "2:19 same-id - adopt.Box/c: x would be both Box/b and Box/c: one object belongs to"
                " one address"
                " | Remove one of the two lines.",
            ],
        ),
        (
            "moved: {Box/old: Box/bb}",
            [
                "2:9 warning dangling-reference - moved.Box/old: no manifest declares Box/bb"
                ' | Did you mean "Box/b"?'
            ],
        ),
        ("moved: {Box/old: Box/bb, Box/bb: Box/b}", []),
        (
            "moved: {Box/old: Box/bb, Box/bb: Box/old}",
            [
                f"2:{column} warning dangling-reference - moved.{old}: no manifest declares {new} | {meant}"
                for column, old, new, meant in (
                    (9, "Box/old", "Box/bb", 'Did you mean "Box/b"?'),
                    (26, "Box/bb", "Box/old", "Correct or remove this line."),
                )
            ],
        ),
        (
            "moved: {Bux/old: Box/b}",
            [
                f"2:9 unknown-kind - moved.Bux/old: Bux/old is of no known kind | {KINDS}"
                ' | Did you mean "Box"?'
            ],
        ),
        (
            "moved: {Box/old: Lid/b}",
            [
                "2:9 wrong-kind - moved.Box/old: Box/old cannot become Lid/b: only the name can change"
                " | Correct or remove this line."
            ],
        ),
        (
            "moved: {Box/x: Box/b, Box/y: Box/b}",
            [
                "2:23 same-target - moved.Box/y: both Box/x and Box/y move to Box/b"
                " | Remove one of the two lines."
            ],
        ),
        (
            "forget: [Box/b]",
            [
                "2:10 still-declared - forget[0]: Box/b is to be forgotten, and a manifest still declares it"
                " | It stands at manifests/a.yaml:1:1. | Remove the manifest, or this line."
            ],
        ),
    ],
)
def test_maps_of_addresses(folder: Folder, text: str, expected: list[str]) -> None:
    folder.write("qfops.yaml", f"name: demo\n{text}\n")
    folder.manifest(
        "---\n".join(
            [
                box("{boxName: bb}"),
                box("{boxName: cc}", "c"),
                box("{boxName: dd}", "d").replace("v2", "v1"),
            ]
        )
    )
    assert folder.errors() == [f"qfops.yaml:{item}" for item in expected]


def test_undeclared_addresses_are_let_through_while_a_manifest_cannot_be_read(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nadopt: {Box/b: x}\nmoved: {Box/a: Box/b}\n")
    folder.manifest("a: [\n")
    assert [item.split(" ")[1] for item in folder.errors()] == ["yaml-syntax"]
