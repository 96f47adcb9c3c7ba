"""What is told of every operation: a line of the log and, where they are kept, figures. Never a value of a variable."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from time import perf_counter, time
from typing import TYPE_CHECKING, Any, TypeVar

from resolvers.context import Context
from resolvers.logs import log
from resolvers.plans import Document, Documents
from resolvers.usages import FieldUsage

if TYPE_CHECKING:
    from resolvers.metrics import Metrics
    from resolvers.tracing import Tracing

T = TypeVar("T")

# After how many seconds the lines of what has ended are written. Together they take a third of the time they would take
# one by one, and no answer waits for them.
WRITTEN_AFTER = 0.1


@dataclass(slots=True)
class Run:
    """One operation: what was asked, when it began (`perf_counter`), and what became of it.

    `size` is that of the answer in bytes before it is compressed, `status` that of HTTP.
    """

    context: Context
    started: float
    transport: str = "http"
    query: str | None = None
    name: str | None = None
    is_compiled: bool = False
    codes: Sequence[str] = ()
    status: int | None = None
    size: int | None = None
    # How many results a stream gave, and how many statements it ran for those before the last one.
    results: int = 0
    statements: int = 0

    def forget_statements(self) -> None:
        """Keep only how many statements were run so far; a stream may go on for weeks."""
        ran = self.context.snapshot.ran
        self.statements += len(ran)
        ran.clear()


@dataclass(slots=True)
class Line:
    """A run that has ended, or a request that came to none, and what its line has besides."""

    event: str
    run: Run
    ended: float
    seconds: float
    kind: str | None = None
    name: str | None = None


class Observer:
    """Tells of operations that have ended."""

    def __init__(self, metrics: "Metrics | None" = None, tracing: "Tracing | None" = None) -> None:
        # What counts who asks for which fields, once there is a schema to know them by.
        self.usage: FieldUsage | None = None
        self._metrics = metrics
        self._tracing = tracing
        self._log = log.bind()
        self._is_logging = self._log.is_enabled_for(logging.INFO)
        self._lines: list[Line] = []

    def watched(
        self, run: Run, documents: Documents, answer: Awaitable[T], headers: Mapping[bytes, bytes] | None = None
    ) -> Awaitable[T]:
        """`answer`, in a span of its own where operators want to see spans."""
        return answer if self._tracing is None else self._tracing.traced(run, documents, answer, headers)

    def ended(self, run: Run, documents: Documents) -> None:
        """Tell of one operation."""
        kind, name = operation_of(run, documents)
        if self.usage is not None and kind is not None:
            self._count(self.usage, run, documents)
        line = Line("operation", run, time(), perf_counter() - run.started, kind, name)
        if self._metrics is not None:
            self._metrics.operation(kind, name, way_of(run), line.seconds, run.codes)
        self._write_soon(line)

    def _count(self, usage: FieldUsage, run: Run, documents: Documents) -> None:
        document, viewer = _document_of(run, documents), run.context.known_viewer
        if document is not None and viewer is not None and not document.errors:
            usage.count(viewer.name, document)

    def refused(self, run: Run) -> None:
        """Tell of a request that did not get as far as an operation."""
        if self._metrics is not None:
            for code in run.codes:
                self._metrics.error(code)
        self._write_soon(Line("refused", run, time(), perf_counter() - run.started))

    def answered(self, status: int) -> None:
        """Tell of any answer over HTTP."""
        if self._metrics is not None:
            self._metrics.answered(status)

    def _write_soon(self, line: Line) -> None:
        if self._is_logging:
            self._lines.append(line)
            if len(self._lines) == 1:
                asyncio.get_running_loop().call_later(WRITTEN_AFTER, self.write)

    def write(self) -> None:
        """Write the lines of what has ended so far."""
        lines, self._lines = self._lines, []
        for line in lines:
            self._log.info(line.event, **_told(line))


def _document_of(run: Run, documents: Documents) -> Document | None:
    return documents.known(run.query) if run.query else None


def operation_of(run: Run, documents: Documents) -> tuple[str | None, str | None]:
    """The kind and the name of the operation that was run, as far as there is one."""
    document = _document_of(run, documents)
    operation = document.operation(run.name) if document is not None else None
    if operation is None:
        return None, None
    name = operation.node.name
    return operation.node.operation.value, name.value if name is not None else None


def way_of(run: Run) -> str:
    """Which way it was run."""
    return "compiled" if run.is_compiled else "batched"


def _told(line: Line) -> dict[str, Any]:
    run = line.run
    context = run.context
    told: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(line.ended, UTC).isoformat().replace("+00:00", "Z"),
        "request_id": context.request_id,
        "transport": run.transport,
        "duration_ms": round(line.seconds * 1000, 2),
    }
    if line.event == "operation":
        snapshot, viewer = context.snapshot, context.known_viewer
        told |= {
            "name": line.name,
            "kind": line.kind,
            "document": sha256(run.query.encode("utf-8", "replace")).hexdigest() if run.query else None,
            "viewer": viewer.name if viewer is not None else None,
            "way": way_of(run),
            "statements": run.statements + len(snapshot.ran),
            "database_ms": round(snapshot.seconds * 1000, 2),
        }
    if run.results:
        told["results"] = run.results
    if run.status is not None:
        told |= {"status": run.status, "bytes": run.size}
    if run.codes:
        told["codes"] = list(run.codes)
    return told
