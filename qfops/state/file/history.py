"""`history.jsonl`: a line for each commit and each notable event. Only ever added to; nothing depends on it.

A line that a crash tore stays in the file, and the next one begins on a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qfops.core.values import JSON
from qfops.state.file.files import Files
from qfops.state.format.lines import compact
from qfops.state.format.problems import told


class History:
    """The history of one state folder."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.path = folder / "history.jsonl"
        self._files = files

    def add(self, event: Mapping[str, JSON]) -> None:
        """Append one line and wait until it is durable."""
        with told(self.path, "written"):
            descriptor = self._files.open_to_append(self.path)
            try:
                torn = self._files.last_byte(descriptor) not in (b"", b"\n")
                self._files.write(descriptor, (b"\n" if torn else b"") + compact(event) + b"\n")
                self._files.sync(descriptor)
            finally:
                self._files.close(descriptor)
