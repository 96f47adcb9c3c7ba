"""Figures of a process for Prometheus: of operations as they end, and of what is so at the moment it asks."""

from collections.abc import Iterator, Mapping, Sequence

import asyncpg
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from db.pools import state_of
from resolvers.admission import Gate
from resolvers.following import Follower
from resolvers.plans import Documents

# Names come from clients: of more than so many different ones, the rest is counted as "other".
MOST_NAMES = 200
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._operations = Histogram(
            "yizhan_operation_seconds",
            "How long operations took, by their name, their kind and the way they were run.",
            ("operation", "kind", "way"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._errors = Counter(
            "yizhan_errors", "Errors that were told to clients, by their code.", ("code",), registry=self.registry
        )
        self._requests = Counter(
            "yizhan_requests", "Answers over HTTP, by their status.", ("status",), registry=self.registry
        )
        self._names: set[str] = set()
        # To find a label's series again costs more than to count in it.
        self._observed: dict[tuple[str | None, str | None, str], Histogram] = {}
        self._statuses: dict[int, Counter] = {}

    def operation(self, kind: str | None, name: str | None, way: str, seconds: float, codes: Sequence[str]) -> None:
        """Count one operation; without a kind it is one of a document that is not kept, for it is wrong."""
        found = self._observed.get((kind, name, way))
        if found is None:
            label = "invalid" if kind is None else "anonymous" if name is None else self._label(name)
            found = self._operations.labels(label, kind or "invalid", way)
            if label != "other":
                self._observed[kind, name, way] = found
        found.observe(seconds)
        for code in codes:
            self.error(code)

    def _label(self, name: str) -> str:
        if name not in self._names:
            if len(self._names) >= MOST_NAMES:
                return "other"
            self._names.add(name)
        return name

    def error(self, code: str) -> None:
        """Count one error."""
        self._errors.labels(code).inc()

    def answered(self, status: int) -> None:
        """Count one answer."""
        found = self._statuses.get(status)
        if found is None:
            found = self._statuses[status] = self._requests.labels(status)
        found.inc()

    def written(self, accept: str) -> tuple[bytes, str]:
        """All figures as text in a form that `accept` takes, and that form's media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type


class Live(Collector):
    """What is so at the moment it is asked for."""

    def __init__(self, pools: Mapping[str, asyncpg.Pool], gate: Gate, follower: Follower, documents: Documents) -> None:
        self._pools = pools
        self._gate = gate
        self._follower = follower
        self._documents = documents
        # The newest position of the log in the database, as it was last read there.
        self.newest: int | None = None

    def describe(self) -> list[Metric]:
        """Nothing: the names of these figures are no others'."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Each figure."""
        connections = GaugeMetricFamily(
            "yizhan_pool_connections", "Open connections to the database, and those of them nobody uses.",
            labels=("pool", "state"),
        )  # fmt: skip
        waiting = GaugeMetricFamily("yizhan_pool_waiting", "How many wait for a connection.", labels=("pool",))
        for name, pool in self._pools.items():
            state = state_of(pool)
            connections.add_metric((name, "used"), state.size - state.idle)
            connections.add_metric((name, "idle"), state.idle)
            waiting.add_metric((name,), state.waiting)
        yield from (connections, waiting)
        yield GaugeMetricFamily("yizhan_operations_in_flight", "Operations that run.", self._gate.in_flight)
        yield GaugeMetricFamily("yizhan_operations_in_flight_limit", "How many may run.", self._gate.limit)
        yield CounterMetricFamily(
            "yizhan_operations_refused", "Operations refused because as many ran as may.", self._gate.refused
        )
        documents, plans = self._documents.kept
        yield GaugeMetricFamily("yizhan_documents_kept", "Documents that are kept parsed and validated.", documents)
        yield GaugeMetricFamily("yizhan_plans_kept", "Statements that are kept with documents.", plans)
        yield CounterMetricFamily("yizhan_plans_found", "Operations whose plan was kept.", self._documents.found)
        yield CounterMetricFamily("yizhan_plans_made", "Operations whose plan was made.", self._documents.made)
        yield GaugeMetricFamily("yizhan_subscriptions", "Subscriptions.", self._follower.subscriptions)
        yield from self._log()

    def _log(self) -> Iterator[Metric]:
        position = self._follower.known_position
        if position is None:
            return
        yield GaugeMetricFamily("yizhan_change_log_position", "The newest change this process knows.", position)
        if self.newest is not None:
            yield GaugeMetricFamily(
                "yizhan_change_log_lag", "How many changes it does not know yet.", max(0, self.newest - position)
            )
