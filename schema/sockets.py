"""What a WebSocket may send: what is no message of graphql-transport-ws ends the connection, as the protocol says."""

from typing import Any

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from resolvers.context import Context
from resolvers.persisted import BadReference, asked_of

OPTIONAL = (("operationName", str), ("variables", dict), ("extensions", dict))


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Lets messages of the right form through, and closes with 4400 on others."""

    async def handle(self) -> None:
        """Handle a connection until it ends."""
        opened: set[SocketHandler] = self.view.sockets  # type: ignore[attr-defined]
        opened.add(self)
        try:
            await super().handle()
        finally:
            opened.discard(self)

    async def handle_message(self, message: Any) -> None:
        """Handle one message of a client."""
        wrong = _wrong(message)
        if wrong is None and message["type"] == "subscribe":
            try:
                message["payload"]["query"] = asked_of(message["payload"])
            except BadReference as error:
                wrong = str(error)
        if wrong is None:
            await super().handle_message(message)
        else:
            await self.handle_invalid_message(wrong)


def _wrong(message: Any) -> str | None:
    """What is wrong with a message; null when it may be handled."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be an object with a type"
    payload = message.get("payload")
    if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return "The id of an operation must be a text"
    if message["type"] != "subscribe":
        return None if isinstance(payload, dict | None) else "The payload must be an object"
    if not isinstance(payload, dict):
        return "The payload must be an object"
    for name, kind in OPTIONAL:
        if not isinstance(payload.get(name), kind | None):
            return f"{name} must be {'a text' if kind is str else 'an object'} or null"
    is_by_id = "documentId" in payload or "persistedQuery" in (payload.get("extensions") or {})
    if not is_by_id and not (isinstance(payload.get("query"), str) and payload["query"]):
        return "The payload of subscribe must have a query or a documentId"
    return "operationName must not be empty" if payload.get("operationName") == "" else None
