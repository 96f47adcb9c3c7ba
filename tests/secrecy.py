"""A network some of whose rows are kept from some, and who sees which of them, said once more in plain Python."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from db.counters import count_all
from db.enums import ViewerKind
from resolvers.access import ANONYMOUS, Viewer, sight_of
from resolvers.concepts import typed

# The partner's county, and a word that stands in every row that is not public, with the ids of those it belongs to.
PARTNER = "330106"
SECRET = re.compile(r"机密([0-9]+)§")
# The columns of rows with a visibility of their own where the word is put.
TEXTS: Mapping[str, Sequence[str]] = {
    "platform": ("name", "note"),
    "member": ("name", "post"),
    "event": ("title", "summary", "place"),
    "result": ("title", "body"),
    "document": ("title", "body"),
    "discussion": ("title", "body"),
    "observation": ("quote", "population"),
}
# What is a part of what, by the columns that say so, and where the word is put.
PARTS: Mapping[str, tuple[Mapping[str, tuple[str, str]], Sequence[str]]] = {
    "membership": (
        {"member": ("member_district", "member_id"), "platform": ("district", "platform_id")},
        ("post",),
    ),
    "hosting": ({"platform": ("district", "platform_id")}, ()),
    "agenda_item": ({"event": ("district", "event_id")}, ("topic",)),
    "attendance": ({"event": ("district", "event_id")}, ("advice",)),
    "result_step": ({"result": ("district", "result_id")}, ("note",)),
    "endorsement": ({"result": ("district", "result_id")}, ("issued_by",)),
    "adoption": ({"result": ("district", "result_id")}, ("note",)),
    "assignment": ({"result": ("district", "result_id")}, ("objection",)),
    "evaluation": ({"result": ("district", "result_id"), "member": ("member_district", "member_id")}, ("note",)),
    "remark": ({"discussion": ("district", "discussion_id")}, ("body",)),
    "document": (
        {name: ("district", f"{name}_id") for name in ("event", "result", "platform")},
        (),
    ),
    "observation": (
        {name: ("district", f"{name}_id") for name in ("platform", "member", "event", "result")},
        (),
    ),
}

# One district shares nothing.
HIDE = """
    UPDATE {0} SET
        visibility = CASE WHEN share > 5 THEN 'PUBLIC' WHEN share < 2 OR {0}.district = '330110' THEN 'INTERNAL'
            ELSE 'SHARED' END::visibility,
        shared_with = CASE CASE {0}.district WHEN '330110' THEN 0 ELSE share END WHEN 3 THEN '{{330106}}'
            WHEN 4 THEN '{{330102,330127}}' WHEN 5 THEN '{{3301}}' ELSE '{{}}' END::text[]
    FROM (SELECT district, id, abs(hashtext('v' || id)) % 10 AS share FROM {0}) AS drawn
    WHERE (drawn.district, drawn.id) = ({0}.district, {0}.id)
"""


# What the sample data has none of, or in one district only.
MORE = """
    INSERT INTO duty_rule (district, event_kind, points) VALUES ('330114', 'SALON', 3);
    INSERT INTO document (district, title, event_id)
        SELECT district, title, id FROM event ORDER BY md5(id::text) LIMIT 60;
    INSERT INTO document (district, title, result_id)
        SELECT district, title, id FROM result ORDER BY md5(id::text) LIMIT 60;
    INSERT INTO endorsement (district, result_id, level, kind, issued_on)
        SELECT district, id, 'DISTRICT', 'INSTRUCTION', '2023-09-01' FROM result ORDER BY md5(id::text) LIMIT 60;
    INSERT INTO assignment (district, result_id, organization_id, round, role, state, given_at)
        SELECT r.district, r.id, o.id, 1, 'LEAD', 'GIVEN', r.raised_at FROM result r
        JOIN (SELECT DISTINCT ON (district) district, id FROM organization) o USING (district)
        WHERE r.kind = 'PROPOSAL' ORDER BY md5(r.id::text) LIMIT 60;
    INSERT INTO evaluation (district, result_id, member_district, member_id, stage, score, at)
        SELECT r.district, r.id, m.district, m.id, 1, 4, r.raised_at FROM result r
        JOIN (SELECT DISTINCT ON (district) district, id FROM member) m USING (district)
        WHERE r.kind = 'PROPOSAL' ORDER BY md5(r.id::text) LIMIT 60
"""


async def keep_secrets(connection: asyncpg.Connection) -> None:
    """Make four rows of ten shared or internal, and put a word into them and into what is a part of them."""
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(MORE)
    for table, columns in TEXTS.items():
        await connection.execute(HIDE.format(table))
        marked = ", ".join(f"{name} = concat({name}, '机密', id, '§')" for name in columns)
        await connection.execute(f"UPDATE {table} SET {marked} WHERE visibility <> 'PUBLIC'")
    for table, (owners, columns) in PARTS.items():
        for owner, (district, id_) in owners.items():
            for name in columns:
                await connection.execute(
                    f"UPDATE {table} t SET {name} = concat(t.{name}, '机密', o.id, '§') FROM {owner} o"
                    f" WHERE (o.district, o.id) = (t.{district}, t.{id_}) AND o.visibility <> 'PUBLIC'"
                )
    await connection.execute(
        "UPDATE attendance SET state = 'LEAVE', leave_reason = '病假', checked_in_at = NULL WHERE id % 7 = 0"
    )
    await connection.execute(
        "INSERT INTO member_contact (district, member_id, phone) SELECT district, id, '机密' || id || '§' FROM member"
    )
    await connection.execute(
        "INSERT INTO citizen_contact (district, result_id, contact, client, at)"
        " SELECT district, id, '机密' || id || '§', '', now() FROM result WHERE kind = 'CITIZEN_REQUEST'"
    )
    await connection.execute("SET session_replication_role = origin")
    async with connection.transaction():
        await count_all(connection)


# --- Who asks

HOME = "330114"
CITY = [f"3301{number:02}" for number in (2, 5, 6, 8, 9, 10, 11, 12, 13, 14, 22, 27, 82)]


def _viewer(kind: ViewerKind, reach: Sequence[str], partner: str | None = None, *, is_personal: bool = False) -> Viewer:
    sight = sight_of(kind, reach, partner, modules=None, is_personal=is_personal)
    return Viewer(kind.lower(), kind, tuple(reach[:1]), sight=sight, partner=partner)


VIEWERS: Mapping[str, Viewer] = {
    "anonymous": ANONYMOUS,
    "partner": _viewer(ViewerKind.PARTNER, [], PARTNER),
    "member": _viewer(ViewerKind.MEMBER, [HOME]),
    "district staff": _viewer(ViewerKind.DISTRICT_STAFF, [HOME]),
    "city staff": _viewer(ViewerKind.CITY_STAFF, ["3301", *CITY]),
    "operator": _viewer(ViewerKind.OPERATOR, []),
}
WITH_PEOPLE: Mapping[str, Viewer] = {
    "member": _viewer(ViewerKind.MEMBER, [HOME], is_personal=True),
    "district staff": _viewer(ViewerKind.DISTRICT_STAFF, [HOME], is_personal=True),
    "city staff": _viewer(ViewerKind.CITY_STAFF, ["3301", *CITY], is_personal=True),
}
DISTRICTS: Mapping[str, Sequence[str]] = {"member": [HOME], "district staff": [HOME], "city staff": ["3301", *CITY]}
COUNTY: Mapping[str, str] = {"partner": PARTNER, "member": HOME, "district staff": HOME, "city staff": "3301"}


# --- Who sees what, as the page for people has it

PAGE = Path(__file__).parents[1] / "docs" / "access.md"


def table_of(heading: str) -> dict[str, dict[str, set[str]]]:
    """The words of a table of the page, by its rows' names and by who asks."""
    part = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    header, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"
    ]
    return {row[0]: {who: set(cell.split()) for who, cell in zip(header[1:], row[1:], strict=True)} for row in rows}


@dataclass(frozen=True)
class Secrets:
    """All rows as they are, by table, district and id."""

    rows: Mapping[str, Mapping[tuple[str | None, int], Any]]

    def sees(self, who: str, words: Iterable[str], table: str, row: Any) -> bool:
        """Whether somebody for whom these words stand sees a row."""
        owners, _ = PARTS.get(table, ({}, ()))
        concerned = [row] if table in TEXTS else []
        concerned += [
            self.rows[owner][row[district], row[id_]]
            for owner, (district, id_) in owners.items()
            if row[id_] is not None
        ]
        return all(self._one(who, {*words}, each) for each in concerned)

    def _one(self, who: str, words: set[str], row: Any) -> bool:
        if "all" in words or row["visibility"] == "PUBLIC":
            return True
        if "own" in words and row["district"] in DISTRICTS.get(who, ()):
            return True
        is_for_all = not row["shared_with"]
        reached = [COUNTY[who]] if who in COUNTY else []
        is_for_them = is_for_all or any(county.startswith(tuple(row["shared_with"])) for county in reached)
        return "shared" in words and row["visibility"] == "SHARED" and is_for_them

    def unseen_by(self, who: str, words: Iterable[str]) -> set[int]:
        """The ids of all rows, with a visibility of their own or not, that somebody does not see."""
        return {
            id_ for table, rows in self.rows.items() for (_, id_), row in rows.items()
            if not self.sees(who, words, table, row)
        }  # fmt: skip


async def read_secrets(dsn: str) -> Secrets:
    """All rows that may be kept from somebody."""
    connection, found = await asyncpg.connect(dsn), {}
    for table in {*TEXTS, *PARTS}:
        rows = await connection.fetch(f"SELECT * FROM {table}")
        found[table] = {(row["district"], row["id"]): row for row in rows}
    await connection.close()
    return Secrets(found)


def tables_of(type_name: str) -> str:
    """The table behind a type or an interface of the graph."""
    concept = typed().get(type_name) or next(each for each in typed().values() if each.name == type_name)
    return str(concept.table.name)
