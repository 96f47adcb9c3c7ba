"""What browsers and proxies may keep: answers to trusted documents that were asked by their ids in a GET request."""

import hashlib
from collections.abc import Iterable, Mapping

Headers = Iterable[tuple[bytes, bytes]]

PRIVATE = {"cache-control": "private, no-store"}


def etag_of(body: bytes) -> str:
    """What tells an answer from others; weak, for it may be compressed on its way."""
    return f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def caching(body: bytes, headers: Headers, *, max_age: int, is_public: bool) -> tuple[bool, Mapping[str, str]]:
    """Whether the client has this very answer already, and the headers that say for how long it may keep it.

    Only what everybody would get may be kept, for `max_age` seconds; with a key, nothing may.
    """
    if not is_public:
        return False, PRIVATE
    etag = etag_of(body)
    known = [value.decode("latin-1") for name, value in headers if name == b"if-none-match"]
    names = {each.strip().removeprefix("W/") for value in known for each in value.split(",")}
    is_known = "*" in names or etag.removeprefix("W/") in names
    return is_known, {"etag": etag, "cache-control": f"public, max-age={max_age}", "vary": "authorization"}
