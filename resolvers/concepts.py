"""The concepts of the graph: which table each one is, how its rows are typed, and how its lists can be ordered."""

from collections.abc import Mapping
from enum import EnumMeta
from functools import cache

from sqlalchemy import ColumnElement, FromClause, Text, case, cast, func, literal_column

from db import areas as area_tables
from db import changes as change_tables
from db import contacts as contact_tables
from db import discussions as discussion_tables
from db import events as event_tables
from db import figures as figure_tables
from db import members as member_tables
from db import organizations as organization_tables
from db import platforms as platform_tables
from db import results as result_tables
from db.enums import AreaLevel, OrganizationKind, PlatformKind, ResultKind
from resolvers.edges import Concept, Order
from resolvers.texts import quoted
from resolvers.times import local_time

DAY = ("infinity", "-infinity")
"""What stands for an unknown day or time, rising and falling: it comes last either way."""


def type_names(kinds: EnumMeta, **exceptions: str) -> Mapping[str, str]:
    """The type of each kind: DELIBERATION_HALL is a DeliberationHall, unless said otherwise."""
    return {kind: exceptions.get(kind, kind.title().replace("_", "")) for kind in kinds.__members__}


NAME = Order("sort_key", "By the pinyin of the name.")
STARTS_AT = Order("starts_at", "By the time it starts.")
CREATED = Order("id", "By the order in which the rows were made.")

# How many digits of a code each level adds to, from the top.
_OCD_LEVELS = (("province", 2), ("city", 4), ("district", 6), ("township", 9), ("village", 12))


def _ocd_id(rows: FromClause) -> ColumnElement[str]:
    # Parks, whose codes are not decimal, are no divisions.
    code = rows.c.code
    parts = (
        case((func.char_length(code) >= digits, quoted(f"/{level}:") + func.left(code, literal_column(str(digits)))))
        for level, digits in _OCD_LEVELS
    )
    whole = func.concat(quoted("ocd-division/country:cn"), *parts, type_=Text)
    return case((code.op("~")(quoted("^[0-9]+$")), whole))


areas = Concept(
    "Area",
    "areas",
    area_tables.area,
    kind_column="level",
    type_names=type_names(AreaLevel, PARK="IndustryPark"),
    orders={"CODE": Order("code", "By code, which puts an area before those in it."), "NAME": NAME},
    default_order=("CODE", False),
    makes={"ocd_id": _ocd_id},
)
# The owner of rows: a district, or the city or province itself for the bodies of that level. Its rows are areas too.
tenants = Concept(
    "District",
    "areas",
    area_tables.area,
    orders={"CODE": Order("code", "By code.")},
    default_order=("CODE", False),
    is_filtered=False,
    makes={"ocd_id": _ocd_id},
)
sources = Concept("Source", "areas", area_tables.source, is_filtered=False)

sectors = Concept(
    "Sector",
    "organizations",
    organization_tables.sector,
    orders={"CODE": Order("code", "By the number of the sector in the national list.")},
    default_order=("CODE", False),
)
organizations = Concept(
    "Organization",
    "organizations",
    organization_tables.organization,
    kind_column="kind",
    type_names=type_names(OrganizationKind),
    orders={
        "NAME": NAME,
        "KIND": Order("kind", "By kind, in the order of OrganizationKind."),
        "FOUNDED_ON": Order("founded_on", "By the day of founding; unknown days last.", DAY),
    },
    default_order=("NAME", False),
)
hostings = Concept("Hosting", "organizations", organization_tables.hosting, orders={"CREATED": CREATED})

platforms = Concept(
    "Platform",
    "platforms",
    platform_tables.platform,
    kind_column="kind",
    type_names=type_names(PlatformKind),
    orders={
        "NAME": NAME,
        "ESTABLISHED_ON": Order("established_on", "By the day of opening; unknown days last.", DAY),
        "SLUG": Order("slug", "By slug."),
    },
    default_order=("NAME", False),
)
star_ratings = Concept(
    "StarRating",
    "platforms",
    platform_tables.star_rating,
    orders={"YEAR": Order("year", "By year.")},
    default_order=("YEAR", False),
    tie_breaker="year",
    is_filtered=False,
    has_id=False,
)

members = Concept("Member", "members", member_tables.member, orders={"NAME": NAME}, default_order=("NAME", False))
memberships = Concept(
    "Membership",
    "members",
    member_tables.membership,
    orders={
        "STARTS_ON": Order("starts_on", "By the first day; unknown days last.", DAY),
        "ENDS_ON": Order("ends_on", "By the last day; open ends last.", DAY),
        "CREATED": CREATED,
    },
    default_order=("CREATED", False),
)

duty_rules = Concept(
    "DutyRule",
    "members",
    member_tables.duty_rule,
    orders={"CREATED": CREATED},
    default_order=("CREATED", False),
    is_filtered=False,
)

events = Concept(
    "Event",
    "events",
    event_tables.event,
    orders={"STARTS_AT": STARTS_AT},
    default_order=("STARTS_AT", True),
    makes={"starts_at_local": local_time("starts_at")},
)
organizers = Concept(
    "Organizer",
    "events",
    event_tables.event_organizer,
    orders={"POSITION": Order("position", "In the order in which they are named.")},
    default_order=("POSITION", False),
    tie_breaker="organization_id",
    is_filtered=False,
    has_id=False,
)
agenda_items = Concept(
    "AgendaItem",
    "events",
    event_tables.agenda_item,
    orders={"POSITION": Order("position", "In the order of the agenda.")},
    default_order=("POSITION", False),
    is_filtered=False,
)
attendances = Concept(
    "Attendance",
    "events",
    event_tables.attendance,
    orders={"STARTS_AT": STARTS_AT},
    default_order=("STARTS_AT", True),
)

results = Concept(
    "Result",
    "results",
    result_tables.result,
    kind_column="kind",
    type_names=type_names(ResultKind, PUBLIC_OPINION="PublicOpinionReport"),
    orders={
        "RAISED_AT": Order("raised_at", "By the time it was raised."),
        "CLOSED_AT": Order("closed_at", "By the time it was closed; open ones last.", DAY),
    },
    default_order=("RAISED_AT", True),
    makes={"raised_at_local": local_time("raised_at")},
)
steps = Concept(
    "ResultStep",
    "results",
    result_tables.result_step,
    orders={"AT": Order("at", "By time.")},
    default_order=("AT", False),
    is_filtered=False,
)
endorsements = Concept(
    "Endorsement",
    "results",
    result_tables.endorsement,
    orders={"ISSUED_ON": Order("issued_on", "By day.")},
    default_order=("ISSUED_ON", False),
    is_filtered=False,
)
adoptions = Concept(
    "Adoption",
    "results",
    result_tables.adoption,
    orders={"ADOPTED_ON": Order("adopted_on", "By day.")},
    default_order=("ADOPTED_ON", False),
    is_filtered=False,
)
campaigns = Concept(
    "SupervisionCampaign",
    "results",
    result_tables.supervision_campaign,
    orders={"YEAR": Order("year", "By year.")},
    default_order=("YEAR", True),
)
bundles = Concept(
    "ProposalBundle",
    "results",
    result_tables.proposal_bundle,
    orders={"YEAR": Order("year", "By year.")},
    default_order=("YEAR", True),
    is_filtered=False,
)
documents = Concept("Document", "results", result_tables.document, orders={"CREATED": CREATED})

discussions = Concept(
    "Discussion",
    "discussions",
    discussion_tables.discussion,
    orders={"OPENED_AT": Order("opened_at", "By the time it was opened.")},
    default_order=("OPENED_AT", True),
)
remarks = Concept(
    "Remark",
    "discussions",
    discussion_tables.remark,
    orders={"AT": Order("at", "By time.")},
    default_order=("AT", False),
    is_filtered=False,
)
assignments = Concept(
    "Assignment",
    "results",
    result_tables.assignment,
    orders={"GIVEN_AT": Order("given_at", "By the time it was given.")},
    default_order=("GIVEN_AT", False),
    is_filtered=False,
)
evaluations = Concept(
    "Evaluation",
    "results",
    result_tables.evaluation,
    orders={"STAGE": Order("stage", "By stage.")},
    default_order=("STAGE", False),
    is_filtered=False,
)
reply_meanings = Concept(
    "ReplyMeaning",
    "results",
    result_tables.reply_meaning,
    orders={"CLASS": Order("reply_class", "By class.")},
    default_order=("CLASS", False),
    tie_breaker="reply_class",
    is_filtered=False,
    has_id=False,
)

changes = Concept(
    "Change",
    "changes",
    change_tables.change,
    orders={"POSITION": Order("position", "In the order in which the changes were made.")},
    default_order=("POSITION", False),
    tie_breaker="position",
    is_filtered=False,
    has_id=False,
    makes={"log_cursor": lambda rows: cast(rows.c.position, Text)},
)
changed_rows = Concept(
    "ChangedRow",
    "changes",
    change_tables.changed_row,
    orders={"NUMBER": Order("number", "In the order in which the rows were first changed.")},
    default_order=("NUMBER", False),
    tie_breaker="number",
    is_filtered=False,
    has_id=False,
)

member_contacts = Concept("MemberContact", "members", contact_tables.member_contact, is_filtered=False, has_id=False)
citizen_contacts = Concept("CitizenContact", "results", contact_tables.citizen_contact, is_filtered=False, has_id=False)

indicators = Concept(
    "Indicator",
    "figures",
    figure_tables.indicator,
    orders={"KEY": Order("key", "By key.")},
    default_order=("KEY", False),
    shown=("key",),
    is_filtered=False,
)
observations = Concept("Observation", "figures", figure_tables.observation, orders={"CREATED": CREATED})

NODES = (
    areas,
    tenants,
    sources,
    sectors,
    organizations,
    hostings,
    platforms,
    members,
    memberships,
    events,
    agenda_items,
    attendances,
    results,
    steps,
    endorsements,
    adoptions,
    campaigns,
    bundles,
    assignments,
    discussions,
    duty_rules,
    remarks,
    evaluations,
    documents,
    indicators,
    observations,
)
"""The concepts whose rows have a global id."""


@cache
def typed() -> Mapping[str, Concept]:
    """The concept of each type that has global ids."""
    found: dict[str, Concept] = {}
    for concept in NODES:
        for name in concept.type_names.values() if concept.kind_column else (concept.name,):
            # A district is an area first; as the owner of rows it answers to the same ids.
            found[name] = concept
    return found
