"""Areas: province, city, district, township, village and industry park; and the sources rows are known from."""

from datetime import date

import strawberry

from db.enums import AreaLevel, DistrictKind
from resolvers import areas as edges
from resolvers import concepts
from resolvers import members as member_edges
from resolvers import results as result_edges
from resolvers.filters import equals, neighbour, one_of
from schema.fields import column, connection, to_many, to_one
from schema.filters import all_hold, any_holds, does_not_hold, has_text, where
from schema.nodes import Node, connection_type, order_input


@strawberry.type(description="Where a row is known from.")
class Source(Node):
    title: str = column("The title of the page, list or file.")
    publisher: str | None = column("Who published it; null when it does not say.")
    published_on: date | None = column("The day of publication; null when it does not say.")
    locator: str | None = column("Where in the source, for example a section and paragraph.")
    url: str | None = column("Where it can be read; null when it is not on line.")


@strawberry.interface(description="A part of the administrative tree, or an industry park beside the townships.")
class Area(Node):
    code: str = column("The code within its system and vintage, for example 330114 for 钱塘区.")
    ocd_id: str | None = column("The Open Civic Data identifier of the division; null for parks, which are none.")
    code_system: str = column("Whose code it is: NBS for the national statistical codes, LOCAL for parks.")
    vintage: date = column("The newest published list of codes that has the area in this form.")
    name: str = column("The name.")
    level: AreaLevel = column("How high it stands in the tree.")
    is_quasi: bool = column("Whether it is a statistical unit with no government of its own, such as a farm or a zone.")
    valid_from: date | None = column("The first list that has it; null when it stands in the oldest list known.")
    valid_to: date | None = column("The first list that has it no longer; null while it stands in the newest.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    source = to_one(edges.source, "Where the area is known from.")
    parent = to_one(edges.parent, "The area it lies in; null for a province.")
    ancestors = to_many(edges.ancestors, "The areas it lies in, nearest first.", usual=5)
    children = connection(edges.children, "The areas directly in it.")
    descendants = connection(edges.descendants, "The areas in it, at any depth.")
    platforms = connection(edges.platforms, "The consultation platforms in it.")
    members = connection(
        edges.members,
        "The members whose district lies in it; below a district, those who belong to a platform in it.",
    )
    events = connection(
        edges.events, "The events its districts take part in; below a district, those held at a platform in it."
    )
    results = connection(edges.results, "The results of its districts; below a district, those of the platforms in it.")
    observations = connection(edges.observations, "Published figures about it.")
    hosted_platforms = connection(edges.hosted, "The platforms that work on its premises.")


@strawberry.type(description="A province.")
class Province(Area):
    pass


@strawberry.type(description="A prefecture-level city.")
class City(Area):
    pass


@strawberry.type(
    description="A district, county or county-level city, the owner of rows; also the city or the province itself "
    "where a body of that level owns a row, which `level` tells."
)
class District(Area):
    district_kind: DistrictKind | None = column("What it is called; null above the county level.", name="kind")
    organizations = connection(edges.organizations, "Its bodies.")
    campaigns = connection(edges.campaigns, "Its campaigns of democratic supervision.")
    bundles = connection(edges.bundles, "The thematic bundles its proposals are handled in.")
    duty_rules = to_many(member_edges.duty_rules, "How many points its members get for what, at most 100 rules.")
    reply_meanings = to_many(result_edges.reply_meanings, "What the classes of replies to proposals mean there.")


@strawberry.type(description="A township, town or street.")
class Township(Area):
    parks = connection(edges.parks, "The industry parks that lie in it.")


@strawberry.type(description="A village or urban community.")
class Village(Area):
    pass


@strawberry.type(description="An industry park or industry platform.")
class IndustryPark(Area):
    industries: list[str] = column("The industries it is for; empty when not stated.")
    townships = connection(edges.townships, "The townships it lies in; empty when not stated.")


AreaConnection = connection_type(Area)
DistrictConnection = connection_type(District)
AreaOrder = order_input(concepts.areas)
DistrictOrder = order_input(concepts.tenants)


@strawberry.input(description="Conditions on areas; all that are given must hold.")
class AreaFilter:
    and_: list["AreaFilter"] | None = all_hold()
    or_: list["AreaFilter"] | None = any_holds()
    not_: "AreaFilter | None" = does_not_hold()
    text: str | None = has_text()
    code: list[str] | None = where(one_of("code"), "It has one of these codes.")
    under: list[str] | None = where(edges.is_under, "It is one of these areas, or lies in one, by code.")
    level: list[AreaLevel] | None = where(one_of("level"), "It is of one of these levels.")
    is_quasi: bool | None = where(equals("is_quasi"), "Whether it is a statistical unit without a government.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    parent: "AreaFilter | None" = where(neighbour(edges.parent), "The area it lies in meets this filter.")
