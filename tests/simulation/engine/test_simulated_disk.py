"""The simulated disk loses what was not synced, all of it in some seed, and never what was."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.kit.simulated_disk.disk import SimulatedDisk
from tests.kit.simulated_disk.faults import Faults
from tests.kit.simulated_disk.file import SECTOR_BYTES
from tests.kit.simulated_disk.mirror import Mirror
from tests.kit.simulated_disk.process import ProcessEnded, SimulatedFiles

SEEDS = range(200)
FILE = Path("/d/file")
OLD, NEW, ZERO = b"o" * SECTOR_BYTES, b"n" * SECTOR_BYTES, bytes(SECTOR_BYTES)


def disk_of(seed: int, **rates: float) -> tuple[SimulatedDisk, SimulatedFiles]:
    disk = SimulatedDisk(Faults(Random(seed), {kind.replace("_", " "): rate for kind, rate in rates.items()}))
    return disk, SimulatedFiles(disk)


def written(files: SimulatedFiles, content: bytes) -> int:
    """A durable file; its descriptor."""
    files.make_directory(FILE.parent)
    descriptor = files.open(FILE, os.O_RDWR | os.O_CREAT)
    files.write_at(descriptor, content, 0)
    files.sync(descriptor)
    files.sync_directory(FILE.parent)
    files.sync_directory(Path("/"))
    return descriptor


def after(disk: SimulatedDisk, files: SimulatedFiles, kind: str = "power cut") -> bytes | None:
    files.end(kind)
    try:
        file = disk.file(FILE)
    except FileNotFoundError:
        return None
    return None if file is None else bytes(file.content)


def outcomes(act: Callable[[SimulatedFiles, int], object], before: bytes, kind: str = "power cut") -> set[bytes | None]:
    found = set()
    for seed in SEEDS:
        disk, files = disk_of(seed)
        act(files, written(files, before))
        found.add(after(disk, files, kind))
    return found


def test_each_sector_that_was_not_synced_is_old_or_new() -> None:
    found = outcomes(lambda files, descriptor: files.write_at(descriptor, NEW * 2, 0), OLD * 2)
    assert found == {OLD * 2, OLD + NEW, NEW + OLD, NEW * 2}


def test_a_file_that_grew_has_any_of_its_sizes_and_zeros_where_nothing_came() -> None:
    def grow(files: SimulatedFiles, descriptor: int) -> None:
        files.write_at(descriptor, NEW, SECTOR_BYTES)
        files.write_at(descriptor, NEW, 2 * SECTOR_BYTES)

    found = outcomes(grow, OLD)
    assert {OLD, OLD + NEW, OLD + ZERO, OLD + NEW + NEW, OLD + ZERO + NEW, OLD + NEW + ZERO} <= found
    assert all(content is not None and content.startswith(OLD) for content in found)


def test_what_was_cut_off_may_be_there_still_or_be_zeros() -> None:
    def cut_and_write(files: SimulatedFiles, descriptor: int) -> None:
        files.truncate(descriptor, SECTOR_BYTES)
        files.write_at(descriptor, NEW, SECTOR_BYTES)

    assert outcomes(cut_and_write, OLD * 2) == {OLD, OLD * 2, OLD + NEW, OLD + ZERO}


def test_what_was_synced_stands() -> None:
    def write_and_sync(files: SimulatedFiles, descriptor: int) -> None:
        files.write_at(descriptor, NEW * 2, 0)
        files.truncate(descriptor, SECTOR_BYTES)
        files.sync_data(descriptor)

    assert outcomes(write_and_sync, OLD * 2) == {NEW}


def test_a_kill_loses_nothing() -> None:
    assert outcomes(lambda files, descriptor: files.write_at(descriptor, NEW, 0), OLD, "kill") == {NEW}


def test_after_a_failed_sync_the_pages_are_clean_and_the_disk_is_not() -> None:
    """A second sync succeeds and changes nothing; bytes that are written again do reach the disk."""
    found = set()
    for seed in SEEDS:
        disk, files = disk_of(seed)
        descriptor = written(files, OLD * 2)
        files.write_at(descriptor, NEW * 2, 0)
        disk.faults.rates["failed sync"] = 1.0
        with pytest.raises(OSError, match="failure of a sync"):
            files.sync(descriptor)
        disk.faults.cease()
        files.write_at(descriptor, NEW, 0)
        files.sync(descriptor)
        assert files.read_at(descriptor, 2 * SECTOR_BYTES, 0) == NEW * 2
        found.add(after(disk, files))
    assert found == {NEW * 2, NEW + OLD}


@pytest.mark.parametrize(("synced", "expected"), [((), {None, b"x"}), (("/d",), {None, b"x"}), (("/d", "/"), {b"x"})])
def test_a_name_is_lost_unless_each_directory_was_synced(synced: tuple[str, ...], expected: set[bytes | None]) -> None:
    found = set()
    for seed in SEEDS:
        disk, files = disk_of(seed)
        files.make_directory(FILE.parent)
        descriptor = files.open(FILE, os.O_RDWR | os.O_CREAT)
        files.write_at(descriptor, b"x", 0)
        files.sync(descriptor)
        for path in synced:
            files.sync_directory(Path(path))
        found.add(after(disk, files))
    assert found == expected


def test_a_rename_is_done_whole_or_not() -> None:
    found = set()
    for seed in SEEDS:
        disk, files = disk_of(seed)
        written(files, OLD)
        other = files.open(FILE.with_name("new"), os.O_RDWR | os.O_CREAT)
        files.write_at(other, NEW, 0)
        files.sync(other)
        files.replace(FILE.with_name("new"), FILE)
        content = after(disk, files)
        found.add((content, disk.file(FILE.with_name("new")) is None))
    assert found == {(OLD, True), (OLD, False), (NEW, True)}


def test_a_removed_file_may_come_back() -> None:
    assert outcomes(lambda files, _: files.remove(FILE), OLD) == {None, OLD}


def test_a_full_disk_takes_what_fits_then_refuses_and_gives_back() -> None:
    disk, files = disk_of(1)
    descriptor = written(files, OLD)
    disk.room_bytes = 100
    assert files.write_at(descriptor, NEW, SECTOR_BYTES) == 100
    assert files.write_at(descriptor, NEW, 0) == SECTOR_BYTES
    for refused in (
        lambda: files.write_at(descriptor, b"x", SECTOR_BYTES + 100),
        lambda: files.allocate(descriptor, 4 * SECTOR_BYTES),
        lambda: files.open(FILE.with_name("new"), os.O_RDWR | os.O_CREAT),
    ):
        with pytest.raises(OSError, match="no room") as refusal:
            refused()
        assert refusal.value.errno == errno.ENOSPC
    files.truncate(descriptor, SECTOR_BYTES)
    assert files.write_at(descriptor, NEW, SECTOR_BYTES) == 100
    assert disk.faults.struck["no room"] == 3


@pytest.mark.parametrize(
    ("kind", "number", "act"),
    [
        ("read error", errno.EIO, lambda files, descriptor: files.read_at(descriptor, 1, 0)),
        ("write error", errno.EIO, lambda files, descriptor: files.write_at(descriptor, b"x", 0)),
        ("write error", errno.EIO, lambda files, descriptor: files.truncate(descriptor, 0)),
        ("failed sync", errno.EIO, lambda files, descriptor: files.sync_data(descriptor)),
        ("failed directory sync", errno.EIO, lambda files, _: files.sync_directory(FILE.parent)),
        ("no descriptors", errno.EMFILE, lambda files, _: files.open(FILE, os.O_RDONLY)),
    ],
)
def test_a_fault_is_raised_and_counted(kind: str, number: int, act: Callable[[SimulatedFiles, int], object]) -> None:
    disk, files = disk_of(1)
    descriptor = written(files, OLD)
    disk.faults.rates[kind] = 1.0
    with pytest.raises(OSError, match=r".") as error:
        act(files, descriptor)
    assert error.value.errno == number
    assert +disk.faults.struck == {kind: 1}
    assert disk.faults.errors == 1


def test_reads_and_writes_may_be_short_but_not_empty() -> None:
    disk, files = disk_of(1, short_write=1.0, short_read=1.0)
    files.make_directory(FILE.parent)
    descriptor = files.open(FILE, os.O_RDWR | os.O_CREAT)
    for _ in SEEDS:
        assert 1 <= files.write_at(descriptor, OLD, 0) <= SECTOR_BYTES
        assert 1 <= len(files.read_at(descriptor, 3, 0)) < 3
    assert disk.faults.struck["short write"] == len(SEEDS)


def test_a_process_ends_before_in_or_after_its_last_call_and_stays_ended() -> None:
    found = set()
    for seed in SEEDS:
        disk, files = disk_of(seed)
        written(files, OLD)
        files.end("kill")
        files = SimulatedFiles(disk, 1, frozenset({"write_at"}))
        descriptor = files.open(FILE, os.O_RDWR)
        assert files.try_lock(descriptor)
        with pytest.raises(ProcessEnded):
            files.write_at(descriptor, NEW, 0)
        with pytest.raises(ProcessEnded):
            files.close(descriptor)
        file = disk.file(FILE)
        assert file is not None
        assert file.lock_holder is None
        assert files.ended_by is not None
        found.add((files.ended_by, file.content.count(b"n") not in {0, SECTOR_BYTES}, file.content[:1] == b"n"))
    assert {("kill", False, False), ("kill", True, True), ("power cut", False, False)} <= found


def test_a_lock_is_held_by_one_process_until_it_is_closed_or_ends() -> None:
    disk, first = disk_of(1)
    written(first, OLD)
    second = SimulatedFiles(disk)
    held, wanted = first.open(FILE, os.O_RDWR), second.open(FILE, os.O_RDWR)
    assert first.try_lock(held)
    assert not second.try_lock(wanted)
    first.close(held)
    assert second.try_lock(wanted)


def test_a_misdirected_sector_shows_after_the_power_was_gone() -> None:
    disk, files = disk_of(1)
    descriptor = written(files, OLD * 3)
    files.write_at(descriptor, NEW, SECTOR_BYTES)
    disk.faults.rates["misdirected write"] = 1.0
    files.sync(descriptor)
    disk.faults.cease()
    assert files.read_at(descriptor, 3 * SECTOR_BYTES, 0) == OLD + NEW + OLD
    assert after(disk, files) in {NEW + OLD * 2, OLD * 2 + NEW}


def test_rot_flips_one_bit() -> None:
    disk, files = disk_of(1)
    written(files, OLD)
    file = disk.file(FILE)
    assert file is not None
    offset = file.flip_bit(Random(1))
    assert [number for number, byte in enumerate(file.content) if byte != OLD[0]] == [offset]
    assert (file.content[offset] ^ OLD[0]).bit_count() == 1


def test_the_trace_tells_runs_apart() -> None:
    hashes = []
    for text in (OLD, OLD, OLD + b"x"):
        disk, files = disk_of(1)
        written(files, text)
        hashes.append(disk.trace_hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_mirror_follows_its_disk(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path)
    (first, _), (second, files) = disk_of(1), disk_of(1)
    written(SimulatedFiles(first), OLD)
    written(files, NEW)
    for disk, content in ((first, OLD), (second, NEW)):
        mirror.show(disk)
        assert (tmp_path / "d" / "file").read_bytes() == content
    files.remove(FILE)
    mirror.show(second)
    assert not (tmp_path / "d" / "file").exists()
