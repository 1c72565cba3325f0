"""`GET /metrics`: for Prometheus and whoever reads its formats."""

import asyncio

from eventrail.http.exchange import Answer, Exchange
from eventrail.http.queries import NOTHING, parse_query
from eventrail.http.store import Store
from eventrail.telemetry.exposition import Exposition
from eventrail.telemetry.sources import Sources


class MetricsDoor:
    """The route of scrapers."""

    def __init__(self, store: Store) -> None:
        sources = Sources(
            log=store.log,
            queue=store.queue,
            publisher=store.publisher_status,
            checkpoint_position=lambda: store.checkpoints.last_position,
            connections=store.connections,
        )
        self._exposition = Exposition(store.metrics, sources)

    async def metrics(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        accept = (exchange.header(b"accept") or b"").decode("latin-1")
        body, content_type = await asyncio.to_thread(self._exposition.text, accept)
        return Answer(200, body, content_type.encode(), ((b"vary", b"Accept, Authorization"),))
