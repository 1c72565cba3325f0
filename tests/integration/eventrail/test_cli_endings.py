"""How commands end: Ctrl-C, a server that goes and comes back, figures on a terminal and nowhere else."""

import contextlib
import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.ports import free_port
from eventrail.commands.progress import Meter, line_of
from eventrail.exit_codes import ExitCode
from tests.integration.eventrail.cli_logs import write_log
from tests.integration.eventrail.shell import COMMAND, Eventrail
from tests.integration.eventrail.web import Web, eventually, new_tag
from tests.kit.processes import Processes
from tests.kit.services import start_eventrail


def test_tail_goes_on_over_a_restart_of_the_server_until_ctrl_c(processes: Processes, tmp_path: Path) -> None:
    port, tag = free_port(), new_tag()
    service = start_eventrail(processes, tmp_path / "log", port=port, name="first")
    web = Web(service.url)
    web.event(b'"one"', [("tag", tag)])
    child = processes.start("tail", (*COMMAND, "tail", "-f", "--tag", tag), Eventrail(service.url).told())
    eventually(lambda: '"one"' in child.log, "the first event")
    assert service.child.stop() == 0
    start_eventrail(processes, tmp_path / "log", port=port, name="second")
    web.event(b'"other"', [("tag", new_tag())])
    web.event(b'"two"', [("tag", tag)])
    eventually(lambda: child.log.count("\n") == 2, "the event behind the restart")
    assert [json.loads(line)["data"] for line in child.log.splitlines()] == ["one", "two"]
    os.kill(child.pid, signal.SIGINT)
    assert child.wait(120) == ExitCode.INTERRUPTED
    assert len(child.log.splitlines()) == 2, "nothing is said of it"


def test_ctrl_c_ends_a_long_command_without_a_word(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    running = Eventrail().start("import", "--directory", tmp_path / "new", fifo)
    with fifo.open("wb"):
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
    assert (running.returncode, out, err) == (ExitCode.INTERRUPTED, b"", b"")


def test_stats_with_json_are_one_line(processes: Processes, tmp_path: Path) -> None:
    service = start_eventrail(processes, tmp_path / "log")
    assert Eventrail(service.url)("stats", "--json").json["head"] == 0
    assert Eventrail(service.url)("stats").out.count(b"\n") > 5
    assert Eventrail(service.url, "wrong")("stats").code == ExitCode.REFUSED


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (0, 100, 0.0, "x [                        ]   0%"),
        (50, 100, 12.0, "x [############            ]  50%  0:12 left"),
        (1, 100, 100.0, "x [                        ]   1%  2:45:00 left"),
        (200, 100, 5.0, "x [########################] 100%  0:00 left"),
        (7, 0, 5.0, "x 7"),
    ],
)
def test_progress_tells_the_time_that_is_left(done: int, total: int, seconds: float, said: str) -> None:
    assert line_of("x", done, total, seconds) == said


def test_progress_is_drawn_on_a_terminal_only_and_leaves_it_empty() -> None:
    read, write = os.openpty()
    with os.fdopen(write, "w") as terminal:
        meter = Meter("x", 2, terminal)
        meter._drawn = 0.0
        meter(1)
        meter.close()
    seen = b"".join(shown(read))
    os.close(read)
    assert b" 50%" in seen
    assert seen.endswith(b" \r")
    read, write = os.pipe()
    with os.fdopen(write, "w") as no_terminal:
        meter = Meter("x", 2, no_terminal)
        meter._drawn = 0.0
        meter(1)
        meter.close()
    assert os.read(read, 1_000) == b""
    os.close(read)


def shown(terminal: int) -> Iterator[bytes]:
    """Until its other side is closed, which a terminal tells by an error; the kernel may hand it over in pieces."""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 1_000):
            yield part


def test_a_command_on_a_terminal_still_prints_its_verdict_alone(tmp_path: Path) -> None:
    write_log(tmp_path / "log")
    read, write = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "verify", str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        stderr=write,
        env=Eventrail().told(),
        timeout=300,
        check=False,
    )
    os.close(write)
    os.close(read)
    assert done.returncode == 0
    assert done.stdout.startswith(b"SOUND head 60 ")
