"""Recovery: what is readable goes on, what is not is named, and everything as it was is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qfops.core.errors import StateError
from qfops.core.state import State
from qfops.state.formats import Snapshot, write_snapshot
from qfops.state.recover import Recovery

from .support import FAQ, LI, ZHANG, Time, entry, record, run, store


async def applied(root: Path, *identifiers: str, commit: bool) -> State:
    time = Time()
    session = await store(root, time).begin(ZHANG, timeout=0, notify=time.notify)
    for identifier in identifiers:
        await session.append(record("outcome", identifier, entry=entry(identifier)))
    if commit:
        session.commit()
    await session.release()
    return session.state


def recovered(root: Path) -> Recovery:
    time = Time()
    return run(store(root, time).recover(LI, timeout=0, notify=time.notify))


def folder(root: Path) -> Path:
    return root / ".qfops" / "dev"


@pytest.fixture
def two_runs(tmp_path: Path) -> State:
    """Serial 1 committed under fence 1, serials 2 to 4 in the journal of fence 2."""
    run(applied(tmp_path, "ds-1", commit=True))
    return run(applied(tmp_path, "ds-2", "ds-3", "ds-4", commit=False))


def edit(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = folder(root) / name
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new))

    return change


def remove(*names: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for name in names:
            (folder(root) / name).unlink()

    return change


@pytest.mark.parametrize(
    ("damage", "identifier", "serial", "left_out"),
    [
        (
            edit("state.json", b"ds-1", b"ds-9"),
            "ds-4",
            4,
            ["state.json: does not fit", "records 1 to 1 are missing"],
        ),
        (edit("journal-2.jsonl", b"ds-3", b"ds-9"), "ds-2", 2, ["journal-2.jsonl: line 3 does not fit"]),
        (edit("mark.json", b"{", b"["), "ds-4", 4, ["mark.json: cannot be understood"]),
        (remove("journal-2.jsonl", "state.json"), None, 1, ["records 1 to 1 are missing"]),
        (remove("state.json", "mark.json"), "ds-4", 4, ["records 1 to 1 are missing"]),
        (remove("lease.json"), "ds-4", 4, []),
    ],
)
def test_what_is_readable_goes_on(
    tmp_path: Path,
    two_runs: State,
    damage: Callable[[Path], None],
    identifier: str | None,
    serial: int,
    left_out: list[str],
) -> None:
    damage(tmp_path)
    before = {
        path.name: path.read_bytes() for path in folder(tmp_path).iterdir() if "history" not in path.name
    }
    result = recovered(tmp_path)
    assert result.state.serial == serial
    assert result.state.lineage == two_runs.lineage
    assert result.state.entries == ({} if identifier is None else {FAQ: entry(identifier)})
    assert len(result.left_out) == len(left_out)
    assert all(part in said for part, said in zip(left_out, result.left_out, strict=True))
    assert store(tmp_path, Time()).read() == result.state
    kept = {path.name: path.read_bytes() for path in result.kept.iterdir()}
    assert kept == {
        name: data for name, data in before.items() if name.startswith(("state", "journal", "mark"))
    }
    assert [event["event"] for event in store(tmp_path, Time()).history()][-1] == "recover"
    assert run(applied(tmp_path, "ds-9", commit=True)).serial == serial + 1


def test_a_journal_of_another_lineage_is_left_out(tmp_path: Path, two_runs: State) -> None:
    run(applied(tmp_path / "elsewhere", "x-1", "x-2", "x-3", commit=False))
    (folder(tmp_path / "elsewhere") / "journal-1.jsonl").replace(folder(tmp_path) / "journal-1.jsonl")
    result = recovered(tmp_path)
    assert result.state == two_runs
    assert ["belongs to another lineage" in said for said in result.left_out] == [True]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"formatVersion": 2}', "newer qfops"),
        (write_snapshot(Snapshot(State("other", "dev", "x"))), "belongs to project 'other'"),
    ],
)
def test_what_is_not_damage_is_not_recovered(
    tmp_path: Path, two_runs: State, data: bytes, message: str
) -> None:
    (folder(tmp_path) / "state.json").write_bytes(data)
    with pytest.raises(StateError, match=message):
        recovered(tmp_path)
    assert (folder(tmp_path) / "state.json").read_bytes() == data
    assert (folder(tmp_path) / "journal-2.jsonl").exists()
    assert two_runs.serial == 4
