"""How often a server asks the disk to keep what it has, counted by strace under appends one after the other."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

APPENDS = 20
CALLS = "fsync,fdatasync,msync,sync_file_range"
STAMP = re.compile(r"(\d+\.\d+) (?:fsync|fdatasync|msync|sync_file_range)\(")


async def syncs_of(pid: int, directory: Path, work: Callable[[], Awaitable[None]]) -> int:
    """Calls between the first append and the answer to the last, all threads together."""
    output = directory / f"syncs-{pid}"
    command = ("strace", "-f", "-ttt", "-e", f"trace={CALLS}", "-o", str(output), "-p", str(pid))
    tracer = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert tracer.stderr is not None
    line = await tracer.stderr.readline()
    assert b"attached" in line, f"strace: {line!r}"
    begun = time.time()
    await work()
    ended = time.time()
    tracer.terminate()
    await tracer.communicate()
    stamps = [float(found[1]) for found in STAMP.finditer(output.read_text())]
    return sum(begun <= stamp <= ended for stamp in stamps)
