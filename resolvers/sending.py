"""Sending a signed message to an address somebody gave: where it may lead, how it is signed, what counts as received.

The form is that of Standard Webhooks: the headers `Webhook-Id`, `Webhook-Timestamp` and `Webhook-Signature`.
"""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

import httpx

from db.webhooks import SECRET_PREFIX
from resolvers.errors import BadArgument

# How many seconds whoever is told has to answer.
PATIENCE = 10.0
MAX_URL = 2_000
# Addresses of IPv6 by which one of IPv4 is reached, in its last four bytes.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What came of sending: the status that was answered, and what was wrong, in words that tell of no network."""

    status: int | None
    error: str | None

    @property
    def is_received(self) -> bool:
        """Whether the message has arrived."""
        return self.error is None

    @property
    def is_gone(self) -> bool:
        """Whether nothing is to be sent there any more."""
        return self.status == HTTPStatus.GONE


class Refused(Exception):
    """An address that nothing is sent to; the message says why."""


def checked_url(text: str) -> str:
    """An address to send to; BadArgument when it has not the form of one."""
    try:
        url = httpx.URL(text)
        port_is_right = url.port is None or 0 < url.port < 2**16
    except (httpx.InvalidURL, ValueError):
        raise BadArgument(f"url must be an address such as https://example.org/changes, got {text[:80]!r}") from None
    if url.scheme not in ("http", "https") or not url.host or not port_is_right:
        raise BadArgument(f"url must begin with https:// or http:// and name a host, got {text[:80]!r}")
    if url.userinfo or url.fragment:
        raise BadArgument("url must have no name, password or fragment; what is sent is signed, which tells who sends")
    if len(text) > MAX_URL:
        raise BadArgument(f"url must have at most {MAX_URL:,} characters, got {len(text):,}")
    return text


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of a message, in version 1 of the scheme: HMAC-SHA256 of its id, its time and its body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Sender:
    """Sends messages; with `is_private`, also to addresses that are not on the public internet."""

    def __init__(self, *, is_private: bool = False, patience: float = PATIENCE) -> None:
        self._is_private = is_private
        self._patience = patience
        # Neither a proxy nor a password of this process's environment is for addresses of others; whom it trusts is.
        self._client = httpx.AsyncClient(
            timeout=patience, trust_env=False, follow_redirects=False, verify=httpx.create_ssl_context()
        )
        # A name that takes long to be looked up keeps nothing waiting but others of its kind.
        self._lookups = ThreadPoolExecutor(4, "webhook names")

    async def send(self, url: str, secret: str, message_id: str, body: bytes) -> Answer:
        """Send a message; nothing of what is answered is read but its status."""
        now = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "Yizhan",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(secret, message_id, now, body),
        }
        try:
            async with asyncio.timeout(self._patience):
                return await self._sent(httpx.URL(url), headers, body)
        except TimeoutError:
            return Answer(None, f"no answer within {self._patience:g} seconds")
        except Refused as why:
            return Answer(None, str(why))
        except httpx.TransportError as error:
            is_unreached = isinstance(error, httpx.ConnectError)
            return Answer(None, "the connection failed" if is_unreached else "the connection broke before an answer")

    async def _sent(self, url: httpx.URL, headers: dict[str, str], body: bytes) -> Answer:
        *others, last = await self._addresses(url)
        for address in others:
            with suppress(httpx.ConnectError):
                return await self._sent_to(address, url, headers, body)
        return await self._sent_to(last, url, headers, body)

    async def _sent_to(self, address: Address, url: httpx.URL, headers: dict[str, str], body: bytes) -> Answer:
        # The request goes to the address that was looked at, whatever the name leads to by now; TLS is for the name.
        request = self._client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            headers={"host": url.netloc.decode(), **headers},
            content=body,
            extensions={"sni_hostname": url.raw_host.decode()} if url.scheme == "https" else {},
        )
        answer = await self._client.send(request, stream=True)
        await answer.aclose()
        if answer.is_success:
            return Answer(answer.status_code, None)
        return Answer(answer.status_code, f"the answer was {answer.status_code}, and only 2xx counts as received")

    async def _addresses(self, url: httpx.URL) -> list[Address]:
        """The addresses that the name of a URL leads to, at least one."""
        port = url.port or (443 if url.scheme == "https" else 80)
        look_up = partial(socket.getaddrinfo, url.raw_host.decode().strip("[]"), port, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._lookups, look_up)
        except (OSError, UnicodeError):
            raise Refused("no address could be found for its name") from None
        addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        if not addresses:
            raise Refused("no address could be found for its name")
        if not self._is_private and not all(is_public(each) for each in addresses):
            # What a name leads to within this network is nobody's business.
            raise Refused("its name leads to an address that is not on the public internet")
        return addresses

    async def close(self) -> None:
        """Let go of all connections."""
        self._lookups.shutdown(wait=False, cancel_futures=True)
        await self._client.aclose()


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, also where it stands for another one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    not_for_one = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not (not_for_one or address.is_private or address.is_loopback or address.is_link_local)
