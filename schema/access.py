"""Who asks: as what, what they see, where they may write, and until when."""

from datetime import datetime

import strawberry

from db.enums import ViewerKind
from resolvers.context import Info
from resolvers.policy import MODULES
from schema.allowances import RateLimit, rate_limit


@strawberry.type(description="Who asks, and what they may.")
class Viewer:
    name: str = strawberry.field(description="The name of the key, or `anonymous`; the change log has it.")
    kind: ViewerKind = strawberry.field(description="As what they ask.")
    sees_everything: bool = strawberry.field(description="Whether they see all rows of all districts.")
    sees_internal_of: list[str] = strawberry.field(
        description="The codes of the districts, cities and provinces whose internal rows they see, at most 3,000."
    )
    partner: str | None = strawberry.field(
        description="The code of the district, city or province whose app it is; null when it is no partner's."
    )
    sees_contacts: bool = strawberry.field(
        description="Whether they see how members and citizens of these districts can be reached."
    )
    writes_in: list[str] = strawberry.field(
        description="The codes of the districts where they may write, a city's for all of its districts; at most 100."
    )
    concepts: list[str] = strawberry.field(
        description="The concepts that seeing more than the public, and writing, are limited to; all of them mostly."
    )
    expires_at: datetime | None = strawberry.field(description="Until when the key holds, in UTC; null when it does.")
    rate_limit: RateLimit | None = rate_limit


async def _viewer(info: Info) -> Viewer:
    found = await info.context.viewer()
    sight = found.sight
    return Viewer(
        name=found.name,
        kind=found.kind,
        sees_everything=sight.is_all,
        sees_internal_of=[code for code in sight.districts if code],
        partner=found.partner,
        sees_contacts=bool(sight.personal),
        writes_in=[code for code in found.districts if code] if found.may_write else [],
        concepts=sorted(MODULES if found.modules is None else found.modules),
        expires_at=found.expires_at,
    )


viewer = strawberry.field(resolver=_viewer, description="Who asks, what they see and what they may.")
