"""Two years of sample events at the platforms of a district, their agenda and who took part."""

from datetime import timedelta

from db.activity import attendances, event_row, office_time, share, working_day
from db.enums import (
    AttendanceRole,
    AttendanceState,
    EventKind,
    EventMode,
    EventStatus,
    OrganizerRole,
    PlatformKind,
)
from db.rows import (
    AgendaItemRow,
    AttendanceRow,
    EventOrganizerRow,
    EventParticipantRow,
    EventPlatformRow,
    EventRow,
    ProposalBundleRow,
)
from db.sample_districts import CHUNAN, LINPING, XIAOSHAN, District, Place
from db.sample_members import party_members
from db.wording import RESOLUTIONS

# How often a year something takes place at a platform of a kind, and what.
PACE: dict[PlatformKind, tuple[int, tuple[EventKind, ...]]] = {
    PlatformKind.DISTRICT_FORUM: (
        24,
        (EventKind.CONSULT_WITH_YOU, EventKind.GOV_ENTERPRISE, EventKind.CLOUD_MEETING, EventKind.THEMED_CONSULTATION),
    ),
    PlatformKind.DELIBERATION_HALL: (12, (EventKind.HALL_SESSION,)),
    PlatformKind.CONSULTATION_STATION: (
        4,
        (EventKind.STATION_SESSION, EventKind.STATION_SESSION, EventKind.SECTOR_AT_STATION, EventKind.SERVICE),
    ),
    PlatformKind.MEMBER_STUDIO: (10, (EventKind.SALON, EventKind.GOV_ENTERPRISE, EventKind.SERVICE, EventKind.STUDY)),
    PlatformKind.MEMBER_PARLOR: (10, (EventKind.SALON, EventKind.FORUM, EventKind.STUDY, EventKind.SERVICE)),
}
ELSEWHERE = (
    EventKind.RESEARCH,
    EventKind.INSPECTION,
    EventKind.SUPERVISION,
    EventKind.THEMED_CONSULTATION,
    EventKind.STANDING_COMMITTEE,
    EventKind.CONSULT_WITH_YOU,
    EventKind.CLOUD_MEETING,
    EventKind.STUDY,
)
ELSEWHERE_A_YEAR = 40

CHUNAN_HALL_SESSIONS = 46
# "More than eighty", "more than twenty", "more than 20,000": each a little more.
XIAOSHAN_ASIAN_GAMES = 83
YUHANG_BUNDLES = 22
LINPING_PARTICIPANTS = 20_386
ASIAN_GAMES = "亚运"


def add_events(d: District) -> None:
    """What takes place at the platforms and elsewhere in the district, in 2022 and in 2023."""
    # The only topic whose events are counted; see `add_asian_games`.
    without = ASIAN_GAMES if d.code == XIAOSHAN else ""
    for year in (2022, 2023):
        counted = without if year == 2023 else ""
        for place in d.places:
            if d.code == CHUNAN and place.kind is PlatformKind.DELIBERATION_HALL:
                continue
            if d.code == LINPING and place.is_online and year == 2023:
                continue
            often, kinds = PACE[place.kind]
            for _ in range(often + d.random.randint(-2, 2)):
                subject, topic = d.subject(without=counted)
                hold(d, d.random.choice(kinds), year, subject, topic, place)
        for number in range(ELSEWHERE_A_YEAR):
            subject, topic = d.subject(without=counted)
            hold(d, ELSEWHERE[number % len(ELSEWHERE)], year, subject, topic, None)


def add_asian_games(d: District) -> None:
    """The activities about the Asian Games that Xiaoshan counted in 2023, at its halls and elsewhere."""
    halls = [place for place in d.places if place.kind is PlatformKind.DELIBERATION_HALL]
    kinds = (EventKind.THEMED_CONSULTATION, EventKind.RESEARCH, EventKind.SERVICE, EventKind.STUDY)
    for number in range(XIAOSHAN_ASIAN_GAMES - d.real["asian_games_2023"]):
        subject, topic = d.subject(ASIAN_GAMES)
        if number % 3:
            hold(d, kinds[number % 4], 2023, subject, topic, None, is_certain=True)
        else:
            hold(d, EventKind.HALL_SESSION, 2023, subject, topic, halls[number // 3 % len(halls)], is_certain=True)


def add_hall_sessions(d: District) -> None:
    """The sessions Chun'an counted, at the hall it has, over the two years."""
    (hall,) = (place for place in d.places if place.kind is PlatformKind.DELIBERATION_HALL)
    missing = CHUNAN_HALL_SESSIONS - d.real["hall_sessions"]
    for number in range(missing):
        subject, topic = d.subject()
        year = 2022 if number < missing // 2 else 2023
        hold(d, EventKind.HALL_SESSION, year, subject, topic, hall, is_certain=True)


def add_bundle_meetings(d: District) -> None:
    """The thematic projects into which Yuhang groups its proposals, each with its two rounds of meetings in 2023."""
    for _ in range(YUHANG_BUNDLES - d.real["bundles"]):
        subject, topic = d.subject()
        bundle = ProposalBundleRow(d.code, next(d.ids), d.key("proposal_bundle"), f"{subject}专题项目", 2023, 2)
        d.batch.add(bundle)
        d.bundles.append(bundle.id)
        for _ in range(bundle.rounds):
            hold(d, EventKind.THEMED_CONSULTATION, 2023, subject, topic, None, bundle_id=bundle.id)


def add_online_days(d: District) -> None:
    """The days of Linping's online studio in 2023, where most of the published visits of the public take place."""
    so_far = sum(event.public_participants or 0 for event, _ in d.events if event.starts_at.year == 2023)
    rest = LINPING_PARTICIPANTS - d.real["participants_2023"] - so_far
    (studio,) = (place for place in d.places if place.is_online)
    days = PACE[studio.kind][0]
    for number in range(days):
        subject, topic = d.subject()
        visits = share(rest, days, number)
        hold(d, EventKind.SERVICE, 2023, subject, topic, studio, is_certain=True, public=visits)


def hold(
    d: District,
    kind: EventKind,
    year: int,
    subject: str,
    topic: str,
    place: Place | None,
    *,
    is_certain: bool = False,
    public: int | None = None,
    bundle_id: int | None = None,
) -> None:
    """An event of the year with all that belongs to it; unless it `is_certain`, it may turn out cancelled."""
    status = EventStatus.CANCELLED if not is_certain and d.random.random() < 0.03 else EventStatus.HELD
    if public is None and place is not None and status is EventStatus.HELD and d.random.random() < 0.6:
        public = d.random.randint(8, 60)
    starts_at = office_time(d.random, working_day(d.random, year))
    event = event_row(
        d.random, d.code, next(d.ids), d.key("event"), kind, starts_at, subject, topic,
        place=place.name if place else d.name, is_online=place is not None and place.is_online, status=status,
        public_participants=public, bundle_id=bundle_id,
    )  # fmt: skip
    d.batch.add(event)
    d.events.append((event, place))
    d.subjects[event.id] = subject, topic
    d.batch.add(EventParticipantRow(d.code, event.id, event.starts_at, d.code))
    if place is not None:
        d.batch.add(EventPlatformRow(d.code, event.id, event.starts_at, d.code, place.id))
    _organize(d, event)
    _put_on_agenda(d, event, subject)
    _attend(d, event, place, subject)


def _organize(d: District, event: EventRow) -> None:
    if event.kind in (EventKind.CONSULT_WITH_YOU, EventKind.STANDING_COMMITTEE, EventKind.CLOUD_MEETING):
        hosts = [d.committee[0]]
    elif event.kind is EventKind.SECTOR_AT_STATION:
        hosts = [d.random.choice(list(d.sector_groups.values())), d.random.choice(d.committees)]
    else:
        hosts = [d.random.choice(d.committees)]
    for position, host in enumerate(hosts):
        role = OrganizerRole.CO_HOST if position else OrganizerRole.HOST
        d.batch.add(EventOrganizerRow(d.code, event.id, event.starts_at, d.code, host, role, position))


def _put_on_agenda(d: District, event: EventRow, subject: str) -> None:
    items = (f"通报{subject}情况", f"围绕{subject}协商讨论", "部门回应与形成意见")
    for position, topic in enumerate(items[: d.random.randint(1, 3)]):
        settled = event.status is EventStatus.HELD and position > 0
        resolution = d.random.choice(RESOLUTIONS) if settled else None
        d.batch.add(AgendaItemRow(d.code, next(d.ids), d.key("agenda_item"), event.id, position, topic, resolution))


def _attend(d: District, event: EventRow, place: Place | None, subject: str) -> None:
    members = list(d.at_place.get(place.id, ())) if place else []
    pool = party_members(d) if d.code == XIAOSHAN and place else d.members
    known = {member.id for member in members}
    wanted = max(d.random.randint(5, 16), len(members))
    for member in d.random.sample(pool, wanted):
        if len(members) < wanted and member.id not in known:
            members.append(member)
    people = [(member.district, member.id) for member in members]
    leads = place is not None and place.id in d.at_place and not place.has_lead
    for row in attendances(d.random, event, people, leads, d.ids, d.key):
        says = row.state is AttendanceState.CHECKED_IN and d.random.random() < 0.08
        d.batch.add(row._replace(advice=f"建议完善{subject}的长效机制。") if says else row)
    if event.status is EventStatus.HELD and event.mode is not EventMode.ONLINE and d.random.random() < 0.35:
        d.batch.add(
            AttendanceRow(
                d.code, next(d.ids), d.key("attendance"), event.id, event.starts_at, None, None,
                AttendanceRole.OFFICIAL, AttendanceState.CHECKED_IN, EventMode.ONSITE,
                event.starts_at - timedelta(minutes=5), None,
                on_behalf_of_district=d.code, on_behalf_of_id=d.random.choice(d.departments),
            )
        )  # fmt: skip


def add_duty_report(d: District, member_id: int) -> None:
    """The sixteen activities a named member of Yuhang reports for 2023: 3 consultations, 7 of research, 6 others."""
    held = [event for event, _ in d.held(year=2023)]
    d.random.shuffle(held)
    consultations = [event for event in held if event.kind is EventKind.CONSULT_WITH_YOU]
    visits = [event for event in held if event.kind in (EventKind.RESEARCH, EventKind.INSPECTION)]
    others = [event for event in held if event.kind in (EventKind.THEMED_CONSULTATION, EventKind.STUDY)]
    for event in consultations[:3] + visits[:7] + others[:6]:
        d.batch.add(
            AttendanceRow(
                d.code, next(d.ids), d.key("attendance"), event.id, event.starts_at, d.code, member_id,
                AttendanceRole.MEMBER, AttendanceState.CHECKED_IN, EventMode.ONSITE,
                event.starts_at - timedelta(minutes=10), None,
            )
        )  # fmt: skip
