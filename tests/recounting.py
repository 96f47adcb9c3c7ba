"""A recount of rollups, row by row in Python, to compare them with: what is counted of which rows in which groups."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

LOCAL = ZoneInfo("Asia/Shanghai")
TABLES = {
    "area": "id, code, level, parent_id, valid_to",
    "platform": "district, id, slug, kind, area_id, is_sample",
    "organization": "district, id, kind, name",
    "sector": "id, code",
    "member": "district, id, sector_id, is_sample",
    "membership": "district, organization_id, member_district, member_id",
    "event": "district, id, kind, status, mode, starts_at, topics, public_participants, is_sample",
    "event_platform": "district, event_id, platform_district, platform_id",
    "attendance": "district, id, event_id, starts_at, member_district, member_id, role, state, is_sample",
    "result": "district, id, kind, status, raised_at, closed_at, topics, platform_id, event_id, department_id, "
    "is_sample",
    "adoption": "district, result_id, organization_district, organization_id",
    "endorsement": "district, result_id, level",
}
PREFIX = {"PROVINCE": 2, "CITY": 4, "DISTRICT": 6}
Row = Mapping[str, Any]


@dataclass
class Group:
    """The rows of a group, by their ids."""

    rows: dict[int, Row]

    def value(self, measure: str, total: int) -> float | None:
        """What a measure is of these rows, but for those that look at other groups."""
        rows = list(self.rows.values())
        closed = [row for row in rows if row.get("closed_at")]
        days = sorted((row["closed_at"] - row["raised_at"]).total_seconds() / 86400 for row in closed)
        reported = [row["public_participants"] for row in rows if row.get("public_participants") is not None]
        match measure:
            case "COUNT":
                return len(rows)
            case "SHARE_OF_TOTAL":
                return len(rows) / total if total else None
            case "DISTINCT_MEMBERS":
                return len({(row["member_district"], row["member_id"]) for row in rows if row["member_id"]})
            case "PUBLIC_PARTICIPANTS":
                return sum(reported) if reported or not rows else None
            case "PARTICIPATION_PER_EVENT":
                return sum(reported) / len(reported) if reported else None
            case "ADOPTION_RATE":
                return sum(bool(row["adopters"]) for row in rows) / len(rows) if rows else None
            case "CLOSING_RATE":
                return len(closed) / len(rows) if rows else None
            case "ON_TIME_RATE":
                return sum(each <= 90 for each in days) / len(days) if days else None
            case "MEDIAN_DAYS_TO_CLOSE":
                return median(days) if days else None
            case "P90_DAYS_TO_CLOSE":
                return percentile(days, 0.9) if days else None
        raise KeyError(measure)


def percentile(values: Sequence[float], share: float) -> float:
    """Between the two nearest ranks, in proportion."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


class Recount:
    """All rows of a database, to be counted by hand."""

    def __init__(self, tables: Mapping[str, list[Row]]) -> None:
        self.areas = {row["id"]: row for row in tables["area"]}
        self.platforms = {(row["district"], row["id"]): row for row in tables["platform"]}
        self.bodies = {(row["district"], row["id"]): row for row in tables["organization"]}
        self.sectors = {row["id"]: row["code"] for row in tables["sector"]}
        self.members = {(row["district"], row["id"]): row for row in tables["member"]}
        self.events = {(row["district"], row["id"]): row for row in tables["event"]}
        held: dict[Any, list[Row]] = defaultdict(list)
        for row in tables["event_platform"]:
            held[row["district"], row["event_id"]].append(self.platforms[row["platform_district"], row["platform_id"]])
        committees: dict[Any, list[Any]] = defaultdict(list)
        for row in tables["membership"]:
            body = self.bodies.get((row["district"], row["organization_id"]))
            if body and body["kind"] == "SPECIAL_COMMITTEE":
                committees[row["member_district"], row["member_id"]].append(body)
        adopters: dict[Any, list[Any]] = defaultdict(list)
        for row in tables["adoption"]:
            body = self.bodies[row["organization_district"], row["organization_id"]]
            adopters[row["district"], row["result_id"]].append(body)
        levels: dict[Any, list[str]] = defaultdict(list)
        for row in tables["endorsement"]:
            levels[row["district"], row["result_id"]].append(row["level"])

        def at(row: Row) -> list[Row]:
            found = self.platforms.get((row["district"], row["platform_id"]))
            return [found] if found else []

        self.subjects: dict[str, list[Row]] = {
            "PLATFORMS": [dict(row) | {"platforms": [row]} for row in tables["platform"]],
            "MEMBERS": [
                dict(row) | {"member": row, "committees": committees[row["district"], row["id"]]}
                for row in tables["member"]
            ],
            "EVENTS": [
                dict(row) | {"event": row, "platforms": held[row["district"], row["id"]], "time": row["starts_at"]}
                for row in tables["event"]
            ],
            "ATTENDANCES": [
                dict(row)
                | {
                    "event": self.events[row["district"], row["event_id"]],
                    "member": self.members.get((row["member_district"], row["member_id"])),
                    "time": row["starts_at"],
                }
                for row in tables["attendance"]
            ],
            "RESULTS": [
                dict(row)
                | {
                    "event": self.events.get((row["district"], row["event_id"])),
                    "platforms": at(row),
                    "department": self.bodies.get((row["district"], row["department_id"])),
                    "adopters": adopters[row["district"], row["id"]],
                    "levels": levels[row["district"], row["id"]],
                    "time": row["raised_at"],
                }
                for row in tables["result"]
            ],
        }

    def groups(
        self, subject: str, dimensions: Sequence[str], is_counted: Callable[[Row], bool]
    ) -> dict[tuple[str, ...], Group]:
        """The groups of the rows of a subject that are counted."""
        found: dict[tuple[str, ...], Group] = defaultdict(lambda: Group({}))
        for row in self.subjects[subject]:
            if is_counted(row):
                for key in set(self._keys(row, dimensions)):
                    found[key].rows[row["id"]] = row
        return found

    def _keys(self, row: Row, dimensions: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The groups a row is in: one for each of its platforms, topics and so on."""
        several = [
            ("platforms", {"TOWNSHIP", "VILLAGE_OR_PARK", "PLATFORM", "PLATFORM_KIND"}),
            ("topics", {"TOPIC"}),
            ("committees", {"SPECIAL_COMMITTEE"}),
            ("adopters", {"ADOPTING_BODY"}),
            ("levels", {"ENDORSEMENT_LEVEL"}),
        ]
        chosen: list[dict[str, Any]] = [{}]
        for name, kinds in several:
            if kinds & set(dimensions):
                chosen = [one | {name: each} for one in chosen for each in row[name] or [None]]
        for one in chosen:
            yield tuple(self._key(row, one, dimension) for dimension in dimensions)

    def _key(self, row: Row, one: Mapping[str, Any], dimension: str) -> str:
        if dimension in PREFIX:
            return str(row["district"][: PREFIX[dimension]])
        at, event = one.get("platforms"), row.get("event")
        match dimension:
            case "TOWNSHIP" | "VILLAGE_OR_PARK":
                return self._place(at, dimension)
            case "PLATFORM":
                return at["slug"] if at else ""
            case "PLATFORM_KIND":
                return at["kind"] if at else ""
            case "EVENT_KIND" | "EVENT_STATUS" | "EVENT_MODE":
                return event[dimension.removeprefix("EVENT_").lower()] if event else ""
            case "RESULT_KIND" | "RESULT_STATUS":
                return str(row[dimension.removeprefix("RESULT_").lower()])
            case "SECTOR":
                member = row["member"]
                return self.sectors.get(member["sector_id"], "") if member else ""
            case "SPECIAL_COMMITTEE":
                return _name(one["committees"])
            case "TOPIC":
                return one["topics"] or ""
            case "DEPARTMENT":
                return _name(row["department"])
            case "ADOPTING_BODY":
                return _name(one["adopters"])
            case "ENDORSEMENT_LEVEL":
                return one["levels"] or ""
            case "IS_SAMPLE":
                return str(row["is_sample"]).lower()
        return bucket(row["time"], dimension)

    def _place(self, at: Row | None, dimension: str) -> str:
        area = self.areas[at["area_id"]] if at else None
        if area is None:
            return ""
        if dimension == "VILLAGE_OR_PARK":
            return area["code"] if area["level"] in ("VILLAGE", "PARK") else ""
        if area["level"] == "VILLAGE":
            return str(self.areas[area["parent_id"]]["code"])
        return area["code"] if area["level"] == "TOWNSHIP" else ""


def _name(body: Row | None) -> str:
    """Bodies are told apart by district, kind and name, as in a filter."""
    return f"{body['district']} {body['name']}" if body else ""


def bucket(moment: datetime | date, dimension: str) -> str:
    """The period a moment is in."""
    day = moment.astimezone(LOCAL).date() if isinstance(moment, datetime) else moment
    match dimension:
        case "YEAR":
            return f"{day.year}"
        case "QUARTER":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "MONTH":
            return f"{day.year}-{day.month:02}"
    return day.isoformat()


async def recount(dsn: str) -> Recount:
    """All that is counted in a database."""
    connection = await asyncpg.connect(dsn)
    found: dict[str, list[Row]] = {
        table: [dict(row) for row in await connection.fetch(f"SELECT {columns} FROM {table}")]
        for table, columns in TABLES.items()
    }
    await connection.close()
    return Recount(found)
