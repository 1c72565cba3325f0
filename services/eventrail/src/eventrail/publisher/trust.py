"""Up to where the stream need not be read back: proved so long ago that a stranger in it would have shown."""

from typing import Final

SETTLING_SECONDS: Final = 5.0
"""Between a stranger's message taking its place in the stream and our hearing of it; in truth far less."""


class Trust:
    """`position` is that of a proof of at least `SETTLING_SECONDS` ago; None before anything was read or proved."""

    def __init__(self) -> None:
        self.position: int | None = None
        self._next = 0
        self._next_seconds = 0.0

    def settled(self, position: int, now_seconds: float) -> None:
        """All up to here was read back, or the stream was made new."""
        self.position = self._next = position
        self._next_seconds = now_seconds

    def proved(self, position: int, now_seconds: float) -> None:
        """A window up to here was acknowledged."""
        if now_seconds - self._next_seconds >= SETTLING_SECONDS:
            self.position = self._next
            self._next, self._next_seconds = position, now_seconds
