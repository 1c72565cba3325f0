"""What a start does with every kind of damage: cut what may never have been durable, refuse what was."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.errors import AppendsSuspended, LogCorrupt, SyncFailed
from eventrail.log.events import Appended, Query, Replayed
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import SMALL, HastyFiles, append, crash, event, open_log, overwrite

FIRST = f"{1:020}.ndjson"


def write_batches(directory: Path, options: Options = SMALL) -> list[int]:
    """Three batches: an append of one, two appends of one and two, an append of three; returns where each ends."""
    log = open_log(directory, options)
    ends = []
    for batch in (
        [append(event('"🌍"'.encode(), number=1))],
        [append(event(b'"\\u0000"', "a:1", number=2)), append(event(b"3", number=3), event(b"4", number=4))],
        [append(event(b"5", number=5), event(b"6", number=6), event(b"7", number=7))],
    ):
        log.commit(batch)
        ends.append(log.statistics().size_bytes)
    crash(log)
    return ends


def everything(directory: Path) -> dict[str, bytes]:
    files = (Path(folder, name) for folder, _, names in os.walk(directory) for name in names if name != "lock")
    return {str(path): path.read_bytes() for path in files}


def refusal_of(directory: Path, witness_position: int | None = None) -> LogCorrupt:
    """The refusal of a start, which must have changed nothing."""
    before = everything(directory)
    with pytest.raises(LogCorrupt) as refusal:
        open_log(directory, witness_position=witness_position, files=HastyFiles())
    assert everything(directory) == before
    return refusal.value


@pytest.mark.parametrize("trailing_zeros", [0, 5_000])
def test_a_cut_at_any_byte_of_the_last_batch_leaves_whole_appends(tmp_path: Path, trailing_zeros: int) -> None:
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    for cut in range(ends[1], ends[2] + 1):
        overwrite(path, content[:cut] + bytes(trailing_zeros))
        log = open_log(tmp_path, files=HastyFiles())
        whole = cut == ends[2]
        torn = 0 if whole else cut - ends[1]
        assert log.head.position == (7 if whole else 4)
        assert log.recovery.cut_bytes == torn
        assert log.page(Query()).lines == content[: ends[2] if whole else ends[1]]
        if torn:
            kept = Path(str(log.recovery.quarantine_file))
            assert kept.read_bytes() == content[ends[1] : cut]
            assert log.recovery.cut_positions == content[ends[1] : cut].count(b"\n")
        crash(log)
        assert len(read_log(tmp_path).events) == log.head.position
    assert len(list((tmp_path / "quarantine").iterdir())) == ends[2] - ends[1] - 1


def test_of_a_torn_batch_the_whole_appends_stay(tmp_path: Path) -> None:
    """Not acknowledged is not refused: an append of a batch that was being written may stand, whole."""
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()[: ends[1]]
    lines = content.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]))
    log = open_log(tmp_path)
    assert log.head.position == 2
    assert log.recovery.cut_positions == 1
    assert log.commit(
        [append(event(b'"\\u0000"', "a:1", number=2)), append(event(b"3", number=3), event(b"4", number=4))]
    ) == [
        Replayed(2, 2),
        Appended(3, 4),
    ]
    crash(log)


def test_every_bit_flip_before_the_last_batch_is_refused_where_it_is(tmp_path: Path) -> None:
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    starts = [0, *(i + 1 for i, byte in enumerate(content) if byte == 0x0A)]
    for offset in range(ends[1]):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << (offset % 8)
        overwrite(path, damaged)
        refusal = refusal_of(tmp_path)
        line = max(n for n, start in enumerate(starts) if start <= offset)
        assert (refusal.file, refusal.offset) == (path, starts[line]), offset
        assert refusal.first_position == line + 1
        assert line + 1 <= refusal.last_position <= line + 2


def test_a_bit_flip_in_the_last_batch_is_cut_or_refused_and_never_served(tmp_path: Path) -> None:
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    for offset in range(ends[1], ends[2]):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << (offset % 8)
        overwrite(path, damaged)
        try:
            log = open_log(tmp_path, files=HastyFiles())
        except LogCorrupt:
            assert path.read_bytes() == damaged
            continue
        assert log.page(Query()).lines == content[: ends[1]]
        assert Path(str(log.recovery.quarantine_file)).read_bytes() == bytes(damaged[ends[1] :]).rstrip(b"\0")
        crash(log)


def test_with_a_witness_every_bit_flip_is_refused(tmp_path: Path) -> None:
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    for offset in range(ends[1], ends[2]):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << (offset % 8)
        overwrite(path, damaged)
        assert refusal_of(tmp_path, witness_position=7).first_position >= 5
    path.write_bytes(content)
    log = open_log(tmp_path, witness_position=7)
    log.close()
    path.write_bytes(content[:-1])
    assert refusal_of(tmp_path).last_position == 7


def test_a_cut_that_reaches_what_was_durable_is_noticed_by_a_witness(tmp_path: Path) -> None:
    """Where a line is torn the start is refused; where lines end cleanly and too soon, appends are."""
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    path.write_bytes(content[: ends[1] + 50])
    assert refusal_of(tmp_path, witness_position=5).first_position == 5
    path.write_bytes(content[: ends[1]])
    log = open_log(tmp_path, witness_position=5)
    assert log.page(Query()).count == 4
    with pytest.raises(AppendsSuspended, match="seen position 5, the log ends at 4"):
        log.commit([append(event())])
    crash(log)


def test_lines_that_head_json_has_seen_must_be_there(tmp_path: Path) -> None:
    ends = write_batches(tmp_path)
    open_log(tmp_path).close()
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    for cut in (0, ends[0], ends[1], ends[1] + 3, ends[2] - 1):
        path.write_bytes(content[:cut])
        assert refusal_of(tmp_path).last_position == 7
    path.write_bytes(content)
    assert open_log(tmp_path).head.position == 7


def test_a_history_that_is_not_the_one_head_json_has_seen_is_refused(tmp_path: Path) -> None:
    write_batches(tmp_path)
    open_log(tmp_path).close()
    head = json.loads((tmp_path / "head.json").read_bytes())
    assert head["position"] == 7
    (tmp_path / "head.json").write_text(json.dumps({**head, "hash": "0" * 64}))
    assert refusal_of(tmp_path).file == tmp_path / "head.json"
    (tmp_path / "head.json").write_text("{")
    assert refusal_of(tmp_path).file == tmp_path / "head.json"


def garbage(content: bytes) -> dict[str, bytes]:
    batch = content.splitlines(keepends=True)
    return {
        "text": b"garbage",
        "a line of garbage": b"garbage\n",
        "zeros and something": bytes(700) + b"x",
        "zeros and a newline": bytes(700) + b"\n",
        "an old batch": b"".join(batch[1:4]),
        "the last batch again": b"".join(batch[4:]),
        "half a line": batch[0][: len(batch[0]) // 2] + bytes(512),
        "a newline": b"\n",
    }


@pytest.mark.parametrize("kind", garbage(b"\n" * 7))
def test_garbage_behind_the_log_goes_to_quarantine(tmp_path: Path, kind: str) -> None:
    write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    path.write_bytes(content + garbage(content)[kind])
    log = open_log(tmp_path)
    assert log.page(Query()).lines == content
    assert Path(str(log.recovery.quarantine_file)).read_bytes() == garbage(content)[kind].rstrip(b"\0")
    assert log.commit([append(event())]) == [Appended(8, 8)]
    log.close()
    assert len(read_log(tmp_path).events) == 8


def test_the_sectors_of_a_torn_batch_may_be_lost_in_any_combination(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b"1" * 700))])
    durable = log.statistics().size_bytes
    log.commit([append(event(b"2" * 900), event(b"3" * 900)), append(event(b"4" * 900))])
    crash(log)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    sectors = range(durable // 512, (len(content) + 511) // 512)
    for kept in range(2 ** len(sectors)):
        torn = bytearray(content)
        for number, sector in enumerate(sectors):
            if not kept >> number & 1:
                start = max(sector * 512, durable)
                torn[start : (sector + 1) * 512] = bytes(len(torn[start : (sector + 1) * 512]))
        overwrite(path, torn)
        log = open_log(tmp_path, files=HastyFiles())
        assert log.head.position in (1, 3, 4)
        assert content.startswith(log.page(Query()).lines)
        crash(log)


def test_the_unsynced_tail_is_written_again_and_synced_before_a_head_is_shown(tmp_path: Path) -> None:
    ends = write_batches(tmp_path)
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    assert log.recovery.rewritten_bytes == ends[2] - ends[1]
    assert files.calls("write_at", "sync", "sync_directory") == [
        ("write_at", FIRST),
        ("sync", FIRST),
        ("sync_directory", "segments"),
        ("sync_directory", tmp_path.name),
    ]
    crash(log)


@pytest.mark.parametrize("call", ["write_at", "sync", "sync_directory"])
def test_a_tail_that_cannot_be_made_durable_is_not_shown(tmp_path: Path, call: str) -> None:
    write_batches(tmp_path)
    files = FaultyFiles()
    files.fail_next(call, 5)
    with pytest.raises(SyncFailed):
        open_log(tmp_path, files=files)
    assert open_log(tmp_path).head.position == 7


def test_the_evidence_is_durable_before_the_tail_is_cut(tmp_path: Path) -> None:
    write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    path.write_bytes(path.read_bytes()[:-1])
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    kept = Path(str(log.recovery.quarantine_file)).name
    calls = files.calls("write_at", "sync", "sync_directory", "truncate")
    assert calls[:6] == [
        ("write_at", kept),
        ("sync", kept),
        ("sync_directory", "quarantine"),
        ("sync_directory", tmp_path.name),
        ("truncate", FIRST),
        ("sync", FIRST),
    ]
    crash(log)


def test_a_recovery_that_fails_at_any_call_is_made_good_by_the_next(tmp_path: Path) -> None:
    ends = write_batches(tmp_path)
    path = tmp_path / "segments" / FIRST
    content = path.read_bytes()
    torn = content[: ends[1] + 100]
    for call in ("write_at", "sync", "sync_directory", "truncate"):
        for after in range(5):
            path.write_bytes(torn)
            files = FaultyFiles()
            files.fail_next(call, 5, after=after)
            try:
                crash(open_log(tmp_path, files=files))
            except SyncFailed:
                crash(open_log(tmp_path))
            assert path.read_bytes() == content[: ends[1]]
    assert [kept.read_bytes() for kept in (tmp_path / "quarantine").iterdir()] == [content[ends[1] : ends[1] + 100]]


def three_segments(directory: Path) -> list[Path]:
    log = open_log(directory, Options(segment_bytes=500, extend_bytes=0))
    for number in range(1, 7):
        log.commit([append(event(number=number))])
    crash(log)
    paths = sorted((directory / "segments").iterdir())
    assert [path.name for path in paths] == [f"{position:020}.ndjson" for position in (1, 3, 5)]
    return paths


def remove(paths: list[Path]) -> None:
    paths[1].unlink()


def remove_first(paths: list[Path]) -> None:
    paths[0].unlink()


def copy_as_next(paths: list[Path]) -> None:
    (paths[0].parent / f"{7:020}.ndjson").write_bytes(paths[0].read_bytes())


def copy_between(paths: list[Path]) -> None:
    (paths[0].parent / f"{4:020}.ndjson").write_bytes(paths[1].read_bytes())


def rename(paths: list[Path]) -> None:
    paths[1].rename(paths[1].parent / f"{4:020}.ndjson")


def rename_last(paths: list[Path]) -> None:
    paths[2].rename(paths[2].parent / f"{6:020}.ndjson")


def swap(paths: list[Path]) -> None:
    first, second = paths[0].read_bytes(), paths[1].read_bytes()
    paths[0].write_bytes(second)
    paths[1].write_bytes(first)


def foreign_file(paths: list[Path]) -> None:
    (paths[0].parent / "notes.txt").write_text("mine")


def foreign_segment(paths: list[Path]) -> None:
    other = paths[0].parent.parent / "other"
    paths[1].write_bytes(three_segments(other)[1].read_bytes())


def shorten(paths: list[Path]) -> None:
    paths[1].write_bytes(paths[1].read_bytes().splitlines(keepends=True)[0])


def tear(paths: list[Path]) -> None:
    paths[1].write_bytes(paths[1].read_bytes()[:-1])


def lengthen(paths: list[Path]) -> None:
    paths[1].write_bytes(paths[1].read_bytes() + bytes(8))


def empty(paths: list[Path]) -> None:
    paths[0].write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "named", "positions"),
    [
        (remove, 3, (3, 4)),
        (remove_first, 1, (1, 2)),
        (copy_as_next, 7, (7, 7)),
        (copy_between, 4, (4, 4)),
        (rename, 3, (3, 3)),
        (rename_last, 5, (5, 5)),
        (swap, 1, (1, 2)),
        (foreign_file, None, (0, 0)),
        (foreign_segment, 3, (3, 3)),
        (shorten, 4, (4, 4)),
        (tear, 3, (4, 4)),
        (lengthen, 3, (5, 5)),
        (empty, 1, (1, 2)),
    ],
)
def test_segments_that_are_not_as_they_were_left_are_refused_by_name(
    tmp_path: Path, damage: Callable[[list[Path]], None], named: int | None, positions: tuple[int, int]
) -> None:
    paths = three_segments(tmp_path)
    damage(paths)
    refusal = refusal_of(tmp_path)
    assert refusal.file.name == (f"{named:020}.ndjson" if named else "notes.txt")
    assert (refusal.first_position, refusal.last_position) == positions


def test_every_bit_flip_in_a_sealed_segment_is_refused(tmp_path: Path) -> None:
    paths = three_segments(tmp_path)
    for path in paths[:2]:
        content = path.read_bytes()
        for offset in range(len(content)):
            damaged = bytearray(content)
            damaged[offset] ^= 1 << (offset % 8)
            overwrite(path, damaged)
            assert refusal_of(tmp_path).file == path
        path.write_bytes(content)
    assert open_log(tmp_path).head.position == 6


def test_a_segment_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    paths = three_segments(tmp_path)
    files = FaultyFiles()
    # log.json is read first, then the ends of each segment.
    files.fail_next("read_at", 5, after=3)
    with pytest.raises(LogCorrupt, match="can't be read") as refusal:
        open_log(tmp_path, files=files)
    assert refusal.value.file == paths[1]


def test_a_segment_that_is_shorter_than_its_size_is_refused(tmp_path: Path) -> None:
    paths = three_segments(tmp_path)

    class Boasting(HastyFiles):
        def size(self, descriptor: int) -> int:
            return super().size(descriptor) + 8

    with pytest.raises(LogCorrupt, match="goes on behind its last line") as refusal:
        open_log(tmp_path, files=Boasting())
    assert refusal.value.file == paths[0]


def test_a_start_reports_what_it_read(tmp_path: Path) -> None:
    write_batches(tmp_path)
    log = open_log(tmp_path)
    report = log.recovery
    assert (report.events, report.segments, report.size_bytes) == (7, 1, log.statistics().size_bytes)
    assert (report.cut_bytes, report.cut_positions, report.quarantine_file) == (0, 0, None)
    log.close()
    again = open_log(tmp_path)
    assert again.recovery.witness_position == 7
    again.close()
