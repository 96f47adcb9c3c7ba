"""The root of the graph: where every question begins."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import strawberry

from db.enums import SearchType
from db.machines import MACHINES
from resolvers import areas as area_edges
from resolvers import changes as change_edges
from resolvers import discussions as discussion_edges
from resolvers import events as event_edges
from resolvers import figures as figure_edges
from resolvers import lookups
from resolvers import members as member_edges
from resolvers import organizations as organization_edges
from resolvers import platforms as platform_edges
from resolvers import results as result_edges
from resolvers.asks import Named, Rows
from resolvers.costs import POINT, Price
from resolvers.errors import UnknownCode
from resolvers.searches import Search, search
from schema.access import Viewer, viewer
from schema.allowances import RateLimit, rate_limit
from schema.areas import Area, District
from schema.codes import CheckInCode, check_in_code
from schema.comparisons import Comparison, comparison
from schema.coverages import Coverage, coverage
from schema.enums import ENUMS
from schema.fields import asking, connection, listed, paged
from schema.figures import Indicator
from schema.labels import EnumLabels, labels_of
from schema.machines import StateMachine, shown
from schema.nodes import Node
from schema.paging import After, Before, First, Last
from schema.platforms import Platform
from schema.receipts import RequestStatus, request_status
from schema.rollups import ROLLUP, Rollup, rollup
from schema.searches import SearchConnection
from schema.webhooks import Webhook, webhooks

Id = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description="The global ids, at most 100.")]
Code = Annotated[str, strawberry.argument(description="The area's code, for example 330114.")]
Vintage = Annotated[
    date | None,
    strawberry.argument(
        description="As in the list published for this day, for example 2021-10-31; the newest list when not given."
    ),
]
Codes = Annotated[list[str] | None, strawberry.argument(description="Only these, by code; an unknown one is an error.")]
Keys = Annotated[list[str] | None, strawberry.argument(description="Only these, by key; an unknown one is an error.")]
Slug = Annotated[str, strawberry.argument(description="The platform's slug, for example qiantang-hui.")]
Text = Annotated[str, strawberry.argument(description="Words to look for, all of which must occur; 1–100 characters.")]
Types = Annotated[
    list[SearchType] | None, strawberry.argument(description="What to search; everything when not given.")
]
MachineNames = Annotated[list[str] | None, strawberry.argument(description="Only these machines, by name.")]
Names = Annotated[list[str] | None, strawberry.argument(description="Only these enums, by name.")]


def _node(_: None, id: Id) -> Named:
    return lookups.node(id)


def _nodes(_: None, ids: Ids) -> list[Named]:
    return lookups.nodes(ids)


def _area(_: None, code: Code, vintage: Vintage = None) -> Named:
    return lookups.area(code, vintage)


def _districts(_: None, codes: Codes = None) -> Rows | list[Named]:
    return lookups.listed(lookups.DISTRICTS, "code", codes)


def _platform(_: None, slug: Slug) -> Named | None:
    return lookups.platform(slug)


def _indicators(_: None, keys: Keys = None) -> Rows | list[Named]:
    return lookups.listed(lookups.INDICATORS, "key", keys)


def _search(
    _: None,
    text: Text,
    types: Types = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Search:
    return search(text, types, first, after, last, before)


def _enum_labels(_: None, names: Names = None) -> list[EnumLabels]:
    return [labels_of(ENUMS[name]) for name in _known(names, ENUMS, "enum")]


def _known(names: list[str] | None, all_: Mapping[str, Any], what: str) -> list[str]:
    """The names, or all there are; each must be one of these."""
    chosen = sorted(all_) if names is None else names
    for name in chosen:
        if name not in all_:
            raise UnknownCode(f"no {what} is called {name[:40]!r}; these are: {', '.join(sorted(all_))}")
    return chosen


def _state_machines(_: None, names: MachineNames = None) -> list[StateMachine]:
    return [shown(MACHINES[name]) for name in _known(names, MACHINES, "state machine")]


@strawberry.type(description="Where every question begins.")
class Query:
    node: Node | None = asking(_node, "The row with a global id; null when there is none.")
    nodes: list[Node | None] = asking(
        _nodes,
        "The rows with global ids, in their order; null where there is none.",
        price=listed(lookups.MAX_IDS, lookups.MAX_IDS, "ids"),
    )
    area: Area | None = asking(_area, "The area with a code; null with an error when there is none.")
    areas = connection(area_edges.all_areas, "All areas.")
    districts: list[District] = asking(
        _districts,
        "The county-level areas that take part, with a CPPCC committee, by code; at most 3,000.",
        # A city has some thirteen.
        price=listed(3_000, 20, "codes"),
    )
    platform: Platform | None = asking(_platform, "The platform with a slug; null when there is none.")
    platforms = connection(platform_edges.all_platforms, "All consultation platforms.")
    members = connection(member_edges.all_members, "All members.")
    organizations = connection(organization_edges.all_organizations, "All bodies.")
    sectors = connection(organization_edges.all_sectors, "The sectors of the CPPCC.")
    events = connection(event_edges.all_events, "All events.")
    attendances = connection(event_edges.all_attendances, "All parts that members and guests took in events.")
    results = connection(result_edges.all_results, "All results.")
    search: SearchConnection = asking(
        _search,
        "What a text finds: characters, pinyin initials (xzz finds 芯智造) or codes.",
        price=paged(work=5 * POINT),
    )
    indicators: list[Indicator] = asking(
        _indicators, "What figures measure, by key, at most 1,000.", price=listed(1_000, 100, "keys")
    )
    observations = connection(figure_edges.all_observations, "All figures.")
    rollup: Rollup = asking(
        rollup,
        "What there is, counted and measured in groups, across districts, with how complete it is.",
        price=ROLLUP,
    )
    coverage: Coverage = asking(
        coverage, "How many of the areas that could have a platform of a kind have one.", price=Price(work=5 * POINT)
    )
    comparison: Comparison = asking(
        comparison,
        "What districts published of an indicator beside what can be counted here, and the difference.",
        price=Price(work=10 * POINT),
    )
    enum_labels: list[EnumLabels] = asking(
        _enum_labels,
        "The labels of the values of enums, in Chinese and English, for forms and legends.",
        price=listed(len(ENUMS), len(ENUMS), "names"),
    )
    state_machines: list[StateMachine] = asking(
        _state_machines,
        "How things may change: for each kind the states it can be in, and what may follow each.",
        price=listed(len(MACHINES), len(MACHINES), "names"),
    )
    discussions = connection(discussion_edges.all_discussions, "All discussions, newest first.")
    documents = connection(result_edges.all_documents, "All documents: reports, press, files, lectures.")
    check_in_code: CheckInCode = check_in_code
    request_status: RequestStatus | None = request_status
    viewer: Viewer = viewer
    rate_limit: RateLimit | None = rate_limit
    changes = connection(
        change_edges.all_changes,
        "The change log, oldest first: every write, deletions included; of each what there is to see for whoever asks.",
    )
    webhooks: list[Webhook] = webhooks
