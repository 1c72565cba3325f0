"""What the handlers work with: the log, its queue, the tokens, signed checkpoints, and word from the publisher."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.store import PublisherStatus
from eventrail.checkpoints.keeper import Keeper
from eventrail.http.access import Scope
from eventrail.http.limits import PAGES_AT_ONCE, HttpLimits
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.events import Page, Query
from eventrail.log.log import Log
from eventrail.log.nearness import is_near
from eventrail.telemetry.metrics import Metrics
from eventrail.telemetry.tracing import Tracing
from servicekit.tokens import Grants


@dataclass(frozen=True, slots=True)
class Store:
    """`metrics_scope` is what `/metrics` asks for, None nothing; `connections` counts those that are open.

    `stopping` is set when the server begins to end: whoever waits for events stops waiting.
    """

    log: Log
    queue: CommitQueue
    grants: Grants
    publisher_status: Callable[[], PublisherStatus]
    checkpoints: Keeper
    new_id: Callable[[], str]
    limits: HttpLimits = field(default_factory=HttpLimits)
    metrics: Metrics = field(default_factory=Metrics)
    metrics_scope: Scope | None = "read"
    connections: Callable[[], int] = lambda: 0
    tracing: Tracing | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))

    async def page(self, query: Query) -> Page:
        """Read in a thread, so that no disk and no long filter holds up the event loop; here what is near the head."""
        if is_near(query, self.log.head.position):
            return self.log.page(query)
        async with self.reading:
            return await asyncio.to_thread(self.log.page, query)
