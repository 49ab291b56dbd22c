"""What the tests of the state share: a clock that sleeping moves on, and short ways to make records."""

import asyncio
import copy
import json
import os
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

from qfops.core.address import Address, KindKey
from qfops.core.paths import pattern, top
from qfops.core.state.entry import CURRENT, Entry
from qfops.core.state.records import Before, Failure, Header, Intent, Outcome
from qfops.core.values import JSON
from qfops.state import FileStore, Owner
from qfops.state.file.files import Files
from qfops.state.format.layout import sealed
from qfops.state.format.problems import FormatError
from qfops.state.format.snapshot import read_snapshot

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


class Held(Faulty):
    """The real file system, where a write begins and then waits as long as `go` is clear."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.begun = threading.Event(), threading.Event()
        self.go.set()

    def write(self, descriptor: int, data: bytes) -> None:
        self.begun.set()
        assert self.go.wait(10), "nobody let the write go on"
        super().write(descriptor, data)


class Kinds:
    """What old documents need to know of two kinds; every other is none."""

    def status_fields(self, key: KindKey) -> tuple[str, ...]:
        """A dataset shows two fields, a model one."""
        fields = {"Dataset": ("importStatus", "publishStatus"), "Model": ("state",)}
        return fields.get(key.name, ())

    def takes_reference(self, key: KindKey, path: str) -> bool:
        """Two places of a model, and everything below `extra`."""
        known = pattern(path) in ("modelSetId", "versions[*].versionId") or top(path) == "extra"
        return key.name == "Model" and known


KINDS = Kinds()


def store(
    root: Path, time: Time, *, gone: bool = False, files: Files | None = None, **more: Any
) -> FileStore:
    """A store of project `faq`, environment `dev`, under the clock of `time`."""
    return FileStore(
        root,
        more.pop("project", "faq"),
        more.pop("environment", "dev"),
        KINDS,
        clock=time.clock,
        sleep=time.sleep,
        gone=lambda owner: gone,
        files=files,
        **more,
    )


def history(folder: Path) -> list[dict[str, JSON]]:
    """The events in the history of a state folder."""
    return [json.loads(line) for line in (folder / "history.jsonl").read_bytes().splitlines()]


def header(attempt: str = "a1", *, operation: str = "", what: str = CURRENT, seq: int = 0) -> Header:
    """What a record of the step `create` of `Dataset/faq` says."""
    return Header(attempt=attempt, address=FAQ, step="create", operation=operation, object=what, seq=seq)


def intent(
    attempt: str = "a1",
    planned: Entry | None = None,
    *,
    before: Before = None,
    expires: float = 0.0,
    seq: int = 0,
) -> Intent:
    """A call of `Dataset/faq` that is about to be sent."""
    return Intent(header=header(attempt, seq=seq), planned=planned, before=before, expires=expires)


def outcome(
    attempt: str = "a1",
    *held: Entry,
    gone: tuple[Address, ...] = (),
    operation: str = "",
    what: str = CURRENT,
    done: bool = False,
) -> Outcome:
    """A step of `Dataset/faq` that took effect, the entries that hold from now on and the addresses gone."""
    entries: dict[Address, Entry | None] = {**dict.fromkeys(gone), **{item.address: item for item in held}}
    return Outcome(header=header(attempt, operation=operation, what=what), entries=entries, done=done)


def failure(attempt: str = "a1", message: str = "") -> Failure:
    """A call of `Dataset/faq` that had no effect."""
    return Failure(header=header(attempt), message=message)


def entry(identifier: str | None = "ds-1", **attributes: JSON) -> Entry:
    """An entry of `Dataset/faq`."""
    return Entry(address=FAQ, id=identifier, attributes=dict(attributes))


ODD: list[JSON] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "Model/m",
    [],
    {},
    [[]],
    [{}],
    ["x", 1],
    {"": None},
    {"x": {}},
]


def refusals(document: dict[str, JSON]) -> int:
    """How many snapshots with an odd value in one place are refused; any other error passes through."""
    refused = 0
    for *above, last in _places(document):
        for odd in ODD:
            changed: Any = copy.deepcopy(document)
            here = changed
            for part in above:
                here = here[part]
            here[last] = odd
            try:
                read_snapshot(sealed(changed), KINDS)
            except FormatError:
                refused += 1
    return refused


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and index of a document, from the top down."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        yield (*path, part)
        yield from _places(item, (*path, part))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run one test's coroutine."""
    return asyncio.run(coroutine)
