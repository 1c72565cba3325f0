from pathlib import Path

from docs.tools.independent_reader import read_log
from eventrail.log.events import Append, Appended
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import NOON, append, crash, event, numbered_id, open_log


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "segments").iterdir())


def test_a_batch_is_one_write_and_one_sync(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    files.trace.clear()
    log.commit([append(event()), append(event(), event())] * 20)
    segment = f"{1:020}.ndjson"
    assert files.trace == [("write_at", segment), ("sync_data", segment)]
    log.close()


def test_a_batch_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event(number=1))])
    files.trace.clear()
    log.commit([append(event(number=1))])
    log.commit([])
    assert not files.calls("write_at", "sync_data")
    log.close()


def test_synced_is_the_head_that_the_batch_was_formed_at(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event())])
    log.commit([append(event()), append(event(), event())])
    log.commit([append(event())])
    log.close()
    fields = [stored.fields for stored in read_log(tmp_path).events]
    assert [line["synced"] for line in fields] == [0, 1, 1, 1, 4]
    assert [line["commit"] for line in fields] == [1, 2, 4, 4, 5]


def test_times_never_go_back(tmp_path: Path) -> None:
    times = []
    for now in (NOON, NOON - 5_000_000, NOON + 1):
        log = open_log(tmp_path, now=now)
        log.commit([append(event())])
        log.close()
        times.append(read_log(tmp_path).events[-1].fields["time"])
    assert times == ["2026-11-22T12:00:00.000000Z"] * 2 + ["2026-11-22T12:00:00.000001Z"]


def test_nothing_is_visible_before_it_is_synced(tmp_path: Path) -> None:
    seen: list[object] = []

    class Watching(FaultyFiles):
        def sync_data(self, descriptor: int) -> None:
            seen.append((log.head.position, log.line_at(2), log.line_by_id(numbered_id(1))))
            super().sync_data(descriptor)

    log = open_log(tmp_path, files=Watching())
    log.commit([append(event())])
    log.commit([append(event(number=1))])
    assert seen == [(0, None, None), (1, None, None)]
    assert log.line_at(2) == log.line_by_id(numbered_id(1)) is not None
    log.close()


def test_segments_roll_between_batches(tmp_path: Path) -> None:
    """A batch that would outgrow the open segment goes whole into the next; the first of a segment always fits."""
    log = open_log(tmp_path, Options(segment_bytes=800, extend_bytes=0))
    log.commit([append(event())] * 3)
    assert 800 // 4 < log.statistics().size_bytes // 3 < 800 // 3
    assert names(tmp_path) == [f"{1:020}.ndjson"]
    log.commit([append(event(), event(), event(), event(), event())])
    log.commit([append(event())])
    log.close()
    assert names(tmp_path) == [f"{1:020}.ndjson", f"{4:020}.ndjson", f"{9:020}.ndjson"]
    assert len(read_log(tmp_path).events) == 9


def test_a_segment_filled_to_its_last_byte_does_not_roll(tmp_path: Path) -> None:
    log = open_log(tmp_path / "measure")
    log.commit([append(event())])
    line = log.statistics().size_bytes
    log.close()
    for room, count in ((2 * line - 1, 2), (2 * line, 1), (2 * line + 1, 1)):
        log = open_log(tmp_path / str(room), Options(segment_bytes=room, extend_bytes=0))
        log.commit([append(event())])
        log.commit([append(event())])
        assert log.statistics().segments == count
        log.close()


def test_a_roll_is_durable_before_the_first_answer_from_it(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, Options(segment_bytes=400, extend_bytes=200), files=files)
    log.commit([append(event())])
    files.trace.clear()
    log.commit([append(event()), append(event())])
    old, new = f"{1:020}.ndjson", f"{2:020}.ndjson"
    assert files.trace == [
        ("truncate", old),
        ("sync", old),
        ("open", new),
        ("sync_directory", "segments"),
        ("write_at", new),
        ("sync_data", new),
    ]
    assert (tmp_path / "segments" / old).read_bytes().endswith(b"}\n")
    log.close()


def test_the_open_segment_is_filled_with_zeros_ahead(tmp_path: Path) -> None:
    options = Options(segment_bytes=4_000, extend_bytes=1_500)
    files = FaultyFiles()
    log = open_log(tmp_path, options, files=files)
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    log.commit([append(event())])
    first = path.stat().st_size
    assert path.read_bytes().endswith(b"}\n" + bytes(1_500))
    log.commit([append(event())])
    assert path.stat().st_size == first
    while log.statistics().segments == 1:
        log.commit([append(event())])
        assert path.stat().st_size <= 4_000
    log.close()
    assert all(stored.read_bytes().endswith(b"}\n") for stored in path.parent.iterdir())


def test_a_start_goes_on_behind_zeros(tmp_path: Path) -> None:
    options = Options(extend_bytes=10_000)
    files = FaultyFiles()
    log = open_log(tmp_path, options, files=files)
    log.commit([append(event())])
    crash(log)
    again = open_log(tmp_path, options)
    assert again.recovery.cut_bytes == 0
    assert again.commit([append(event(), event())]) == [Appended(2, 3)]
    crash(again)
    assert [stored.position for stored in read_log(tmp_path).events] == [1, 2, 3]


def test_a_large_append_is_whole_in_one_segment(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=10_000, extend_bytes=100))
    log.commit([append(event())])
    log.commit([Append(tuple([event(b"1" * 50)] * 1_000))])
    log.close()
    assert names(tmp_path) == [f"{1:020}.ndjson", f"{2:020}.ndjson"]
    assert len(read_log(tmp_path).events) == 1_001


def test_statistics_count_what_is_durable(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=500, extend_bytes=0))
    for kind in ("b", "a", "b"):
        log.commit([append(event(kind=kind))])
    statistics = log.statistics()
    assert statistics.events_by_type == {"a": 1, "b": 2}
    assert (statistics.events, statistics.segments, statistics.syncs) == (3, 2, 3)
    assert statistics.head == log.head
    assert statistics.last_sync_seconds is not None
    log.close()
    assert statistics.size_bytes == sum(path.stat().st_size for path in (tmp_path / "segments").iterdir())
