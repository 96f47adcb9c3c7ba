"""The six districts that sample activity is made for: what is planned for each, and what its real rows already say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from asyncpg import Connection

from db.activity import seeded
from db.enums import EventStatus, PlatformKind
from db.rows import Batch, EventRow, MemberRow, ResultRow
from db.wording import SUBJECTS

BINJIANG, XIAOSHAN, YUHANG = "330108", "330109", "330110"
LINPING, QIANTANG, CHUNAN = "330113", "330114", "330127"


@dataclass(frozen=True)
class Plan:
    """What is made for a district. `members` is how many it has in all, those of the sources included."""

    district: str
    letters: str
    members: int
    topics: tuple[str, ...]
    proposals: tuple[int, int]
    """How many proposals there are in 2022 and in 2023."""


# The number of members is published for Linping alone; the others are round and plausible.
PLANS = (
    Plan(BINJIANG, "BJ", 198, ("科技创新", "营商环境", "亚运", "交通出行", "一老一小"), (112, 118)),
    Plan(XIAOSHAN, "XS", 256, ("一老一小", "城市更新", "交通出行", "生态环境", "文旅融合", "亚运"), (156, 164)),
    Plan(YUHANG, "YH", 248, ("数字化改革", "科技创新", "城市更新", "一老一小", "文旅融合"), (221, 236)),
    Plan(LINPING, "LP", 287, ("城市更新", "一老一小", "共同富裕", "交通出行", "亚运", "营商环境"), (231, 254)),
    Plan(QIANTANG, "QT", 186, ("营商环境", "科技创新", "城市更新", "一老一小", "交通出行"), (128, 136)),
    Plan(CHUNAN, "CA", 168, ("千万工程", "共同富裕", "乡村振兴", "生态环境"), (116, 124)),
)


@dataclass(frozen=True)
class Place:
    """A platform, as far as activity needs to know it."""

    id: int
    name: str
    kind: PlatformKind
    is_online: bool
    has_lead: bool


@dataclass
class District:
    """A district while its activity is made: what it has, and what has been made so far."""

    plan: Plan
    random: Random
    ids: Iterator[int]
    batch: Batch
    name: str
    committee: tuple[int, list[int]]
    places: list[Place]
    sectors: dict[str, int]
    party_groups: list[int]
    named_departments: list[int]
    campaigns: dict[int, tuple[int, list[str]]]
    real: dict[str, int]
    sector_groups: dict[int, int]
    committees: list[int] = field(default_factory=list)
    departments: list[int] = field(default_factory=list)
    members: list[MemberRow] = field(default_factory=list)
    at_place: dict[int, list[MemberRow]] = field(default_factory=dict)
    events: list[tuple[EventRow, Place | None]] = field(default_factory=list)
    results: list[ResultRow] = field(default_factory=list)
    subjects: dict[int, tuple[str, str]] = field(default_factory=dict)
    """What an event or a result, by its id, is about, and under which topic."""
    bundles: list[int] = field(default_factory=list)
    _made: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the district."""
        return self.plan.district

    def key(self, table: str) -> str:
        """The next key of a table: `sample-event-1`, `sample-event-2`."""
        self._made[table] = self._made.get(table, 0) + 1
        return f"sample-{table.replace('_', '-')}-{self._made[table]}"

    def subject(self, topic: str | None = None, *, without: str = "") -> tuple[str, str]:
        """What is talked about, and under which topic: one that the district favours unless it is given."""
        chosen = topic or self.random.choice([favourite for favourite in self.plan.topics if favourite != without])
        return self.random.choice(SUBJECTS[chosen]), chosen

    def held(self, *, year: int | None = None) -> list[tuple[EventRow, Place | None]]:
        """The events that took place, of both years or of one."""
        return [
            (event, place)
            for event, place in self.events
            if event.status is EventStatus.HELD and year in (None, event.starts_at.year)
        ]


# What the sources already account for; sample activity makes up the rest to the published figures.
REAL = """
    SELECT
      (SELECT count(*) FROM member WHERE district = $1) AS members,
      (SELECT count(*) FROM result
       WHERE district = $1 AND kind = 'RECOMMENDATION' AND raised_at >= $2) AS recommendations,
      (SELECT count(*) FROM result r JOIN event e ON e.district = r.district AND e.id = r.event_id
       WHERE r.district = $1 AND r.kind = 'RECOMMENDATION' AND e.kind = 'HALL_SESSION') AS hall_recommendations,
      (SELECT count(*) FROM event WHERE district = $1 AND kind = 'HALL_SESSION') AS hall_sessions,
      (SELECT count(*) FROM result WHERE district = $1 AND kind IN ('RECOMMENDATION', 'RESEARCH_REPORT')
       AND raised_at >= $3 AND raised_at < $4) AS advice_2023,
      (SELECT count(*) FROM result WHERE district = $1 AND kind = 'PROPOSAL'
       AND raised_at >= $3 AND raised_at < $4) AS proposals_2023,
      (SELECT count(*) FROM event WHERE district = $1 AND '亚运' = ANY (topics)
       AND starts_at >= $3 AND starts_at < $4) AS asian_games_2023,
      (SELECT coalesce(sum(public_participants), 0) FROM event WHERE district = $1
       AND starts_at >= $3 AND starts_at < $4) AS participants_2023,
      (SELECT count(*) FROM proposal_bundle WHERE district = $1) AS bundles
"""


async def read_district(connection: Connection, plan: Plan, ids: Iterator[int], batch: Batch) -> District:
    """The district as the sources have it, read in the order of keys so that chance falls the same way each time."""
    district = plan.district
    places = await connection.fetch(
        "SELECT p.id, p.name, p.kind, p.is_online, EXISTS (SELECT FROM membership m WHERE m.district = p.district"
        " AND m.platform_id = p.id AND m.role = 'LEAD') AS has_lead"
        " FROM platform p WHERE p.district = $1 ORDER BY p.slug",
        district,
    )
    committee = await connection.fetchrow(
        "SELECT id, path, name FROM organization WHERE district = $1 AND kind = 'CPPCC_COMMITTEE'", district
    )
    if committee is None or not places:
        raise ValueError(f"Sample activity needs the network of Hangzhou: load it first, {district} is not there.")
    bodies = await connection.fetch(
        "SELECT id, kind, sector_id FROM organization"
        " WHERE district = $1 AND kind IN ('PARTY_GROUP', 'DEPARTMENT', 'SECTOR_GROUP') ORDER BY key",
        district,
    )
    campaigns = await connection.fetch(
        "SELECT id, year, focus_works FROM supervision_campaign WHERE district = $1 ORDER BY key", district
    )
    years = [datetime.fromisoformat(f"{year}-01-01T00:00:00+08:00") for year in (2022, 2023, 2024)]
    return District(
        plan,
        seeded(f"sample {district}"),
        ids,
        batch,
        name=committee["name"],
        committee=(committee["id"], committee["path"]),
        places=[
            Place(row["id"], row["name"], PlatformKind[row["kind"]], row["is_online"], row["has_lead"])
            for row in places
        ],
        sectors=dict(await connection.fetch("SELECT code, id FROM sector ORDER BY code")),
        party_groups=[row["id"] for row in bodies if row["kind"] == "PARTY_GROUP"],
        named_departments=[row["id"] for row in bodies if row["kind"] == "DEPARTMENT"],
        sector_groups={row["sector_id"]: row["id"] for row in bodies if row["kind"] == "SECTOR_GROUP"},
        campaigns={row["year"]: (row["id"], row["focus_works"]) for row in campaigns},
        real=dict((await connection.fetchrow(REAL, district, *years)).items()),
    )
