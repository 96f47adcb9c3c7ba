"""Figures: indicators and what was published about each, as precisely as it was said."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Annotated, Any

import strawberry

from db.enums import Aggregation, Basis, Precision, Unit, Visibility
from resolvers import concepts
from resolvers import figures as edges
from resolvers.areas import is_within
from resolvers.asks import Detail, One, Parent
from resolvers.edges import Handle, Row
from resolvers.filters import equals, is_of_district, neighbour_is, one_of, period_includes
from schema.areas import City, District, IndustryPark, Province, Township, Village
from schema.events import Event
from schema.fields import SHARED_WITH, VISIBILITY, asking, column, connection, to_one
from schema.filters import all_hold, any_holds, does_not_hold, where
from schema.members import Member
from schema.nodes import Node, connection_type, order_input
from schema.organizations import (
    Authority,
    CppccCommittee,
    Department,
    GeneralPartyBranch,
    LeadingPartyGroup,
    MentorTeam,
    PartyBranch,
    PartyGroup,
    SectorGroup,
    SpecialCommittee,
    TownshipLiaison,
)
from schema.platforms import ConsultationStation, DeliberationHall, DistrictForum, MemberParlor, MemberStudio
from schema.results import (
    CitizenRequest,
    Outcome,
    Partnership,
    Proposal,
    PublicOpinionReport,
    Recognition,
    Recommendation,
    ResearchReport,
    SupervisionItem,
)

SUBJECTS = (
    Province,
    City,
    District,
    Township,
    Village,
    IndustryPark,
    DistrictForum,
    DeliberationHall,
    ConsultationStation,
    MemberStudio,
    MemberParlor,
    Member,
    CppccCommittee,
    SpecialCommittee,
    SectorGroup,
    TownshipLiaison,
    MentorTeam,
    LeadingPartyGroup,
    GeneralPartyBranch,
    PartyBranch,
    PartyGroup,
    Authority,
    Department,
    Event,
    Recommendation,
    Proposal,
    PublicOpinionReport,
    SupervisionItem,
    CitizenRequest,
    ResearchReport,
    Outcome,
    Recognition,
    Partnership,
)
"""The types a figure can be about, which are also the types that search finds."""

ObservationSubject: Any = Annotated[
    reduce(or_, SUBJECTS), strawberry.union("ObservationSubject", description="What a figure is about.")
]


@strawberry.type(description="The period a figure is for.")
class Period:
    period_from: date | None = column("The first day; null when not known.", name="from")
    period_to: date | None = column("The last day; null while it lasts or when not known.", name="to")
    period_label: str | None = column("The period in the source's words.", name="label")


@strawberry.type(description="What a figure measures, defined once.")
class Indicator(Node):
    key: str = column("Its stable name.")
    name: str = column("Its Chinese name.")
    name_en: str = column("Its English name.")
    unit: Unit = column("What it counts.")
    aggregation: Aggregation = column("How its values may be put together across places.")
    definition: str = column("What it means.")
    formula: str | None = column("How it is computed from rows; null when it can only be reported.")
    numerator: str | None = column("What is divided; null when it is no ratio.")
    denominator: str | None = column("What it is divided by; null when it is no ratio.")
    observations = connection(edges.indicator_observations, "What was published about it.")
    source = to_one(edges.indicator_source, "Where it is known from.")


def _about(self: Parent) -> One:
    return One(edges.ABOUT, self)


def _period(self: Row | Handle) -> Detail:
    return Detail(self, ("period_from", "period_to", "period_label"))


@strawberry.type(description="A figure as it was published, or as it was counted.")
class Observation(Node):
    number: str | None = column("Its number in the list of figures it was loaded from.")
    value: float = column("The value, in the unit; the least possible one where the precision is AT_LEAST.")
    lower_bound: float | None = column("The least the true value can be; null when not stated.")
    upper_bound: float | None = column("The most the true value can be; null when not stated.")
    precision: Precision = column("How exactly it is known.")
    basis: Basis = column("Whether it was published or counted from rows.")
    unit: Unit = column("What the value counts.")
    population: str | None = column("Whom or what it covers, where that is not everything the subject has.")
    quote: str | None = column("The words of the source.")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.district, "The district that published it.", required=True)
    indicator = to_one(edges.indicator, "What it measures.", required=True)
    source = to_one(edges.source, "Where it was published.")
    about: ObservationSubject = asking(_about, "What it is about.")
    period: Period | None = asking(_period, "The period it is for; null when the source states none.")


IndicatorConnection = connection_type(Indicator)
ObservationConnection = connection_type(Observation)
IndicatorOrder = order_input(concepts.indicators)
ObservationOrder = order_input(concepts.observations)


@strawberry.input(description="Conditions on figures; all that are given must hold.")
class ObservationFilter:
    and_: list["ObservationFilter"] | None = all_hold()
    or_: list["ObservationFilter"] | None = any_holds()
    not_: "ObservationFilter | None" = does_not_hold()
    indicator: list[str] | None = where(
        neighbour_is(edges.indicator, one_of("key")), "It is of one of these indicators, by key."
    )
    district: list[str] | None = where(is_of_district("district"), "One of these districts, by code, published it.")
    precision: list[Precision] | None = where(one_of("precision"), "It is known this exactly.")
    basis: Basis | None = where(equals("basis"), "Whether it was published or counted from rows.")
    number: list[str] | None = where(one_of("number"), "It has one of these numbers in the list it was loaded from.")
    period_includes: date | None = where(
        period_includes("period_from", "period_to"), "Its period includes this day; an unknown date is an open end."
    )
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
