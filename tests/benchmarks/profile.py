"""Profiles of a server's process while a case runs, kept as text: where it held the interpreter's lock, by py-spy."""

import re
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(sysconfig.get_path("scripts")) / "py-spy"
SAMPLES_PER_SECOND = 250
WITHIN = 45
ITSELF = 25
BEGINS = ("runpy>", "asyncio/runners.py", "uvloop/__init__.py", "threading.py", "/cli.py:", "_main_")
"""What every stack begins with says nothing."""


@contextmanager
def profiled(pid: int, title: str, directory: Path | None) -> Iterator[None]:
    """Watch a process for as long as the block takes, and write `<title>.txt`; without a directory nothing is done."""
    if directory is None:
        yield
        return
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folded = Path(made) / "folded"
        options = [f"--pid={pid}", f"--rate={SAMPLES_PER_SECOND}", "--gil", "--format=raw", "--duration=unlimited"]
        watching = subprocess.Popen(
            [str(PROGRAM), "record", *options, f"--output={folded}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield
        finally:
            watching.send_signal(signal.SIGINT)
            _, said = watching.communicate(timeout=60)
        if not folded.exists():
            sys.stderr.write(f"no profile of {title}: {said.strip()}\n")
            return
        name = re.sub(r"[^a-z0-9]+", "-", title.partition(" (")[0].lower()).strip("-")
        (directory / f"{name}.txt").write_text("\n".join(_told(title, folded.read_text())) + "\n")


def _told(title: str, folded: str) -> Iterator[str]:
    """Shares of all samples: of a function with whatever it calls, and of a line by itself."""
    within: Counter[str] = Counter()
    itself: Counter[str] = Counter()
    total = 0
    for stack, count in (line.rsplit(" ", 1) for line in folded.splitlines()):
        frames = stack.split(";")
        total += int(count)
        itself[frames[-1]] += int(count)
        for function in {_without_line(frame) for frame in frames if not any(part in frame for part in BEGINS)}:
            within[function] += int(count)
    yield f"{title}: {total:,} samples of whoever holds the interpreter's lock, {SAMPLES_PER_SECOND} a second"
    for heading, found, most in (("with what it calls", within, WITHIN), ("by itself", itself, ITSELF)):
        yield f"\n{heading}"
        for name, samples in found.most_common(most):
            yield f"{samples / max(total, 1):6.1%}  {name}"


def _without_line(frame: str) -> str:
    return re.sub(r":\d+\)$", ")", frame)
