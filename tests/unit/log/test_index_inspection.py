"""The files of the index, looked at beside the log."""

from pathlib import Path

import pytest

from eventrail.log.files import SystemFiles
from eventrail.log.index.inspection import IndexInspection, inspect_index
from eventrail.log.layout import Layout
from tests.kit.indexed_logs import make_segments, written_down
from tests.kit.logs import overwrite

SEGMENTS = 3


@pytest.fixture
def indexed(tmp_path: Path) -> tuple[Layout, str]:
    log = make_segments(tmp_path, SEGMENTS)
    written_down(log)
    log.close()
    return Layout(tmp_path), log.log_id


def looked_at(indexed: tuple[Layout, str]) -> IndexInspection:
    layout, log_id = indexed
    return inspect_index(SystemFiles(), layout, log_id)


def test_a_whole_index_is_whole(indexed: tuple[Layout, str]) -> None:
    assert looked_at(indexed) == IndexInspection(SEGMENTS, (), ())


def test_every_flipped_byte_of_a_file_is_found(indexed: tuple[Layout, str]) -> None:
    file = min(indexed[0].index.glob("*.index"))
    written = file.read_bytes()
    for offset in range(len(written)):
        overwrite(file, written[:offset] + bytes([written[offset] ^ 1]) + written[offset + 1 :])
        assert looked_at(indexed).damaged == (file.name,), offset
    file.write_bytes(written)
    assert looked_at(indexed).whole == SEGMENTS


def test_files_that_are_missing_cut_or_of_another_segment_are_named(indexed: tuple[Layout, str]) -> None:
    one, two, three = sorted(indexed[0].index.glob("*.index"))
    three.write_bytes(two.read_bytes())
    two.write_bytes(two.read_bytes()[:-1])
    one.unlink()
    assert looked_at(indexed) == IndexInspection(0, (one.name,), (two.name, three.name))


def test_without_a_directory_all_are_missing(indexed: tuple[Layout, str]) -> None:
    directory = indexed[0].index
    for file in directory.iterdir():
        file.unlink()
    directory.rmdir()
    assert len(looked_at(indexed).missing) == SEGMENTS
