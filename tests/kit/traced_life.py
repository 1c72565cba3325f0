"""A scripted life under strace: its system calls on the log, and the same life with a fault put into one of them."""

import ctypes
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from sys import exit as end_process
from typing import Final

from tests.kit.history import Record, decode_record, encode_record
from tests.kit.scripted_life import Script, live

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.kit.traced_life"])

TRACED: Final = (
    "openat,close,read,pread64,write,pwrite64,fdatasync,fsync,ftruncate,fallocate,rename,unlink,mkdir,flock,"
    "fstat,newfstatat,statx,stat,lstat,statfs,getdents64,lseek,mmap,munmap,fchmod,link,rmdir,sync_file_range"
)
_CALL: Final = re.compile(r"([a-z0-9_]+)\(")
_ATTACH_SECONDS: Final = 120
_PR_SET_PTRACER: Final = 0x59616D61
_ANYBODY: Final = 2**64 - 1


@dataclass(frozen=True)
class SystemCall:
    """The `number`-th call of its name in a life (from 1); `line` is how strace shows it."""

    name: str
    number: int
    line: str

    @property
    def is_sync(self) -> bool:
        return self.name in {"fsync", "fdatasync"}


@dataclass(frozen=True)
class Traced:
    """A life that has ended: what it told, how it ended, and its trace."""

    records: list[Record]
    exit_code: int | None
    lines: list[str]


def calls_on(directory: Path, lines: list[str]) -> list[SystemCall]:
    """The calls that touch the log, each with its number among all calls of its name."""
    numbers: Counter[str] = Counter()
    found = []
    for line in lines:
        if named := _CALL.match(line):
            numbers[named[1]] += 1
            if str(directory) in line:
                found.append(SystemCall(named[1], numbers[named[1]], line))
    return found


def trace(script: Script, output: Path, inject: str | None = None) -> Traced:
    """Live the script in a process of its own that strace holds from before its first call; `inject` as strace's."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    waiting, go = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_wait_and_live, args=(script, theirs, waiting), daemon=True)
    process.start()
    theirs.close()
    waiting.close()
    command = ["strace", "-y", "-s", "80", "-o", str(output), "-e", f"trace={TRACED}", "-e", "signal=none"]
    command += [*(["-e", f"inject={inject}"] if inject else []), "-p", str(process.pid)]
    ours.recv_bytes()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        attached = strace.stderr.readline()
        assert "attached" in attached, f"strace did not come to hold the process: {attached}"
        go.send_bytes(b"go")
        records = []
        while (record := _receive(ours)) is not None:
            records.append(record)
        process.join(_ATTACH_SECONDS)
        strace.wait(_ATTACH_SECONDS)
    ended = Traced(records, process.exitcode, output.read_text(errors="replace").splitlines())
    process.close()
    ours.close()
    go.close()
    return ended


def _wait_and_live(script: Script, parent: Connection, go: Connection) -> None:
    # Some systems let only a parent trace; this process asks for it. Where there is nothing to ask, that fails.
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(_ANYBODY), 0, 0, 0)
    parent.send_bytes(b"ready")
    go.recv_bytes()
    end_process(live(script, lambda record: parent.send_bytes(encode_record(record))))


def _receive(pipe: Connection) -> Record | None:
    """The next record; None at the end, where a record may be cut by a kill."""
    try:
        return decode_record(pipe.recv_bytes())
    except (EOFError, OSError):
        return None
