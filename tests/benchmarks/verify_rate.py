"""How fast `eventrail verify --json` reads a log, beside reading and hashing the same bytes with sha256 alone.

python -m tests.benchmarks.verify_rate      VERIFY_EVENTS=1000000, VERIFY_DIRECTORY keeps the log for another run

Two measures stand beside it, each of one process: `bulk`, a segment's bytes in large pieces as `sha256sum` takes them,
and `lines`, one digest for each line, which is the least that the chain of hashes asks for.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.generated_log import make_log

EVENTS = int(os.environ.get("VERIFY_EVENTS", "1000000"))
DATA_BYTES = 256
SEGMENT_BYTES = 64 * 1024 * 1024
PIECE_BYTES = 1024 * 1024


def bulk(path: Path) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    digest.digest()


def lines(path: Path) -> None:
    before = b"0" * 64
    with path.open("rb") as file:
        for line in file:
            before = hashlib.sha256(before + line[:-76]).hexdigest().encode()


def seconds_of(hashing: Callable[[Path], None], segments: list[Path]) -> float:
    begun = time.perf_counter()
    for path in segments:
        hashing(path)
    return time.perf_counter() - begun


def verdict(directory: Path, *options: str) -> dict[str, float]:
    command = [sys.executable, "-m", "eventrail", "verify", str(directory), "--json", *options]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    assert found["sound"]
    assert found["head"] == EVENTS
    return found


def measure(directory: Path) -> None:
    if not (directory / "log.json").exists():
        make_log(directory, EVENTS, segment_bytes=SEGMENT_BYTES, data_bytes=DATA_BYTES, progress=lambda _: None)
    segments = sorted((directory / "segments").iterdir())
    size_bytes = sum(path.stat().st_size for path in segments)
    rates: dict[str, float] = {}
    for _ in range(3):
        for name, seconds in (
            ("bulk", seconds_of(bulk, segments)),
            ("lines", seconds_of(lines, segments)),
            ("verify", verdict(directory)["seconds"]),
            ("verify_one_process", verdict(directory, "--processes", "1")["seconds"]),
        ):
            rates[name] = max(rates.get(name, 0.0), size_bytes / seconds)
    figures = {
        "events": EVENTS,
        "bytes": size_bytes,
        "megabytes_per_second": {name: round(rate / 1e6) for name, rate in rates.items()},
        "ratio_to_lines": round(rates["verify"] / rates["lines"], 2),
        "ratio_to_bulk": round(rates["verify"] / rates["bulk"], 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def main() -> None:
    kept = os.environ.get("VERIFY_DIRECTORY")
    if kept:
        measure(Path(kept))
        return
    with tempfile.TemporaryDirectory() as directory:
        measure(Path(directory) / "log")


if __name__ == "__main__":
    main()
