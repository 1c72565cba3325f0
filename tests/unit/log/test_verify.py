import threading
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.log.checking.verify import verify
from eventrail.log.errors import ForeignFormat, LogCorrupt
from eventrail.log.line import StoredLine, form_line, genesis
from eventrail.log.options import Options
from tests.kit.logs import HastyFiles, append, crash, event, numbered_id, open_log

OPTIONS = Options(segment_bytes=1_500, extend_bytes=600)


def written(directory: Path, count: int = 9) -> None:
    log = open_log(directory, OPTIONS)
    for number in range(count):
        log.commit([append(event('"🌍"'.encode()), event(b"%d" % number))])
    crash(log)


def test_a_whole_log_is_verified_to_its_head(tmp_path: Path) -> None:
    written(tmp_path)
    seen: list[int] = []
    report = verify(tmp_path, progress=seen.append)
    stored = read_log(tmp_path)
    assert (report.damage, report.torn) == (None, None)
    assert (report.log_id, report.head.position, report.head.hash) == (stored.log_id, 18, stored.head_hash)
    assert (report.events, report.appends) == (18, 9)
    assert report.segments == len(list((tmp_path / "segments").iterdir())) > 1
    assert seen == sorted(seen)
    assert seen[-1] == report.size_bytes == sum(len(line.line) + 1 for line in stored.events)


def test_an_empty_log_is_verified(tmp_path: Path) -> None:
    written(tmp_path, 0)
    report = verify(tmp_path)
    assert (report.events, report.damage, report.head.hash) == (0, None, genesis(report.log_id).hash)


def test_verification_takes_no_lock_and_changes_nothing(tmp_path: Path) -> None:
    log = open_log(tmp_path, OPTIONS)
    log.commit([append(event())])
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in tmp_path.rglob("*")}
    assert verify(tmp_path).events == 1
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in tmp_path.rglob("*")} == before
    log.close()


def test_damage_is_named_and_what_stands_before_it_is_counted(tmp_path: Path) -> None:
    written(tmp_path)
    path = sorted((tmp_path / "segments").iterdir())[1]
    first, second, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, second.replace(b'"data":', b'"data":7'), *rest]))
    report = verify(tmp_path)
    position = int(path.stem) + 1
    assert report.damage is not None
    assert (report.damage.file, report.damage.offset) == (path, len(first))
    assert (report.damage.first_position, report.damage.last_position) == (position, position)
    assert report.damage.reason == "the hash does not close"
    assert report.events == position - 2


def test_a_torn_tail_is_told_and_is_no_damage(tmp_path: Path) -> None:
    written(tmp_path)
    path = max((tmp_path / "segments").iterdir())
    path.write_bytes(path.read_bytes().rstrip(b"\0")[:-1])
    report = verify(tmp_path)
    assert (report.damage, report.torn) == (None, "the line has no end")
    assert report.events == 16


def chained(previous: StoredLine, data: bytes) -> bytes:
    return form_line(
        event(data),
        numbered_id(1),
        position=1,
        time="2026-11-22T12:00:00.000000Z",
        commit=1,
        synced=0,
        previous_hash=previous.hash,
    )[0]


@pytest.mark.parametrize("data", [b"{", b'{"a": 1}', b"01", b"[" * 65 + b"]" * 65, b'"\xff"'])
def test_a_chain_that_closes_over_what_is_no_compact_json_is_damage(tmp_path: Path, data: bytes) -> None:
    log = open_log(tmp_path)
    crash(log)
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.write_bytes(chained(genesis(log.log_id), data))
    report = verify(tmp_path)
    assert report.damage is not None
    assert "not compact JSON" in report.damage.reason
    assert (report.damage.file, report.damage.offset, report.damage.first_position) == (path, 0, 1)


def test_nesting_at_its_limit_is_verified(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b"[" * 64 + b"]" * 64))])
    crash(log)
    assert verify(tmp_path).damage is None


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogCorrupt, match="no log lives here"):
        verify(tmp_path)
    (tmp_path / "log.json").write_text('{"format":9,"log_id":"x"}')
    with pytest.raises(ForeignFormat):
        verify(tmp_path)


def test_a_log_that_is_being_written_verifies_at_every_moment(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=50_000, extend_bytes=5_000), files=HastyFiles())

    def write() -> None:
        for _ in range(500):
            log.commit([append(event(b"1" * 300), event(b"2"))] * 5)

    writer = threading.Thread(target=write)
    writer.start()
    reports = [verify(tmp_path)]
    while writer.is_alive():
        reports.append(verify(tmp_path))
    writer.join()
    log.close()
    reports.append(verify(tmp_path))
    assert {report.damage for report in reports} == {None}
    assert reports[-1].events == 5_000
    heads = [report.head.position for report in reports]
    assert heads == sorted(heads)


def test_damage_counts_only_when_it_is_seen_twice(tmp_path: Path) -> None:
    """A line that was read while it was written is whole at the second look."""
    written(tmp_path)
    path = min((tmp_path / "segments").iterdir())
    content = path.read_bytes()

    class Racing(HastyFiles):
        looks = 0

        def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
            found = super().read_at(descriptor, length, offset)
            if found == content and not self.looks:
                self.looks += 1
                return content[:-9] + bytes(9)
            return found

    files = Racing()
    report = verify(tmp_path, files=files)
    assert (files.looks, report.damage, report.events) == (1, None, 18)
