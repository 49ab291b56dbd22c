"""The file store from outside: reading, waiting, taking over, and what it refuses to trust."""

import asyncio
import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qfops.core.errors import Locked, StateError, UsageError
from qfops.core.state.state import State
from qfops.core.values import JSON
from qfops.state.file.files import Files
from qfops.state.file.session import FileSession
from qfops.state.format.layout import sealed
from qfops.state.format.lines import encode_line
from qfops.state.format.snapshot import Snapshot, write_snapshot

from .support import FAQ, LI, START, ZHANG, Faulty, Time, entry, history, intent, outcome, run, store


async def applied(root: Path, time: Time, *identifiers: str, commit: bool = True) -> State:
    """A run that leaves `identifiers`, one after the other, as the dataset's id."""
    session = await store(root, time).begin(ZHANG, timeout=0, notify=time.notify)
    for number, identifier in enumerate(identifiers):
        await session.append(outcome(f"{identifier}-{number}", entry(identifier)))
    if commit:
        await session.commit()
    await session.release()
    return session.state.frozen()


async def crashed(root: Path, time: Time, *, expires: float) -> FileSession:
    """A run that wrote an intent and then went quiet without giving its lease back."""
    session = await store(root, time, lease=1e9).begin(ZHANG, timeout=0, notify=time.notify)
    await session.append(intent(expires=expires))
    return session


def folder(root: Path) -> Path:
    return root / ".qfops" / "dev"


def test_an_empty_folder_is_an_empty_state(tmp_path: Path) -> None:
    assert store(tmp_path, Time()).read() == State(project="faq", environment="dev")
    assert list(tmp_path.iterdir()) == []


def test_reading_sees_what_is_committed_and_what_is_not(tmp_path: Path) -> None:
    time = Time()
    first = run(applied(tmp_path, time, "ds-1"))
    assert first.lineage
    assert store(tmp_path, time).read() == first
    second = run(applied(tmp_path, time, "ds-2", "ds-3", commit=False))
    assert store(tmp_path, time).read() == second
    assert (second.lineage, second.serial, second.entries[FAQ].id) == (first.lineage, 3, "ds-3")
    third = run(applied(tmp_path, time, "ds-4"))
    assert store(tmp_path, time).read() == third
    assert third.serial == 4


def test_the_snapshot_is_for_this_user_only(tmp_path: Path) -> None:
    run(applied(tmp_path, Time(), "ds-1"))
    assert folder(tmp_path).stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder(tmp_path).iterdir()} == {0o600}


def test_runs_without_changes_leave_one_journal_at_most(tmp_path: Path) -> None:
    for _ in range(3):
        run(applied(tmp_path, Time()))
    assert [path.name for path in folder(tmp_path).glob("journal-*")] == ["journal-3.jsonl"]
    assert not (folder(tmp_path) / "state.json").exists()


def test_reading_works_where_nothing_can_be_written(tmp_path: Path) -> None:
    time = Time()
    before = run(applied(tmp_path, time, "ds-1"))
    frozen = Faulty()
    frozen.failing = dict.fromkeys(
        ("write", "create", "open_to_append", "make_folder", "rename"), errno.EROFS
    )
    assert store(tmp_path, time, files=frozen).read() == before
    with pytest.raises(StateError, match="Read-only file system") as caught:
        run(store(tmp_path, time, files=frozen).begin(LI, timeout=0, notify=time.notify))
    assert str(folder(tmp_path)) in caught.value.summary


def test_an_unreadable_file_names_itself(tmp_path: Path) -> None:
    files = Faulty()
    files.failing = {"read": errno.EACCES}
    with pytest.raises(StateError, match=r"cannot be read: Permission denied") as caught:
        store(tmp_path, Time(), files=files).read()
    assert "the right" in caught.value.remedy


@pytest.mark.parametrize("environment", ["../x", "a/b", ".", "..", ".git", "a\0"])
def test_an_environment_never_leads_out_of_the_folder(tmp_path: Path, environment: str) -> None:
    with pytest.raises(UsageError, match="cannot have a state folder"):
        store(tmp_path, Time(), environment=environment)


# Waiting and taking over


def test_a_living_holder_is_refused_at_once_or_after_the_timeout(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        session = await store(tmp_path, time).begin(ZHANG, timeout=0, notify=time.notify)
        other = store(tmp_path, time, lease=60)
        with pytest.raises(Locked, match="locked by zhang: qfops apply"):
            await other.begin(LI, timeout=0, notify=time.notify)
        assert (time.now, time.said) == (START, [])
        with pytest.raises(Locked):
            await other.begin(LI, timeout=10, notify=time.notify)
        assert time.now == START + 10
        (said,) = time.said
        assert said.startswith("0: The state is locked by zhang on far-away (process 77): qfops apply")
        assert said.endswith("Waiting for it until 2027-01-15 08:00:10 UTC.")
        await session.release()

    run(scenario())


def test_waiting_ends_when_the_holder_gives_it_back(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        session = await store(tmp_path, time, lease=1e9).begin(ZHANG, timeout=0, notify=time.notify)
        waiting = asyncio.create_task(store(tmp_path, time).begin(LI, timeout=1e8, notify=time.notify))
        while not time.said:
            await asyncio.sleep(0)
        await session.append(outcome("a1", entry("ds-7")))
        await session.release()
        second = await waiting
        assert second.state.entries == {FAQ: entry("ds-7")}
        await second.release()

    run(scenario())


def test_a_stopped_heartbeat_is_waited_out_whatever_the_timeout(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        quiet = await store(tmp_path, time, lease=60).begin(ZHANG, timeout=0, notify=time.notify)
        await quiet.append(intent(expires=START + 90))
        time.now += 40
        session = await store(tmp_path, time).begin(LI, timeout=0, notify=time.notify)
        assert time.now == START + 90
        assert [sentence.split(": ", 1)[0] for sentence in time.said] == ["40", "60"]
        assert "no sign of life since" in time.said[0]
        assert "Waiting until its lease ends at 2027-01-15 08:01:00 UTC." in time.said[0]
        assert "can take effect until" in time.said[1]
        assert list(session.state.intents) == ["a1"]
        await session.release()
        await quiet.release()

    run(scenario())


def test_of_a_process_that_is_gone_only_the_signature_is_waited_for(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        quiet = await crashed(tmp_path, time, expires=START + 30)
        session = await store(tmp_path, time, gone=True).begin(LI, timeout=0, notify=time.notify)
        assert time.now == START + 30
        assert [event["event"] for event in history(folder(tmp_path))] == ["takeover"]
        await session.release()
        await quiet.release()

    run(scenario())


def test_an_answered_request_is_not_waited_for(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        quiet = await crashed(tmp_path, time, expires=START + 30)
        await quiet.append(outcome("a1", entry()))
        session = await store(tmp_path, time, gone=True).begin(LI, timeout=0, notify=time.notify)
        assert time.now == START
        await session.release()
        await quiet.release()

    run(scenario())


def test_who_gives_up_waiting_for_a_signature_leaves_that_to_the_next(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        quiet = await crashed(tmp_path, time, expires=START + 30)

        def interrupt(sentence: str) -> None:
            raise KeyboardInterrupt(sentence)

        with pytest.raises(KeyboardInterrupt, match="can take effect"):
            await store(tmp_path, time, gone=True).begin(LI, timeout=0, notify=interrupt)
        assert time.now == START
        session = await store(tmp_path, time).begin(LI, timeout=0, notify=time.notify)
        assert time.now == START + 30
        await session.release()
        await quiet.release()

    run(scenario())


def test_what_an_older_fence_appends_later_is_not_part_of_the_state(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        old = await crashed(tmp_path, time, expires=0)
        new = await store(tmp_path, time, gone=True).begin(LI, timeout=0, notify=time.notify)
        before = store(tmp_path, time).read()
        for attempt in ("a2", "a3"):
            with pytest.raises(Locked, match="lost the lock of the state to li on elsewhere"):
                await old.append(outcome(attempt, entry("from the past")))
        assert store(tmp_path, time).read() == before == new.state.frozen()
        with pytest.raises(Locked):
            await old.commit()
        await new.append(outcome("b1", entry("ds-2")))
        assert store(tmp_path, time).read() == new.state.frozen()
        await new.commit()
        assert store(tmp_path, time).read() == new.state.frozen()
        await old.release()
        assert new._lease_file.holds(new._lease)
        await new.release()

    run(scenario())


def test_a_journal_that_an_older_fence_starts_after_a_commit_is_ignored(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        old = await crashed(tmp_path, time, expires=0)
        await old.commit()
        new = await store(tmp_path, time, gone=True).begin(LI, timeout=0, notify=time.notify)
        await new.append(outcome("b1", entry("ds-2")))
        await new.commit()
        late = [outcome(f"a{number}", entry("from the past")) for number in range(5)]
        refusals = await asyncio.gather(*map(old.append, late), return_exceptions=True)
        assert {type(refusal) for refusal in refusals} == {Locked}
        assert (folder(tmp_path) / "journal-1.jsonl").exists()
        assert store(tmp_path, time).read() == new.state.frozen()
        await old.release()
        await new.release()

    run(scenario())


class CommitsWhileRead(Files):
    """A commit of another run comes between the reader's look at the snapshot and at the journals."""

    def __init__(self) -> None:
        self.commits: list[Callable[[], None]] = []

    def names(self, folder: Path) -> list[str]:
        while self.commits:
            self.commits.pop()()
        return super().names(folder)


def test_a_commit_while_reading_is_noticed(tmp_path: Path) -> None:
    time = Time()

    async def scenario() -> None:
        session = await crashed(tmp_path, time, expires=0)
        files, loop = CommitsWhileRead(), asyncio.get_running_loop()
        for number in range(3):
            await session.append(outcome(f"b{number}", entry(f"ds-{number}")))
            files.commits = [lambda: asyncio.run_coroutine_threadsafe(session.commit(), loop).result(10)]
            found = await asyncio.to_thread(store(tmp_path, time, files=files).read)
            assert files.commits == []
            assert found == session.state.frozen()
        await session.release()

    run(scenario())


def test_records_that_the_snapshot_holds_are_skipped(tmp_path: Path) -> None:
    """As after a crash between the commit's snapshot and the removal of its journal."""
    time = Time()

    async def scenario() -> None:
        session = await store(tmp_path, time).begin(ZHANG, timeout=0, notify=time.notify)
        await session.append(intent())
        await session.append(outcome("a1", entry("ds-1")))
        await session.append(outcome("b", gone=(FAQ,)))
        await session.append(outcome("c", entry("ds-2")))
        journal = folder(tmp_path) / "journal-1.jsonl"
        lines = journal.read_bytes()
        await session.commit()
        for lost in (lines, lines[:-9]):
            journal.write_bytes(lost)
            found = store(tmp_path, time).read()
            assert found == session.state.frozen()
            assert (found.serial, found.entries) == (4, {FAQ: entry("ds-2")})
        await session.release()

    run(scenario())


def test_a_folder_of_format_1_is_read_and_goes_on_in_format_2(tmp_path: Path) -> None:
    """A snapshot and a journal after it, as the release before left them."""
    time = Time()
    home: dict[str, JSON] = {"lineage": "7f3c", "project": "faq", "environment": "dev", "formatVersion": 1}
    dataset: dict[str, JSON] = {"id": "ds-1", "apiVersion": "qianfan/v2", "kind": "Dataset"}
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "state.json").write_bytes(
        sealed({**home, "serial": 3, "fence": 2, "entries": {"Dataset/faq": dataset}, "intents": []})
    )
    lines: list[dict[str, JSON]] = [
        {**home, "fence": 3, "after": 3, "at": 1.0, "by": "zhang"},
        {
            "seq": 4,
            "type": "outcome",
            "attempt": "a1",
            "address": "Dataset/faq",
            "step": "publish",
            "entries": {"Dataset/faq": {**dataset, "status": "Imported/Published"}},
        },
    ]
    (folder(tmp_path) / "journal-3.jsonl").write_bytes(b"".join(map(encode_line, lines)))
    found = store(tmp_path, time).read()
    status = {"importStatus": "Imported", "publishStatus": "Published"}
    assert (found.serial, found.entries) == (4, {FAQ: replace(entry(), status=status)})
    assert run(applied(tmp_path, time)) == found
    document = json.loads((folder(tmp_path) / "state.json").read_bytes())
    assert (document["formatVersion"], document["fence"]) == (2, 4)
    assert document["entries"]["Dataset/faq"]["status"] == status
    assert store(tmp_path, time).read() == found


# What is not trusted


def test_another_project_or_environment_is_refused(tmp_path: Path) -> None:
    time = Time()
    run(applied(tmp_path, time, "ds-1"))
    with pytest.raises(StateError, match="belongs to project 'faq', not to 'other'"):
        store(tmp_path, time, project="other").read()
    folder(tmp_path).rename(tmp_path / ".qfops/prod")
    with pytest.raises(StateError, match="belongs to environment 'dev', not to 'prod'"):
        store(tmp_path, time, environment="prod").read()


def test_a_journal_of_another_project_is_refused(tmp_path: Path) -> None:
    time = Time()
    run(applied(tmp_path, time, "ds-1", commit=False))
    with pytest.raises(StateError, match=r"journal-1\.jsonl: belongs to project"):
        store(tmp_path, time, project="other").read()


def older_pair(root: Path) -> None:
    snapshot = (folder(root) / "state.json").read_bytes()
    run(applied(root, Time(), "ds-2"))
    (folder(root) / "state.json").write_bytes(snapshot)


def other_lineage(root: Path) -> None:
    (folder(root) / "state.json").write_bytes(
        write_snapshot(Snapshot(State(project="faq", environment="dev", lineage="other", serial=9), 1))
    )


def lineages_mixed(root: Path) -> None:
    other_lineage(root)
    run(applied(root / "elsewhere", Time(), "ds-1", commit=False))
    (folder(root / "elsewhere") / "journal-1.jsonl").rename(folder(root) / "journal-1.jsonl")


def snapshot_gone(root: Path) -> None:
    (folder(root) / "state.json").unlink()


def snapshot_older_than_journal(root: Path) -> None:
    snapshot = (folder(root) / "state.json").read_bytes()
    run(applied(root, Time(), "ds-2", "ds-3"))
    run(applied(root, Time(), "ds-4", commit=False))
    (folder(root) / "state.json").write_bytes(snapshot)


def snapshot_older_than_an_empty_journal(root: Path) -> None:
    snapshot = (folder(root) / "state.json").read_bytes()
    run(applied(root, Time(), "ds-2"))
    run(applied(root, Time()))
    (folder(root) / "state.json").write_bytes(snapshot)
    (folder(root) / "mark.json").unlink()


def newer_snapshot(root: Path) -> None:
    (folder(root) / "state.json").write_text('{"formatVersion": 3}')


def flipped(root: Path) -> None:
    path = folder(root) / "state.json"
    path.write_bytes(path.read_bytes().replace(b"ds-1", b"ds-9"))


def line_lost(root: Path) -> None:
    run(applied(root, Time(), "ds-2", "ds-3", "ds-4", commit=False))
    (path,) = folder(root).glob("journal-*")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))


def journal_renamed(root: Path) -> None:
    run(applied(root, Time(), "ds-2", commit=False))
    (path,) = folder(root).glob("journal-*")
    path.rename(path.with_name("journal-9.jsonl"))


def journal_damaged(root: Path) -> None:
    run(applied(root, Time(), "ds-2", commit=False))
    (path,) = folder(root).glob("journal-*")
    path.write_bytes(path.read_bytes().replace(b"ds-2", b"ds-7"))


def newer_journal(root: Path) -> None:
    (folder(root) / "journal-2.jsonl").write_bytes(encode_line({"formatVersion": 3, "news": 1}))


def mark_damaged(root: Path) -> None:
    (folder(root) / "mark.json").write_text("{}")


RESTORE = "Put back the newest intact copy of the whole folder {folder} (from a backup or another machine)"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (older_pair, "state.json: holds serial 1, but 2 was seen here: an older copy was put back"),
        (other_lineage, "state.json: holds lineage other, but this folder was last used with"),
        (lineages_mixed, "journal-1.jsonl: belongs to another lineage"),
        (snapshot_gone, "state.json: holds serial 0, but 1 was seen here"),
        (snapshot_older_than_journal, "journal-3.jsonl: records 2 to 3 are missing"),
        (snapshot_older_than_an_empty_journal, "journal-3.jsonl: record 2 is missing"),
        (newer_snapshot, "state.json: has format version 3, written by a newer qfops"),
        (flipped, "state.json: does not fit its checksum"),
        (line_lost, "journal-2.jsonl: record 3 is missing"),
        (journal_renamed, "journal-9.jsonl: was written under fence number 2"),
        (newer_journal, "journal-2.jsonl: has format version 3, written by a newer qfops"),
        (journal_damaged, "journal-2.jsonl: line 2 does not fit its checksum"),
        (mark_damaged, "mark.json: cannot be understood"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(tmp_path: Path, damage: object, message: str) -> None:
    remedy = "Upgrade qfops" if damage in (newer_snapshot, newer_journal) else RESTORE
    time = Time()
    run(applied(tmp_path, time, "ds-1"))
    assert callable(damage)
    damage(tmp_path)
    for action in (store(tmp_path, time).read, lambda: run(applied(tmp_path, time))):
        with pytest.raises(StateError) as caught:
            action()
        assert message in caught.value.summary
        assert remedy.format(folder=folder(tmp_path)) in caught.value.remedy


def test_a_copy_of_the_whole_folder_put_back_is_the_way_out(tmp_path: Path) -> None:
    time = Time()
    before = run(applied(tmp_path, time, "ds-1"))
    shutil.copytree(folder(tmp_path), tmp_path / "backup")
    flipped(tmp_path)
    shutil.rmtree(folder(tmp_path))
    (tmp_path / "backup").rename(folder(tmp_path))
    assert store(tmp_path, time).read() == before
    assert run(applied(tmp_path, time, "ds-2")).serial == before.serial + 1


def test_a_refused_folder_is_not_left_locked(tmp_path: Path) -> None:
    time = Time()
    run(applied(tmp_path, time, "ds-1"))
    flipped(tmp_path)
    for _ in range(2):
        with pytest.raises(StateError, match="checksum"):
            run(applied(tmp_path, time, "ds-2"))


def test_a_torn_record_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    time = Time()
    run(applied(tmp_path, time, "ds-1", "ds-2", commit=False))
    (path,) = folder(tmp_path).glob("journal-*")
    whole = path.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for size in range(start, len(whole)):
        path.write_bytes(whole[:size])
        expected = 2 if size == len(whole) - 1 else 1
        assert store(tmp_path, time).read().serial == expected
    path.write_bytes(whole[:-9])
    after = run(applied(tmp_path, time, "ds-3", commit=False))
    assert (after.serial, store(tmp_path, time).read()) == (2, after)


def test_a_lost_lease_file_does_not_lower_the_fence(tmp_path: Path) -> None:
    time = Time()
    for number in range(3):
        run(applied(tmp_path, time, f"ds-{number}"))
    (folder(tmp_path) / "lease.json").unlink()
    run(applied(tmp_path, time, "ds-9"))
    assert json.loads((folder(tmp_path) / "state.json").read_bytes())["fence"] == 4


def test_a_header_torn_by_a_crash_is_no_journal(tmp_path: Path) -> None:
    time = Time()
    run(applied(tmp_path, time))
    path = folder(tmp_path) / "journal-1.jsonl"
    path.write_bytes(path.read_bytes()[:20])
    (folder(tmp_path) / "mark.json").unlink()
    after = run(applied(tmp_path, time, "ds-1"))
    assert store(tmp_path, time).read() == after
