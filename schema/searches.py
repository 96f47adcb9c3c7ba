"""Search: one box for characters, pinyin initials and codes."""

from functools import reduce
from operator import or_
from typing import Annotated, Any

import strawberry

from db.enums import SearchType
from resolvers.costs import COUNT
from resolvers.searches import Search
from schema.fields import asking, column, listed
from schema.figures import SUBJECTS
from schema.nodes import COUNTED, OF_PAGE, PageInfo

SearchItem: Any = Annotated[
    reduce(or_, SUBJECTS), strawberry.union("SearchItem", description="Something a search can find.")
]


@strawberry.type(description="How many rows of one type a search finds.")
class SearchFacet:
    type: SearchType = column("The type.")
    count: int = column("How many.")


@strawberry.type(description="Something found, and its place among what was found.")
class SearchEdge:
    node: SearchItem = column("The row found.")
    cursor: str = column("The row's place in this search; opaque.")


@strawberry.type(
    description="A page of what a search finds: exact names first, then names that begin with the text, then names "
    "that have it, then what has it elsewhere."
)
class SearchConnection:
    edges: list[SearchEdge] = asking(Search.edges, "What was found, with cursors.", price=OF_PAGE)
    nodes: list[SearchItem] = asking(Search.nodes, "What was found.", price=OF_PAGE)
    page_info: PageInfo = asking(Search.page_info, "Where the page lies.")
    total_count: int = asking(Search.total_count, "How many rows are found in all.", price=COUNTED)
    facets: list[SearchFacet] = asking(
        Search.facets,
        "How many rows of each type are found; types without any are left out.",
        price=listed(len(SearchType), work=COUNT),
    )
