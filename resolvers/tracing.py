"""Spans for OpenTelemetry, one for each operation and one for each statement, where operators ask for them.

It needs packages that nothing else does, so it is imported only where OTEL_EXPORTER_OTLP_ENDPOINT is set. Where spans
go and how many of them, the standard's own variables tell its library.
"""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from resolvers.observing import Run, operation_of, way_of
from resolvers.plans import Documents

T = TypeVar("T")

# An operation whose errors have one of these codes failed by no fault of its client's.
FAILURES = frozenset({"INTERNAL_ERROR", "UNAVAILABLE", "TIMEOUT"})


class Tracing:
    """Makes the spans of a process, and sends them in the background."""

    def __init__(self) -> None:
        # What the environment says of the service goes before what is said here.
        resource = Resource({"service.name": "yizhan"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        # Values of parameters are left out.
        statements = AsyncPGInstrumentor(capture_parameters=False)  # type: ignore[no-untyped-call]
        statements.instrument(tracer_provider=self._provider)
        self._tracer = self._provider.get_tracer("yizhan")
        self._parents = TraceContextTextMapPropagator()

    async def traced(
        self, run: Run, documents: Documents, answer: Awaitable[T], headers: Mapping[bytes, bytes] | None = None
    ) -> T:
        """What `answer` gives, in a span that goes on a trace of the request's."""
        parent = None
        if headers is not None and b"traceparent" in headers:
            sent = {name: headers.get(name.encode(), b"").decode("latin-1") for name in ("traceparent", "tracestate")}
            parent = self._parents.extract(sent)
        with self._tracer.start_as_current_span(
            "operation", parent, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                return await answer
            finally:
                _describe(span, run, documents)

    def close(self) -> None:
        """Send what has not been sent yet, for a moment."""
        self._provider.force_flush(1_000)
        self._provider.shutdown()


def _describe(span: Span, run: Run, documents: Documents) -> None:
    kind, name = operation_of(run, documents)
    if kind is not None:
        span.update_name(f"{kind} {name}" if name else kind)
        span.set_attribute("graphql.operation.type", kind)
    if name is not None:
        span.set_attribute("graphql.operation.name", name)
    span.set_attributes(
        {"yizhan.request_id": run.context.request_id, "yizhan.way": way_of(run), "yizhan.codes": list(run.codes)}
    )
    if not FAILURES.isdisjoint(run.codes):
        span.set_status(StatusCode.ERROR)
