"""What is published to be read: reports, press, files of departments, and members' lectures."""

from typing import Any

from db.results import document
from resolvers import concepts
from resolvers.errors import BadArgument
from resolvers.mutations.acts import Given, act
from resolvers.writes import Of, Write, require_of

ABOUT = {"event": concepts.events, "result": concepts.results, "platform": concepts.platforms}


@act()
async def publish_document(write: Write, given: Any) -> Given:
    """A document, about one thing or about nothing in particular."""
    named = {name: await write.seen(of, id_, name) for name, of in ABOUT.items() if (id_ := getattr(given, name))}
    if len(named) > 1:
        raise BadArgument(f"a document is about one thing, got {' and '.join(named)}")
    if given.url is not None and not given.url.startswith(("https://", "http://")):
        raise BadArgument(f"url must begin with https:// or http://, got {given.url[:40]!r}")
    person = await write.seen(concepts.members, given.member, "member") if given.member else None
    owners = [row["district"] for row in named.values()] or ([person["district"]] if person else [])
    district = given.district or (owners[0] if owners else None)
    if district is None:
        raise BadArgument("name the district that owns it, a member, or what it is about")
    for name, row in named.items():
        require_of(district, row, name)
    row = await write.add(
        document,
        district=district,
        kind=given.kind,
        title=given.title,
        media_type=given.media_type,
        url=given.url,
        sha512=given.sha512,
        body=given.body,
        member_district=person and person["district"],
        member_id=person and person["id"],
        is_sample=given.is_sample,
        **{f"{name}_id": each["id"] for name, each in named.items()},
    )
    return {"document": Of(document, row)}


@act()
async def withdraw_document(write: Write, given: Any) -> Given:
    """A document that is no longer to be read; the change log keeps what it was."""
    row = await write.the(concepts.documents, given.document, "document")
    await write.remove(document, row)
    return {"document_id": given.document}
