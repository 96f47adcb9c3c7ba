"""What a request's headers say of it: which form of answer it takes, and whether a foreign page could have sent it."""

from collections.abc import Mapping
from functools import lru_cache

from resolvers.context import bearer
from resolvers.errors import Fault

LEGACY = b"application/json"
# The media type of GraphQL over HTTP, with which the status tells whether an operation was run.
GRAPHQL = b"application/graphql-response+json; charset=utf-8"
# A request with this header is preflighted by browsers, as one with a key is.
PREFLIGHT = b"graphql-require-preflight"

Headers = Mapping[bytes, bytes]
"""The headers of a request by name, each once."""


class Refused(Fault):
    """A request that is no operation, or none that may be run: the status says why."""

    def __init__(self, status: int, code: str, message: str, request_id: str | None = None, **headers: bytes) -> None:
        self.code = code
        super().__init__(message)
        if request_id is not None:
            self.extensions = {"code": code, "requestId": request_id}
        self.status = status
        self.headers = [(name.encode(), value) for name, value in headers.items()]


@lru_cache(maxsize=256)
def media_type(accept: bytes | None) -> bytes:
    """The media type to answer in: the one of GraphQL where it is asked for, and JSON for all others."""
    if accept is None:
        return LEGACY
    wanted = {GRAPHQL.partition(b";")[0]: 0.0, LEGACY: 0.0}
    for part in accept.lower().split(b","):
        name, *parameters = (each.strip() for each in part.split(b";"))
        if name in wanted:
            wanted[name] = max(wanted[name], _quality(parameters))
    modern, legacy = wanted.values()
    return GRAPHQL if modern and modern >= legacy else LEGACY


def _quality(parameters: list[bytes]) -> float:
    for parameter in parameters:
        if parameter.startswith(b"q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def wants_stream(headers: Headers) -> bool:
    """Whether the answer is to come as server-sent events."""
    return b"text/event-stream" in headers.get(b"accept", b"")


def takes_either(headers: Headers) -> bool:
    """Whether the answer may come as server-sent events or as JSON, which is what several clients always send."""
    accept = headers.get(b"accept", b"").lower()
    return wants_stream(headers) and any(name in accept for name in (LEGACY, GRAPHQL.partition(b";")[0]))


def wants_page(headers: Headers) -> bool:
    """Whether a browser shows what it gets."""
    return b"text/html" in headers.get(b"accept", b"")


def require_json(headers: Headers) -> None:
    """Refuse bodies of any other kind, among them all that a page of another site can send unasked."""
    sent = headers.get(b"content-type", b"")
    if not _is_json(sent):
        named = sent.decode("latin-1")[:100] or "none"
        raise Refused(
            415, "UNSUPPORTED_MEDIA_TYPE", f"The body must be sent with content-type: application/json, got {named}."
        )


@lru_cache(maxsize=64)
def _is_json(content_type: bytes) -> bool:
    name, *parameters = (each.strip() for each in content_type.lower().split(b";"))
    charsets = {each.partition(b"=")[2].strip(b'"') for each in parameters if each.startswith(b"charset=")}
    return name == LEGACY and charsets <= {b"utf-8", b"utf8", b"us-ascii"}


def require_preflight(headers: Headers) -> None:
    """Refuse a query in an address that any page could make a browser open."""
    if key_of(headers) is None and PREFLIGHT not in headers:
        raise Refused(
            400,
            "PREFLIGHT_NEEDED",
            "A query by GET must carry the header graphql-require-preflight: 1, or a key as authorization: Bearer yz_…,"
            " so that no page of another site can send it; or send it by POST.",
        )


def key_of(headers: Headers) -> str | None:
    """The key of `Authorization: Bearer …`, if one was sent."""
    sent = headers.get(b"authorization")
    return None if sent is None else bearer(sent.decode("latin-1"))
