"""What the tests of the state share: a clock that sleeping moves on, and short ways to make records."""

import asyncio
import json
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from qfops.core.address import Address
from qfops.core.state import Entry, Record, RecordType
from qfops.core.values import JSON
from qfops.state import FileStore, Owner
from qfops.state.file.files import Files

T = TypeVar("T")
FAQ = Address("Dataset", "faq")
ZHANG = Owner("zhang", "apply", "https://ci.example/7", "c0ffee", "far-away", 77, "boot/ns/1")
LI = Owner("li", "destroy", host="elsewhere", pid=88)
START = 1_800_000_000.0


class Time:
    """A clock that stands still, and a sleep that moves it on."""

    def __init__(self) -> None:
        self.now = START
        self.said: list[str] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.001)
        await asyncio.sleep(0)

    def notify(self, sentence: str) -> None:
        self.said.append(f"{self.now - START:.0f}: {sentence}")


class Faulty(Files):
    """The real file system with one operation that fails when it is told to."""

    def __init__(self) -> None:
        self.failing: dict[str, int] = {}
        self.calls: list[str] = []

    def _meet(self, name: str) -> None:
        self.calls.append(name)
        if name in self.failing:
            number = self.failing[name]
            raise OSError(number, os.strerror(number))

    def write(self, descriptor: int, data: bytes) -> None:
        if "write" in self.failing:
            super().write(descriptor, data[: len(data) // 2])
        self._meet("write")
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._meet("sync")
        super().sync(descriptor)

    def cut(self, descriptor: int, size: int) -> None:
        self._meet("cut")
        super().cut(descriptor, size)

    def rename(self, source: Path, target: Path) -> None:
        self._meet("rename")
        super().rename(source, target)

    def read(self, path: Path) -> bytes:
        self._meet("read")
        return super().read(path)

    def create(self, path: Path) -> int:
        self._meet("create")
        return super().create(path)

    def open_to_append(self, path: Path) -> int:
        self._meet("open_to_append")
        return super().open_to_append(path)

    def make_folder(self, folder: Path) -> None:
        self._meet("make_folder")
        super().make_folder(folder)


def store(
    root: Path, time: Time, *, gone: bool = False, files: Files | None = None, **more: Any
) -> FileStore:
    """A store of project `faq`, environment `dev`, under the clock of `time`."""
    return FileStore(
        root,
        more.pop("project", "faq"),
        more.pop("environment", "dev"),
        clock=time.clock,
        sleep=time.sleep,
        gone=lambda owner: gone,
        files=files,
        **more,
    )


def history(folder: Path) -> list[dict[str, JSON]]:
    """The events in the history of a state folder."""
    return [json.loads(line) for line in (folder / "history.jsonl").read_bytes().splitlines()]


def record(kind: RecordType, attempt: str, *, entry: Entry | None = None, **more: Any) -> Record:
    """A record of `Dataset/faq`; with `entry`, what holds afterwards."""
    step = more.pop("step", "create")
    if entry is not None:
        more["entries"] = {FAQ: entry}
    return Record(kind, attempt, FAQ, step, **more)


def entry(identifier: str | None = "ds-1", **attributes: JSON) -> Entry:
    """An entry of `Dataset/faq`."""
    return Entry(FAQ, identifier, dict(attributes))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run one test's coroutine."""
    return asyncio.run(coroutine)
