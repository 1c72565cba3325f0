"""`eventrail export` and `import` as processes: ranges, filters, replays, bad lines, a killed import."""

import json
import signal
from pathlib import Path

import pytest

from docs.tools.independent_reader import read_log
from eventrail.exit_codes import ExitCode
from tests.integration.eventrail.cli_logs import flip, lines, segments, write_log
from tests.integration.eventrail.shell import Eventrail, small_files
from tests.integration.eventrail.web import Web, eventually
from tests.kit.logs import numbered_id
from tests.kit.processes import Processes
from tests.kit.services import start_eventrail


@pytest.fixture
def eventrail() -> Eventrail:
    return Eventrail()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    write_log(tmp_path / "log")
    return tmp_path / "log"


def test_an_export_is_the_stored_lines_by_range_and_filter(log: Path, tmp_path: Path, eventrail: Eventrail) -> None:
    stored = lines(log).splitlines(keepends=True)
    whole = eventrail("export", "--directory", log)
    assert (whole.code, whole.out, whole.err) == (0, lines(log), b"")
    assert eventrail("export", "--directory", log, "--after", "7", "--before", "50").out == b"".join(stored[7:49])
    even = [line for line in stored if b'"kind:even"' in line]
    assert eventrail("export", "--directory", log, "--tag", "kind:even").out == b"".join(even)
    both = [line for line in stored if b'"kind:odd"' in line and b'"n:3"' in line]
    chosen = ("--tag", "kind:odd", "--tag", "n:3", "--type", "a.b", "--type", "a.c")
    assert eventrail("export", "--directory", log, *chosen).out == b"".join(both)
    to_file = eventrail("export", "--directory", log, "-o", tmp_path / "out.ndjson", "--json")
    assert to_file.json["events"] == 60
    assert (tmp_path / "out.ndjson").read_bytes() == lines(log)


def test_an_export_from_a_server_is_the_same(processes: Processes, log: Path) -> None:
    before = lines(log)
    service = start_eventrail(processes, log)
    assert Eventrail(service.url)("export").out == before
    some = Eventrail(service.url)("export", "--url", service.url, "--after", "58").out
    assert some == b"".join(before.splitlines(keepends=True)[58:])


def test_an_export_never_gives_a_damaged_line(log: Path, tmp_path: Path, eventrail: Eventrail) -> None:
    first, second, *_ = segments(log)
    flip(second)
    done = eventrail("export", "--directory", log)
    assert done.code == ExitCode.DAMAGED
    assert done.out == first.read_bytes()
    refused = eventrail("export", "--directory", log, "-o", tmp_path / "out.ndjson")
    assert refused.code == ExitCode.DAMAGED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]
    full = eventrail("export", "--directory", log, "-o", tmp_path / "out.ndjson", before=small_files(1_000))
    assert full.code == ExitCode.DISK_FULL


def test_an_import_keeps_ids_and_appends_and_is_a_replay_the_second_time(
    processes: Processes, log: Path, tmp_path: Path
) -> None:
    exported = Eventrail()("export", "--directory", log).out
    service = start_eventrail(processes, tmp_path / "new")
    Web(service.url).append({"events": [{"data": "before"}]})
    eventrail = Eventrail(service.url)
    first = eventrail("import", "--json", given=exported)
    assert (first.code, first.json) == (
        0,
        {"events": 60, "replayed": 0, "bad": 0, "head": 61, "upto_line": 60},
    )
    assert eventrail("import", "--json", given=exported).json["replayed"] == 60
    (tmp_path / "file.ndjson").write_bytes(exported)
    assert eventrail("import", tmp_path / "file.ndjson", "--json").json["replayed"] == 60
    assert service.child.stop() == 0
    old, new = read_log(log).events, read_log(tmp_path / "new").events[1:]
    assert len(new) == 60
    for was, now in zip(old, new, strict=True):
        for name in ("id", "type", "tags", "data", "meta"):
            assert was.fields[name] == now.fields[name]
        assert (now.position, now.fields["commit"]) == (was.position + 1, was.fields["commit"] + 1)


def test_an_import_into_the_files_is_the_same(log: Path, tmp_path: Path, eventrail: Eventrail) -> None:
    exported = eventrail("export", "--directory", log).out
    assert eventrail("import", "--directory", tmp_path / "new", given=exported).code == 0
    again = eventrail("import", "--directory", tmp_path / "new", "--json", given=exported)
    assert again.json == {"events": 60, "replayed": 60, "bad": 0, "head": 60, "upto_line": 60}
    assert [event.fields["id"] for event in read_log(tmp_path / "new").events] == [
        event.fields["id"] for event in read_log(log).events
    ]


BAD = {
    b"nonsense": "JSON is malformed",
    b'{"data":1}': "it has no id",
    b'{"data":1,"id":"%s","more":1}' % numbered_id(9).encode(): "unknown field",
    b'{"data":1,"id":"short"}': "UUID",
    b'{"data":1,"id":"%s","type":"Upper"}' % numbered_id(9).encode(): "type",
    b'{"data":"\xff","id":"%s"}' % numbered_id(9).encode(): "not UTF-8",
}


@pytest.mark.parametrize("offline", [True, False])
def test_each_bad_line_is_named_by_its_number(
    processes: Processes, tmp_path: Path, eventrail: Eventrail, *, offline: bool
) -> None:
    if offline:
        where: tuple[str | Path, ...] = ("--directory", tmp_path / "new")
    else:
        where = ("--url", start_eventrail(processes, tmp_path / "new").url)
        eventrail = Eventrail(str(where[1]))
    good = [b'{"data":%d,"id":"%s"}' % (number, numbered_id(100 + number).encode()) for number in range(len(BAD))]
    given = b"\n".join(line for pair in zip(good, BAD, strict=True) for line in pair) + b"\n"
    done = eventrail("import", "--json", "--skip-bad", *where, given=given)
    assert done.code == ExitCode.BAD_LINES
    *named, total = [json.loads(line) for line in done.out.splitlines()]
    assert [(bad["first_line"], bad["last_line"]) for bad in named] == [(2 * n, 2 * n) for n in range(1, len(BAD) + 1)]
    for bad, reason in zip(named, BAD.values(), strict=True):
        assert reason in bad["reason"], bad
    assert (total["events"], total["bad"]) == (len(BAD), len(BAD))
    sentences = eventrail("import", *where, given=given).out.decode().splitlines()
    assert sentences[0].startswith("line 2: ")
    assert "of them stood already" in sentences[-1]


def test_new_ids_append_again(tmp_path: Path, eventrail: Eventrail) -> None:
    for head in (2, 4):
        done = eventrail("import", "--directory", tmp_path / "new", "--new-ids", "--json", given=b'{"data":1}\n' * 2)
        assert done.json["head"] == head


def test_an_import_that_is_killed_goes_on_where_it_was(processes: Processes, tmp_path: Path) -> None:
    count = 6_000
    given = [b'{"data":"%s","id":"%s"}\n' % (b"x" * 200, numbered_id(n).encode()) for n in range(count)]
    (tmp_path / "in.ndjson").write_bytes(b"".join(given))
    service = start_eventrail(processes, tmp_path / "new")
    eventrail, web = Eventrail(service.url), Web(service.url)
    running = eventrail.start("import", tmp_path / "in.ndjson")
    eventually(lambda: web.head > 0 or running.poll() is not None, "the import has begun")
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert web.head > 0
    done = eventrail("import", tmp_path / "in.ndjson", "--json")
    assert (done.code, done.json["events"], done.json["head"]) == (0, count, count)
    assert web.head == count


def test_places_that_are_none_are_one_line(tmp_path: Path, eventrail: Eventrail) -> None:
    assert eventrail("import", tmp_path / "nowhere").code == ExitCode.FAILED
    assert eventrail("export", "--directory", tmp_path / "nowhere").code == ExitCode.DAMAGED
    both = ("--directory", tmp_path, "--url", "http://127.0.0.1:1")
    assert eventrail("export", *both).code == ExitCode.USAGE
    assert eventrail("import", *both).code == ExitCode.USAGE
    assert eventrail("export", "--url", "http://127.0.0.1:1").code == ExitCode.UNREACHABLE
    given = b'{"data":1,"id":"%s"}' % numbered_id(1).encode()
    assert eventrail("import", "--url", "http://127.0.0.1:1", given=given).code == ExitCode.UNREACHABLE
