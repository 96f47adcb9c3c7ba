"""Edges from events: where and by whom they are held, who came, what was discussed and what came of it."""

from sqlalchemy import FromClause, and_

from db.enums import AttendanceRole, AttendanceState
from db.events import event_organizer, event_participant, event_platform
from resolvers import concepts
from resolvers.areas import is_current, of_district
from resolvers.edges import (
    Argument,
    Condition,
    Edge,
    alike,
    by,
    everything,
    linking,
    through,
    to_far,
    to_own,
    to_shared,
)
from resolvers.filters import equals

STATE = Argument(
    "state", AttendanceState, "Only attendances in this state.", lambda _, child, value: equals("state")(child, value)
)
ATTENDANCE_ROLE = Argument(
    "role", AttendanceRole, "Only attendances in this role.", lambda _, child, value: equals("role")(child, value)
)
_KEY = {"district": "district", "id": "event_id"}


def _participants(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
    part = linking(event_participant)
    return part.join(child, part.c.participant == child.c.code), and_(alike(parent, part, _KEY), is_current(child))


district = of_district(concepts.events)
districts = Edge("Event.districts", concepts.events, concepts.tenants, _participants)
source = to_shared("Event.source", concepts.events, concepts.sources, "source")
platforms = Edge(
    "Event.platforms",
    concepts.events,
    concepts.platforms,
    through(event_platform, _KEY, {"platform_district": "district", "platform_id": "id"}),
)
organizers = Edge("Event.organizers", concepts.events, concepts.organizers, by(**_KEY))
attendances = Edge(
    "Event.attendances",
    concepts.events,
    concepts.attendances,
    by(**_KEY),
    arguments=(ATTENDANCE_ROLE, STATE),
)
results = Edge("Event.results", concepts.events, concepts.results, by(**_KEY))
agenda = Edge("Event.agenda", concepts.events, concepts.agenda_items, by(**_KEY))
documents = Edge("Event.documents", concepts.events, concepts.documents, by(**_KEY))
parent = to_own("Event.parent", concepts.events, concepts.events, "parent")
children = Edge("Event.children", concepts.events, concepts.events, by(district="district", id="parent_id"))
bundle = to_own("Event.bundle", concepts.events, concepts.bundles, "bundle")
observations = Edge("Event.observations", concepts.events, concepts.observations, by(**_KEY))

# The bodies themselves, for conditions on them; the graph shows them with their role.
organizing = Edge(
    "Event.organizing",
    concepts.events,
    concepts.organizations,
    through(
        event_organizer,
        {**_KEY, "starts_at": "starts_at"},
        {"organization_district": "district", "organization_id": "id"},
    ),
)

organizer_organization = to_far("Organizer.organization", concepts.organizers, concepts.organizations, "organization")

agenda_result = to_own("AgendaItem.result", concepts.agenda_items, concepts.results, "result")
agenda_event = to_own("AgendaItem.event", concepts.agenda_items, concepts.events, "event")

attendance_event = to_own("Attendance.event", concepts.attendances, concepts.events, "event")
attendance_member = to_far("Attendance.member", concepts.attendances, concepts.members, "member")
attendance_on_behalf_of = to_far("Attendance.onBehalfOf", concepts.attendances, concepts.organizations, "on_behalf_of")
attendance_source = to_shared("Attendance.source", concepts.attendances, concepts.sources, "source")

all_events = Edge("Query.events", None, concepts.events, everything)
all_attendances = Edge("Query.attendances", None, concepts.attendances, everything)
