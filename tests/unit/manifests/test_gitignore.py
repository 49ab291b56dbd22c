"""What a `.gitignore` names. Every row was compared with git itself, as were thousands of random worlds."""

from __future__ import annotations

import pytest

from qfops.manifests.gitignore import IgnoredBy, ignored, read_rules


def verdict(text: str, path: str, **deeper: str) -> bool:
    rules = {folder.replace("__", "/"): read_rules(own) for folder, own in {"": text, **deeper}.items()}
    return ignored(path, rules) is not None


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a.txt", "a.txt", True),
        ("a.txt", "b/c/a.txt", True),
        ("a.txt", "a.txt/b", True),
        ("a.txt", "A.txt", False),
        ("/a.txt", "a.txt", True),
        ("/a.txt", "b/a.txt", False),
        ("b/a.txt", "b/a.txt", True),
        ("b/a.txt", "c/b/a.txt", False),
        ("**/b/a.txt", "c/b/a.txt", True),
        ("**/a.txt", "a.txt", True),
        ("b/**", "b/c/a.txt", True),
        ("b/**", "b", False),
        ("b/**/a.txt", "b/a.txt", True),
        ("b/**/a.txt", "b/c/d/a.txt", True),
        ("b/***/a.txt", "b/c/d/a.txt", True),
        ("/**", "b/a.txt", True),
        ("b**t", "b/a.txt", False),
        ("secret/", "secret", False),
        ("secret/", "secret/a.txt", True),
        ("secret/", "x/secret/y/a.txt", True),
        ("*.txt", "x/a.txt", True),
        ("*.txt\n!a.txt", "x/a.txt", False),
        ("!a.txt\n*.txt", "x/a.txt", True),
        ("x/\n!x/a.txt", "x/a.txt", True),
        ("x/*\n!x/a.txt", "x/a.txt", False),
        ("*\n!*/\n!*.md", "x/y/a.md", False),
        ("*\n!*/\n!*.md", "x/y/a.txt", True),
        ("# a.txt", "# a.txt", False),
        ("\\# a.txt", "# a.txt", True),
        ("\\!a", "!a", True),
        ("a.txt  ", "a.txt", True),
        ("a\\ ", "a ", True),
        ("a.txt\r\n", "a.txt", True),
        ("\ufeffa.txt", "a.txt", True),
        ("", "a.txt", False),
        ("/", "a.txt", False),
        ("!", "a.txt", False),
        ("[ab].txt", "b.txt", True),
        ("[!ab].txt", "b.txt", False),
        ("[^ab].txt", "c.txt", True),
        ("[a-c].txt", "b.txt", True),
        ("[]a].txt", "].txt", True),
        ("[[:digit:]].txt", "7.txt", True),
        ("[\\]].txt", "].txt", True),
        ("[b-a]", "b", True),
        ("a[", "a[", False),
        ("a\\", "a", False),
        ("?.txt", "b.txt", True),
        ("a?b", "a/b", False),
        ("x/a[/]b", "x/a/b", False),
    ],
)
def test_one_file(text: str, path: str, expected: bool) -> None:
    assert verdict(text, path) is expected


def test_a_deeper_file_wins() -> None:
    assert verdict("*.txt", "x/y/a.txt", x="!a.txt") is False
    assert verdict("!a.txt", "x/y/a.txt", x__y="/a.txt") is True
    assert verdict("!a.txt", "x/y/z/a.txt", x__y="/a.txt") is False
    assert verdict("x/", "x/a.txt", x="!a.txt") is True


def test_the_line_is_told() -> None:
    rules = {"": read_rules("# private\n\n*.draft\n"), "x": read_rules("notes/\r\n")}
    assert ignored("x/notes/a.txt", rules) == IgnoredBy("x", 1, "notes/")
    assert ignored("a.draft", rules) == IgnoredBy("", 3, "*.draft")


def test_a_disk_that_knows_no_case() -> None:
    rules = {"": read_rules("Secret/\n[A-C].txt", any_case=True)}
    assert ignored("secret/a", rules) == IgnoredBy("", 1, "Secret/")
    assert ignored("b.TXT", rules) == IgnoredBy("", 2, "[A-C].txt")
