"""One supervised process: its start on a leash, its log, its end, and what a test may do to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from embedded import leash
from embedded.account import Account
from embedded.failures import ServerFailed
from embedded.family import family
from embedded.lasting_thread import on_lasting_thread
from embedded.signals import send

STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
LOG_TAIL_LINES = 15
LOG_TAIL_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run: the program by its whole path, where, as whom, and the signals that end it."""

    name: str
    command: tuple[str, ...]
    log_file: Path
    environment: Mapping[str, str]
    working_directory: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    inherited: tuple[int, ...] = ()


class Child:
    """A started process. Every method may be called again, and on a process that has ended."""

    def __init__(self, launch: Launch, process: subprocess.Popen[bytes], log_offset: int) -> None:
        self.launch = launch
        self._process = process
        self._log_offset = log_offset

    @classmethod
    def start(cls, launch: Launch) -> Self:
        log_offset = launch.log_file.stat().st_size if launch.log_file.exists() else 0
        return cls(launch, on_lasting_thread(lambda: _leashed(launch)), log_offset)

    @property
    def name(self) -> str:
        return self.launch.name

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; below zero it is the signal that ended it."""
        return self._process.poll()

    @property
    def log(self) -> str:
        """What this process, and not one before it, wrote."""
        return self.launch.log_file.read_bytes()[self._log_offset :].decode(errors="replace")

    @property
    def log_tail(self) -> str:
        return "\n".join(self.log[-LOG_TAIL_BYTES:].splitlines()[-LOG_TAIL_LINES:])

    def failed(self, reason: str) -> ServerFailed:
        return ServerFailed(self.name, reason, self.log_tail)

    def wait(self, timeout_seconds: float) -> int:
        """The exit code. Raises ServerFailed if it still runs after that time."""
        try:
            return self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            raise self.failed(f"still runs after {timeout_seconds:g} s") from None

    def finish(self, timeout_seconds: float) -> int:
        """Like `wait`, but whatever ends the waiting ends the process too."""
        try:
            return self.wait(timeout_seconds)
        finally:
            self.kill()

    def wait_until(self, ready: Callable[[], bool], *, timeout_seconds: float) -> None:
        """Polls until `ready` says so. Raises ServerFailed if the process ends before, or at the time's end."""
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            if self.exit_code is not None:
                raise self.failed(f"ended with exit code {self.exit_code} before it was ready")
            if time.monotonic() >= deadline:
                raise self.failed(f"was not ready within {timeout_seconds:g} s")
            time.sleep(POLL_SECONDS)

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> int:
        """Asks it to end, and after that time ends it. Returns the exit code."""
        if self.exit_code is None:
            self.resume()
            send(self.launch.stop_signal, (self.pid,))
            try:
                return self._process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._process.wait()

    def kill(self) -> None:
        """Ends it and its descendants at once, as a crash of the machine would."""
        if self.exit_code is None:
            send(signal.SIGSTOP, (self.pid,))  # so that it starts no more of them meanwhile
            send(signal.SIGKILL, family(self.pid))
            self._process.wait()

    def pause(self) -> None:
        if self.exit_code is None:
            send(signal.SIGSTOP, (self.pid,))
            send(signal.SIGSTOP, family(self.pid))

    def resume(self) -> None:
        if self.exit_code is None:
            send(signal.SIGCONT, reversed(family(self.pid)))


def _leashed(launch: Launch) -> subprocess.Popen[bytes]:
    account = launch.account or Account(-1, -1)
    numbers = (os.getpid(), launch.death_signal.value, account.user_id, account.group_id)
    with launch.log_file.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-I", "-S", leash.__file__, *map(str, numbers), *launch.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=launch.working_directory,
            env=dict(launch.environment),
            start_new_session=True,  # Ctrl-C in a terminal is for the parent, who stops them in order
            pass_fds=launch.inherited,
        )
