"""Networks of any size for benchmarks: at scale 1, 13 districts with 3,530 platforms, 50,000 events and what belongs to
them. They stand under the province code 90, which no real area has, and every row is marked as sample.

Each district is written in one transaction: an interrupted run leaves whole districts, and never a part of one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from random import Random

from asyncpg import Connection

from db import search
from db.activity import (
    attendances,
    closing_time,
    event_row,
    handling,
    member_row,
    office_time,
    organization_row,
    seeded,
    share,
    working_day,
)
from db.counters import COUNTERS, count_all
from db.enums import (
    AreaLevel,
    AuthorRole,
    DistrictKind,
    EventKind,
    HostKind,
    MembershipRole,
    OrganizationKind,
    OrganizerRole,
    PlatformKind,
    PlatformLevel,
    ResultKind,
)
from db.loading import Progress
from db.rows import (
    TABLES,
    AreaRow,
    Batch,
    EventOrganizerRow,
    EventParticipantRow,
    EventPlatformRow,
    EventRow,
    MembershipRow,
    PlatformRow,
    ResultAuthorRow,
    ResultRow,
    ResultStepRow,
    draw_ids,
)
from db.wording import COMMITTEES, COMMUNIST, DEPARTMENTS, PARTIES, RESULT_TITLES, SUBJECTS, names

PROVINCE = "90"
VINTAGE = date(2023, 6, 30)
# At scale 1 and in all; a district has its share.
DISTRICTS, HALLS, STATIONS, STUDIOS, MEMBERS = 13, 190, 3_040, 300, 4_000
EVENTS, ATTENDANCES, RESULTS = 50_000, 500_000, 150_000
MEMBERS_AT_A_PLATFORM = 5
BATCH = 1_000
"""How many events, with what belongs to them, are in memory at a time."""

SMALLEST, LARGEST = 0.005, 100
TOPICS = [(subject, topic) for topic, subjects in SUBJECTS.items() for subject in subjects]
KINDS: dict[PlatformKind, tuple[EventKind, ...]] = {
    PlatformKind.DELIBERATION_HALL: (EventKind.HALL_SESSION, EventKind.CONSULT_WITH_YOU, EventKind.RESEARCH),
    PlatformKind.CONSULTATION_STATION: (EventKind.STATION_SESSION, EventKind.SECTOR_AT_STATION, EventKind.SERVICE),
    PlatformKind.MEMBER_STUDIO: (EventKind.SALON, EventKind.GOV_ENTERPRISE, EventKind.STUDY),
}
RESULT_KINDS = (
    ResultKind.RECOMMENDATION,
    ResultKind.RECOMMENDATION,
    ResultKind.RECOMMENDATION,
    ResultKind.PROPOSAL,
    ResultKind.PUBLIC_OPINION,
    ResultKind.OUTCOME,
)


class AlreadyGenerated(ValueError):
    """The database has a generated network, whole or in part."""


@dataclass
class Network:
    """A generated district while its rows are made; `index` is its place among all `parts` districts."""

    code: str
    index: int
    parts: int
    scale: float
    random: Random
    ids: Iterator[int]
    batch: Batch
    sectors: list[int]
    platforms: list[PlatformRow] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    organizers: list[int] = field(default_factory=list)
    departments: list[int] = field(default_factory=list)
    at_platform: dict[int, list[int]] = field(default_factory=dict)

    def share(self, at_scale_one: int) -> int:
        """How many of what there are `at_scale_one` this district has."""
        return share(round(at_scale_one * self.scale), self.parts, self.index)


async def generate(connection: Connection, scale: float, progress: Progress | None = None) -> dict[str, int]:
    """Add a network of `scale` to a database that has none; gives the rows added per table."""
    if not SMALLEST <= scale <= LARGEST:
        raise ValueError(f"scale must be {SMALLEST}–{LARGEST}, got {scale:g}.")
    if await connection.fetchval("SELECT EXISTS (SELECT FROM area WHERE code = $1)", PROVINCE):
        raise AlreadyGenerated(
            f"This database has a generated network already (area {PROVINCE}), perhaps of a run that was interrupted."
            " Networks are not added up or continued: drop the database, create and migrate it again, then generate."
        )
    await search.register(connection)
    sectors = [row["id"] for row in await connection.fetch("SELECT id FROM sector ORDER BY code")]
    parts = max(1, round(DISTRICTS * scale))
    totals: dict[str, int] = {}
    roots: dict[str, AreaRow] = {}
    for index in range(parts):
        city, number = divmod(index, DISTRICTS)
        # There are a hundred two-digit codes; the hundredth city has the one that is left.
        city_code = f"{PROVINCE}{(city + 1) % 100:02}"
        district = Network(
            f"{city_code}{number + 1:02}", index, parts, scale, seeded(f"network {scale:g} {index}"), iter(()),
            Batch(), sectors,
        )  # fmt: skip
        async with connection.transaction():
            await _write(connection, district, roots, totals)
        if progress is not None:
            progress("generated districts", index + 1, parts)
    async with connection.transaction():
        await count_all(connection)
    for table in (*TABLES.values(), *(counter.table.name for counter in COUNTERS)):
        await connection.execute(f"ANALYZE {table}")
    return totals


async def _write(connection: Connection, d: Network, roots: dict[str, AreaRow], totals: dict[str, int]) -> None:
    platforms = d.share(HALLS) + d.share(STATIONS) + d.share(STUDIOS)
    places = 3 + d.share(HALLS) + d.share(STATIONS) + d.share(STUDIOS) // 5 + 1
    bodies = 1 + len(COMMITTEES) + len(DEPARTMENTS)
    people = 2 * d.share(MEMBERS) + platforms * MEMBERS_AT_A_PLATFORM
    activity = d.share(EVENTS) + d.share(ATTENDANCES) + 2 * d.share(RESULTS)
    d.ids = await draw_ids(connection, platforms + places + bodies + people + activity)
    _add_places(d, roots)
    _add_people(d)
    _count(totals, await d.batch.copy(connection))
    events = d.share(EVENTS)
    for first in range(0, events, BATCH):
        for number in range(first, min(first + BATCH, events)):
            _add_event(d, number, events)
        _count(totals, await d.batch.copy(connection))


def _count(totals: dict[str, int], counts: dict[str, int]) -> None:
    for table, count in counts.items():
        totals[table] = totals.get(table, 0) + count


def _area(d: Network, code: str, name: str, level: AreaLevel, parent: AreaRow | None) -> AreaRow:
    sort_key, terms = search.row_search("area", {"name": name, "code": code})
    kind = DistrictKind.DISTRICT if level is AreaLevel.DISTRICT else None
    path = [] if parent is None else [*parent.parent_path, parent.id]
    row = AreaRow(
        next(d.ids), "SAMPLE", code, VINTAGE, name, level, kind, code[:6], parent.id if parent else None, path,
        sort_key, terms,
    )  # fmt: skip
    d.batch.add(row)
    return row


def _add_places(d: Network, roots: dict[str, AreaRow]) -> None:
    """The areas of the district, a hall in each township, a station in each village, studios in parks and townships."""
    city_code = d.code[:4]
    if PROVINCE not in roots:
        roots[PROVINCE] = _area(d, PROVINCE, "样例省", AreaLevel.PROVINCE, None)
    if city_code not in roots:
        roots[city_code] = _area(d, city_code, f"样例{city_code}市", AreaLevel.CITY, roots[PROVINCE])
    district = _area(d, d.code, f"样例{d.code}区", AreaLevel.DISTRICT, roots[city_code])
    halls, stations, studios = d.share(HALLS), d.share(STATIONS), d.share(STUDIOS)
    parks = [
        _area(d, f"{d.code}-P{number + 1:02}", f"样例{number + 1}号园区", AreaLevel.PARK, district)
        for number in range(studios // 5 + 1)
    ]
    for number in range(halls):
        name = f"样例{number + 1}街道"
        township = _area(d, f"{d.code}{number + 1:03}", name, AreaLevel.TOWNSHIP, district)
        hall = _platform(d, f"hall-{number + 1}", f"{name}民生议事堂", PlatformKind.DELIBERATION_HALL, township, None)
        for inner in range(share(stations, halls, number)):
            village = _area(d, f"{township.code}{inner + 1:03}", f"{name}{inner + 1}社区", AreaLevel.VILLAGE, township)
            slug = f"station-{number + 1}-{inner + 1}"
            _platform(d, slug, f"{village.name}协商驿站", PlatformKind.CONSULTATION_STATION, village, hall)
        for inner in range(share(studios, halls, number)):
            where = d.random.choice(parks) if inner % 2 == 0 else township
            slug = f"studio-{number + 1}-{inner + 1}"
            _platform(d, slug, f"{name}{inner + 1}号委员工作室", PlatformKind.MEMBER_STUDIO, where, hall)


PLACES = {
    AreaLevel.TOWNSHIP: (PlatformLevel.TOWNSHIP, HostKind.TOWNSHIP),
    AreaLevel.VILLAGE: (PlatformLevel.VILLAGE, HostKind.VILLAGE),
    AreaLevel.PARK: (PlatformLevel.DISTRICT, HostKind.PARK),
}


def _platform(
    d: Network, slug: str, name: str, kind: PlatformKind, area: AreaRow, parent: PlatformRow | None
) -> PlatformRow:
    slug = f"s-{d.code}-{slug}"
    sort_key, terms = search.row_search("platform", {"name": name, "slug": slug})
    level, host = PLACES[area.level]
    path = [] if parent is None else [parent.id]
    row = PlatformRow(
        d.code, next(d.ids), slug, name, kind, level, host, area.id, area.id, parent.id if parent else None, path,
        sort_key, terms,
    )  # fmt: skip
    d.batch.add(row)
    d.platforms.append(row)
    return row


def _add_people(d: Network) -> None:
    """The committee, without which the district would not count as taking part, its bodies, and its members."""
    committee = organization_row(d.code, next(d.ids), None, f"样例{d.code}区政协", OrganizationKind.CPPCC_COMMITTEE)
    d.batch.add(committee)
    for name in COMMITTEES:
        row = organization_row(
            d.code, next(d.ids), None, name, OrganizationKind.SPECIAL_COMMITTEE, parent=(committee.id, [committee.id])
        )
        d.batch.add(row)
        d.organizers.append(row.id)
    for name in DEPARTMENTS:
        row = organization_row(d.code, next(d.ids), None, name, OrganizationKind.DEPARTMENT)
        d.batch.add(row)
        d.departments.append(row.id)
    for number, name in enumerate(names(d.random, d.share(MEMBERS)), start=1):
        member = member_row(
            d.random, d.code, next(d.ids), None, name, party=COMMUNIST if number % 3 else d.random.choice(PARTIES),
            sector_id=d.random.choice(d.sectors) if d.sectors else None, duty_code=f"S{d.code}-{number:05}",
        )  # fmt: skip
        d.batch.add(member)
        d.members.append(member.id)
        _join(d, member.id, MembershipRole.MEMBER, organization_id=d.random.choice(d.organizers))
    for platform in d.platforms:
        chosen = d.random.sample(d.members, MEMBERS_AT_A_PLATFORM)
        d.at_platform[platform.id] = chosen
        for position, member_id in enumerate(chosen):
            role = MembershipRole.MEMBER if position else MembershipRole.LEAD
            _join(d, member_id, role, platform_id=platform.id)


def _join(
    d: Network,
    member_id: int,
    role: MembershipRole,
    *,
    organization_id: int | None = None,
    platform_id: int | None = None,
) -> None:
    d.batch.add(
        MembershipRow(
            d.code, next(d.ids), None, d.code, member_id, organization_id, platform_id, role, date(2022, 1, 1), None
        )
    )


def _add_event(d: Network, number: int, events: int) -> None:
    """An event at a platform, in turn, with its part of the attendances and results of the district."""
    platform = d.platforms[number % len(d.platforms)]
    subject, topic = d.random.choice(TOPICS)
    starts_at = office_time(d.random, working_day(d.random, d.random.choice((2022, 2023))))
    kind = d.random.choice(KINDS[platform.kind])
    # With the kind of the place in it, not its name, a title is one of some hundreds, whose terms are made once.
    event = event_row(
        d.random, d.code, next(d.ids), None, kind, starts_at, subject, topic,
        place=platform.kind.zh, public_participants=d.random.randint(0, 80),
    )  # fmt: skip
    d.batch.add(event)
    d.batch.add(EventPlatformRow(d.code, event.id, starts_at, d.code, platform.id))
    d.batch.add(EventParticipantRow(d.code, event.id, starts_at, d.code))
    host = d.random.choice(d.organizers)
    d.batch.add(EventOrganizerRow(d.code, event.id, starts_at, d.code, host, OrganizerRole.HOST, 0))
    present = _present(d, platform.id, share(d.share(ATTENDANCES), events, number))
    for row in attendances(d.random, event, [(d.code, member_id) for member_id in present], True, d.ids, _no_key):
        d.batch.add(row)
    for _ in range(share(d.share(RESULTS), events, number)):
        _add_result(d, event, platform, subject, topic, d.random.choice(present))


def _no_key(_table: str) -> None:
    return None


def _present(d: Network, platform_id: int, count: int) -> Sequence[int]:
    members = d.at_platform[platform_id][:count]
    for member_id in d.random.sample(d.members, count):
        if len(members) < count and member_id not in members:
            members.append(member_id)
    return members


def _add_result(d: Network, event: EventRow, platform: PlatformRow, subject: str, topic: str, author: int) -> None:
    kind = d.random.choice(RESULT_KINDS)
    title = d.random.choice(RESULT_TITLES[kind]).format(subject=subject)
    stages = handling(d.random, kind, event.ends_at)
    department = d.random.choice(d.departments)
    sort_key, terms = _search(title, topic)
    result = ResultRow(
        d.code, next(d.ids), None, kind, stages[-1][0], title, event.ends_at, closing_time(stages), [topic],
        platform.id, event.id, None, department, None, None, None, None, None, None, sort_key, terms,
    )  # fmt: skip
    d.batch.add(result)
    d.batch.add(ResultAuthorRow(d.code, result.id, d.code, author, AuthorRole.LEAD, 0))
    # The last stage alone: the history of handling is for the sample activity, not for measuring.
    stage, at = stages[-1]
    d.batch.add(ResultStepRow(d.code, next(d.ids), None, result.id, stage, at, d.code, department))


@lru_cache(maxsize=4_096)
def _search(title: str, topic: str) -> tuple[str, bytes]:
    return search.row_search("result", {"title": title, "topics": [topic]})
