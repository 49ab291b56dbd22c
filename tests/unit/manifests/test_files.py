"""Reading files: below the project folder only, in bounds, as UTF-8."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qfops.manifests.files import SIZE_LIMIT, FileProblem, ProjectFiles, packaged_schema


@pytest.fixture
def files(tmp_path: Path) -> ProjectFiles:
    root = tmp_path / "project"
    for name in ("manifests/b.yaml", "manifests/a.yml", "manifests/deep/er/c.yaml", "manifests/x.txt"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a: 1\n", encoding="utf-8")
    (root / "qfops.yaml").write_text("name: x\n", encoding="utf-8")
    return ProjectFiles(root, {})


def problem(files: ProjectFiles, name: str, content: bytes) -> FileProblem:
    (files.root / name).write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        files.text(name)
    return caught.value


def test_a_text_has_unix_lines_and_loses_one_final_newline(files: ProjectFiles) -> None:
    (files.root / "a.txt").write_bytes("你好\r\n\r\nb\r\n\r\n".encode())
    assert files.text("a.txt") == "你好\n\nb\n"
    (files.root / "b.txt").write_bytes(b"a\rb")
    assert files.text("b.txt") == "a\rb"


def test_bytes_that_are_not_utf_8_have_a_place(files: ProjectFiles) -> None:
    found = problem(files, "a.txt", "一\n二 ".encode() + b"\xff")
    assert (found.summary, str(found.location)) == ("a.txt is not UTF-8 (byte 0xff)", "a.txt:2:3")
    assert found.remedy == "Save it as UTF-8."


def test_utf_16_is_named(files: ProjectFiles) -> None:
    assert problem(files, "a.txt", "a".encode("utf-16")).summary == "a.txt is not UTF-8 (UTF-16)"


def test_a_byte_order_mark_is_refused_in_a_text_and_ignored_in_yaml(files: ProjectFiles) -> None:
    found = problem(files, "a.txt", b"\xef\xbb\xbfhello")
    assert found.summary == "a.txt begins with a byte order mark, which would become part of the text"
    assert found.remedy == "Save it as UTF-8 without BOM."
    assert files.yaml("a.txt") == "hello"


def test_an_overlay_is_read_in_place_of_a_file_and_judged_like_one(files: ProjectFiles) -> None:
    laid = ProjectFiles(files.root, {"manifests/b.yaml": "b: 2\n", "manifests/a.yml": "x" * (SIZE_LIMIT + 1)})
    assert (laid.yaml("manifests/b.yaml"), files.yaml("manifests/b.yaml")) == ("b: 2\n", "a: 1\n")
    with pytest.raises(FileProblem, match="at most 8 MB"):
        laid.yaml("manifests/a.yml")


def test_a_file_at_the_limit_is_read_and_one_above_is_not(files: ProjectFiles) -> None:
    (files.root / "a.txt").write_bytes(b"x" * SIZE_LIMIT)
    assert len(files.text("a.txt")) == SIZE_LIMIT
    with (files.root / "b.txt").open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    with pytest.raises(FileProblem) as caught:
        files.text("b.txt")
    assert caught.value.code == "file-too-large"
    assert caught.value.summary == "b.txt has 50.0 MB; at most 8 MB of a file are read"


def test_only_regular_files_are_read(files: ProjectFiles) -> None:
    os.mkfifo(files.root / "pipe")
    with pytest.raises(FileProblem, match=r"pipe cannot be read: it is not a regular file"):
        files.text("pipe")
    with pytest.raises(FileProblem, match=r"manifests cannot be read: it is a folder"):
        files.text("manifests")
    with pytest.raises(FileProblem, match=r"none cannot be read: No such file or directory"):
        files.text("none")


def test_the_names_of_what_was_read_are_kept(files: ProjectFiles) -> None:
    files.yaml("manifests/b.yaml")
    assert files.read_names == {"manifests/b.yaml"}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("manifests/", ["manifests/a.yml", "manifests/b.yaml", "manifests/deep/er/c.yaml"]),
        ("./manifests", ["manifests/a.yml", "manifests/b.yaml", "manifests/deep/er/c.yaml"]),
        (".", ["manifests/a.yml", "manifests/b.yaml", "manifests/deep/er/c.yaml"]),
        ("manifests/b.yaml", ["manifests/b.yaml"]),
        ("manifests/x.txt", ["manifests/x.txt"]),
        ("manifests/*.yaml", ["manifests/b.yaml"]),
        ("manifests/**/*.yaml", ["manifests/b.yaml", "manifests/deep/er/c.yaml"]),
        ("**/c.yaml", ["manifests/deep/er/c.yaml"]),
        ("manifests/deep/**", ["manifests/deep/er/c.yaml"]),
        ("manifests/?.y*ml", ["manifests/a.yml", "manifests/b.yaml"]),
        ("manifests/none*.yaml", []),
    ],
)
def test_patterns(files: ProjectFiles, pattern: str, names: list[str]) -> None:
    assert files.manifests(pattern) == names


def test_hidden_files_and_folders_are_left_out(files: ProjectFiles) -> None:
    for name in ("manifests/.hidden.yaml", "manifests/.git/d.yaml"):
        (files.root / name).parent.mkdir(exist_ok=True)
        (files.root / name).write_text("a: 1\n", encoding="utf-8")
    assert "manifests/.hidden.yaml" not in files.manifests("manifests")
    assert len(files.manifests("manifests")) == 3


def test_a_missing_folder_is_a_problem(files: ProjectFiles) -> None:
    with pytest.raises(FileProblem, match="manifest does not exist"):
        files.manifests("manifest")


def test_a_folder_that_cannot_be_read_is_a_problem(
    files: ProjectFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(FileProblem, match="manifests cannot be read: Permission denied"):
        files.manifests("manifests")


def test_links_inside_the_project_are_followed_once(files: ProjectFiles) -> None:
    (files.root / "manifests/again.yaml").symlink_to("b.yaml")
    (files.root / "manifests/loop").symlink_to(".")
    assert files.manifests("manifests") == [
        "manifests/a.yml",
        "manifests/b.yaml",
        "manifests/deep/er/c.yaml",
    ]


@pytest.mark.parametrize("pattern", ["../", "/etc", "manifests/out", "manifests"])
def test_nothing_outside_the_project_is_read(files: ProjectFiles, pattern: str) -> None:
    (files.root.parent / "secret.yaml").write_text("a: 1\n", encoding="utf-8")
    (files.root / "manifests/out").symlink_to("../..")
    with pytest.raises(FileProblem, match="leads out of the project folder"):
        files.manifests(pattern)


def test_texts_are_found_beside_the_file_that_names_them(files: ProjectFiles) -> None:
    assert files.beside("manifests/deep/er/c.yaml", "../../x.txt") == "manifests/x.txt"
    assert files.beside("qfops.yaml", "manifests/x.txt") == "manifests/x.txt"


@pytest.mark.parametrize(
    ("path", "summary", "remedy"),
    [
        (
            "/etc/passwd",
            "/etc/passwd is an absolute path",
            "Write it relative to manifests/b.yaml, inside the project folder.",
        ),
        (
            "../../x",
            "manifests/../../x leads out of the project folder",
            "Write it relative to manifests/b.yaml, inside the project folder.",
        ),
        (
            "link/passwd",
            "manifests/link/passwd leads out of the project folder",
            "Write it relative to manifests/b.yaml, inside the project folder.",
        ),
        ("y.txt", "there is no file manifests/y.txt", 'Did you mean "x.txt"?'),
        ("answer.md", "there is no file manifests/answer.md", "Paths are relative to manifests/b.yaml."),
        (
            "no/folder.md",
            "there is no file manifests/no/folder.md",
            "Paths are relative to manifests/b.yaml.",
        ),
    ],
)
def test_texts_that_cannot_be(files: ProjectFiles, path: str, summary: str, remedy: str) -> None:
    (files.root / "manifests/link").symlink_to("/etc")
    with pytest.raises(FileProblem) as caught:
        files.beside("manifests/b.yaml", path)
    assert (caught.value.summary, caught.value.remedy) == (summary, remedy)


def test_a_path_with_a_null_character_is_a_problem(files: ProjectFiles) -> None:
    with pytest.raises(FileProblem, match="null"):
        files.text(files.beside("manifests/b.yaml", "a\0b"))


def test_a_file_name_that_is_not_utf_8_is_a_problem(files: ProjectFiles) -> None:
    (files.root / os.fsdecode(b"manifests/\xff.yaml")).write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(FileProblem, match=r"manifests holds a file whose name is not UTF-8: '\\udcff.yaml'"):
        files.manifests("manifests")


def test_the_schemas_come_with_the_package() -> None:
    assert packaged_schema("project.json")["title"] == "qfops.yaml"
