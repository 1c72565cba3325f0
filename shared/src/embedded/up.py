"""Starts the whole system on this machine, shows where it is, and stops it in order: `python -m embedded.up`.

Exit codes: 0 stopped as asked, 1 a part failed or ended, 2 a bad setting or a taken port, 3 it runs already.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from types import FrameType

from embedded.claim import claim
from embedded.failures import DirectoryInUse, PortTaken, ServerFailed
from embedded.ports import require_free
from embedded.screen import status
from embedded.stack import Started, start_all
from embedded.up_settings import BadSetting, Commands, Settings

FAILED, BAD_SETTINGS, RUNS_ALREADY = 1, 2, 3
LOOK_SECONDS = 0.2
PORT_SECONDS = 2.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _StopAsked(BaseException):
    """Somebody pressed Ctrl-C, or sent a signal that means the same."""


def run(settings: Settings) -> int:
    """Returns the exit code when everything has been stopped again. Signals are this process's, so call it once."""
    try:
        settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with claim(settings.directory, timeout_seconds=0, holder=_holder(settings)):
            for port in (settings.eventrail_port, settings.assessment_port):
                _wait_for_port(port)
            return _run_claimed(settings)
    except DirectoryInUse as refused:
        return _end(f"It runs already: {refused}", RUNS_ALREADY)
    except PortTaken as taken:
        return _end(f"{taken}: choose others by EVENTRAIL_PORT and ASSESSMENT_PORT", BAD_SETTINGS)
    except OSError as error:
        return _end(f"{settings.directory} can't be used: {error}", BAD_SETTINGS)


def _run_claimed(settings: Settings) -> int:
    with ExitStack() as running:
        running.callback(lambda: _say("Stopped; the data stays in " + str(settings.directory)))
        try:
            for number in STOP_SIGNALS:
                signal.signal(number, _ask_to_stop)
            _say("Starting: PostgreSQL, NATS, Eventrail, the assessment service, its projector.")
            started = start_all(settings, running)
            _say(status(settings, started, terminal=sys.stdout.isatty()))
            raise _first_ended(started)
        except _StopAsked:
            return _end("Stopping.", 0)
        except (ServerFailed, DirectoryInUse) as failure:
            return _end(f"{failure}\nStopping the others.", FAILED)
        finally:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # what follows is bounded, and must not be left half done


def _first_ended(started: Iterable[Started]) -> ServerFailed:
    """Waits as long as all run. Nothing is started again by itself: an operator is to see it."""
    while True:
        for one in started:
            if one.child.exit_code is not None:
                return one.child.failed(f"ended with exit code {one.child.exit_code}")
        time.sleep(LOOK_SECONDS)


def _wait_for_port(port: int) -> None:
    """A killed system's last process may still be letting go of it."""
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return require_free(port)
        except PortTaken:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOOK_SECONDS)


def _holder(settings: Settings) -> str:
    ports = f"http://127.0.0.1:{settings.eventrail_port} and http://127.0.0.1:{settings.assessment_port}"
    return f"process {os.getpid()}, which serves {ports}"


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise _StopAsked


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that was closed is no reason to stop in disorder
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()


def _end(text: str, exit_code: int) -> int:
    _say(text)
    return exit_code


def main(commands: Commands | None = None) -> int:
    try:
        settings = Settings.read(os.environ, commands or Commands())
    except BadSetting as bad:
        return _end(str(bad), BAD_SETTINGS)
    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
