import asyncio
import errno
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log import waiting_room
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.errors import AppendsSuspended, DiskFull, QueueFull, RangeDamaged, SyncFailed
from eventrail.log.events import Appended, Outcome
from eventrail.log.log import Log
from eventrail.log.waiting_room import LINE_OVERHEAD_BYTES
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import append, event, open_log


class GatedFiles(FaultyFiles):
    """A sync waits at a gate, so that a test decides when a batch becomes durable."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()

    def sync_data(self, descriptor: int) -> None:
        self.waiting.set()
        assert self.gate.wait(30), "the gate was never opened"
        super().sync_data(descriptor)


@asynccontextmanager
async def queue_of(
    log: Log,
    on_fatal: Callable[[SyncFailed], None] = lambda _failure: None,
    *,
    appends: int = 100,
    size_bytes: int = 1_000_000,
    idle_seconds: float = 60,
) -> AsyncIterator[CommitQueue]:
    queue = CommitQueue(
        log, on_fatal=on_fatal, max_waiting_appends=appends, max_waiting_bytes=size_bytes, idle_seconds=idle_seconds
    )
    await queue.start()
    try:
        yield queue
    finally:
        await queue.stop()
        log.close()


async def begun(queue: CommitQueue, files: GatedFiles) -> "asyncio.Task[Outcome]":
    """An append whose batch stands at the gate."""
    files.gate.clear()
    files.waiting.clear()
    first = asyncio.create_task(queue.append(append(event())))
    await asyncio.to_thread(files.waiting.wait, 30)
    return first


async def test_appends_that_come_together_share_a_sync(tmp_path: Path) -> None:
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    async with queue_of(log) as queue:
        first = await begun(queue, files)
        rest = [asyncio.create_task(queue.append(append(event(), event()))) for _ in range(50)]
        await asyncio.sleep(0)
        assert not first.done()
        assert log.head.position == 0
        files.gate.set()
        assert await first == Appended(1, 1)
        assert await asyncio.gather(*rest) == [Appended(n, n + 1) for n in range(2, 102, 2)]
        assert log.statistics().syncs == 2
    assert len(read_log(tmp_path).events) == 101


async def test_a_full_queue_refuses_with_its_counts(tmp_path: Path) -> None:
    files = GatedFiles()
    async with queue_of(open_log(tmp_path, files=files), appends=3) as queue:
        tasks = [await begun(queue, files)]
        for expected in (None, None, QueueFull):
            task = asyncio.create_task(queue.append(append(event(b"1234"))))
            await asyncio.sleep(0)
            if expected is None:
                assert not task.done()
                tasks.append(task)
            else:
                with pytest.raises(QueueFull) as refusal:
                    await task
                assert refusal.value.waiting_appends == 3
                assert refusal.value.waiting_bytes == 9 + 2 * 11 + 3 * LINE_OVERHEAD_BYTES
        files.gate.set()
        assert await asyncio.gather(*tasks) == [Appended(n, n) for n in (1, 2, 3)]
        assert await queue.append(append(event())) == Appended(4, 4)


@pytest.mark.parametrize("beyond", [-1, 0, 1])
async def test_a_queue_is_bounded_in_bytes(tmp_path: Path, beyond: int) -> None:
    files = GatedFiles()
    async with queue_of(open_log(tmp_path, files=files), size_bytes=1_000 + 2 * LINE_OVERHEAD_BYTES) as queue:
        first = await begun(queue, files)
        rest = 1_000 - 9 - len("event") - len("{}") + beyond
        second = asyncio.create_task(queue.append(append(event(b"1" * rest))))
        await asyncio.sleep(0)
        files.gate.set()
        await first
        if beyond > 0:
            with pytest.raises(QueueFull):
                await second
        else:
            assert await second == Appended(2, 2)


async def test_an_empty_queue_takes_an_append_of_any_size(tmp_path: Path) -> None:
    async with queue_of(open_log(tmp_path), size_bytes=10) as queue:
        assert await queue.append(append(event(b"1" * 100))) == Appended(1, 1)


async def test_a_full_disk_refuses_the_batch_and_no_more(tmp_path: Path) -> None:
    files = GatedFiles()
    async with queue_of(open_log(tmp_path, files=files)) as queue:
        first = await begun(queue, files)
        files.fail_next("write_at", errno.ENOSPC)
        refused = [asyncio.create_task(queue.append(append(event()))) for _ in range(3)]
        await asyncio.sleep(0)
        files.gate.set()
        assert await first == Appended(1, 1)
        answers = await asyncio.gather(*refused, return_exceptions=True)
        assert [type(answer) for answer in answers] == [DiskFull] * 3
        assert await queue.append(append(event())) == Appended(2, 2)


async def test_a_failed_sync_refuses_everyone_and_tells_the_process(tmp_path: Path) -> None:
    files = GatedFiles()
    failures: list[SyncFailed] = []
    async with queue_of(open_log(tmp_path, files=files), failures.append) as queue:
        files.fail_next("sync_data", errno.EIO)
        first = await begun(queue, files)
        waiting = asyncio.create_task(queue.append(append(event())))
        await asyncio.sleep(0)
        files.gate.set()
        answers = await asyncio.gather(first, waiting, return_exceptions=True)
        assert [type(answer) for answer in answers] == [SyncFailed] * 2
        with pytest.raises(SyncFailed):
            await queue.append(append(event()))
    assert len(failures) == 1
    assert "fdatasync" in str(failures[0])


async def test_an_error_in_an_append_ends_its_batch_and_not_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_log(tmp_path)
    async with queue_of(log) as queue:
        with monkeypatch.context() as patch:
            patch.setattr(log, "commit", lambda _batch: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                await queue.append(append(event()))
        assert await queue.append(append(event())) == Appended(1, 1)


async def test_an_unforeseen_end_of_the_queue_is_never_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = open_log(tmp_path)
    failed = asyncio.Event()
    monkeypatch.setattr(log, "write_head", lambda: 1 / 0)
    queue = CommitQueue(log, on_fatal=lambda _failure: failed.set(), idle_seconds=0)
    await queue.start()
    await asyncio.wait_for(failed.wait(), 30)
    with pytest.raises(SyncFailed, match="ZeroDivisionError"):
        await queue.append(append(event()))
    await queue.stop()
    monkeypatch.undo()
    log.close()


async def test_a_cancelled_caller_leaves_the_others_alone(tmp_path: Path) -> None:
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    async with queue_of(log, appends=4) as queue:
        committing = await begun(queue, files)
        waiting = asyncio.create_task(queue.append(append(event())))
        other = asyncio.create_task(queue.append(append(event())))
        await asyncio.sleep(0)
        committing.cancel()
        waiting.cancel()
        await asyncio.sleep(0)
        files.gate.set()
        assert await other == Appended(2, 2)
        assert committing.cancelled()
        assert log.head.position == 2
        assert await asyncio.gather(*(queue.append(append(event())) for _ in range(4))) == [
            Appended(n, n) for n in (3, 4, 5, 6)
        ]


async def test_suspended_appends_are_refused_until_they_are_resumed(tmp_path: Path) -> None:
    async with queue_of(open_log(tmp_path)) as queue:
        queue.suspend("the stream is ahead of the log")
        assert queue.suspension == "the stream is ahead of the log"
        with pytest.raises(AppendsSuspended, match="ahead of the log"):
            await queue.append(append(event()))
        queue.resume()
        assert await queue.append(append(event())) == Appended(1, 1)


async def test_a_log_behind_its_witness_stays_suspended(tmp_path: Path) -> None:
    async with queue_of(open_log(tmp_path, witness_position=3)) as queue:
        assert queue.suspension is not None
        queue.resume()
        assert queue.suspension == "a witness has seen position 3, the log ends at 0"
        with pytest.raises(AppendsSuspended, match="seen position 3"):
            await queue.append(append(event()))


async def test_readers_are_woken_by_a_durable_append(tmp_path: Path) -> None:
    files = GatedFiles()
    async with queue_of(open_log(tmp_path, files=files)) as queue:
        readers = [asyncio.create_task(queue.head_beyond(position, 30)) for position in (0, 0, 1)]
        first = await begun(queue, files)
        assert not any(reader.done() for reader in readers)
        files.gate.set()
        await first
        assert await asyncio.gather(*readers[:2]) == [1, 1]
        assert [reached.done() for reached in queue._awaited] == [False], "who waits for more is not woken"
        await queue.append(append(event()))
        assert await readers[2] == 2
        assert await queue.head_beyond(0, 30) == 2


async def test_a_reader_is_answered_at_the_timeout(tmp_path: Path) -> None:
    async with queue_of(open_log(tmp_path)) as queue:
        await queue.append(append(event()))
        assert await queue.head_beyond(1, 0.01) == 1
        assert await queue.head_beyond(7, 0) == 1


async def test_a_stop_answers_what_waits_and_refuses_what_comes(tmp_path: Path) -> None:
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    queue = CommitQueue(log, on_fatal=lambda _failure: None)
    await queue.start()
    first = await begun(queue, files)
    waiting = [asyncio.create_task(queue.append(append(event()))) for _ in range(5)]
    reader = asyncio.create_task(queue.head_beyond(99, 600))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(queue.stop())
    await asyncio.sleep(0)
    with pytest.raises(AppendsSuspended, match="closed"):
        await queue.append(append(event()))
    files.gate.set()
    await stopping
    assert await asyncio.gather(first, *waiting) == [Appended(n, n) for n in range(1, 7)]
    assert await reader <= 6
    assert (tmp_path / "head.json").exists()
    log.close()


async def test_the_head_is_written_down_when_the_log_falls_idle(tmp_path: Path) -> None:
    written = threading.Event()

    class Watching(FaultyFiles):
        def replace(self, source: Path, target: Path) -> None:
            super().replace(source, target)
            if target.name == "head.json":
                written.set()

    log = open_log(tmp_path, files=Watching())
    async with queue_of(log, idle_seconds=0.001) as queue:
        await queue.append(append(event()))
        assert await asyncio.to_thread(written.wait, 30)


@pytest.mark.parametrize(("beyond", "syncs"), [(-1, 2), (0, 2), (1, 3)])
async def test_what_is_committed_together_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beyond: int, syncs: int
) -> None:
    """One append behind another, until they would be more; a larger one goes alone."""
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    size = LINE_OVERHEAD_BYTES + len("event") + len("{}")
    monkeypatch.setattr(waiting_room, "BATCH_BYTES", 2 * size + 200)
    async with queue_of(log) as queue:
        first = await begun(queue, files)
        rest = [asyncio.create_task(queue.append(append(event(b"1" * n)))) for n in (100, 100 + beyond)]
        await asyncio.sleep(0)
        files.gate.set()
        assert await asyncio.gather(first, *rest) == [Appended(n, n) for n in (1, 2, 3)]
        assert log.statistics().syncs == syncs
        assert await queue.append(append(event(b"1" * 5_000))) == Appended(4, 4)


async def test_an_append_that_meets_damage_is_refused_alone(tmp_path: Path) -> None:
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    async with queue_of(log) as queue:
        await queue.append(append(event(number=1)))
        first = await begun(queue, files)
        rest = [asyncio.create_task(queue.append(append(event(number=number)))) for number in (2, 1, 3)]
        await asyncio.sleep(0)
        path = tmp_path / "segments" / f"{1:020}.ndjson"
        content = path.read_bytes()
        with path.open("r+b") as stored:
            stored.write(b"!")
        files.gate.set()
        assert await first == Appended(2, 2)
        answers = await asyncio.gather(*rest, return_exceptions=True)
        assert [type(answer) for answer in answers] == [Appended, RangeDamaged, Appended]
        with path.open("r+b") as stored:
            stored.write(content[:1])


async def test_a_head_that_fails_to_sync_ends_the_queue(tmp_path: Path) -> None:
    files = GatedFiles()
    ended = asyncio.Event()
    async with queue_of(open_log(tmp_path, files=files), lambda _failure: ended.set(), idle_seconds=0.001) as queue:
        files.fail_next("sync", errno.EIO)
        await queue.append(append(event()))
        async with asyncio.timeout(30):
            await ended.wait()
        with pytest.raises(SyncFailed, match=r"head\.json"):
            await queue.append(append(event()))
