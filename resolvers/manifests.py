"""Manifests of trusted documents, as the tools that build an application write them.

They are read in three forms: {id: text} (GraphQL Code Generator's client preset, Relay), Apollo's
{"format": "apollo-persisted-query-manifest", "operations": [{"id", "name", "type", "body"}]}.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import GraphQLError

from resolvers.persisted import DIGEST, digest_of

APOLLO = "apollo-persisted-query-manifest"
MAX_DOCUMENTS = 10_000


class BadManifest(ValueError):
    """A file is no manifest, or documents of it are wrong; the message has a line for each."""


def read_manifest(content: bytes) -> dict[str, str]:
    """The documents of a manifest by id."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadManifest(f"The manifest is not JSON: {error}.") from None
    documents = _of_apollo(found) if isinstance(found, dict) and "format" in found else found
    is_plain = isinstance(documents, dict) and all(isinstance(each, str) for each in documents.values())
    if not is_plain or not documents:
        raise BadManifest(
            'The manifest must be an object of texts by id, such as {"3f…": "query Districts { … }"}, or Apollo\'s'
            f' {{"format": "{APOLLO}", "operations": […]}}.'
        )
    if len(documents) > MAX_DOCUMENTS:
        raise BadManifest(f"The manifest has {len(documents):,} documents; there may be at most {MAX_DOCUMENTS:,}.")
    return dict(documents)


def _of_apollo(found: Mapping[str, Any]) -> Any:
    operations = found.get("operations")
    if found["format"] != APOLLO or found.get("version", 1) != 1 or not isinstance(operations, list):
        return None
    if not all(isinstance(each, dict) and isinstance(each.get("id"), str) for each in operations):
        return None
    documents = {each["id"]: each.get("body") for each in operations}
    if len(documents) < len(operations):
        raise BadManifest("Two operations of the manifest have one id.")
    return documents


def check_documents(documents: Mapping[str, str], errors_of: Callable[[str], list[GraphQLError]]) -> None:
    """BadManifest with a line for each document that is wrong; `errors_of` finds what is wrong with a text."""
    wrong = [f"  {id_ or '(no id)'}: {why}" for id_, text in documents.items() if (why := _wrong(id_, text, errors_of))]
    if wrong:
        more = f"\n  and {len(wrong) - 50} more" if len(wrong) > 50 else ""
        raise BadManifest(
            f"{len(wrong)} of {len(documents)} documents are wrong; nothing was loaded.\n"
            + "\n".join(wrong[:50])
            + more
        )


def _wrong(id_: str, text: str, errors_of: Callable[[str], list[GraphQLError]]) -> str | None:
    if not id_ or len(id_) > 200:
        return "an id must have 1–200 characters"
    digest = id_.removeprefix("sha256:")
    if (digest != id_ or DIGEST.fullmatch(digest)) and digest != digest_of(text):
        return "the id is not the SHA-256 digest of the text, though it looks like one"
    errors = errors_of(text)
    return "; ".join(error.message for error in errors) or None
