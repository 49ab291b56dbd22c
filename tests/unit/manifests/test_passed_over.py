"""A file that looks like a manifest and is not read, or declares nothing, is named."""

from __future__ import annotations

import pytest

from tests.unit.manifests.fakes import Folder, box

NOTHING = "declares nothing: it is empty, or all of it is comments"


def named(folder: Folder) -> dict[str, str]:
    """The files that warnings name, with their codes."""
    found = [item for item in folder.load().diagnostics if item.severity == "warning"]
    assert all(
        item.remedy and item.detail == "What it declared before is planned for its end." for item in found
    )
    return {item.location.file: item.code for item in found if item.location is not None}


@pytest.mark.parametrize(
    "name",
    [
        "b.YAML", "b.Yaml", "b.YML", "sub/b.yMl", ".b.yaml", ".old/b.yaml", "sub/.b.yml", "b.yaml.bak",
        "b.yaml~", "b.yml.disabled", "b.json", ".b.YAML",
    ],
)  # fmt: skip
def test_a_file_that_is_passed_over(folder: Folder, name: str) -> None:
    folder.manifest(box("{boxName: aa}", "a"))
    folder.write(f"manifests/{name}", box("{boxName: bb}"))
    assert named(folder) == {f"manifests/{name}": "passed-over-file"}
    assert len(folder.load().resources) == 1


@pytest.mark.parametrize(
    "name", [".pre-commit.yaml", ".github/x.yml", "notes.txt", "b.json", "b.yaml.bak", "README.md", "b.yamlx"]
)
def test_a_file_that_is_no_manifest_is_not(folder: Folder, name: str) -> None:
    folder.manifest(box("{boxName: aa}", "a"))
    folder.write(f"manifests/{name}", "hooks: []\n")
    assert named(folder) == {}


def test_what_to_do_is_said(folder: Folder) -> None:
    folder.manifest(box("{boxName: aa}", "a"))
    folder.write("manifests/b.YAML", "x")
    assert folder.errors() == [
        "manifests/b.YAML:1:1 warning passed-over-file - -: manifests/b.YAML is not read: manifests are files"
        " of visible names that end in .yaml or .yml | What it declared before is planned for its end."
        " | Rename it to b.yaml, or move it out of manifests."
    ]


def test_a_link_to_a_file_of_another_name(folder: Folder) -> None:
    folder.manifest(box("{boxName: aa}", "a"))
    folder.write("b.txt", box("{boxName: bb}"))
    (folder.root / "manifests/b.yaml").symlink_to("../b.txt")
    assert named(folder) == {"manifests/b.yaml": "passed-over-file"}


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("manifests/*.yaml", "manifests/b.yml", True),
        ("manifests/*.yml", "manifests/a.yaml", True),
        ("manifests/**/*.yaml", "manifests/x/b.yml", True),
        ("manifests/*.yaml", "manifests/b.YAML", True),
        ("manifests/prod-*.yaml", "manifests/dev-a.yaml", False),
        ("manifests/*.yaml", "manifests/x/b.yaml", False),
    ],
)
def test_a_glob_that_misses_by_the_suffix_only(
    folder: Folder, pattern: str, name: str, expected: bool
) -> None:
    folder.write("qfops.yaml", f'name: demo\nmanifests: ["{pattern}", own]\n')
    folder.write("own/own.yaml", box("{boxName: aa}", "own"))
    folder.write(name, box("{boxName: bb}"))
    assert (named_files(folder) == {name}) is expected


def named_files(folder: Folder) -> set[str]:
    found = folder.load().diagnostics
    return {item.location.file for item in found if item.code == "passed-over-file" and item.location}


def test_what_another_pattern_reads_is_not_passed_over(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nmanifests: [manifests/*.yaml, manifests/b.yml]\n")
    folder.manifest(box("{boxName: aa}", "a"))
    folder.write("manifests/b.yml", box("{boxName: bb}"))
    assert named_files(folder) == set()
    assert len(folder.load().resources) == 2


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# all\n# of it\n", "---\n", "---\n...\n---\n# x\n", "null\n", "\ufeff"]
)
def test_a_file_that_declares_nothing(folder: Folder, text: str) -> None:
    folder.manifest(box("{boxName: aa}", "a"))
    folder.write("manifests/b.yaml", text.encode())
    assert named(folder) == {"manifests/b.yaml": "empty-file"}
    assert NOTHING in folder.errors()[0]


def test_one_empty_document_among_others_is_fine(folder: Folder) -> None:
    folder.manifest(box("{boxName: aa}", "a") + "---\n# later\n---\n" + box("{boxName: bb}"))
    assert named(folder) == {}
