"""Start, memory and answers of a server over a log of ten million events; `--help` tells what can be chosen.

    python -m tests.benchmarks.large_log [DIRECTORY] [--events N]

A directory that holds such a log already is measured as it is.
"""

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from uuid import uuid4

from embedded.ports import free_port
from eventrail.log.examination import list_segments
from eventrail.log.files import SystemFiles
from eventrail.log.index.loading import load_index, silent
from eventrail.log.index.segment_ends import read_ends
from eventrail.log.layout import Layout
from eventrail.log.matching import Matcher
from tests.benchmarks.generated_log import CUSTOMERS, LOG_ID, event_id, make_log, order_of

SEGMENT_BYTES: Final = 64 * 1024 * 1024
DATA_BYTES: Final = 256
READY_SECONDS: Final = 1_800.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running `eventrail serve`, with one connection to it."""

    pid: int
    connection: HTTPConnection
    token: str
    ready_seconds: float
    ready_cpu_seconds: float

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def memory(self, field: str = "VmRSS") -> float:
        """MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split(f"{field}:")[1].split()[0]) / 1024


@contextmanager
def serving(directory: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "eventrail.cli", "serve", "--data-directory", str(directory), "--port", str(port)]
    begun = time.monotonic()
    with (directory.parent / "server.log").open("ab") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _await_ready(port, process)
            seconds, busy = time.monotonic() - begun, _cpu_seconds(process.pid)
            token = json.loads((directory / "tokens.json").read_bytes())["admin_token"]
            yield Server(process.pid, HTTPConnection("127.0.0.1", port), token, seconds, busy)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _cpu_seconds(pid: int) -> float:
    """What a process has had of the machine: the figure to compare where others work on it too."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _await_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except ConnectionRefusedError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise AssertionError("the server is not ready")


def timed(count: int, act: Callable[[int], None]) -> tuple[float, float]:
    """Median and 99th percentile of so many calls, in milliseconds."""
    taken = []
    for number in range(count):
        begun = time.perf_counter()
        act(number)
        taken.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


@dataclass(frozen=True, slots=True)
class Reader:
    """What is asked of the server, at random, and held to be right."""

    server: Server
    events: int
    chance: random.Random

    def by_id(self, _number: int) -> None:
        position = self.chance.randint(1, self.events)
        status, line = self.server.ask("GET", f"/events/{event_id(position)}")
        assert (status, line.startswith(b'{"position":%d,' % position)) == (200, True), line[:80]

    def unknown_id(self, _number: int) -> None:
        status, _ = self.server.ask("GET", f"/events/{event_id(self.chance.randint(1 << 40, 1 << 60))}")
        assert status == 404

    def by_tag(self, _number: int) -> None:
        order = order_of(self.chance.randint(1, self.events), self.events)
        status, lines = self.server.ask("GET", f"/events?tag=order:{order}&limit=100")
        assert (status, lines.count(b"\n")) == (200, lines.count(b'"order:%d"' % order))
        assert lines

    def by_common_tag(self, _number: int) -> None:
        after = self.chance.randint(1, self.events)
        path = f"/events?tag=customer:{self.chance.randrange(CUSTOMERS)}&after={after}&limit=100"
        assert self.server.ask("GET", path)[0] == 200

    def page(self, _number: int) -> None:
        after = self.chance.randint(0, max(self.events - 10_000, 0))
        status, lines = self.server.ask("GET", f"/events?after={after}&limit=10000")
        assert (status, lines.startswith(b'{"position":%d,' % (after + 1))) == (200, True)

    def append(self, _number: int) -> None:
        """With ids that nobody has had, under a condition that must look at the whole log."""
        name = os.urandom(8).hex()
        event = {
            "id": str(uuid4()),
            "type": "kind1.happened",
            "tags": [f"new:{name}"],
        }
        condition = {"fail_if_events_match": [{"tags": [f"new:{name}"]}]}
        body = json.dumps({"events": [{**event, "data": {}}], "condition": condition})
        status, answer = self.server.ask("POST", "/append", body.encode())
        assert status == 201, answer


def measure(server: Server, events: int, calls: int, seed: int) -> Iterator[tuple[str, str]]:
    yield "memory at rest", f"{server.memory():.0f} MiB"
    reader = Reader(server, events, random.Random(seed))
    for name, count, act in (
        ("read by id", calls, reader.by_id),
        ("read by an unknown id", calls, reader.unknown_id),
        ("read by a tag of ten events", calls, reader.by_tag),
        ("read 100 by a tag of many", calls // 10, reader.by_common_tag),
        ("read pages of 10,000", max(calls // 100, 2), reader.page),
        ("append with new id and condition", calls, reader.append),
    ):
        median, slow = timed(count, act)
        yield name, f"median {median:.2f} ms, p99 {slow:.2f} ms, then {server.memory():.0f} MiB"
    yield "memory at most", f"{server.memory('VmHWM'):.0f} MiB"


def run(directory: Path, events: int, calls: int, seed: int, *, keep_index: bool) -> None:
    if not (directory / "log.json").exists():
        begun = time.monotonic()
        make_log(directory, events, segment_bytes=SEGMENT_BYTES, data_bytes=DATA_BYTES, progress=_drawn(events))
        _tell("making the log", f"{time.monotonic() - begun:.1f} s")
    if not (keep_index and (directory / "index").exists()):
        shutil.rmtree(directory / "index", ignore_errors=True)
        with serving(directory) as server:
            seconds = server.ready_seconds
            busy = server.ready_cpu_seconds
            _tell("start without an index", f"{seconds:.1f} s, {events / seconds:,.0f} events/s, of CPU {busy:.1f} s")
            _tell("memory at most", f"{server.memory('VmHWM'):.0f} MiB")
    index = [path.stat().st_size for path in (directory / "index").iterdir()]
    _tell("index on disk", f"{sum(index) / 2**20:.0f} MiB in {len(index)} files")
    for name, figure in look_up(directory, seed):
        _tell(name, figure)
    with serving(directory) as server:
        _tell("start to ready", f"{server.ready_seconds:.2f} s, of CPU {server.ready_cpu_seconds:.2f} s")
        for name, figure in measure(server, events, calls, seed):
            _tell(name, figure)


def look_up(directory: Path, seed: int) -> Iterator[tuple[str, str]]:
    """The index alone, asked for what nobody has used: what each append with an id or a condition must ask."""
    files, layout, chance = SystemFiles(), Layout(directory), random.Random(seed)
    begun = time.perf_counter()
    sealed = read_ends(files, layout, LOG_ID, list_segments(files, layout))
    index = load_index(files, layout, LOG_ID, sealed, silent)
    yield "ends and index files read in", f"{time.perf_counter() - begun:.3f} s, {len(sealed)} sealed segments"
    head = sealed[-1].last.position
    questions: tuple[tuple[str, Callable[[int], object]], ...] = (
        ("look up an unknown id", lambda n: index.position_of(event_id(n))),
        ("look up an unknown tag", lambda n: Matcher(index, (), (f"new:{n}",)).latest(0, head)),
        ("look up a tag of ten", lambda n: Matcher(index, (), (f"order:{n % (head // 10)}",)).latest(0, head)),
    )
    for name, ask in questions:
        numbers = [chance.randint(1 << 40, 1 << 60) for _ in range(20_000)]
        busy, taken = time.process_time(), []
        for number in numbers:
            before = time.perf_counter()
            ask(number)
            taken.append((time.perf_counter() - before) * 1e6)
        busy = (time.process_time() - busy) / len(numbers) * 1e6
        best, median = statistics.quantiles(taken, n=10)[0], statistics.median(taken)
        yield name, f"median {median:.1f} µs, best tenth {best:.1f} µs, of CPU {busy:.1f} µs"
    index.close()


def _drawn(events: int) -> Callable[[int], None]:
    def draw(position: int) -> None:
        if os.isatty(2):
            sys.stderr.write(f"\r{position:,} of {events:,} events")

    return draw


def _tell(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<34} {figure}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, help="kept; without it a temporary one is made and removed")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep-index", action="store_true", help="do not measure a start that has to form it again")
    given = parser.parse_args()
    sys.stdout.write(f"{given.events:,} events of {DATA_BYTES} bytes, seed {given.seed}\n")
    if given.directory is not None:
        run(given.directory / "log", given.events, given.calls, given.seed, keep_index=given.keep_index)
        return
    with tempfile.TemporaryDirectory(prefix="large-log-") as temporary:
        run(Path(temporary) / "log", given.events, given.calls, given.seed, keep_index=given.keep_index)


if __name__ == "__main__":
    main()
