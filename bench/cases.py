"""The measured queries: what they ask, of which subjects, and the variables each kind of server takes for it."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from bench.client import request_bytes
from db.search import initials

QUERIES = Path(__file__).parent / "queries"
ZONE = ZoneInfo("Asia/Shanghai")

Subject = dict[str, Any]
Variables = Callable[[Subject], Subject]


@dataclass(frozen=True)
class Case:
    """One query. A subject is what one request is about; `variables` makes the variables of a dialect from it."""

    name: str
    what: str
    subjects: Callable[[asyncpg.Connection], Any]
    variables: dict[str, Variables]
    is_deep: bool = False
    """Whether the only subject is a place deep in a list, for which each server has a cursor of its own."""
    without: frozenset[str] = frozenset()
    """The servers that cannot answer it."""


def body(dialect: str, name: str, variables: Subject, **more: Any) -> bytes:
    """The body of a request: a document and its variables, or the variables alone for the written statements."""
    if dialect == "handwritten":
        return orjson.dumps(variables)
    query = (QUERIES / dialect / f"{name}.graphql").read_text(encoding="utf-8")
    return orjson.dumps({"query": query, "variables": variables, **more})


def request(dialect: str, port: int, name: str, variables: Subject) -> bytes:
    """The bytes of a request to the server of a dialect."""
    path = name if dialect == "handwritten" else "graphql"
    return request_bytes(f"http://127.0.0.1:{port}/{path}", body(dialect, name, variables))


# --- Subjects


async def _nothing(_: asyncpg.Connection) -> list[Subject]:
    return [{}]


async def _selected(sql: str, connection: asyncpg.Connection) -> list[Subject]:
    return [dict(row) for row in await connection.fetch(sql)]


async def _halves(_: asyncpg.Connection) -> list[Subject]:
    """Half-years that begin on every fourth day of a year."""
    starts = [date(2022, 6, 1) + timedelta(days=4 * number) for number in range(90)]
    return [{"since": day, "until": day + timedelta(days=181)} for day in starts]


async def _texts(connection: asyncpg.Connection) -> list[Subject]:
    """Names of members, their initials in pinyin, and the places of stations."""
    members = await connection.fetch("SELECT name FROM member ORDER BY md5(id::text) LIMIT 100")
    places = await connection.fetch(
        "SELECT substr(name, 3) AS name FROM area WHERE level = 'VILLAGE' AND code LIKE '90%'"
        " ORDER BY md5(id::text) LIMIT 100"
    )
    texts = [
        text
        for member, place in zip(members, places, strict=True)
        for text in (member["name"], initials(member["name"]), place["name"])
    ]
    return [{"text": text} for text in dict.fromkeys(texts)]


# An order by md5 has nothing to do with that of any index, and is the same each time.
STATIONS = "SELECT district, slug FROM platform WHERE kind = 'CONSULTATION_STATION' ORDER BY md5(id::text) LIMIT 300"
DISTRICTS = "SELECT code AS district FROM area WHERE level = 'DISTRICT' AND code LIKE '90%' ORDER BY code"
MEMBERS = "SELECT district, id FROM member ORDER BY md5(id::text) LIMIT 300"


CITY = "9001"


async def _city(_: asyncpg.Connection) -> list[Subject]:
    return [{"city": CITY}]


async def _years(_: asyncpg.Connection) -> list[Subject]:
    return [{"city": CITY, "since": date(2022, 1, 1), "until": date(2023, 12, 31)}]


# --- Variables


def _only(*names: str) -> Variables:
    return lambda subject: {name: subject[name] for name in names}


def _same(subject: Subject) -> Subject:
    return subject


def _global_id(subject: Subject) -> Subject:
    return {"id": base64.b64encode(f"Member:{subject['district']}:{subject['id']}".encode()).decode()}


def _moments(subject: Subject) -> Subject:
    after = subject["until"] + timedelta(days=1)
    return {"since": _midnight(subject["since"]), "until": _midnight(after)}


def _midnight(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).isoformat()


def _of_dialects(yizhan: Variables = _same, postgraphile: Variables = _same, handwritten: Variables = _same) -> Any:
    return {"yizhan": yizhan, "postgraphile": postgraphile, "handwritten": handwritten}


SLUG = _of_dialects(yizhan=_only("slug"), postgraphile=_only("district", "slug"), handwritten=_only("slug"))


def _rollup(name: str, what: str, subjects: Callable[[asyncpg.Connection], Any] = _city) -> Case:
    """A rollup, which plain Strawberry would have to be written anew for each time."""
    return Case(name, what, subjects, _of_dialects(), without=frozenset({"plain"}))


CASES: Sequence[Case] = (
    Case("small", "one station: itself, its hall, its first 5 members", partial(_selected, STATIONS), SLUG),
    Case(
        "medium",
        "one district → its halls → their stations and studios → the 3 latest events of each",
        partial(_selected, DISTRICTS),
        _of_dialects(),
    ),
    Case("large", "the same for all 13 districts", _nothing, _of_dialects()),
    Case("first-page", "the latest 50 of 50,000 events", _nothing, _of_dialects()),
    Case("deep-page", "50 events, 10,000 further down", _nothing, _of_dialects(), is_deep=True),
    Case("counts", "6 counts under filters for each of 13 districts", _halves, _of_dialects(postgraphile=_moments)),
    Case(
        "member",
        "one member: the count of attendances, and the latest 20 with their events",
        partial(_selected, MEMBERS),
        _of_dialects(yizhan=_global_id, postgraphile=lambda subject: {**subject, "id": str(subject["id"])}),
    ),
    Case("search", "the count and the first 10 hits of a name, of initials or of a place", _texts, _of_dialects()),
    Case("upward", "one station: the platforms above it, the areas it lies in", partial(_selected, STATIONS), SLUG),
    _rollup("rollup-districts", "a city's events and participation by district and kind"),
    _rollup("rollup-months", "a city's events of 24 months by month and district", _years),
    _rollup("rollup-funnel", "a city's results by kind and status, with adoption and closing rates"),
    _rollup("rollup-departments", "median days to close by department of a city"),
    _rollup("rollup-townships", "the 20 townships of a city with the most events"),
)
