"""Sessions: appends share a sync, commits compact, and a full disk costs nothing that was recorded."""

import asyncio
import errno
import json
from pathlib import Path

import pytest

from qfops.core.address import Address
from qfops.core.errors import Locked, StateError
from qfops.core.state.entry import Entry
from qfops.core.state.records import Outcome, Record, seq_of
from qfops.state.file.heartbeat import Heartbeat
from qfops.state.file.session import FileSession
from qfops.state.lease import Lease

from .support import FAQ, START, ZHANG, Faulty, Held, Time, entry, history, outcome, run, store

MODEL = Address("Model", "m")


async def begun(root: Path, files: Faulty, time: Time | None = None) -> FileSession:
    time = time or Time()
    return await store(root, time, files=files).begin(ZHANG, timeout=0, notify=time.notify)


def outcomes(count: int, first: int = 0) -> list[Record]:
    return [outcome(f"a{n}", entry(f"ds-{n}")) for n in range(first, first + count)]


def test_appends_that_come_together_share_a_sync(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        files.calls.clear()
        written = await asyncio.gather(*(session.append(item) for item in outcomes(50)))
        assert files.calls.count("sync") <= 2
        assert [seq_of(item) for item in written] == list(range(1, 51))
        assert store(tmp_path, Time()).read() == session.state.frozen()
        assert session.state.serial == 50
        await session.release()

    run(scenario())


def test_the_cost_of_an_append_does_not_grow_with_the_state(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        await asyncio.gather(*(session.append(item) for item in outcomes(200)))
        entries = session.state.entries
        files.calls.clear()
        await session.append(outcome("z", entry("ds-z")))
        assert files.calls == ["write", "sync", "read"]
        assert session.state.entries is entries, "a view of the same entries, not a copy"
        assert entries[FAQ] == entry("ds-z")
        await session.release()

    run(scenario())


def test_a_record_that_is_no_json_fails_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        bad = outcome("nan", entry("ds-1", x=float("nan")))
        results = await asyncio.gather(
            *(session.append(item) for item in [outcomes(1)[0], bad, outcomes(1, 1)[0]]),
            return_exceptions=True,
        )
        assert isinstance(results[1], ValueError)
        assert [seq_of(item) for item in results if isinstance(item, Outcome)] == [1, 2]
        assert store(tmp_path, Time()).read() == session.state.frozen()
        await session.release()

    run(scenario())


def test_a_cancelled_caller_leaves_its_record(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        tasks = [asyncio.create_task(session.append(item)) for item in outcomes(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result).__name__ for result in results] == ["Outcome", "CancelledError", "Outcome"]
        assert session.state.serial == 3
        await session.release()
        assert store(tmp_path, Time()).read() == session.state.frozen()

    run(scenario())


def test_a_commit_in_the_middle_of_appends_loses_none(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        tasks = []
        for number in range(30):
            tasks.append(asyncio.create_task(session.append(outcomes(1, number)[0])))
            await asyncio.sleep(0)
            if number % 3 == 0:
                await session.commit()
                assert store(tmp_path, Time()).read().serial >= session.state.serial
        written = await asyncio.gather(*tasks)
        assert sorted(seq_of(item) for item in written) == list(range(1, 31))
        assert store(tmp_path, Time()).read() == session.state.frozen()
        await session.release()

    run(scenario())


def test_a_commit_that_meets_a_record_on_its_way_saves_it_too(tmp_path: Path) -> None:
    """The record is written between the moment that the commit looks at the state and that of its write."""

    async def scenario() -> None:
        files = Held()
        session = await begun(tmp_path, files)
        await session.append(outcomes(1)[0])
        files.calls.clear()
        files.begun.clear()
        files.go.clear()
        append = asyncio.create_task(session.append(outcome("b", Entry(address=MODEL, id="am-1"))))
        assert await asyncio.to_thread(files.begun.wait, 10)
        commit = asyncio.create_task(session.commit(account="user-1", details={"applied": 2}))
        await asyncio.sleep(0)
        assert (session.state.serial, append.done(), commit.done()) == (1, False, False)
        files.go.set()
        await asyncio.gather(append, commit)
        folder = tmp_path / ".qfops/dev"
        assert list(folder.glob("journal-*")) == []
        found = store(tmp_path, Time()).read()
        assert found == session.state.frozen()
        assert (found.serial, found.account, set(found.entries)) == (2, "user-1", {FAQ, MODEL})
        assert files.calls.count("rename") == 2, "one for the snapshot and one for the mark"
        assert [(event["event"], event["serial"]) for event in history(folder)] == [("commit", 2)]
        await session.release()

    run(scenario())


def test_commit_compacts_and_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        folder = tmp_path / ".qfops/dev"
        await session.append(outcomes(1)[0])
        await session.commit(account="user-1", details={"applied": 1})
        assert list(folder.glob("journal-*")) == []
        await session.commit(account="user-1")
        await session.append(outcomes(1, 1)[0])
        assert store(tmp_path, Time()).read() == session.state.frozen()
        assert (session.state.account, session.state.serial) == ("user-1", 2)
        await session.note("deactivated", {"address": "Service/faq"})
        await session.commit()
        await session.release()
        events = history(folder)
        assert [event["event"] for event in events] == ["commit", "deactivated", "commit"]
        assert events[0] == {
            "at": START,
            "event": "commit",
            "serial": 1,
            "by": "zhang",
            "command": "apply",
            "runUrl": "https://ci.example/7",
            "commit": "c0ffee",
            "applied": 1,
        }
        assert json.loads((folder / "mark.json").read_text()) == {
            "lineage": session.state.lineage,
            "serial": 2,
        }

    run(scenario())


def test_the_release_waits_for_what_is_being_written(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        tasks = [asyncio.create_task(session.append(item)) for item in outcomes(3)]
        await asyncio.sleep(0)
        await session.release()
        assert [seq_of(item) for item in await asyncio.gather(*tasks)] == [1, 2, 3]
        assert store(tmp_path, Time()).read() == session.state.frozen()

    run(scenario())


def test_the_release_waits_for_a_commit_whose_caller_was_cancelled(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = Held()
        session = await begun(tmp_path, files)
        await session.append(outcomes(1)[0])
        files.begun.clear()
        files.go.clear()
        commit = asyncio.create_task(session.commit())
        await asyncio.sleep(0)
        assert await asyncio.to_thread(files.begun.wait, 10)
        commit.cancel()
        release = asyncio.create_task(session.release())
        await asyncio.sleep(0)
        assert (session._journal.started, release.done()) == (True, False)
        files.go.set()
        await release
        assert commit.cancelled()
        assert (tmp_path / ".qfops/dev/state.json").exists()
        assert store(tmp_path, Time()).read() == session.state.frozen()

    run(scenario())


def test_nothing_can_be_appended_after_the_release(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        await session.release()
        await session.release()
        with pytest.raises(StateError, match="its lease was given back"):
            await session.append(outcomes(1)[0])

    run(scenario())


@pytest.mark.parametrize("operation", ["write", "sync"])
def test_a_full_disk_loses_only_what_it_reports(tmp_path: Path, operation: str) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        await session.append(outcomes(1)[0])
        before = store(tmp_path, Time()).read()
        files.failing = {operation: errno.ENOSPC}
        with pytest.raises(StateError, match="the disk is full") as caught:
            await session.append(outcomes(1, 1)[0])
        assert "journal-1.jsonl" in caught.value.summary
        assert "goes on from the journal" in caught.value.remedy
        assert session.state.frozen() == before
        files.failing.clear()
        await session.release()
        assert store(tmp_path, Time()).read().entries == {FAQ: entry("ds-0")}

    run(scenario())


def test_after_a_full_disk_has_space_again_the_session_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        files.failing = {"write": errno.ENOSPC}
        with pytest.raises(StateError):
            await session.append(outcomes(1)[0])
        files.failing.clear()
        assert seq_of(await session.append(outcomes(1, 1)[0])) == 1
        assert store(tmp_path, Time()).read() == session.state.frozen()
        await session.release()

    run(scenario())


def test_a_journal_that_cannot_be_cut_back_is_never_written_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        await session.append(outcomes(1)[0])
        files.failing = {"write": errno.EIO, "cut": errno.EIO}
        with pytest.raises(StateError):
            await session.append(outcomes(1, 1)[0])
        files.failing.clear()
        with pytest.raises(StateError, match="Input/output error"):
            await session.append(outcomes(1, 2)[0])
        await session.release()
        assert store(tmp_path, Time()).read() == session.state.frozen()
        assert session.state.serial == 1

    run(scenario())


@pytest.mark.parametrize("operation", ["create", "write", "sync", "rename"])
def test_a_commit_that_fails_changes_nothing(tmp_path: Path, operation: str) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        await session.append(outcomes(1)[0])
        files.failing = {operation: errno.ENOSPC}
        with pytest.raises(StateError, match=r"state\.json: the disk is full"):
            await session.commit(account="user-1")
        files.failing.clear()
        assert store(tmp_path, Time()).read() == session.state.frozen()
        assert session.state.account == ""
        await session.commit(account="user-1")
        assert store(tmp_path, Time()).read() == session.state.frozen()
        assert session.state.account == "user-1"
        await session.release()

    run(scenario())


def test_an_account_alone_is_worth_a_commit(tmp_path: Path) -> None:
    async def scenario() -> None:
        files = Faulty()
        session = await begun(tmp_path, files)
        await session.commit(account="user-1")
        assert store(tmp_path, Time()).read().account == "user-1"
        files.calls.clear()
        await session.commit(account="user-1")
        assert files.calls == []
        await session.release()

    run(scenario())


def test_a_lost_lease_file_is_a_lost_lock(tmp_path: Path) -> None:
    async def scenario() -> None:
        session = await begun(tmp_path, Faulty())
        (tmp_path / ".qfops/dev/lease.json").unlink()
        with pytest.raises(Locked, match=r"lost the lock of the state.*Its lease file was removed"):
            await session.append(outcomes(1)[0])
        await session.release()

    run(scenario())


class Beats:
    """A lease file whose renewals are counted and answered as told."""

    def __init__(self, *answers: bool | StateError) -> None:
        self.length = 0.004
        self.answers = list(answers)

    def renew(self, lease: Lease) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, StateError):
            raise answer
        return answer


def test_the_heartbeat_beats_through_trouble_until_the_lease_is_lost() -> None:
    lease = Lease(1, ZHANG, 0, 0, 60)
    beats = Beats(True, StateError("the disk is full"), False)
    heart = Heartbeat(beats, lease)  # type: ignore[arg-type]
    heart.start()
    heart._thread.join(10)
    assert beats.answers == []
    assert heart.trouble is not None
    heart.stop()


def test_a_busy_event_loop_does_not_stop_the_heartbeat(tmp_path: Path) -> None:
    """The loop does nothing else but wait, blocking, for a renewal."""

    async def scenario() -> None:
        time = Time()
        session = await store(tmp_path, time, lease=0.02).begin(ZHANG, timeout=0, notify=time.notify)
        time.now += 1
        lease = session._lease_file.read()
        for _ in range(1_000_000):
            lease = session._lease_file.read()
            if lease is not None and lease.heartbeat == time.now:
                break
        assert lease is not None
        assert lease.heartbeat == time.now
        await session.release()

    run(scenario())
