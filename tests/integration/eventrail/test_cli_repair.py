"""`eventrail repair` as a process: from a backup and from JetStream, killed, on a full disk, refused."""

import signal
import time
from pathlib import Path

import pytest

from eventrail.exit_codes import ExitCode
from eventrail.log.options import Options
from tests.integration.eventrail.cli_logs import flip, lines, segments, write_log
from tests.integration.eventrail.publishing import append_many, published, served
from tests.integration.eventrail.shell import Eventrail, small_files
from tests.integration.eventrail.web import eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages


@pytest.fixture
def eventrail() -> Eventrail:
    return Eventrail()


@pytest.fixture
def log(tmp_path: Path, eventrail: Eventrail) -> Path:
    """With a backup beside it."""
    write_log(tmp_path / "log")
    assert eventrail("backup", tmp_path / "log", tmp_path / "copy").code == 0
    return tmp_path / "log"


def test_a_flipped_bit_and_a_missing_segment_are_healed_from_a_backup(log: Path, eventrail: Eventrail) -> None:
    before = lines(log)
    flip(segments(log)[0])
    damaged = segments(log)[0].read_bytes()
    segments(log)[1].unlink()
    assert eventrail("verify", log).code == ExitCode.DAMAGED
    done = eventrail("repair", log, "--backup", log.with_name("copy"), "--json")
    assert (done.code, done.err) == (0, b"")
    assert [bool(segment["quarantined"]) for segment in done.json["segments"]] == [True, False]
    assert Path(done.json["segments"][0]["quarantined"]).read_bytes() == damaged
    assert lines(log) == before
    again = eventrail("repair", log, "--backup", log.with_name("copy"))
    assert again.out.startswith(b"SOUND head 60 ")


def test_the_stream_heals_sealed_and_open_segments_and_a_lost_tail(
    processes: Processes, tmp_path: Path, nats: Messages, eventrail: Eventrail
) -> None:
    log = tmp_path / "log"
    write_log(log)
    service, web = served(processes, log, nats)
    append_many(web, 30)
    eventually(lambda: published(web), "the stream has the log")
    assert service.child.stop() == 0
    before = lines(log)
    assert eventrail("verify", log, "--nats", nats.url).code == 0
    flip(segments(log)[0])
    last = segments(log)[-1]
    flip(last)
    last.write_bytes(b"".join(last.read_bytes().splitlines(keepends=True)[:-2]))
    done = eventrail("repair", log, "--nats", nats.url)
    assert (done.code, done.err) == (0, b"")
    assert done.out.startswith(b"REPAIRED head 90 ")
    assert lines(log) == before


def test_a_repair_that_is_killed_is_made_by_the_next_run(tmp_path: Path, eventrail: Eventrail) -> None:
    log, copy = tmp_path / "log", tmp_path / "copy"
    write_log(log, 400, Options(segment_bytes=100_000, extend_bytes=0))
    assert eventrail("backup", log, copy).code == 0
    before = lines(log)
    flip(segments(log)[0], 40_000)
    names = [path.name for path in segments(log)]
    for awaited in ("incoming", "quarantine"):
        running = eventrail.start("repair", log, "--backup", copy)
        while running.poll() is None and not (log / awaited).exists():
            time.sleep(0.001)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert [path.name for path in segments(log)] == names
    assert eventrail("repair", log, "--backup", copy).code == 0
    assert lines(log) == before
    assert len(list((log / "quarantine").iterdir())) >= 1


def test_a_full_disk_ends_a_repair_in_one_line_and_changes_no_segment(log: Path, eventrail: Eventrail) -> None:
    flip(segments(log)[0])
    damaged = lines(log)
    done = eventrail("repair", log, "--backup", log.with_name("copy"), before=small_files(2_000))
    assert done.code == ExitCode.DISK_FULL
    assert lines(log) == damaged
    assert eventrail("repair", log, "--backup", log.with_name("copy")).code == 0


def test_what_no_source_holds_is_named(log: Path, eventrail: Eventrail) -> None:
    for directory in (log, log.with_name("copy")):
        flip(segments(directory)[1])
    done = eventrail("repair", log, "--backup", log.with_name("copy"))
    assert done.code == ExitCode.UNREPAIRED
    assert segments(log)[1].name.encode() in done.err


def test_sources_that_are_none_are_refused(log: Path, tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "other")
    assert eventrail("repair", log, "--backup", tmp_path / "other").code == ExitCode.USAGE
    assert eventrail("repair", log, "--backup", tmp_path / "nowhere").code == ExitCode.USAGE
    away = eventrail("repair", log, "--nats", "nats://127.0.0.1:1")
    assert away.code == ExitCode.UNREACHABLE
    assert b"no servers available" in away.err, "and not that it did not answer in time"


def test_a_served_log_is_not_repaired(processes: Processes, log: Path, nats: Messages, eventrail: Eventrail) -> None:
    served(processes, log, nats)
    assert eventrail("repair", log, "--backup", log.with_name("copy")).code == ExitCode.LOCKED
