"""Progress of something long, on standard error: one line that changes on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from typing import Final, Protocol, TextIO

TERMINAL_SECONDS: Final = 0.2
PLAIN_SECONDS: Final = 5.0
CLEAR: Final = "\r\x1b[K"


class Progress(Protocol):
    def phase(self, name: str, total: int = 0) -> None: ...

    def at(self, done: int) -> None: ...


class Quiet:
    """Says nothing."""

    def phase(self, name: str, total: int = 0) -> None:
        pass

    def at(self, done: int) -> None:
        pass


class Shown:
    """Events done, their rate, and the time left."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._name = ""
        self._total = 0
        self._began = self._shown_at = clock()

    def phase(self, name: str, total: int = 0) -> None:
        self._name, self._total = name, total
        self._began = self._shown_at = self._clock()
        self._write(name)

    def at(self, done: int) -> None:
        now = self._clock()
        is_last = done >= self._total
        if not is_last and now - self._shown_at < (TERMINAL_SECONDS if self._is_terminal else PLAIN_SECONDS):
            return
        self._shown_at = now
        self._write(f"{self._name}: {told(done, self._total, now - self._began)}")
        if is_last:
            self.end()

    def end(self) -> None:
        """Leave the line that changes, so that what comes next has its own."""
        if self._is_terminal:
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"{CLEAR}{text}" if self._is_terminal else f"{text}\n")
        self._stream.flush()


def told(done: int, total: int, seconds: float) -> str:
    """As `1,000 of 4,000 events (25%), 500 events/s, 6 s left`."""
    rate = done / seconds if seconds > 0 else 0.0
    percent = 100 * done // total if total else 100
    text = f"{done:,} of {total:,} events ({percent}%), {rate:,.0f} events/s"
    return text if done >= total or rate == 0 else f"{text}, {(total - done) / rate:,.0f} s left"
