"""What can be watched: changes as they are written, and rollups as they change."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Annotated, Any

import strawberry

from db.changes import Heading
from db.enums import ChangeType
from resolvers import changes as edges
from resolvers.access import ANONYMOUS
from resolvers.asks import Named
from resolvers.context import Context, Info
from resolvers.costs import POINT, PRICE, Price
from resolvers.entities import RollupSubject
from resolvers.errors import BadCursor, EmptyFilter, Unavailable
from resolvers.following import Follower
from resolvers.pages import Selection
from schema.changes import Change
from schema.rollups import ROLLUP, By, First, Having, Measures, Of, OrderBy, Rollup, Where, rollup

Under = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only changes at or below this area or platform; everywhere when not given."),
]
Types = Annotated[
    list[ChangeType] | None,
    strawberry.argument(description="Only changes of rows of one of these types; of all types when not given."),
]
Since = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last change that was seen, to go on after it; only what is to come by default."
    ),
]

# Who watches is charged once, when the watching begins.
WATCHED = Price(work=POINT)
# A rollup is given anew at most once in so many seconds, however much is written.
PAUSE = 0.5

# What changes a rollup of each subject: the rows it counts and those they are told apart by. Areas, sectors and figures
# change by loads alone.
_EVENT = {"EVENT", "EVENT_PLATFORM", "EVENT_ORGANIZER", "EVENT_PARTICIPANT"}
_AROUND = {"AREA", "PARK_TOWNSHIP", "SECTOR", "INDICATOR", "PLATFORM", "ORGANIZATION", "MEMBER", "MEMBERSHIP"}
COUNTED: dict[RollupSubject, frozenset[str]] = {
    RollupSubject.PLATFORMS: frozenset({"PLATFORM_SPONSOR", "HOSTING", "RESULT", *_EVENT, *_AROUND}),
    RollupSubject.MEMBERS: frozenset({"ATTENDANCE", "RESULT_AUTHOR", *_AROUND}),
    RollupSubject.EVENTS: frozenset({"ATTENDANCE", "RESULT", *_EVENT, *_AROUND}),
    RollupSubject.ATTENDANCES: frozenset({"ATTENDANCE", *_EVENT, *_AROUND}),
    RollupSubject.RESULTS: frozenset({"RESULT", "RESULT_AUTHOR", "ADOPTION", "ENDORSEMENT", *_EVENT, *_AROUND}),
    RollupSubject.OBSERVATIONS: frozenset({"OBSERVATION", *_AROUND}),
}


async def _changed(
    self: None, info: Info, under: Under = None, types: Types = None, since: Since = None
) -> AsyncGenerator[Change, None]:
    if types == []:
        raise EmptyFilter("types is an empty list, which no change could meet; name some or leave it out")
    context = info.context
    follower = _follower(context)
    place = None if under is None else edges.place_of(under)
    newest = await follower.position()
    position = newest if since is None else edges.cursor_of(since)
    if position > newest:
        # It may be that of a write of this very moment, which is still on its way.
        await asyncio.sleep(PAUSE)
        if position > (newest := await follower.position()):
            raise BadCursor(f"since {since} is ahead of the change log, whose newest cursor is {newest}")

    def wants(heading: Heading) -> bool:
        is_there = place is None or place in heading.places
        return is_there and (types is None or not heading.types.isdisjoint(types))

    given = tuple((name, value) for name, value in (("types", types), ("under", under)) if value is not None)
    with follower.subscribed(await _name(context)):
        while True:
            position = (await follower.next(context.writable(), position, wants)).position
            await context.renew()
            asked = Named(edges.all_changes, ("position",), (position,), Selection(arguments=given))
            change = await context.loaders.answer(asked)
            # What the viewer sees nothing of is nothing to be told of.
            if change is not None:
                yield change


async def _rollup_changed(
    self: None,
    info: Info,
    of: Of,
    by: By,
    measures: Measures,
    where: Where = None,
    having: Having = None,
    order_by: OrderBy = None,
    first: First = None,
) -> AsyncGenerator[Rollup, None]:
    context = info.context
    follower = _follower(context)
    wants: Callable[[Heading], bool] = lambda heading: not heading.types.isdisjoint(COUNTED[of])  # noqa: E731
    with follower.subscribed(await _name(context)):
        while True:
            position = await follower.position()
            await context.renew()
            yield rollup(None, of, by, measures, where, having, order_by, first)
            await asyncio.sleep(PAUSE)
            await follower.next(context.writable(), position, wants)


def _follower(context: Context) -> Follower:
    if context.follower is None:
        raise Unavailable("nothing can be watched here")
    return context.follower


async def _name(context: Context) -> str:
    """What a viewer's subscriptions are counted under: the key's name, or the address of those without one."""
    viewer = await context.viewer()
    return context.client if viewer is ANONYMOUS else viewer.name


def _watched(resolve: Any, description: str, price: Price) -> Any:
    return strawberry.subscription(resolver=resolve, description=description, metadata={PRICE: price})


@strawberry.type(description="What can be watched, over graphql-transport-ws or server-sent events.")
class Subscription:
    changed: Change = _watched(
        _changed, "Each change as it is written, in order, none twice and none left out.", WATCHED
    )
    rollup_changed: Rollup = _watched(
        _rollup_changed,
        "A rollup as it is, and again whenever what is asked of it has changed; `asOf` alone makes no difference.",
        ROLLUP,
    )
