"""An app that is told of changes: a real receiver on this machine, which answers as it is told to."""

import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Message:
    """What was received at once."""

    path: str
    headers: dict[str, str]
    raw: bytes
    status: int

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def cursors(self) -> list[int]:
        return [int(each["cursor"]) for each in self.body["changes"]]


@dataclass
class Receiver:
    """Keeps what it received. It gives the next of `answers`, then 204; each after `pause` seconds."""

    port: int = 0
    pause: float = 0.0
    tls: ssl.SSLContext | None = None
    answers: list[int] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/changes"

    @property
    def received(self) -> list[Message]:
        """The messages that were answered with success."""
        return [each for each in self.messages if each.status < 300]

    @property
    def cursors(self) -> list[int]:
        """Of all the changes that were received, in the order in which they came."""
        return [cursor for message in self.received for cursor in message.cursors]

    def until(self, count: int, seconds: float = 30) -> list[Message]:
        """The messages that were received, once there are so many changes in them; it fails when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.cursors) < count:
            assert time.monotonic() < deadline, f"{len(self.cursors)} of {count} changes came: {self.messages}"
            time.sleep(0.05)
        return self.received

    def take(self, request: BaseHTTPRequestHandler) -> int:
        """What is answered to a request."""
        raw = request.rfile.read(int(request.headers["content-length"]))
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            status = self.answers.pop(0) if self.answers else 204
        time.sleep(self.pause)
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self.lock:
            self.at_once -= 1
            self.messages.append(Message(request.path, headers, raw, status))
        return status

    @contextmanager
    def listening(self) -> Iterator["Receiver"]:
        """It is there while this lasts, at the same port each time."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status = receiver.take(self)
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = server.server_port
        if self.tls is not None:
            server.socket = self.tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def is_signed(message: Message, secret: str) -> bool:
    """Whether a message is signed with a secret, as the README's example finds out."""
    names: dict[str, Any] = {}
    exec(EXAMPLE, names)  # noqa: S102  (it is ours)
    return bool(names["is_ours"](message.headers, message.raw, secret))
