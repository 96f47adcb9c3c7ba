"""Sample bodies, members and memberships of a district."""

from datetime import date
from itertools import cycle

from db.activity import member_row, organization_row
from db.enums import MembershipRole, OrganizationKind, PlatformKind
from db.rows import MemberRow, MembershipRow, StarRatingRow
from db.sample_districts import BINJIANG, CHUNAN, XIAOSHAN, District
from db.wording import COMMITTEES, COMMUNIST, DEPARTMENTS, PARTIES, names

START, YEAR_END, YEAR_START = date(2022, 1, 1), date(2022, 12, 31), date(2023, 1, 1)

# 138 members of Xiaoshan belong to the Party and to its groups; nobody else there is a Party member.
XIAOSHAN_PARTY_MEMBERS = 138
# "Near seventy percent": 138 of 198 is just under.
BINJIANG_ENTERPRISE_MEMBERS = 138
# Supervisors are posted to twelve departments of Chun'an, of which the source names two.
CHUNAN_DEPARTMENTS = 12

ENTERPRISE_SECTORS = ("14", "15", "19", "21")
OTHER_SECTORS = ("01", "03", "04", "08", "10", "11", "12", "13", "18", "20", "22", "23", "24", "26", "28", "29")
GROUPS = {
    "21": "经济界别活动组",
    "14": "工商联界别活动组",
    "15": "科协界别活动组",
    "23": "教育界别活动组",
    "26": "医药卫生界别活动组",
    "22": "农业界别活动组",
}


def add_bodies(d: District) -> None:
    """Special committees, sector groups and departments, below the district's own committee."""
    for name in COMMITTEES:
        d.committees.append(_body(d, name, OrganizationKind.SPECIAL_COMMITTEE, parent=d.committee))
    for code, name in GROUPS.items():
        sector_id = d.sectors[code]
        if sector_id not in d.sector_groups:
            d.sector_groups[sector_id] = _body(
                d, name, OrganizationKind.SECTOR_GROUP, parent=d.committee, sector_id=sector_id
            )
    wanted = CHUNAN_DEPARTMENTS - len(d.named_departments) if d.code == CHUNAN else len(DEPARTMENTS)
    for name in DEPARTMENTS[:wanted]:
        d.departments.append(_body(d, name, OrganizationKind.DEPARTMENT))
    if d.code == CHUNAN:
        d.departments += d.named_departments


def _body(
    d: District,
    name: str,
    kind: OrganizationKind,
    *,
    parent: tuple[int, list[int]] | None = None,
    sector_id: int | None = None,
) -> int:
    row = organization_row(d.code, next(d.ids), d.key("organization"), name, kind, parent=parent, sector_id=sector_id)
    d.batch.add(row)
    return row.id


def add_members(d: District, called: list[str]) -> None:
    """As many members as the district lacks, with the names `called`, each in a special committee."""
    for number, name in enumerate(called, start=1):
        if d.code == XIAOSHAN:
            party = COMMUNIST if number <= XIAOSHAN_PARTY_MEMBERS else d.random.choice(PARTIES)
        else:
            party = COMMUNIST if d.random.random() < 0.4 else d.random.choice(PARTIES)
        row = member_row(
            d.random, d.code, next(d.ids), d.key("member"), name,
            party=party, sector_id=d.sectors[_sector(d, number)], duty_code=f"{d.plan.letters}-{number:04}",
        )  # fmt: skip
        d.batch.add(row)
        d.members.append(row)
    for member, committee in zip(d.members, cycle(d.committees), strict=False):
        _join(d, member, organization_id=committee, starts_on=START)
        group = d.sector_groups.get(member.sector_id or 0)
        if group is not None:
            _join(d, member, organization_id=group, starts_on=START)


def _sector(d: District, number: int) -> str:
    enterprise = number <= BINJIANG_ENTERPRISE_MEMBERS if d.code == BINJIANG else d.random.random() < 0.35
    return d.random.choice(ENTERPRISE_SECTORS if enterprise else OTHER_SECTORS)


def _join(
    d: District,
    member: MemberRow,
    *,
    organization_id: int | None = None,
    platform_id: int | None = None,
    role: MembershipRole = MembershipRole.MEMBER,
    starts_on: date = START,
    ends_on: date | None = None,
) -> None:
    d.batch.add(
        MembershipRow(
            d.code, next(d.ids), d.key("membership"), d.code, member.id, organization_id, platform_id, role, starts_on,
            ends_on,
        )
    )  # fmt: skip


def party_members(d: District) -> list[MemberRow]:
    """The members who belong to the Communist Party."""
    return [member for member in d.members if member.party == COMMUNIST]


def join_party_groups(d: District) -> None:
    """The Party members of Xiaoshan, evenly over its groups, the first of each leading it."""
    for number, member in enumerate(party_members(d)):
        role = MembershipRole.GROUP_LEADER if number < len(d.party_groups) else MembershipRole.MEMBER
        _join(d, member, organization_id=d.party_groups[number % len(d.party_groups)], role=role)


def post_supervisors(d: District) -> None:
    """One or two members posted to each department of Chun'an since 2023."""
    posted = iter(d.random.sample(d.members, 2 * len(d.departments)))
    for department in d.departments:
        for _ in range(d.random.randint(1, 2)):
            _join(d, next(posted), organization_id=department, role=MembershipRole.SUPERVISOR, starts_on=YEAR_START)


def join_platforms(d: District) -> None:
    """Two to six members of different sectors at every hall, station, studio and parlor, one leading it.

    At every fifth platform the lead changed at the end of 2022. Party members alone belong to the halls of Xiaoshan,
    where Party branches have their place of activity.
    """
    pool = party_members(d) if d.code == XIAOSHAN else d.members
    for number, place in enumerate(d.places):
        if place.kind is PlatformKind.DISTRICT_FORUM:
            continue
        chosen = _of_different_sectors(d, pool, d.random.randint(2, 6))
        lead = MembershipRole.MEMBER if place.has_lead else MembershipRole.LEAD
        if number % 5 == 4:
            before, chosen = chosen[0], chosen[1:]
            _join(d, before, platform_id=place.id, role=lead, ends_on=YEAR_END)
            _join(d, chosen[0], platform_id=place.id, role=lead, starts_on=YEAR_START)
        else:
            _join(d, chosen[0], platform_id=place.id, role=lead)
        for member in chosen[1:]:
            _join(d, member, platform_id=place.id)
        d.at_place[place.id] = chosen
        if place.kind in (PlatformKind.DELIBERATION_HALL, PlatformKind.MEMBER_STUDIO):
            for year in (2022, 2023):
                (stars,) = d.random.choices((2, 3, 4, 5), (1, 4, 5, 2))
                d.batch.add(StarRatingRow(d.code, place.id, year, stars))


def _of_different_sectors(d: District, pool: list[MemberRow], count: int) -> list[MemberRow]:
    chosen: dict[int | None, MemberRow] = {}
    while len(chosen) < count:
        member = d.random.choice(pool)
        chosen.setdefault(member.sector_id, member)
    return list(chosen.values())


def sample_names(districts: list[District]) -> list[list[str]]:
    """Names for the members each district lacks; no two of them are the same."""
    missing = [d.plan.members - d.real["members"] for d in districts]
    every = iter(names(districts[0].random, sum(missing)))
    return [[next(every) for _ in range(count)] for count in missing]
