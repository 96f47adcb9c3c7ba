"""What may still be asked: the points an operation cost, and those that are left."""

from datetime import datetime

import strawberry

from resolvers.costs import Price
from resolvers.guarding import USAGE
from schema.fields import asking, column


@strawberry.type(description="What the operation costs, and what may be asked besides. One point is some 100 objects.")
class RateLimit:
    cost: int = column("How many points the operation costs; docs/limits.md has the rule.")
    nodes: int = column("How many objects its answer can have at most.")
    limit: int = column("How many points there are a minute, for the key or, without one, for the address.")
    remaining: int = column("How many are left. A server knows of others what it last saw, so there may be fewer.")
    reset_at: datetime = column("When there will be all of them again if nothing more is asked, in UTC.")


def _rate_limit(_: None) -> RateLimit | None:
    usage = USAGE.get()
    return None if usage is None else usage()  # type: ignore[return-value]


rate_limit = asking(
    _rate_limit,
    "What this operation costs and what is left, which itself costs nothing; null where nothing is counted.",
    price=Price(is_free=True),
    is_anew=True,
)
