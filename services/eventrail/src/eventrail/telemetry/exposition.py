"""`/metrics` as text: of a registry of its own, in the format that the scraper prefers."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from eventrail.telemetry.families import families
from eventrail.telemetry.metrics import Metrics
from eventrail.telemetry.sources import Sources


class _Families(Collector):
    def __init__(self, metrics: Metrics, sources: Sources) -> None:
        self._metrics = metrics
        self._sources = sources

    def describe(self) -> Iterable[Metric]:
        """Nothing: to register must not ask the log."""
        return ()

    def collect(self) -> Iterable[Metric]:
        return families(self._metrics, self._sources)


class Exposition:
    """What a scrape is answered; it reads figures, so it is for a thread and not for the event loop."""

    def __init__(self, metrics: Metrics, sources: Sources) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Families(metrics, sources))
        ProcessCollector(registry=self._registry)

    def text(self, accept: str) -> tuple[bytes, str]:
        """The body and its content type."""
        encoder, content_type = choose_encoder(accept)
        return encoder(self._registry), content_type
