"""A lock for each boundary inside the process, taken before a connection: a hot employer can't eat the pool."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from assessment.app.errors import Overloaded
from assessment.domain.boundaries import BoundaryRef


class Gates:
    """Locks by boundary, taken in the locking order; one exists only while somebody holds it or waits for it."""

    def __init__(self, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._locks: WeakValueDictionary[BoundaryRef, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def held(self, refs: Iterable[BoundaryRef]) -> AsyncIterator[None]:
        """Hold all of them. Raises Overloaded when that takes too long."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._wait_seconds):
                    for ref in sorted(set(refs)):
                        await stack.enter_async_context(self._locks.setdefault(ref, asyncio.Lock()))
            except TimeoutError:
                raise Overloaded("too many requests wait for the same resource") from None
            yield
