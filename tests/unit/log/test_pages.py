from pathlib import Path

import pytest

from eventrail.log.errors import RangeDamaged
from eventrail.log.events import Query
from eventrail.log.limits import PAGE_BYTES, PAGE_EVENTS
from eventrail.log.options import Options
from tests.kit.faulty_files import FaultyFiles
from tests.kit.logs import append, event, open_log


def test_a_page_is_the_bytes_of_the_log(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event('"🌍\\u0000"'.encode(), "a:1")), append(event(b"2"), event(b"3"))])
    stored = (tmp_path / "segments" / f"{1:020}.ndjson").read_bytes()
    lines = stored.splitlines(keepends=True)
    assert log.page(Query()).lines == stored
    assert log.page(Query(after=1, limit=1)).lines == lines[1]
    assert log.page(Query(before=3)).lines == lines[0] + lines[1]
    assert log.page(Query(backward=True)).lines == lines[2] + lines[1] + lines[0]
    assert log.page(Query(backward=True, before=3, limit=1)).lines == lines[1]
    assert log.line_at(2) == lines[1]
    assert log.line_at(0) is log.line_at(4) is None
    assert log.line_by_id("00000000-0000-7000-8000-000000000000") is None
    log.close()


def test_an_event_is_found_by_its_id(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b"1", number=1)), append(event(b"2", number=2))])
    found = log.line_by_id("00000000-0000-7000-8000-000000000002")
    assert found is not None
    assert found == log.line_at(2)
    assert b'"data":2,' in found
    log.close()


def test_an_empty_log_has_an_empty_page(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    page = log.page(Query())
    assert (page.lines, page.count, page.first, page.last, page.scanned, page.head) == (b"", 0, 0, 0, 0, 0)
    log.close()


def test_a_position_beyond_the_head_waits_there(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event())])
    assert log.page(Query(after=7)).scanned == 7
    assert log.page(Query(after=7, tags=("a:1",))).scanned == 7
    log.close()


def test_a_filter_tells_how_far_it_looked(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event(b"1", "a:1")), append(event(b"2")), append(event(b"3", "a:1")), append(event(b"4"))])
    assert log.page(Query(tags=("a:1",), limit=1)).scanned == 1
    assert log.page(Query(tags=("a:1",))).scanned == 4
    assert log.page(Query(tags=("a:1",), before=4)).scanned == 3
    assert log.page(Query(tags=("a:1",), limit=1, backward=True)).scanned == 3
    assert log.page(Query(tags=("a:1",), backward=True)).scanned == 1
    log.close()


@pytest.mark.parametrize("beyond", [-1, 0, 1])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("tags", [(), ("a:1",)])
def test_a_page_holds_events_up_to_its_limit(
    tmp_path: Path, beyond: int, tags: tuple[str, ...], *, backward: bool
) -> None:
    log = open_log(tmp_path)
    count = PAGE_EVENTS + beyond
    log.commit([append(*[event(b"1", "a:1")] * 1_000)] * (count // 1_000))
    log.commit([append(*[event(b"1", "a:1")] * (count % 1_000))] if count % 1_000 else [])
    page = log.page(Query(limit=20_000, backward=backward, tags=tags))
    assert page.count == min(count, PAGE_EVENTS)
    assert len(page.lines.splitlines()) == page.count
    log.close()


@pytest.mark.parametrize("beyond", [-1, 0, 1])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("tags", [(), ("a:1",)])
def test_a_page_holds_bytes_up_to_its_limit(
    tmp_path: Path, beyond: int, tags: tuple[str, ...], *, backward: bool
) -> None:
    log = open_log(tmp_path)
    big = b'"' + b"x" * (PAGE_BYTES // 10) + b'"'
    log.commit([append(*[event(big, "a:1")] * 9)])
    rest = PAGE_BYTES - len(log.page(Query()).lines)
    log.commit([append(event(b'"x"', "a:1"))])
    overhead = len(log.line_at(10) or b"") - 3
    log.close()
    again = open_log(tmp_path / "again")
    again.commit([append(*[event(big, "a:1")] * 9)])
    again.commit([append(event(b'"' + b"x" * (rest - overhead - 2 + beyond) + b'"', "a:1"))])
    page = again.page(Query(backward=backward, tags=tags))
    assert page.count == (9 if beyond > 0 else 10)
    assert again.statistics().size_bytes == PAGE_BYTES + beyond
    again.close()


def test_a_page_without_a_filter_is_one_read(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())] * 500)
    files.trace.clear()
    assert log.page(Query(after=10, limit=400)).count == 400
    assert len(files.calls("read_at")) == 1
    log.close()


def test_a_page_goes_on_into_the_next_segment(tmp_path: Path) -> None:
    log = open_log(tmp_path, Options(segment_bytes=700, extend_bytes=0))
    for number in range(9):
        log.commit([append(event(b"%d" % number))])
    assert log.statistics().segments > 3
    lines = log.page(Query()).lines
    assert b"".join(path.read_bytes() for path in sorted((tmp_path / "segments").iterdir())) == lines
    assert log.page(Query(backward=True)).lines.splitlines() == lines.splitlines()[::-1]
    log.close()


def test_a_damaged_range_is_not_served(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(event()), append(event())])
    path = tmp_path / "segments" / f"{1:020}.ndjson"
    path.write_bytes(b"\0" + path.read_bytes()[1:])
    with pytest.raises(RangeDamaged) as damage:
        log.page(Query())
    assert (damage.value.file, damage.value.offset, damage.value.first_position) == (path, 0, 1)
    assert log.line_at(2) is not None
    path.write_bytes(b"")
    with pytest.raises(RangeDamaged):
        log.line_at(2)
    log.close()


def test_a_read_that_fails_is_a_damaged_range(tmp_path: Path) -> None:
    files = FaultyFiles()
    log = open_log(tmp_path, files=files)
    log.commit([append(event())])
    files.fail_next("read_at", 5)
    with pytest.raises(RangeDamaged):
        log.page(Query())
    assert log.page(Query()).count == 1
    log.close()
