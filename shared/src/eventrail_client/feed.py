"""Where lines may come from besides the store itself: faster, and not believed."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Feed(Protocol):
    """A source of lines after a position, in about their order; it may lose, repeat and invent."""

    @property
    def is_live(self) -> bool:
        """Whether the source was heard of lately; its silence then means that there is nothing."""
        ...

    @property
    def reached(self) -> int:
        """Up to which position the source had come when it was last begun; 0 where that isn't known."""
        ...

    def start(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        """Begin, and begin again after each failure, at what `next_position` says then; `news` is set at arrivals."""
        ...

    async def stop(self) -> None: ...

    def take(self) -> list[bytes]:
        """The lines that arrived since, without line feeds."""
        ...


class NoFeed:
    """Nothing but the store itself."""

    is_live = False
    reached = 0

    def start(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        pass

    async def stop(self) -> None:
        pass

    def take(self) -> list[bytes]:
        return []
