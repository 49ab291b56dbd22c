"""The file operations that the state needs, one method each, so that a test can fail or cut any of them.

Nothing here knows what is in the files.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from qfops.state.format.problems import told

FileMark = tuple[int, int, int]
"""What identifies one version of a file: inode, time of its last change, size."""


class Files:
    """The real file system."""

    def read(self, path: Path) -> bytes:
        """The whole content; FileNotFoundError when there is no such file."""
        return path.read_bytes()

    def mark(self, path: Path) -> FileMark | None:
        """Changes whenever the file is replaced or written; None when there is none."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted; empty when there is no such folder."""
        try:
            return sorted(entry.name for entry in folder.iterdir())
        except FileNotFoundError:
            return []

    def make_folder(self, folder: Path) -> None:
        """Create a folder that only this user can enter, and the folders above it."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)

    def create(self, path: Path) -> int:
        """A descriptor of a new, empty file (mode 0600); FileExistsError when the name is taken."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def open_to_append(self, path: Path) -> int:
        """A descriptor that writes at the end of the file, made (mode 0600) if need be."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of `data`."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        """Return when everything written is on stable storage."""
        os.fsync(descriptor)

    def last_byte(self, descriptor: int) -> bytes:
        """The last byte of an open file, b"" of an empty one."""
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, 1, size - 1) if size else b""

    def cut(self, descriptor: int, size: int) -> None:
        """Shorten the file to its first `size` bytes."""
        os.ftruncate(descriptor, size)

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""
        os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target`, in one step."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Return when new, renamed and removed names are on stable storage."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Remove a file; that it is gone already is no error."""
        path.unlink(missing_ok=True)

    def try_lock(self, descriptor: int) -> bool:
        """Take the file's lock unless another descriptor has it; closing, or dying, gives it back."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def replace_file(files: Files, path: Path, data: bytes) -> None:
    """Let `path` hold `data`, or what it held before, whatever happens in between."""
    temporary = path.with_name(f"{path.name}.new")
    files.remove(temporary)
    descriptor = files.create(temporary)
    try:
        files.write(descriptor, data)
        files.sync(descriptor)
    finally:
        files.close(descriptor)
    files.rename(temporary, path)
    files.sync_folder(path.parent)


def read_if_there(files: Files, path: Path) -> bytes | None:
    """The content, or None when there is no such file; StateError when it cannot be read."""
    with told(path, "read"):
        try:
            return files.read(path)
        except FileNotFoundError:
            return None


def sync_file(files: Files, path: Path) -> None:
    """Bring what another process wrote to `path` onto stable storage."""
    descriptor = files.open_to_append(path)
    try:
        files.sync(descriptor)
    finally:
        files.close(descriptor)
