"""`{file: …}` reads nothing that may be secret, whatever way it is named, unless `files.allow` lists it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.manifests.fakes import Folder, box

SECRET = "QIANFAN_SECRET_KEY=do-not-tell"


def found(folder: Folder, relative: str, allow: str = "") -> str:
    """What is wrong with {file: relative} in a manifest, without its place; the text where nothing is."""
    folder.write("qfops.yaml", f"name: demo\n{allow}")
    folder.manifest(box(f'{{boxName: bb, note: {{file: "{relative}"}}}}'))
    errors = folder.errors()
    if not errors:
        return str(folder.one().attributes["note"])
    (error,) = errors
    assert SECRET not in error
    place, _, rest = error.partition(" ")
    assert place == "manifests/a.yaml:5:21"
    return rest


def refused(folder: Folder, relative: str) -> bool:
    return found(folder, relative).startswith("private-file Box/b spec.note: ")


@pytest.mark.parametrize(
    "name",
    [
        ".env", ".env.local", ".ENV", "prompts/.notes.txt", ".prompts/a.txt", ".git/config",
        ".qfops/dev/state.json", "a/.b/c/d.txt", "server.pem", "SERVER.PEM", "deploy.key", "keys/id_rsa",
        "Id_Ed25519", "deploy_rsa",
        "prod.env", "prod.env.local", "credentials", "credentials.json", "secrets.yaml", "state.json",
        "journal-3.jsonl", "terraform.tfstate", "store.p12", "my_netrc",
    ],
)  # fmt: skip
def test_what_a_name_gives_away(folder: Folder, name: str) -> None:
    folder.write(name, SECRET)
    assert refused(folder, f"../{name}")
    assert found(folder, f"../{name}", f'files: {{allow: ["{name}"]}}\n') == SECRET


@pytest.mark.parametrize(
    "name",
    ["env.txt", "keys.txt", "monkey.md", "id_rsa.pub", "secrets.txt", "pem", "a.b/c..d.txt", "stated.json"],
)
def test_ordinary_names_are_read(folder: Folder, name: str) -> None:
    folder.write(name, "hello")
    assert found(folder, f"../{name}") == "hello"


def test_the_message_says_what_and_what_to_write(folder: Folder) -> None:
    folder.write(".env", SECRET)
    assert found(folder, "../.env") == (
        "private-file Box/b spec.note: .env is hidden (.env begins with a dot), so it is not read"
        " | Take the file from elsewhere. If everybody may see it, write in qfops.yaml:"
        '  files: {allow: [".env"]}'
    )


@pytest.mark.parametrize("relative", ["x/../../.env", "./../.env", "..//.env", "../manifests/../.env"])
def test_a_way_around_leads_to_the_same_file(folder: Folder, relative: str) -> None:
    folder.write(".env", SECRET)
    folder.write("manifests/x/y.txt", "")
    assert refused(folder, relative)


def test_links_are_judged_by_what_they_lead_to_and_by_their_names(folder: Folder) -> None:
    folder.write(".env", SECRET)
    folder.write("a.txt", "hello")
    (folder.root / "link.txt").symlink_to(".env")
    (folder.root / "chain.txt").symlink_to("link.txt")
    (folder.root / ".hidden.txt").symlink_to("a.txt")
    (folder.root / "open").symlink_to(".")
    assert refused(folder, "../link.txt")
    assert refused(folder, "../chain.txt")
    assert refused(folder, "../.hidden.txt")
    assert refused(folder, "../open/.env")
    assert found(folder, "../open/a.txt") == "hello"
    assert found(folder, "../link.txt", 'files: {allow: ["link.txt"]}\n').startswith("private-file")
    assert found(folder, "../link.txt", 'files: {allow: [".env"]}\n') == SECRET


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("notes/draft.txt", True),
        ("./notes/draft.txt", True),
        ("notes/", True),
        ("notes", True),
        ("notes/*.txt", True),
        ("**/draft.txt", True),
        ("**", True),
        ("*.txt", False),
        ("note", False),
        ("notes/draft", False),
    ],
)
def test_what_files_allow_lists(folder: Folder, pattern: str, allowed: bool) -> None:
    folder.write(".gitignore", "notes/\n")
    folder.write("notes/draft.txt", "hello")
    answer = found(folder, "../notes/draft.txt", f'files: {{allow: ["{pattern}"]}}\n')
    assert (answer == "hello") is allowed


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [("**", False), ("*", False), ("prompts", False), ("prompts/.a.txt", True), ("prompts/.*", False)],
)
def test_what_is_hidden_must_be_written_out(folder: Folder, pattern: str, allowed: bool) -> None:
    folder.write("prompts/.a.txt", "hello")
    answer = found(folder, "../prompts/.a.txt", f'files: {{allow: ["{pattern}"]}}\n')
    assert (answer == "hello") is allowed


def test_what_git_ignores(folder: Folder) -> None:
    folder.write(".gitignore", "# ours\n*.local.txt\n/private/\n!kept.local.txt\n")
    folder.write("prompts/.gitignore", "draft*\n")
    for name in ("a.local.txt", "x/b.local.txt", "private/c.txt", "prompts/draft.txt"):
        folder.write(name, SECRET)
        assert refused(folder, f"../{name}"), name
    for name in ("kept.local.txt", "x/private/c.txt", "prompts/a.txt", "draft.txt"):
        folder.write(name, "hello")
        assert found(folder, f"../{name}") == "hello", name
    assert found(folder, "../x/b.local.txt") == (
        "private-file Box/b spec.note: x/b.local.txt is ignored by git (.gitignore:2: *.local.txt),"
        " so it is not read"
        " | Take the file from elsewhere. If everybody may see it, write in qfops.yaml:"
        '  files: {allow: ["x/b.local.txt"]}'
    )


def test_the_gitignore_of_the_repository_around_the_project(tmp_path: Path, folder: Folder) -> None:
    """A project may be a folder of a larger repository; above that nothing counts."""
    inner = Folder(folder.root / "apps" / "faq", folder.registry) if _made(folder) else folder
    inner.write("notes.txt", SECRET)
    assert not refused(inner, "../notes.txt")
    folder.write(".gitignore", "notes.txt\n")
    assert not refused(inner, "../notes.txt")
    (folder.root / ".git").mkdir()
    assert "(../../.gitignore:1: notes.txt)" in found(inner, "../notes.txt")


def _made(folder: Folder) -> bool:
    (folder.root / "apps" / "faq").mkdir(parents=True)
    return True


def test_a_gitignore_that_cannot_be_read_lets_nothing_pass(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.txt", "hello")
    (folder.root / ".gitignore").symlink_to(".gitignore")
    answer = found(folder, "../a.txt")
    assert answer.startswith("unreadable-file Box/b spec.note: ")
    assert ".gitignore cannot be read" in answer


def test_each_environment_has_its_own_list(folder: Folder) -> None:
    folder.write(".gitignore", "*.local.txt")
    folder.write("a.local.txt", "hello")
    folder.write("qfops.yaml", "name: demo\nenvironments: {dev: {files: {allow: [a.local.txt]}}, prod: {}}\n")
    folder.manifest(box("{boxName: bb, note: {file: ../a.local.txt}}"))
    assert folder.errors("dev") == []
    assert "private-file" in folder.errors("prod")[0]


@pytest.mark.parametrize(
    "where", ["defaults: [{kind: Box, spec: {note: {file: .env}}}]", "vars: {x: {file: .env}}"]
)
def test_texts_that_qfops_yaml_names(folder: Folder, where: str) -> None:
    folder.write(".env", SECRET)
    folder.write("qfops.yaml", f"name: demo\n{where}\n")
    folder.manifest(box('{boxName: bb, note: "${var.x}"}' if "vars" in where else "{boxName: bb}"))
    (error,) = folder.errors()
    assert "private-file" in error
    assert SECRET not in error


def test_keys_are_no_manifest(folder: Folder) -> None:
    """What is wrong with a manifest is printed, with the text of it."""
    folder.write(".env", SECRET)
    folder.write("qfops.yaml", "name: demo\nmanifests: [.env]\n")
    assert folder.errors() == [
        "qfops.yaml:2:13 private-file - manifests[0]: .env is hidden (.env begins with a dot), so it is no"
        " manifest | Take .env out."
    ]
