"""The seats that tokens opened last, in this process's memory."""

from collections import OrderedDict
from typing import Final

from assessment.domain.commands import Seat

MAX_SEATS: Final = 10_000
"""Beyond them the one that was asked for longest ago is forgotten."""


class SeatMemory:
    """Seats by the SHA-256 of their tokens; whether a token still opens its seat is not known here."""

    def __init__(self, max_seats: int = MAX_SEATS) -> None:
        self._max_seats = max_seats
        self._seats: OrderedDict[str, Seat] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seats)

    def remember(self, sha256: str, seat: Seat) -> None:
        self._seats[sha256] = seat
        self._seats.move_to_end(sha256)
        if len(self._seats) > self._max_seats:
            self._seats.popitem(last=False)

    def recall(self, sha256: str) -> Seat | None:
        seat = self._seats.get(sha256)
        if seat is not None:
            self._seats.move_to_end(sha256)
        return seat

    def forget(self, sha256: str) -> None:
        self._seats.pop(sha256, None)
