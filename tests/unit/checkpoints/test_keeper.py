"""The keeper: writes by the number of events, at the end, whole or not at all, and never stands in the way."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.checkpoint import Checkpoint
from eventrail.checkpoints.keeper import Keeper, KeeperOptions
from eventrail.checkpoints.keys import KeyRefused, SigningKey
from eventrail.checkpoints.shelf import DIRECTORY_NAME, PUBLIC_KEY_NAME, Shelf
from eventrail.checkpoints.statement import check, contains, read_checkpoint
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.events import Appended
from eventrail.log.files import SystemFiles
from eventrail.log.log import Log
from tests.kit.logs import append, event, open_log

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SECONDS = 30.0


class NoRoom(SystemFiles):
    def __init__(self) -> None:
        self.full = True

    def write_at(self, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write_at(descriptor, data, offset)


class Stand:
    """A log with its queue and its keeper, which follows while the stand is open."""

    def __init__(self, directory: Path, files: SystemFiles | None = None, events: int = 3) -> None:
        self.log: Log = open_log(directory)
        self.queue = CommitQueue(self.log, on_fatal=lambda failure: pytest.fail(str(failure)))
        self.shelf = Shelf(directory, files or SystemFiles())
        self.keeper = Keeper(self.log, self.shelf, lambda: KEY, KeeperOptions(events, retry_seconds=0.01))

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Stand"]:
        await self.queue.start()
        async with self.keeper.following(self.queue):
            yield self
        await self.queue.stop()
        self.log.close()

    async def append(self, count: int) -> None:
        for _ in range(count):
            assert isinstance(await self.queue.append(append(event(b"1"))), Appended)

    def written(self) -> list[int]:
        return sorted(int(path.stem) for path in self.shelf.directory.glob("*.json"))

    async def until_written(self, *positions: int) -> None:
        async with asyncio.timeout(SECONDS):
            while self.written() != list(positions):  # noqa: ASYNC110 - a directory has no event to wait for
                await asyncio.sleep(0.005)


async def test_one_is_written_every_so_many_events(tmp_path: Path) -> None:
    async with Stand(tmp_path).open() as stand:
        await stand.append(2)
        assert stand.written() == []
        await stand.append(1)
        await stand.until_written(3)
        await stand.append(2)
        assert stand.written() == [3]
        await stand.append(1)
        await stand.until_written(3, 6)
        stored = read_checkpoint((tmp_path / DIRECTORY_NAME / f"{6:020}.json").read_bytes())
        check(stored, (tmp_path / DIRECTORY_NAME / PUBLIC_KEY_NAME).read_bytes())
        contains(stand.log, stored)


async def test_the_head_is_written_at_the_end_once(tmp_path: Path) -> None:
    async with Stand(tmp_path).open() as stand:
        await stand.append(1)
    assert stand.keeper.write()
    file = tmp_path / DIRECTORY_NAME / f"{1:020}.json"
    stored = file.read_bytes()
    assert stand.keeper.write()
    assert (stand.written(), file.read_bytes()) == ([1], stored)


def test_what_is_written_while_the_keeper_looks_back_is_known_behind_it(tmp_path: Path) -> None:
    """As at a stop right after the start: the checkpoint of the end is not written a second time."""
    stand = Stand(tmp_path)
    stand.log.commit([append(event(b"1"))])
    writing = threading.Thread(target=stand.keeper.write)

    class Slow(Shelf):
        def newest(self) -> Checkpoint | None:
            found = super().newest()
            writing.start()
            writing.join(0.2)
            return found

    stand.keeper._shelf = Slow(tmp_path)
    stand.keeper.begin()
    writing.join(SECONDS)
    assert (stand.written(), stand.keeper.last_position) == ([1], 1)
    stand.log.close()


async def test_an_empty_log_writes_none(tmp_path: Path) -> None:
    async with Stand(tmp_path).open() as stand:
        assert stand.keeper.write()
    assert stand.written() == []


async def test_a_following_life_goes_on_from_the_newest(tmp_path: Path) -> None:
    async with Stand(tmp_path).open() as first:
        await first.append(3)
        await first.until_written(3)
        await first.append(1)
    assert first.keeper.write()
    async with Stand(tmp_path).open() as second:
        await second.append(2)
        assert second.written() == [3, 4]
        await second.append(1)
        await second.until_written(3, 4, 7)
        assert second.keeper.reasons() == ()


async def test_what_can_not_be_written_refuses_no_append_and_is_told_and_tried_again(tmp_path: Path) -> None:
    files = NoRoom()
    async with Stand(tmp_path, files).open() as stand:
        await stand.append(5)
        async with asyncio.timeout(SECONDS):
            while not stand.keeper.reasons():  # noqa: ASYNC110 - what health says has no event to wait for
                await asyncio.sleep(0.005)
        assert stand.keeper.reasons() == ("no checkpoint can be written: No space left on device",)
        await stand.append(1)
        assert stand.written() == []
        files.full = False
        async with asyncio.timeout(SECONDS):
            while stand.keeper.reasons():  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
        assert stand.written() in ([5], [6]), "a try that had signed the head before the last append may find the room"


async def test_a_key_that_is_not_there_is_told_and_asked_for_again(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    answers: list[KeyRefused | SigningKey] = [KeyRefused("it is away"), KEY]

    def find() -> SigningKey:
        answer = answers.pop(0)
        if isinstance(answer, KeyRefused):
            raise answer
        return answer

    keeper = Keeper(stand.log, stand.shelf, find, KeeperOptions())
    stand.log.commit([append(event(b"1"))])
    assert not keeper.write()
    assert keeper.reasons() == ("no checkpoint can be written: it is away",)
    assert keeper.write()
    assert keeper.reasons() == ()
    stand.log.close()


async def test_a_log_that_does_not_hold_the_newest_checkpoint_is_told(tmp_path: Path) -> None:
    async with Stand(tmp_path / "log").open() as stand:
        await stand.append(3)
        await stand.until_written(3)
        newest = stand.shelf.newest()
    assert newest is not None
    for changed in (
        msgspec.structs.replace(newest, hash="0" * 64),
        msgspec.structs.replace(newest, position=9),
        "not a checkpoint",
    ):
        file = tmp_path / "log" / DIRECTORY_NAME / f"{9:020}.json"
        file.write_bytes(msgspec.json.encode(changed))
        again = Stand(tmp_path / "log")
        again.keeper.begin()
        assert len(again.keeper.reasons()) == 1
        assert again.keeper.reasons()[0].startswith("the newest checkpoint does not fit the log: ")
        again.log.close()
