"""How far a long command has come and how long it will take: one line on a terminal, drawn over itself."""

import sys
import time
from typing import Final, TextIO

DRAWN_EVERY_SECONDS: Final = 0.2
_WIDTH: Final = 24


class Meter:
    """Called with what is done so far, of `total`, in any unit; nothing is drawn where nobody looks."""

    def __init__(self, title: str, total: int, stream: TextIO | None = None) -> None:
        self._title = title
        self._total = total
        self._stream = sys.stderr if stream is None else stream
        self._is_seen = self._stream.isatty()
        self._begun = self._drawn = time.monotonic()
        self._length = 0

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if self._is_seen and now - self._drawn >= DRAWN_EVERY_SECONDS:
            self._drawn = now
            self._draw(line_of(self._title, done, self._total, now - self._begun))

    def close(self) -> None:
        """Leave the terminal's line empty, for whatever is said next."""
        if self._length:
            self._draw("")
            self._stream.write("\r")
            self._stream.flush()

    def _draw(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._length))
        self._stream.flush()
        self._length = len(text)


def line_of(title: str, done: int, total: int, seconds: float) -> str:
    """`verifying [######      ]  50 %  0:12 left`; without a total, only what is done."""
    if total <= 0:
        return f"{title} {done}"
    part = min(done / total, 1.0)
    bar = ("#" * int(part * _WIDTH)).ljust(_WIDTH)
    left = f"  {_clock(seconds / part - seconds)} left" if part else ""
    return f"{title} [{bar}] {part:4.0%}{left}"


def _clock(seconds: float) -> str:
    whole = int(seconds + 0.5)
    hours, minutes = whole // 3_600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
