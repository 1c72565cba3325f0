"""What verification says of each kind of damage: file, offset, positions, reason, and what is whole all the same."""

import errno
from pathlib import Path

import pytest

from eventrail.log.checking.verify import Verification, verify
from eventrail.log.layout import Layout
from eventrail.log.options import Options
from tests.kit.logs import HastyFiles, append, crash, event, open_log

OPTIONS = Options(segment_bytes=1_000, extend_bytes=0)
HEAD = 18


def written(directory: Path) -> list[Path]:
    """A log of 18 events in appends of two, closed, so that head.json has seen all; returns its segments."""
    log = open_log(directory, OPTIONS)
    for number in range(HEAD // 2):
        log.commit([append(event('"🌍"'.encode()), event(b"%d" % number))])
    log.close()
    paths = sorted((directory / "segments").iterdir())
    assert len(paths) > 3
    return paths


def first_of(path: Path) -> int:
    return int(path.stem)


def told(report: Verification) -> list[tuple[str, int, int, int, str]]:
    """Each damage by file name, offset, positions and reason."""
    return [
        (damage.file.name, damage.offset, damage.first_position, damage.last_position, damage.reason)
        for damage in report.damages
    ]


def test_a_head_that_cannot_be_read_is_damage_and_hides_no_other(tmp_path: Path) -> None:
    paths = written(tmp_path)
    (tmp_path / "head.json").write_text("{")
    paths[1].write_bytes(paths[1].read_bytes().replace(b'"data":', b'"dada":', 1))
    head, segment = told(verify(tmp_path))
    assert (head[:4], segment) == (
        ("head.json", 0, 0, 0),
        (paths[1].name, 0, first_of(paths[1]), first_of(paths[1]), "not the shape of a line"),
    )
    assert "remove it to start without it" in head[4]


@pytest.mark.parametrize("position", [1, 2, 5, HEAD])
def test_a_head_that_the_log_does_not_hold_is_damage_of_the_head(tmp_path: Path, position: int) -> None:
    written(tmp_path)
    (tmp_path / "head.json").write_text(f'{{"position":{position},"hash":"{"0" * 64}"}}')
    assert told(verify(tmp_path)) == [("head.json", 0, position, position, "the log holds another hash there")]


@pytest.mark.parametrize("position", [1, 2, 5, HEAD])
def test_control_a_head_anywhere_in_the_log_is_held_by_it(tmp_path: Path, position: int) -> None:
    lines = b"".join(path.read_bytes() for path in written(tmp_path)).splitlines()
    stated = lines[position - 1][-66:-2].decode()
    (tmp_path / "head.json").write_text(f'{{"position":{position},"hash":"{stated}"}}')
    assert told(verify(tmp_path)) == []


def test_a_head_behind_the_end_of_the_log_is_damage_where_the_log_ends(tmp_path: Path) -> None:
    *_, last = written(tmp_path)
    lines = last.read_bytes().splitlines(keepends=True)
    last.write_bytes(b"".join(lines[:-2]))
    assert told(verify(tmp_path)) == [
        (last.name, len(b"".join(lines[:-2])), HEAD - 1, HEAD, f"head.json has seen position {HEAD}")
    ]


def test_zeros_behind_a_sealed_segment_are_damage(tmp_path: Path) -> None:
    first, second, *_ = written(tmp_path)
    size, following = first.stat().st_size, first_of(second)
    first.write_bytes(first.read_bytes() + bytes(8))
    report = verify(tmp_path)
    reason = "a sealed segment goes on behind its last line"
    assert told(report) == [(first.name, size, following, following, reason)]
    assert report.events == following - 1, "what stands before the damage is whole"


def test_a_segment_that_repeats_positions_is_damage_and_those_behind_it_are_not(tmp_path: Path) -> None:
    _, second, third, *_ = written(tmp_path)
    between = Layout(tmp_path).segment(first_of(third) - 1)
    between.write_bytes(second.read_bytes())
    repeated, misplaced = told(verify(tmp_path))
    last = first_of(third) - 1
    assert repeated == (between.name, 0, last, last, "the segment repeats positions of the one before")
    assert misplaced[:3] == (between.name, 0, first_of(third))
    assert misplaced[4] == f"position {first_of(second)} stands where {first_of(third)} belongs"


def test_what_is_no_segment_is_named_alone(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "segments" / "letter.txt").write_text("dear")
    assert told(verify(tmp_path)) == [("letter.txt", 0, 0, 0, "no segment of a log has such a name")]


def test_a_segment_that_was_made_while_the_names_were_read_is_not_missing(tmp_path: Path) -> None:
    paths = written(tmp_path)

    class Late(HastyFiles):
        looks = 0

        def list_directory(self, path: Path) -> list[str]:
            self.looks += 1
            return [name for name in super().list_directory(path) if self.looks > 1 or name != paths[1].name]

    files = Late()
    report = verify(tmp_path, files=files)
    assert (told(report), report.events, files.looks) == ([], HEAD, 2)


def test_a_segment_that_is_missing_at_both_looks_is_missing(tmp_path: Path) -> None:
    paths = written(tmp_path)
    paths[1].unlink()
    gone = (paths[1].name, 0, first_of(paths[1]), first_of(paths[2]) - 1, "the segment is missing")
    assert told(verify(tmp_path)) == [gone]


def test_a_segment_that_the_disk_does_not_give_is_damage_and_the_others_are_read(tmp_path: Path) -> None:
    paths = written(tmp_path)

    class Refusing(HastyFiles):
        def open(self, path: Path, flags: int) -> int:
            if path == paths[1]:
                raise OSError(errno.EIO, "Input/output error")
            return super().open(path, flags)

    report = verify(tmp_path, files=Refusing())
    first = first_of(paths[1])
    assert told(report) == [
        (paths[1].name, 0, first, first, "the segment can't be read: [Errno 5] Input/output error"),
    ]
    assert report.events == first - 1


def test_behind_a_segment_without_its_end_the_next_is_held_to_its_own_name(tmp_path: Path) -> None:
    first, second, *_ = written(tmp_path)
    first.write_bytes(first.read_bytes()[:-1])
    assert [damage[0] for damage in told(verify(tmp_path))] == [first.name], "the next one is whole in itself"
    own = first_of(second)
    second.write_bytes(b"".join(second.read_bytes().splitlines(keepends=True)[1:]))
    ending, misplaced = told(verify(tmp_path))
    assert ending == (first.name, ending[1], own - 1, own - 1, "the line has no end")
    assert misplaced == (second.name, 0, own, own, f"position {own + 1} stands where {own} belongs")


def test_a_file_that_is_shorter_than_it_says_is_damage(tmp_path: Path) -> None:
    first, second, *_ = written(tmp_path)
    size = first.stat().st_size

    class Boasting(HastyFiles):
        def size(self, descriptor: int) -> int:
            found = super().size(descriptor)
            return found + 8 if found == size else found

    damages = told(verify(tmp_path, files=Boasting()))
    assert damages[0] == (
        first.name,
        size,
        first_of(second),
        first_of(second),
        "a sealed segment goes on behind its last line",
    )


def test_a_line_that_was_whole_at_the_second_look_is_no_damage(tmp_path: Path) -> None:
    """All of the first look comes before the line is written, however often it reads."""
    paths = written(tmp_path)

    class Writing(HastyFiles):
        looks = 0
        torn = -1

        def open(self, path: Path, flags: int) -> int:
            descriptor = super().open(path, flags)
            if path == paths[-1]:
                self.looks += 1
                self.torn = descriptor if self.looks == 1 else -1
            return descriptor

        def read_at(self, descriptor: int, length: int, offset: int) -> bytes:
            found = super().read_at(descriptor, length, offset)
            return found[:-9] + bytes(9) if descriptor == self.torn and found else found

    files = Writing()
    report = verify(tmp_path, files=files)
    assert (files.looks, told(report), report.torn, report.events) == (2, [], None, HEAD)


def test_several_processes_say_what_one_says(tmp_path: Path) -> None:
    paths = written(tmp_path)
    alone, together = verify(tmp_path), verify(tmp_path, processes=2)
    assert (together.head, together.appends, together.size_bytes) == (alone.head, alone.appends, alone.size_bytes)
    for path in (paths[1], paths[-1]):
        path.write_bytes(path.read_bytes().replace(b'"data":', b'"data":7', 1))
    seen: list[int] = []
    damaged = verify(tmp_path, processes=2, progress=seen.append)
    assert told(damaged) == told(verify(tmp_path))
    assert [damage[0] for damage in told(damaged)] == [paths[1].name, paths[-1].name]
    assert seen[-1] == damaged.size_bytes == paths[0].stat().st_size


def test_an_append_of_many_blocks_is_one_append(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.commit([append(*[event(b'"' + b"x" * 100_000 + b'"')] * 4)])
    log.commit([append(event())])
    crash(log)
    seen: list[int] = []
    report = verify(tmp_path, progress=seen.append)
    assert (told(report), report.events, report.appends) == ([], 5, 2)
    assert len(seen) > 3
    assert seen == sorted(seen)
    path = Layout(tmp_path).segment(1)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], lines[3].replace(b'"xx', b'"xy', 1), lines[4]]))
    assert told(verify(tmp_path)) == [(path.name, len(b"".join(lines[:3])), 4, 4, "the hash does not close")]
    assert verify(tmp_path).events == 0, "an append is whole or is not there"
