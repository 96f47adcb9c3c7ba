"""How made-up members, events, attendances and results come about: by a seeded chance, so always the same."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from db.enums import (
    AttendanceRole,
    AttendanceState,
    EventKind,
    EventMode,
    EventStatus,
    Gender,
    OrganizationKind,
    PlatformLevel,
    ResultKind,
    ResultStatus,
)
from db.rows import AttendanceRow, EventRow, MemberRow, OrganizationRow
from db.search import row_search
from db.wording import EVENT_TITLES, LEAVE_REASONS, TAGS

Key = Callable[[str], str | None]
"""Gives the next row of a table its key, or none."""

LOCAL = ZoneInfo("Asia/Shanghai")
END = datetime(2024, 1, 1, tzinfo=LOCAL)
"""Nothing is known to have happened from here on."""

OFFICE_HOURS = ((9, 0), (9, 30), (10, 0), (14, 0), (14, 30), (15, 0))

_S = ResultStatus
_FILED = (_S.SUBMITTED, _S.FILED, _S.ASSIGNED, _S.REPLIED)
# The ways a result of each kind goes, each with how often it is taken.
HANDLING: dict[ResultKind, tuple[tuple[tuple[ResultStatus, ...], int], ...]] = {
    ResultKind.RECOMMENDATION: (
        ((_S.RAISED, _S.FORWARDED, _S.ADOPTED, _S.IMPLEMENTED), 9),
        ((_S.RAISED, _S.FORWARDED, _S.ADOPTED), 5),
        ((_S.RAISED, _S.FORWARDED, _S.PARTLY_ADOPTED), 2),
        ((_S.RAISED, _S.FORWARDED, _S.DECLINED), 1),
        ((_S.RAISED,), 2),
    ),
    ResultKind.PROPOSAL: (
        ((*_FILED, _S.EVALUATED, _S.CLOSED), 8),
        ((*_FILED, _S.REASSIGNED, _S.REPLIED_AGAIN, _S.EVALUATED, _S.CLOSED), 2),
        ((_S.SUBMITTED, _S.NOT_FILED_FORWARDED), 1),
    ),
    ResultKind.PUBLIC_OPINION: (
        ((_S.SUBMITTED, _S.FORWARDED, _S.ADOPTED, _S.CLOSED), 6),
        ((_S.SUBMITTED, _S.DECLINED), 1),
    ),
    ResultKind.SUPERVISION_ITEM: (
        ((_S.FOUND, _S.TRANSFERRED, _S.ASSIGNED, _S.RESOLVED), 5),
        ((_S.FOUND, _S.TRANSFERRED, _S.ASSIGNED), 1),
        ((_S.FOUND, _S.TRANSFERRED), 1),
    ),
    ResultKind.CITIZEN_REQUEST: (
        ((_S.RAISED, _S.ASSIGNED, _S.REPLIED, _S.RESOLVED, _S.CLOSED), 4),
        ((_S.RAISED, _S.ASSIGNED), 1),
    ),
    ResultKind.RESEARCH_REPORT: (((_S.SUBMITTED, _S.ADOPTED), 3), ((_S.SUBMITTED,), 1)),
    ResultKind.OUTCOME: (((_S.IMPLEMENTED,), 1),),
    ResultKind.RECOGNITION: (((_S.SUBMITTED, _S.AWARDED), 1),),
    ResultKind.PARTNERSHIP: (((_S.RAISED, _S.IMPLEMENTED), 1),),
}
CLOSING = {_S.IMPLEMENTED, _S.DECLINED, _S.NOT_FILED_FORWARDED, _S.RESOLVED, _S.CLOSED, _S.AWARDED}


def seeded(seed: str) -> Random:
    """A source of chance that is the same for the same `seed`."""
    return Random(seed)  # noqa: S311 # Nothing secret is made with it.


def share(total: int, parts: int, index: int) -> int:
    """What part `index` of `parts` gets when `total` is divided as evenly as whole numbers allow."""
    return total * (index + 1) // parts - total * index // parts


def working_day(random: Random, year: int, first_month: int = 1, last_month: int = 12) -> date:
    """A weekday of these months; of their first week and of their last days fewer than of the others."""
    first = date(year, first_month, 7)
    day = first + timedelta(days=random.randrange((date(year, last_month, 28) - first).days))
    if day.weekday() > 4:
        day -= timedelta(days=day.weekday() - random.randrange(5))
    return day


def office_time(random: Random, day: date) -> datetime:
    """A time of `day` at which meetings begin."""
    hour, minute = random.choice(OFFICE_HOURS)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL)


def organization_row(
    district: str,
    id: int,
    key: str | None,
    name: str,
    kind: OrganizationKind,
    *,
    parent: tuple[int, list[int]] | None = None,
    sector_id: int | None = None,
    area_id: int | None = None,
) -> OrganizationRow:
    """A body of a district, below `parent`, which is given by its id and its path."""
    sort_key, terms = row_search("organization", {"name": name})
    parent_id, parent_path = parent or (None, [])
    return OrganizationRow(
        district, id, key, name, kind, PlatformLevel.DISTRICT, sector_id, area_id, parent_id, parent_path,
        sort_key, terms,
    )  # fmt: skip


def member_row(
    random: Random,
    district: str,
    id: int,
    key: str | None,
    name: str,
    *,
    party: str,
    sector_id: int | None,
    duty_code: str,
) -> MemberRow:
    """A sample person; without a post, because posts are real offices."""
    tags = sorted(random.sample(TAGS, random.randint(1, 3)))
    sort_key, terms = row_search("member", {"name": name, "duty_code": duty_code, "tags": tags})
    gender = Gender.FEMALE if random.random() < 0.38 else Gender.MALE
    return MemberRow(district, id, key, name, gender, party, sector_id, duty_code, tags, sort_key, terms)


def event_row(
    random: Random,
    district: str,
    id: int,
    key: str | None,
    kind: EventKind,
    starts_at: datetime,
    subject: str,
    topic: str,
    *,
    place: str | None,
    is_online: bool = False,
    status: EventStatus = EventStatus.HELD,
    public_participants: int | None = None,
    bundle_id: int | None = None,
) -> EventRow:
    """An event of an hour and a half to three hours about `subject`."""
    title = EVENT_TITLES[kind].format(subject=subject, place=place)
    online = is_online or kind is EventKind.CLOUD_MEETING
    mode = EventMode.ONLINE if online else EventMode.HYBRID if random.random() < 0.15 else EventMode.ONSITE
    ends_at = starts_at + timedelta(minutes=random.choice((90, 120, 150, 180)))
    where = None if online else place
    sort_key, terms = _search(title, where, topic)
    return EventRow(
        district, id, key, title, kind, status, mode, starts_at, ends_at, where, [topic], public_participants,
        bundle_id, sort_key, terms,
    )  # fmt: skip


@lru_cache(maxsize=8_192)
def _search(title: str, place: str | None, topic: str) -> tuple[str, bytes]:
    return row_search("event", {"title": title, "place": place, "topics": [topic]})


def attendances(
    random: Random, event: EventRow, members: Sequence[tuple[str, int]], lead: bool, ids: Iterator[int], key: Key
) -> Iterator[AttendanceRow]:
    """The parts of `members`, given by district and id, in an event; with `lead`, the first of them leads it."""
    for position, (district, member_id) in enumerate(members):
        role = AttendanceRole.LEAD if lead and position == 0 else AttendanceRole.MEMBER
        chance = random.random()
        if role is AttendanceRole.MEMBER and chance > 0.97:
            role = AttendanceRole.GUEST
        state, came, reason = AttendanceState.CHECKED_IN, None, None
        if event.status is EventStatus.CANCELLED:
            state = AttendanceState.REGISTERED
        elif chance < 0.88 or role is not AttendanceRole.MEMBER:
            came = event.starts_at + timedelta(minutes=int(chance * 40) - 28)
        elif chance < 0.94:
            state, reason = AttendanceState.LEAVE, random.choice(LEAVE_REASONS)
        else:
            state = AttendanceState.ABSENT
        mode = event.mode
        if mode is EventMode.HYBRID:
            mode = EventMode.ONLINE if chance < 0.3 else EventMode.ONSITE
        yield AttendanceRow(
            event.district, next(ids), key("attendance"), event.id, event.starts_at, district, member_id, role, state,
            mode, came, reason,
        )  # fmt: skip


def handling(random: Random, kind: ResultKind, raised_at: datetime) -> list[tuple[ResultStatus, datetime]]:
    """The stages a result goes through and when; what would come after `END` has not happened yet."""
    ways = HANDLING[kind]
    stages = ways[0][0]
    if len(ways) > 1:
        (stages,) = random.choices([way for way, _ in ways], [often for _, often in ways])
    steps = [(stages[0], raised_at)]
    at = raised_at
    for stage in stages[1:]:
        at += timedelta(days=random.randint(2, 32), hours=random.randint(0, 4))
        if at >= END:
            break
        steps.append((stage, at))
    return steps


def closing_time(steps: list[tuple[ResultStatus, datetime]]) -> datetime | None:
    """When handling ended, if there was any and it did."""
    status, at = steps[-1]
    return at if len(steps) > 1 and status in CLOSING else None
