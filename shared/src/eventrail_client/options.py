"""What a client may wait for and how often it tries."""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how often, how many.

    attempts, budget_seconds: a call ends at whichever comes first, pauses included
    try_seconds: one try, from sending to the answer's last byte (a wait that was asked for comes on top)
    pause_seconds, longest_pause_seconds: after the first failed try, doubled after each one; a Retry-After goes before
    silence_seconds: a subscription's connection that says nothing, not even a heartbeat, for so long is made again
    connections: kept in the pool at most; a subscription holds one
    lanes: requests with appends that may be under way at once; what comes meanwhile goes together with the next
    jitter: a number from 0 to 1, which spreads the pauses of many clients
    """

    attempts: int = 8
    budget_seconds: float = 30.0
    try_seconds: float = 10.0
    connect_seconds: float = 3.0
    pause_seconds: float = 0.05
    longest_pause_seconds: float = 2.0
    silence_seconds: float = 40.0
    connections: int = 100
    lanes: int = 2
    jitter: Callable[[], float] = SystemRandom().random

    def pause(self, failures: int, asked_seconds: float | None = None) -> float:
        """How long to wait after that many failures: at least half of the doubled pause, and what the server asked."""
        doubled = min(self.longest_pause_seconds, self.pause_seconds * 2.0 ** min(failures - 1, 30))
        spread = doubled * (0.5 + self.jitter() / 2)
        return spread if asked_seconds is None else asked_seconds + spread / 2
