"""Programs of others that make load: h2load for HTTP and gRPC, pgbench for PostgreSQL."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.programs import postgres_programs


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did; `delays_seconds` of each request, where they are known."""

    requests: int
    seconds: float
    delays_seconds: Sequence[float] = ()


def h2load() -> str | None:
    """Its path; None where Debian's `nghttp2-client` is not installed."""
    return shutil.which("h2load")


def http_load(
    url: str,
    connections: int,
    seconds: float,
    headers: Mapping[str, str],
    *,
    body: Path | None = None,
    addresses: Path | None = None,
    http1: bool,
) -> Ran:
    """One request under way on each connection. Raises AssertionError where one did not succeed."""
    command = [
        h2load() or "h2load",
        f"--duration={max(round(seconds), 1)}",
        f"--clients={connections}",
        "--max-concurrent-streams=1",
    ]
    command += ["--h1"] if http1 else []
    command += [f"--data={body}"] if body else []
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command += [f"--input-file={addresses}", f"--base-uri={url}"] if addresses else [url]
    with tempfile.NamedTemporaryFile("r", prefix="h2load-") as log:
        said = _ran([*command[:1], f"--log-file={log.name}", *command[1:]], {})
        # Each line: when it began, its status, the microseconds that it took.
        delays = [int(line.rsplit("\t", 1)[1]) / 1e6 for line in log]
    counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", said)
    assert counts is not None, said
    assert [counts[2], counts[3], counts[4]] == ["0", "0", "0"], said
    assert re.search(r"status codes: \d+ 2xx, 0 3xx, 0 4xx, 0 5xx", said), said
    return Ran(int(counts[1]), seconds, delays)


def pgbench(url: str, connections: int, seconds: float, script: Path) -> Ran:
    program = postgres_programs(for_another_account=False) / "pgbench"
    options = [
        f"--client={connections}",
        "--jobs=1",
        f"--time={max(round(seconds), 1)}",
        "--no-vacuum",
        f"--file={script}",
    ]
    said = _ran([str(program), *options, "--protocol=prepared", url], {})
    count = re.search(r"number of transactions actually processed: (\d+)", said)
    rate = re.search(r"tps = ([\d.]+)", said)
    assert count is not None, said
    # On a machine that is slow enough the time is over before all are connected: no rate is stated then.
    return Ran(int(count[1]), int(count[1]) / float(rate[1]) if rate else seconds)


def _ran(command: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout
