"""Figures of the service for Prometheus: counts, times and sizes, never what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_TOKENS = (16, 64, 256, 512, 1024, 2048, 4096, 8192, 16384)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures:
    """What the service counts; each service has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter("wardspace_requests", "Requests answered.", ("path", "status"), registry=self.registry)
        self._seconds = Histogram(
            "wardspace_request_seconds", "Time to an answer.", ("path",), buckets=_SECONDS, registry=self.registry
        )
        self._tokens = Counter("wardspace_tokens", "Tokens read.", ("model",), registry=self.registry)
        self._busy = Counter("wardspace_reading_seconds", "Time of batches.", ("model",), registry=self.registry)
        self._batches = Histogram(
            "wardspace_batch_tokens", "Tokens of a batch.", ("model",), buckets=_TOKENS, registry=self.registry
        )

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a request; `path` is that of an endpoint, so that there are few."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def read(self, model: str, tokens: int, seconds: float) -> None:
        """Count a batch."""
        self._tokens.labels(model).inc(tokens)
        self._busy.labels(model).inc(seconds)
        self._batches.labels(model).observe(tokens)

    def watch_queue(self, waiting: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        """Show what waits, by name and version of a model, whenever somebody looks."""
        self.registry.register(_Queue(waiting))

    def text(self) -> bytes:
        """All figures as Prometheus reads them."""
        return generate_latest(self.registry)


class _Queue(Collector):
    def __init__(self, waiting: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        self._waiting = waiting

    def collect(self) -> list[GaugeMetricFamily]:
        """What waits now."""
        family = GaugeMetricFamily(
            "wardspace_queue_tokens", "Tokens that wait, by the version that answers.", labels=("model", "version")
        )
        for labels, tokens in self._waiting().items():
            family.add_metric(labels, tokens)
        return [family]
