"""What the service says of itself: health, for whoever asks, and totals for readers."""

import asyncio

from contracts.store import Health, Stats
from eventrail.http.conversion import recovery_summary, scrub_summary
from eventrail.http.exchange import Answer, Exchange, json_answer
from eventrail.http.queries import NOTHING, parse_query
from eventrail.http.store import Store


class Reports:
    """The routes of operators and their tools."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def live(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        return json_answer(200, Health("ok"))

    async def ready(self, exchange: Exchange) -> Answer:
        """503 while the server ends or the log needs an operator; what is missing beside reads is degraded."""
        parse_query(exchange.query_string, NOTHING)
        if self._store.stopping.is_set():
            return json_answer(503, Health("failing", ("the server is stopping",)))
        reasons = self._reasons()
        if alarms := self._store.log.alarms():
            return json_answer(503, Health("failing", (*alarms, *reasons)))
        return json_answer(200, Health("degraded" if reasons else "ok", reasons))

    async def stats(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        figures = await asyncio.to_thread(self._store.log.statistics)
        return json_answer(
            200,
            Stats(
                log_id=self._store.log.log_id,
                head=figures.head.position,
                head_hash=figures.head.hash,
                events=figures.events,
                bytes=figures.size_bytes,
                segments=figures.segments,
                types=figures.events_by_type,
                last_sync_seconds=figures.last_sync_seconds or 0.0,
                publisher=self._store.publisher_status(),
                recovery=recovery_summary(figures.recovery),
                stalled_seconds=figures.stalled_seconds,
                reserve_whole=figures.reserve_whole,
                scrub=scrub_summary(figures.scrub),
            ),
        )

    def _reasons(self) -> tuple[str, ...]:
        reasons = []
        if not self._store.log.reserve_whole:
            reasons.append("the disk has no room for the space reserve: appends answer disk-full")
        if self._store.queue.suspension is not None:
            reasons.append(f"appends are suspended: {self._store.queue.suspension}")
        status = self._store.publisher_status()
        if status.state not in {"off", "live"}:
            detail = f": {status.detail}" if status.detail else ""
            reasons.append(f"NATS is {status.state}, {status.lag} events behind{detail}")
        return (*reasons, *self._store.checkpoints.reasons())
