"""Spans are sent where operators ask for them: one of each operation, those of its statements below it, no values."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from test_server import codes, post, served

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NAMED = "query Named($code: String!) { area(code: $code) { name } }"


class Collector(ThreadingHTTPServer):
    """Takes spans as a collector does, and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[bytes] = []

    def spans(self) -> list[Any]:
        found = []
        for body in self.got:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                assert attributes(resource.resource)["service.name"] == "yizhan"
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.path == "/v1/traces"
        self.server.got.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


def attributes(of: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value for each in of.attributes}


def test_an_operation_is_a_span_above_those_of_its_statements(hangzhou: str, collector: Collector) -> None:
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    with served(DATABASE_URL=hangzhou, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as (address, process):
        with httpx.Client(base_url=address, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}) as client:
            asked = {"variables": {"code": "330109"}, "extensions": {"execution": True}}
            ways = [
                post(client, query, **asked)["extensions"]["execution"]["way"]
                for query in (NAMED, NAMED.replace("Named", "Other").replace("name }", "name __typename }"))
            ]
            assert codes(post(client, "{ unknown }")) == ["GRAPHQL_VALIDATION_FAILED"]
            events = {"accept": "text/event-stream"}
            client.post("/graphql", json={"query": "query Streamed { __typename }"}, headers=events)
        process.terminate()
        assert process.wait(20) == 0
    spans = [span for span in collector.spans() if span.trace_id.hex() == TRACE]
    by_name = {span.name: span for span in spans}
    assert {"query Named", "query Other", "query"} <= set(by_name)
    for name, way in zip(("Named", "Other"), ways, strict=True):
        span = by_name[f"query {name}"]
        below = [each for each in spans if each.parent_span_id == span.span_id and "db.statement" in attributes(each)]
        assert (span.parent_span_id.hex(), attributes(span)["graphql.operation.name"]) == (PARENT, name)
        assert attributes(span)["yizhan.way"] == way
        assert any("area" in attributes(each)["db.statement"] for each in below)
    assert "330109" not in str(spans)
    assert "query Streamed" in {span.name for span in collector.spans()}
