"""A file checked from the web process: in a child of its own, few at once, answered within 12 s whatever it holds."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from assessment.imports.limits import (
    CHECK_SECONDS,
    CHECKS_AT_ONCE,
    CHILD_OUTPUT_BYTES,
    CONTRACT_VERSION,
    PLACE_SECONDS,
)
from assessment.imports.naming import with_name_checked
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import Outcome, Report, refused
from contracts.assessment.limits import MAX_UPLOAD_BYTES

CHILD_COMMAND: Final = (sys.executable, "-I", "-m", "assessment.imports.child")
Data = bytes | memoryview
OUT_OF_TIME: Final = frozenset({signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL})
OUT_OF_MEMORY: Final = frozenset({signal.SIGABRT})

_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class ChecksBusy(Exception):  # noqa: N818 (a refusal, no error of ours)
    """Every place is taken; the client may try again."""


def digest_of(data: Data) -> str:
    """Name what a report is about: the bytes, and the contract they were read by."""
    digest = hashlib.sha256(b"%d\n" % CONTRACT_VERSION)
    digest.update(data)
    return digest.hexdigest()


async def check_file(data: Data, file_name: str, *, command: Sequence[str] = CHILD_COMMAND) -> Report:
    """Dry-run a file. The name is compared with what the file is and never trusted.

    Raises ChecksBusy when no place gets free within 1 s; every other end, a killed child included, is a report.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        return Report(await _digest(data), refused(FileRefused(Code.FILE_TOO_LARGE, f"{len(data)} bytes")))
    deadline = asyncio.get_running_loop().time() + CHECK_SECONDS
    places = _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(CHECKS_AT_ONCE))
    try:
        async with asyncio.timeout(PLACE_SECONDS):
            await places.acquire()
    except TimeoutError as fault:
        raise ChecksBusy from fault
    try:
        outcome = await _run(data, command, deadline)
    finally:
        places.release()
    return Report(await _digest(data), with_name_checked(outcome, file_name))


async def _digest(data: Data) -> str:
    return await asyncio.to_thread(digest_of, data)


async def _run(data: Data, command: Sequence[str], deadline: float) -> Outcome:
    """Hand the file over in memory, and read the answer only once the child has ended."""
    given, answered = _memory_file(), _memory_file()
    try:
        await asyncio.to_thread(_write_whole, given, data)
        ended = await _wait(command, given, answered, deadline)
        return _outcome(ended, answered)
    finally:
        os.close(given)
        os.close(answered)


async def _wait(command: Sequence[str], given: int, answered: int, deadline: float) -> int:
    """Give the child's exit code, or the signal that ended it as a negative number; it never outlives this call."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=given,
        stdout=answered,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout_at(deadline):
            return await child.wait()
    except TimeoutError:
        return -signal.SIGALRM
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def _outcome(ended: int, answered: int) -> Outcome:
    if ended == 0 and 0 < os.fstat(answered).st_size <= CHILD_OUTPUT_BYTES:
        with suppress(msgspec.MsgspecError):
            return msgspec.json.decode(os.pread(answered, CHILD_OUTPUT_BYTES, 0), type=Outcome)
    if -ended in OUT_OF_TIME:
        return refused(FileRefused(Code.TOO_SLOW))
    if -ended in OUT_OF_MEMORY:
        return refused(FileRefused(Code.TOO_MUCH_MEMORY))
    return refused(FileRefused(Code.READER_FAILED))


def _environment() -> Mapping[str, str]:
    """Nothing of this process's environment, where secrets may be."""
    return {"PYTHONUTF8": "1"}


def _memory_file() -> int:
    return os.memfd_create("import", os.MFD_CLOEXEC)


def _write_whole(descriptor: int, data: Data) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
