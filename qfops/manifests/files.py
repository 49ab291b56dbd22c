"""The project's files: the only disk access of this package.

Reads below the project folder only (links resolved), at most SIZE_LIMIT bytes a file, UTF-8; whatever goes
wrong becomes a FileProblem with the place and the remedy. Never writes: what a file would say with another
text is found out with an overlay.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import qfops
from qfops.core.address import Location
from qfops.core.diagnostics import nearest
from qfops.core.values import JSON
from qfops.manifests import codes

SIZE_LIMIT = 8 * 1024 * 1024
PROJECT_FILE = "qfops.yaml"
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
MANIFEST_SUFFIXES = (".yaml", ".yml")
_WILD = re.compile(r"[*?]")
_MISWRITTEN = re.compile(r"\.ya?ml$", re.IGNORECASE)
_PERHAPS = re.compile(r"\.(ya?ml|json)\b", re.IGNORECASE)
_GLOB = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class FileProblem(Exception):
    """A file that cannot be read; `location` is given where the fault has a place inside the file."""

    def __init__(self, code: str, summary: str, remedy: str = "", location: Location | None = None) -> None:
        super().__init__(summary)
        self.code, self.summary, self.remedy, self.location = code, summary, remedy, location


class ProjectFiles:
    """The files of one project; names are relative to its folder, with forward slashes.

    `overlay` holds texts by name that are read in place of what the files hold. `passed_over` are the files
    that looking for manifests came upon and left out although they may be some, with what to do about each.
    """

    def __init__(self, root: Path, overlay: Mapping[str, str]) -> None:
        self.root, self._overlay = Path(os.path.realpath(root)), overlay
        self._folder = str(self.root)
        self.read_names: set[str] = set()
        self.passed_over: dict[str, str] = {}

    def yaml(self, name: str) -> str:
        """The text of a YAML file, without a byte order mark; FileProblem."""
        return self._decoded(name).removeprefix("\ufeff")

    def text(self, name: str) -> str:
        """The text of a `{file}`: CRLF → LF, one final newline cut; FileProblem, also for a BOM."""
        text = self._decoded(name)
        if text.startswith("\ufeff"):
            raise FileProblem(
                codes.ENCODING,
                f"{name} begins with a byte order mark, which would become part of the text",
                "Save it as UTF-8 without BOM.",
                Location(name, 1),
            )
        return text.replace("\r\n", "\n").removesuffix("\n")

    def beside(self, file: str, relative: str) -> str:
        """The name of `relative` as seen from the folder of `file`; FileProblem where it leads outside."""
        advice = f"Write it relative to {file}, inside the project folder."
        if Path(relative).is_absolute():
            raise FileProblem(codes.OUTSIDE, f"{relative} is an absolute path", advice)
        try:
            name = self._inside(Path(file).parent / relative)
        except FileProblem as problem:
            raise FileProblem(problem.code, problem.summary, advice) from None
        if not self.exists(name):
            folder = self.root / Path(name).parent
            near = nearest(Path(name).name, _names_in(folder))
            summary = f"there is no file {name}"
            raise FileProblem(codes.UNREADABLE, summary, near or f"Paths are relative to {file}.")
        return name

    def manifests(self, pattern: str) -> list[str]:
        """The files of one item of `manifests`: a file, a folder with all below it, or a glob; sorted."""
        folder, wild = _split(pattern)
        start = self._inside(Path(folder))
        path = self.root / start
        if not wild and path.is_file():
            return [start]
        if not path.is_dir():
            raise FileProblem(
                codes.UNREADABLE, f"{pattern} does not exist", "Create it, or correct `manifests`."
            )
        names = self._walk(start)
        if wild:
            accept = glob(pattern.removeprefix("./"))
            matching = {name for name in names if accept.fullmatch(name)}
            for name in names - matching:
                stem = name.rpartition(".")[0]
                if any(accept.fullmatch(stem + suffix) for suffix in MANIFEST_SUFFIXES):
                    self.passed_over[name] = f"Add {name} to `manifests`, or rename it as {pattern} asks."
            names = matching
        return sorted(names)

    def exists(self, name: str) -> bool:
        """Whether there is anything of that name."""
        return os.path.lexists(self.root / name)

    def owner_of(self, path: Path) -> str:
        """The name of a PATH argument; FileProblem where it is missing or outside."""
        full = path if path.is_absolute() else self.root / path
        if not full.exists():
            raise FileProblem(codes.UNREADABLE, f"{path} does not exist")
        return self._inside(full)

    def _decoded(self, name: str) -> str:
        data = self._bytes(name)
        self.read_names.add(name)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8")
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            what = "UTF-16" if utf16 else f"byte 0x{data[error.start]:02x}"
            raise FileProblem(
                codes.ENCODING,
                f"{name} is not UTF-8 ({what})",
                "Save it as UTF-8.",
                Location(name, line, column),
            ) from None

    def _bytes(self, name: str) -> bytes:
        if name in self._overlay:
            data = self._overlay[name].encode("utf-8")
            size = len(data)
        else:
            try:
                size, data = _read_plain(f"{self._folder}/{name}")
            except (OSError, ValueError) as error:
                raise FileProblem(codes.UNREADABLE, f"{name} cannot be read: {_reason(error)}") from None
        if len(data) > SIZE_LIMIT:
            raise FileProblem(
                codes.TOO_LARGE,
                f"{name} has {size / 1024**2:.1f} MB; at most {SIZE_LIMIT // 1024**2} MB of a file are read",
                "Split it, or move long texts into files of their own.",
            )
        return data

    def _inside(self, path: Path) -> str:
        try:
            resolved = Path(os.path.realpath(self.root / path))
        except (OSError, ValueError) as error:
            raise FileProblem(codes.UNREADABLE, f"{str(path)!r} cannot be read: {_reason(error)}") from None
        if not resolved.is_relative_to(self.root):
            raise FileProblem(
                codes.OUTSIDE,
                f"{path} leads out of the project folder",
                "Move the file into the project.",
            )
        return resolved.relative_to(self.root).as_posix()

    def _walk(self, start: str) -> set[str]:
        """Every manifest file at or below a folder, under its real name; hidden ones are left out."""
        names: set[str] = set()
        seen: set[str] = set()
        folders = [start]
        while folders:
            folder = folders.pop()
            if folder in seen:
                continue
            seen.add(folder)
            for name, is_folder, written in self._entries(folder):
                if is_folder:
                    folders.append(name)
                elif name.endswith(MANIFEST_SUFFIXES) and name != PROJECT_FILE:
                    names.add(name)
                elif name != PROJECT_FILE:
                    self._pass_over(written)
        return names

    def _pass_over(self, name: str) -> None:
        """Note a file that is no manifest by its name, where it looks like one."""
        folder, _, last = name.rpartition("/")
        hidden = last.startswith(".") or "/." in f"/{folder}"
        if _MISWRITTEN.search(last) and not hidden:
            right = _MISWRITTEN.sub(lambda match: match[0].lower(), last)
            if right == last:
                self.passed_over[name] = (
                    "It is a link to a file of another name: link one that ends in .yaml."
                )
            else:
                self.passed_over[name] = f"Rename it to {right}, or move it out of {folder or 'the project'}."
        elif _PERHAPS.search(last) and self._declares(name):
            self.passed_over[name] = (
                "Give it a name that ends in .yaml and begins with no dot, or move it out of "
                f"{folder or 'the project'}."
            )

    def _declares(self, name: str) -> bool:
        """Whether a file speaks of resources; one that cannot be read does not."""
        try:
            return b"qianfan/v" in _read_plain(f"{self._folder}/{name}")[1]
        except (OSError, ValueError):
            return False

    def _pass_over_hidden(self, name: str, *, is_folder: bool) -> None:
        """Note what is hidden among manifests: a file, or those that lie in a hidden folder."""
        if not is_folder:
            self._pass_over(name)
            return
        for inner in _names_in(self.root / name):
            self._pass_over(f"{name}/{inner}")

    def _entries(self, folder: str) -> Iterator[tuple[str, bool, str]]:
        """What is in a folder: the real name, whether it is a folder, and the name that stands there."""
        prefix = "" if folder == "." else f"{folder}/"
        try:
            with os.scandir(self.root / folder) as entries:
                for entry in entries:
                    name = prefix + _printable(entry.name, folder)
                    if entry.name.startswith("."):
                        self._pass_over_hidden(name, is_folder=entry.is_dir(follow_symlinks=False))
                        continue
                    yield self._inside(Path(name)) if entry.is_symlink() else name, entry.is_dir(), name
        except OSError as error:
            raise FileProblem(codes.UNREADABLE, f"{folder} cannot be read: {_reason(error)}") from None


def packaged_schema(name: str) -> dict[str, JSON]:
    """A schema that comes with qfops, for example `project.json`."""
    path = Path(qfops.__file__).parent / "schemas" / name
    return cast("dict[str, JSON]", json.loads(path.read_text(encoding="utf-8")))


def _read_plain(path: str) -> tuple[int, bytes]:
    """The size of a regular file and its bytes, hardly more than SIZE_LIMIT of them.

    Other files are refused: a pipe or device would block or never end. Plain system calls, because buffered
    files cost three times as much.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is a folder" if stat.S_ISDIR(status.st_mode) else "it is not a regular file")
        chunks = [os.read(descriptor, min(status.st_size, SIZE_LIMIT) + 1)]
        size = len(chunks[0])
        while chunks[-1] and size <= SIZE_LIMIT:
            chunks.append(os.read(descriptor, SIZE_LIMIT))
            size += len(chunks[-1])
    finally:
        os.close(descriptor)
    return max(size, status.st_size), b"".join(chunks)


def _names_in(folder: Path) -> list[str]:
    """What is in a folder, for a hint; nothing where it cannot be read."""
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _printable(name: str, folder: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise FileProblem(
            codes.ENCODING, f"{folder} holds a file whose name is not UTF-8: {name!r}", "Rename it."
        ) from None
    return name


def _split(pattern: str) -> tuple[str, bool]:
    """The part of a pattern before its first wildcard segment, and whether it has one."""
    match = _WILD.search(pattern)
    if match is None:
        return pattern, False
    return pattern[: match.start()].rpartition("/")[0] or ".", True


def glob(pattern: str) -> re.Pattern[str]:
    """The regular expression of a glob: `**` is any folders, `*` and `?` stay within a name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(_GLOB.get(part) or re.escape(part) for part in parts))
