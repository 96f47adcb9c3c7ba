"""The public keys of whoever issues tokens: read from an address or a file, kept, and read again when one is new."""

import asyncio
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import httpx
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from resolvers.errors import Unavailable
from resolvers.logs import log

PublicKey = RSAKey | ECKey | OKPKey
# After how many seconds the keys are read again, and how many pass at least between two readings: when a key is asked
# for that is not among them, and when none could be read at all.
KEPT_FOR = 3_600.0
PAUSE, PAUSE_WITHOUT = 60.0, 5.0
MAX_BYTES = 2**20
PATIENCE = 5.0


class Keyring:
    """The keys at `place`, a URL or the path of a file, in the form of a JSON Web Key Set."""

    def __init__(self, place: str, clock: Callable[[], float] = monotonic) -> None:
        self._place = place
        self._clock = clock
        self._keys: Sequence[PublicKey] = ()
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str | None, kind: str) -> PublicKey | None:
        """The key with an id or, when a token names none, the only one of its kind; null when there is none."""
        async with self._lock:
            if self._read_at is None or self._clock() - self._read_at > KEPT_FOR:
                await self._read()
            if self._read_at is None:
                raise Unavailable(
                    "the keys by which tokens are verified cannot be read just now; try again in a moment"
                )
            found = self._found(kid, kind)
            if found is None and kid is not None:
                await self._read()
                found = self._found(kid, kind)
            return found

    def _found(self, kid: str | None, kind: str) -> PublicKey | None:
        those = [key for key in self._keys if (key.key_type == kind if kid is None else key.kid == kid)]
        return those[0] if len(those) == 1 else None

    async def _read(self) -> None:
        """Read the keys, unless that was tried a moment ago; those there were stay when it fails."""
        pause = PAUSE_WITHOUT if self._read_at is None else PAUSE
        if self._tried_at is not None and self._clock() - self._tried_at < pause:
            return
        self._tried_at = self._clock()
        try:
            self._keys = keys_in(await self._text())
            self._read_at = self._tried_at
        except (OSError, httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("the keys of tokens cannot be read", place=self._place, why=str(error) or type(error).__name__)

    async def _text(self) -> bytes:
        if not self._place.startswith(("http://", "https://")):
            return await asyncio.to_thread(Path(self._place).read_bytes)
        parts: list[bytes] = []
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(timeout=PATIENCE) as client,
            client.stream("GET", self._place) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                parts.append(part)
                if sum(map(len, parts)) > MAX_BYTES:
                    raise ValueError(f"there are more than {MAX_BYTES} bytes")
        return b"".join(parts)


def keys_in(text: bytes) -> list[PublicKey]:
    """The public keys of a set that signatures can be verified with; ValueError when it is no set."""
    found = json.loads(text)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError('a JSON Web Key Set has the form {"keys": [...]}')
    keys: list[PublicKey] = []
    for each in listed:
        # A weak key is none.
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)
            try:
                key = JWKRegistry.import_key(each)
            except (JoseError, SecurityWarning, ValueError, TypeError, KeyError, AttributeError) as error:
                log.warning("a key of tokens cannot be used", why=str(error))
                continue
        if isinstance(key, PublicKey) and key.get("use") in (None, "sig"):
            keys.append(key)
    return keys
