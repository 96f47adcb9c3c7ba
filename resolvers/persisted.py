"""Documents by id: what a request sends instead of a text, and the trusted documents that a process knows.

`documentId` is that of the draft of GraphQL over HTTP, `extensions.persistedQuery` that of Apollo. A document is known
by the id of its manifest and by `sha256:` and the digest of its text.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from time import monotonic
from typing import Any

import asyncpg

from db import trusted
from resolvers.errors import Unavailable
from resolvers.snapshots import acquired

# After how many seconds it is looked whether documents were put in or taken out.
LOOKING = 2.0
DIGEST = re.compile(r"[0-9a-f]{64}")


class Reference(str):
    """The id of a document, where its text would stand."""

    __slots__ = ()


class BadReference(ValueError):
    """What a request says of its document contradicts itself or is malformed."""


def digest_of(text: str) -> str:
    """The SHA-256 digest of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def asked_of(request: Mapping[str, Any]) -> Any:
    """The document of a request: its text, or the reference to it; BadReference when it is neither."""
    query, id_, extensions = request.get("query"), request.get("documentId"), request.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if id_ is None and persisted is None:
        return query
    if id_ is not None:
        if not isinstance(id_, str) or not id_:
            raise BadReference("documentId must be a text, such as sha256: and the digest of the document")
        if query:
            raise BadReference("send either query or documentId, not both")
        return Reference(id_)
    digest = _persisted(persisted)
    if not query:
        return Reference(f"sha256:{digest}")
    if not isinstance(query, str) or digest_of(query) != digest:
        raise BadReference("sha256Hash is not the SHA-256 digest of query; send the digest of the very text")
    return query


def _persisted(persisted: Any) -> str:
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise BadReference('persistedQuery must be an object such as {"version": 1, "sha256Hash": "…"}')
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise BadReference("sha256Hash must be a SHA-256 digest: 64 hexadecimal digits in lower case")
    return digest


class TrustedDocuments:
    """The trusted documents, read again when others have changed them."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._state: trusted.State | None = None
        self._looked = -LOOKING
        # Those that came with the program, by application and id.
        self._brought: list[tuple[str, str, str]] = []
        self._texts: dict[str, str] = {}
        self._apps: dict[str, set[str]] = {}

    def bring(self, app: str, documents: Mapping[str, str]) -> None:
        """Trust the documents of an application that comes with the program, whatever the database holds."""
        self._brought += [(app, id_, text) for id_, text in documents.items()]
        self._read([])

    async def text(self, pool: asyncpg.Pool, reference: str, app: str | None) -> str | None:
        """The text of the document with an id, among those of an application if one is named; None if there is none."""
        await self._look(pool)
        text = self._texts.get(reference)
        return text if text is not None and await self.has(pool, text, app) else None

    async def has(self, pool: asyncpg.Pool, text: str, app: str | None) -> bool:
        """Whether a text is that of a trusted document, of an application if one is named."""
        await self._look(pool)
        apps = self._apps.get(text)
        return apps is not None and (app is None or app in apps)

    async def _look(self, pool: asyncpg.Pool) -> None:
        if monotonic() - self._looked < LOOKING:
            return
        async with self._lock:
            if monotonic() - self._looked < LOOKING:
                return
            try:
                async with acquired(pool) as connection:
                    state = await trusted.state(connection)
                    if state != self._state:
                        self._read(await trusted.listed(connection))
                        self._state = state
            except Unavailable:
                # What was known goes on being known while the database is away.
                if self._state is None:
                    raise
            self._looked = monotonic()

    def _read(self, rows: list[asyncpg.Record]) -> None:
        self._texts, self._apps = {}, {}
        kept = [(row["app"], row["id"], row["text"]) for row in rows]
        for app, id_, text in [*self._brought, *kept]:
            self._texts[id_] = self._texts[f"sha256:{digest_of(text)}"] = text
            self._apps.setdefault(text, set()).add(app)
