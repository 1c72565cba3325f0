"""What a commit queue says of itself, and the edges of its life: what is unanswered, callers that left, no start."""

import asyncio
import errno
import threading
from pathlib import Path

import pytest

from eventrail.log.admission import append_bytes
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.errors import AppendsSuspended, RangeDamaged, SyncFailed
from eventrail.log.events import Appended, Outcome
from eventrail.log.waiting_room import LINE_OVERHEAD_BYTES
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import append, event, open_log


class GatedFiles(FaultyFiles):
    """A sync tells that it has begun, and waits for the gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.waiting = threading.Event()

    def sync_data(self, descriptor: int) -> None:
        self.waiting.set()
        assert self.gate.wait(30), "the gate was never opened"
        super().sync_data(descriptor)


async def test_what_is_unanswered_is_counted_until_it_is_durable(tmp_path: Path) -> None:
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    queue = CommitQueue(log, on_fatal=lambda _failure: None)
    await queue.start()
    one, two = append(event(b'"one"', "a:1")), append(event(b"2"), event(b"3"))
    sizes = [append_bytes(one) + LINE_OVERHEAD_BYTES, append_bytes(two) + 2 * LINE_OVERHEAD_BYTES]
    assert (queue.unanswered_appends, queue.unanswered_bytes) == (0, 0)
    first = asyncio.create_task(queue.append(one))
    await asyncio.to_thread(files.waiting.wait, 30)
    assert (queue.unanswered_appends, queue.unanswered_bytes) == (1, sizes[0])
    second = asyncio.create_task(queue.append(two))
    await asyncio.sleep(0)
    assert (queue.unanswered_appends, queue.unanswered_bytes) == (2, sum(sizes))
    files.gate.set()
    assert [await first, await second] == [Appended(1, 1), Appended(2, 3)]
    await queue.stop()
    assert (queue.unanswered_appends, queue.unanswered_bytes) == (0, 0)
    log.close()


async def test_a_caller_that_left_is_not_told_of_a_failure(tmp_path: Path) -> None:
    files = GatedFiles()
    log = open_log(tmp_path, files=files)
    failures: list[SyncFailed] = []
    queue = CommitQueue(log, on_fatal=failures.append)
    await queue.start()
    leaving = asyncio.create_task(queue.append(append(event())))
    staying = asyncio.create_task(queue.append(append(event())))
    await asyncio.to_thread(files.waiting.wait, 30)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    files.fail_next("sync_data", errno.EIO)
    files.gate.set()
    with pytest.raises(SyncFailed, match="fdatasync failed"):
        await staying
    assert leaving.cancelled()
    await queue.stop()
    assert [failure.operation for failure in failures] == ["fdatasync"]
    assert queue.unanswered_appends == 0
    log.close()


class Hostile:
    """A receiver that breaks its promise to raise nothing."""

    def is_gone(self) -> bool:
        return False

    def settle(self, outcome: Outcome) -> None:
        raise RuntimeError(f"no use for {outcome}")

    def refuse(self, error: Exception) -> None:
        raise AssertionError("it was settled before")


async def test_a_receiver_that_raises_ends_the_queue_and_is_never_silent(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    failed: asyncio.Future[SyncFailed] = asyncio.get_running_loop().create_future()
    queue = CommitQueue(log, on_fatal=failed.set_result)
    await queue.start()
    queue.submit(append(event()), Hostile())
    failure = await asyncio.wait_for(failed, 30)
    assert (failure.operation, failure.reason) == (
        "the commit queue",
        "RuntimeError('no use for Appended(first=1, last=1)')",
    )
    with pytest.raises(SyncFailed):
        await queue.append(append(event()))
    await queue.stop()
    log.close()


async def test_what_comes_while_the_head_is_written_down_is_committed_behind_it(tmp_path: Path) -> None:
    files = GatedHead()
    log = open_log(tmp_path, files=files)
    queue = CommitQueue(log, on_fatal=lambda _failure: None, idle_seconds=0.001)
    await queue.start()
    assert await queue.append(append(event())) == Appended(1, 1)
    await asyncio.to_thread(files.waiting.wait, 30)
    late = asyncio.create_task(queue.append(append(event())))
    await asyncio.sleep(0)
    assert queue.unanswered_appends == 1
    files.gate.set()
    assert await late == Appended(2, 2)
    await queue.stop()
    log.close()


class GatedHead(GatedFiles):
    """The writing of head.json waits for the gate, and no commit does."""

    def sync_data(self, descriptor: int) -> None:
        FaultyFiles.sync_data(self, descriptor)

    def replace(self, source: Path, target: Path) -> None:
        if target.name == "head.json":
            self.waiting.set()
            assert self.gate.wait(30), "the gate was never opened"
        super().replace(source, target)


async def test_a_head_that_cannot_be_written_at_the_end_is_told(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    failures: list[SyncFailed] = []
    queue = CommitQueue(log, on_fatal=failures.append, idle_seconds=60)
    await queue.start()
    await queue.append(append(event()))
    files.fail_next("sync", errno.EIO)
    await queue.stop()
    assert [(failure.operation, failure.reason) for failure in failures] == [("writing head.json", "[Errno 5] EIO")]
    log.close()


async def test_of_two_appends_the_one_that_meets_no_damage_is_answered(tmp_path: Path) -> None:
    files = GatedFiles()
    files.gate.set()
    log = open_log(tmp_path, files=files)
    queue = CommitQueue(log, on_fatal=lambda _failure: None)
    await queue.start()
    await queue.append(append(event(number=1)))
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    content = path.read_bytes()
    files.gate.clear()
    files.waiting.clear()
    first = asyncio.create_task(queue.append(append(event())))
    await asyncio.to_thread(files.waiting.wait, 30)
    again, new = (asyncio.create_task(queue.append(append(event(number=number)))) for number in (1, 2))
    await asyncio.sleep(0)
    path.write_bytes(b"!" + path.read_bytes()[1:])
    files.gate.set()
    assert await first == Appended(2, 2)
    with pytest.raises(RangeDamaged) as refusal:
        await again
    assert (refusal.value.file, refusal.value.first_position) == (path, 1)
    assert await new == Appended(3, 3)
    path.write_bytes(content[:1] + path.read_bytes()[1:])
    await queue.stop()
    log.close()


async def test_a_queue_that_was_never_started_stops_and_takes_nothing(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    queue = CommitQueue(log, on_fatal=lambda _failure: None)
    await queue.stop()
    with pytest.raises(AppendsSuspended):
        await queue.append(append(event()))
    assert queue.unanswered_appends == 0
    log.close()
