"""Edges of discussions: who opened them and where, what was said, who stands behind them, and what became of them."""

from db.discussions import support
from resolvers import concepts
from resolvers.areas import of_district
from resolvers.edges import Edge, by, everything, through, to_far, to_own

_KEY = {"district": "district", "id": "discussion_id"}

district = of_district(concepts.discussions)
member = to_far("Discussion.member", concepts.discussions, concepts.members, "member")
platform = to_own("Discussion.platform", concepts.discussions, concepts.platforms, "platform")
remarks = Edge("Discussion.remarks", concepts.discussions, concepts.remarks, by(**_KEY))
supporters = Edge(
    "Discussion.supporters",
    concepts.discussions,
    concepts.members,
    through(support, _KEY, {"member_district": "district", "member_id": "id"}),
)
results = Edge("Discussion.results", concepts.discussions, concepts.results, by(**_KEY))

remark_discussion = to_own("Remark.discussion", concepts.remarks, concepts.discussions, "discussion")
remark_member = to_far("Remark.member", concepts.remarks, concepts.members, "member")

all_discussions = Edge("Query.discussions", None, concepts.discussions, everything)
of_member = Edge(
    "Member.discussions", concepts.members, concepts.discussions, by(district="member_district", id="member_id")
)
