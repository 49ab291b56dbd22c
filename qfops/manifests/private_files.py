"""What `{file: …}` never reads unless `files.allow` lists it: hidden, key and state files, what git ignores.

A text goes to the console, into state and into plans that are read in public; a project file alone, which may
come from a stranger's change request, must not be able to send a secret there. Links are judged by what they
lead to, and by their own names.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from qfops.manifests import codes, gitignore
from qfops.manifests.files import PROJECT_FILE, FileProblem, ProjectFiles, glob

_KEYS = (
    *("*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.ppk", "*.pkcs8", "*.pkcs12", "*.jks", "*.keystore"),
    *("*.kdbx", "*.gpg", "*.pgp", "*_rsa", "*_dsa", "*_ecdsa", "*_ecdsa_sk", "*_ed25519", "*_ed25519_sk"),
    *("*.env", "*.env.*", "credentials", "credentials.csv", "credentials.json", "*_netrc", "kubeconfig"),
    *("secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml"),
)
_STATE = ("state.json", "journal-*.jsonl", "emulator.db", "*.tfstate", "*.tfstate.*")


class PrivateFiles:
    """The guard before the texts of one project; it remembers what it has read of `.gitignore` files."""

    def __init__(self, files: ProjectFiles) -> None:
        self._root = files.root
        self._any_case = _same(files.root / PROJECT_FILE, files.root / PROJECT_FILE.upper())
        self._top = _repository(files.root)
        self._rules: dict[str, tuple[gitignore.IgnoreLine, ...]] = {}
        self._found: dict[str, str] = {}

    def check(self, named_by: str, relative: str, name: str, allow: Sequence[str]) -> None:
        """FileProblem unless the text may be read that `{file: relative}` in a file means.

        `name` is what it comes to, links resolved; `allow` are the patterns of `files.allow`.
        """
        names = dict.fromkeys((name, *self._as_written(named_by, relative)))
        refused = {item: why for item in names if (why := self._why(item)) and not _allowed(item, allow)}
        if not refused:
            return
        listed = ", ".join(f'"{item}"' for item in refused)
        raise FileProblem(
            codes.PRIVATE,
            f"{' and '.join(refused.values())}, so it is not read",
            f"Take the file from elsewhere. If everybody may see it, write in {PROJECT_FILE}:"
            f"  files: {{allow: [{listed}]}}",
        )

    def _as_written(self, named_by: str, relative: str) -> Iterable[str]:
        """The name as it is written, before links are followed; nothing where it leads outside and back."""
        name = os.path.normpath(Path(named_by).parent / relative).replace(os.sep, "/")
        return () if name.startswith("../") else (name,)

    def _why(self, name: str) -> str:
        """Why a file is private, in words that go on; "" where it is not."""
        if name not in self._found:
            self._found[name] = private_by_name(name) or self._by_git(name)
        return self._found[name]

    def _by_git(self, name: str) -> str:
        path = (self._root / name).relative_to(self._top).as_posix()
        rules = {folder: self._rules_of(folder) for folder in gitignore.folders_above(path)}
        match = gitignore.ignored(path, rules)
        if match is None:
            return ""
        file = os.path.relpath(self._top / match.folder / gitignore.FILE, self._root)
        return f"{name} is ignored by git ({file}:{match.line}: {match.written})"

    def _rules_of(self, folder: str) -> tuple[gitignore.IgnoreLine, ...]:
        if folder not in self._rules:
            self._rules[folder] = self._read(self._top / folder / gitignore.FILE)
        return self._rules[folder]

    def _read(self, path: Path) -> tuple[gitignore.IgnoreLine, ...]:
        try:
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return ()
        except OSError as error:
            raise FileProblem(
                codes.UNREADABLE,
                f"{path} cannot be read: {error.strerror or error}",
                "It says which files are private, so no {file} is read without it: give this user the right.",
            ) from None
        return gitignore.read_rules(text, any_case=self._any_case)


def private_by_name(name: str) -> str:
    """Why its name alone makes a file private, in words that go on; "" where it does not."""
    parts = name.split("/")
    hidden = next((part for part in parts if part.startswith(".")), "")
    if hidden:
        return f"{name} is hidden ({hidden} begins with a dot)"
    for what, patterns in (("a key file", _KEYS), ("a state file", _STATE)):
        for pattern in patterns:
            if fnmatchcase(parts[-1].lower(), pattern):
                return f"{name} looks like {what} ({pattern})"
    return ""


def _allowed(name: str, allow: Sequence[str]) -> bool:
    """Whether `files.allow` lists a file: by its path, by a folder above it, or by a glob."""
    return any(_lists(pattern.removeprefix("./").rstrip("/"), name) for pattern in allow)


def _lists(pattern: str, name: str) -> bool:
    """Whether one pattern lists a file. What is hidden must be written out: no wildcard, nor a folder, is."""
    written = pattern.split("/")
    if any(part.startswith(".") and part not in written for part in name.split("/")):
        return False
    return name == pattern or name.startswith(f"{pattern}/") or glob(pattern).fullmatch(name) is not None


def _repository(root: Path) -> Path:
    """The folder of the repository that holds the project: its `.gitignore` files count; else the project."""
    return next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), root)


def _same(left: Path, right: Path) -> bool:
    """Whether two names are one file: then the disk does not tell upper from lower case."""
    try:
        return left.samefile(right)
    except OSError:
        return False
