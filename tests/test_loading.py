"""Loading: a folder is loaded whole or not at all, again without a trace, and what is wrong is told exactly."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest

from db.loading import Counts, LoadError, load

pytestmark = pytest.mark.anyio

AREAS = """\
code_system,code,vintage,name,level,district_kind,parent
NBS,330109002,2023-06-30,北干街道,TOWNSHIP,,330109
NBS,330109,2023-06-30,萧山区,DISTRICT,DISTRICT,33
NBS,330110,2023-06-30,余杭区,DISTRICT,DISTRICT,33
NBS,33,2023-06-30,浙江省,PROVINCE,,
"""
ORGANIZATIONS = """\
district,key,name,kind,level,parent
330109,group,临时党小组,PARTY_GROUP,DISTRICT,branch
330109,branch,临时党支部,PARTY_BRANCH,DISTRICT,
330110,committee,余杭区政协,CPPCC_COMMITTEE,DISTRICT,
"""
PLATFORMS = """\
district,slug,name,kind,level,area,parent
330109,hall,北干街道民生议事堂,DELIBERATION_HALL,TOWNSHIP,330109002,
"""
MEMBERS = "district,key,name,tags\n330109,li,李芳,教育; 公交\n330109,wang,王伟,\n"
EVENTS = """\
district,key,title,kind,status,starts_at,date_precision
330109,spring,春季议事,HALL_SESSION,HELD,2023-03-01,DAY
"""
WORLD = {"area": AREAS, "organization": ORGANIZATIONS, "platform": PLATFORMS, "member": MEMBERS, "event": EVENTS}


def folder_with(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return folder


async def problems_of(dsn: str, folder: Path, files: Mapping[str, str | bytes]) -> list[str]:
    """What is said about these files beside `WORLD`'s; that nothing at all was loaded is checked too."""
    connection = await asyncpg.connect(dsn)
    with pytest.raises(LoadError) as refusal:
        await load(connection, folder_with(folder, {**WORLD, **files}))
    tables = ("area", "organization", "platform", "member", "event", "result", "event_participant")
    rows = [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]  # fixed names
    await connection.close()
    assert rows == [0] * len(tables)
    return [str(problem) for problem in refusal.value.problems]


async def test_rows_are_linked_by_their_keys_in_any_order(empty_database: str, tmp_path: Path) -> None:
    links = "district,event,organization\n330109,spring,committee\n"
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, {**WORLD, "event_organizer": links}))
    paths = await connection.fetch(
        "SELECT array_agg(up.code ORDER BY position) AS codes FROM area a,"
        " unnest(a.path) WITH ORDINALITY AS step (id, position) JOIN area up ON up.id = step.id"
        " WHERE a.code = '330109002'"
    )
    organizer = await connection.fetchrow(
        "SELECT o.district, o.organization_district, b.name, o.starts_at::text, o.role::text FROM event_organizer o"
        " JOIN organization b ON (b.district, b.id) = (o.organization_district, o.organization_id)"
    )
    participants = await connection.fetch("SELECT participant FROM event_participant ORDER BY participant")
    member = await connection.fetchrow("SELECT tags, sort_key, is_sample FROM member WHERE key = 'li'")
    tenants = await connection.fetch("SELECT code, tenant FROM area ORDER BY code")
    await connection.close()
    assert paths[0]["codes"] == ["33", "330109", "330109002"]
    assert tuple(organizer) == ("330109", "330110", "余杭区政协", "2023-02-28 16:00:00+00", "HOST")
    assert [row["participant"] for row in participants] == ["330109", "330110"]
    assert tuple(member) == (["教育", "公交"], "li fang 李芳", False)
    assert [tuple(row) for row in tenants] == [
        ("33", "33"), ("330109", "330109"), ("330109002", "330109"), ("330110", "330110")
    ]  # fmt: skip


async def test_loading_again_rewrites_no_row(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    folder = folder_with(tmp_path, {**WORLD, "event_platform": "district,event,platform\n330109,spring,hall\n"})
    versions = (
        "SELECT xmin::text, ctid::text, id FROM area UNION ALL SELECT xmin::text, ctid::text, id FROM organization"
        " UNION ALL SELECT xmin::text, ctid::text, id FROM event"
        " UNION ALL SELECT xmin::text, ctid::text, event_id FROM event_platform"
        " UNION ALL SELECT xmin::text, ctid::text, event_id FROM event_participant ORDER BY 3, 1, 2"
    )
    first = await load(connection, folder)
    before = await connection.fetch(versions)
    second = await load(connection, folder)
    after = await connection.fetch(versions)
    await connection.close()
    assert first.total == Counts(read=12, inserted=12, changed=0)
    assert second.total == Counts(read=12, inserted=0, changed=0)
    assert second.total.unchanged == 12
    assert after == before


async def test_only_what_differs_is_changed(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, WORLD))
    known = await connection.fetchval("SELECT id FROM member WHERE key = 'wang'")
    added = MEMBERS.replace("王伟", "王维") + "330109,zhao,赵敏,\n"
    report = await load(connection, folder_with(tmp_path / "later", {"member": added}))
    row = await connection.fetchrow("SELECT id, name, sort_key FROM member WHERE key = 'wang'")
    await connection.close()
    assert report.tables == {"member": Counts(read=3, inserted=1, changed=1)}
    assert tuple(row) == (known, "王维", "wang wei 王维")


async def test_an_event_that_moves_takes_its_rows_along(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    links = {"event_platform": "district,event,platform\n330109,spring,hall\n"}
    await load(connection, folder_with(tmp_path, {**WORLD, **links}))
    await load(connection, folder_with(tmp_path / "later", {"event": EVENTS.replace("2023-03-01", "2023-04-01T09:30")}))
    starts = await connection.fetch(
        "SELECT starts_at::text FROM event UNION ALL SELECT starts_at::text FROM event_platform"
        " UNION ALL SELECT starts_at::text FROM event_participant"
    )
    await connection.close()
    assert [row["starts_at"] for row in starts] == ["2023-04-01 01:30:00+00"] * 3


async def test_a_branch_of_a_tree_can_move(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, WORLD))
    moved = ORGANIZATIONS.replace("DISTRICT,\n330110", "DISTRICT,top\n330110") + (
        "330109,top,党组,LEADING_PARTY_GROUP,DISTRICT,\n"
    )
    await load(connection, folder_with(tmp_path / "later", {"organization": moved}))
    depths = await connection.fetch("SELECT key, cardinality(path) AS depth FROM organization ORDER BY key")
    await connection.close()
    assert [tuple(row) for row in depths] == [("branch", 2), ("committee", 1), ("group", 3), ("top", 1)]


async def test_files_of_other_encodings_are_read(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    files: dict[str, str | bytes] = {"area": "\ufeff" + AREAS, "member": MEMBERS.encode("gb18030")}
    await load(connection, folder_with(tmp_path, files))
    names = await connection.fetch("SELECT name FROM member ORDER BY key")
    await connection.close()
    assert [row["name"] for row in names] == ["李芳", "王伟"]


async def test_two_loads_at_once_load_once(empty_database: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, WORLD)
    connections = [await asyncpg.connect(empty_database) for _ in range(2)]
    reports = await asyncio.gather(*(load(connection, folder) for connection in connections))
    for connection in connections:
        await connection.close()
    assert sorted(report.total.inserted for report in reports) == [0, 11]
    assert sorted(report.total.unchanged for report in reports) == [0, 11]


async def test_a_key_of_two_districts_is_told_apart_by_its_district(empty_database: str, tmp_path: Path) -> None:
    results = "district,key,kind,status,title,raised_at\n330109,a,OUTCOME,IMPLEMENTED,公交,2023-01-01\n"
    files = {
        "member": MEMBERS + "330110,li,李敏,\n",
        "result": results,
        "result_author": "district,result,member\n330109,a,330110/li\n",
    }
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, {**WORLD, **files}))
    name = await connection.fetchval(
        "SELECT m.name FROM result_author a JOIN member m ON (m.district, m.id) = (a.member_district, a.member_id)"
    )
    await connection.close()
    assert name == "李敏"


async def test_an_area_of_an_older_list_is_named_with_its_list(empty_database: str, tmp_path: Path) -> None:
    older = AREAS + "NBS,330109002,2021-10-31,北干镇,TOWNSHIP,,330109\n"
    platform = PLATFORMS + "330109,old,旧议事堂,DELIBERATION_HALL,TOWNSHIP,330109002@2021-10-31,\n"
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, {"area": older, "platform": platform}))
    names = await connection.fetch("SELECT a.name FROM platform p JOIN area a ON a.id = p.area_id ORDER BY p.slug")
    await connection.close()
    assert [row["name"] for row in names] == ["北干街道", "北干镇"]


async def test_progress_is_told_in_rows(empty_database: str, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, WORLD), lambda *step: told.append(step))
    await connection.close()
    assert sorted(told, key=lambda step: step[1]) == told
    assert {name for name, _, _ in told} == {"rows loaded"}
    assert told[-1][1:] == (11, 11)


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        (
            {"membr": MEMBERS},
            ["membr.csv: no table has this name, did you mean member; tables: duty_rule, "],
        ),
        (
            {"member": "district,nmae\n330109,李芳\n"},
            [
                "member.csv:1: nmae: unknown column, did you mean name; columns: district, key, name, ",
                "member.csv:1: key: the column is missing and its value required",
                "member.csv:1: name: the column is missing and its value required",
            ],
        ),
        (
            {"member": "district,key,name,name\n"},
            ["member.csv:1: name: the column stands 2 times in the header"],
        ),
        ({"member": ""}, ["member.csv:1: the file is empty; its header is district,key,name,gender,"]),
        (
            {"member": "district,key,name\n330109,li,\n330109,wang,王伟,王\n"},
            ["member.csv:2: name: the value is required", "member.csv:3: 4 cells where the header has 3"],
        ),
        (
            {"member": 'district,key,name\n330109,li,"李\n芳"\n330109,li,李芳\n'},
            ["member.csv:4: key: the same district, key as in line 2; each may stand only once"],
        ),
        (
            {"member": b"district,key,name\n330109,li,\xff\xff\n"},
            ["member.csv:2: these bytes are neither UTF-8 nor GB18030"],
        ),
        (
            {"member": "district,key,name\n330109,li,李\0芳\n"},
            ["member.csv:2: there is a NUL character, which no text can hold"],
        ),
        ({"member": 'district,key,name\n330109,li,"李芳\n'}, ["member.csv:2: this is no CSV: unexpected end of data"]),
        (
            {"member": "district,key,name,gender,is_sample,sector\n339999,li,李芳,WOMAN,yes,99\n"},
            [
                "member.csv:2: gender: 'WOMAN' is not one of FEMALE, MALE",
                "member.csv:2: is_sample: 'yes' is neither true nor false",
                "member.csv:2: district: no area has the code '339999'",
                "member.csv:2: sector: no sector has the key '99'",
            ],
        ),
        (
            {
                "event": "district,key,title,kind,status,starts_at,public_participants\n"
                "330109,a,议事,FORUM,HELD,2023-02-30,1.5\n330109,b,议事,FORUM,HELD,0023-02-03,\n"
                "330109,c,议事,FORUM,HELD,2023-02-03,9999999999\n330109,d,议事,FORUM,HELD,2023-02-03,-1\n"
            },
            [
                "event.csv:2: starts_at: '2023-02-30' is no time, written like 2023-06-30T09:00 or 2023-06-30",
                "event.csv:2: public_participants: '1.5' is no whole number below 2147483648",
                "event.csv:3: starts_at: the year 23 is not between 1900 and 2100",
                "event.csv:4: public_participants: '9999999999' is no whole number below 2147483648",
            ],
        ),
        (
            {
                "event": "district,key,title,kind,status,starts_at,ends_at,public_participants\n"
                "330109,a,议事,FORUM,HELD,2023-02-03,2023-02-02,\n330109,b,议事,FORUM,HELD,2023-02-03,,-1\n"
            },
            [
                "event.csv:2: this rule is broken: ends after start",
                "event.csv:3: this rule is broken: participants not negative",
            ],
        ),
        (
            {
                "indicator": "key,name,name_en,unit,aggregation,definition\nhalls,厅,Halls,ORGANIZATION,SUM,Halls.\n",
                "observation": "district,key,indicator,area,platform,value,precision,unit,period_from,period_to\n"
                "330109,a,hals,330109,,nan,EXACT,ITEM,2023-01-01,2023-13-01\n330109,b,halls,330109,hall,1,EXACT,ITEM,,\n",
            },
            [
                "observation.csv:2: value: 'nan' is no number, written like 12 or 0.5",
                "observation.csv:2: period_to: '2023-13-01' is no date, written like 2023-06-30",
                "observation.csv:2: indicator: no indicator has the key 'hals', did you mean 'halls'",
            ],
        ),
        (
            {"result": "district,key,kind,status,title,raised_at\n330109,a,OUTCOME,FILED,公交,2023-01-01\n"},
            ["result.csv:2: status: a OUTCOME is one of ASSIGNED, IMPLEMENTED, not FILED"],
        ),
        (
            {"hosting": "district,organization,platform\n330110,branch,hall\n"},
            [
                "hosting.csv:2: organization: this district has no organization with the key 'branch', but 330109 has",
                "hosting.csv:2: platform: this district has no platform with the key 'hall', but 330109 has",
            ],
        ),
        (
            {"hosting": "district,organization,platform\n330109,branch,hall\n330109,branch,hall\n"},
            ["hosting.csv:3: starts_on: the same district, organization, platform, starts_on as in line 2"],
        ),
        (
            {
                "member": MEMBERS + "330110,li,李芳\n".replace("\n", ",\n"),
                "result": "district,key,kind,status,title,raised_at\n330109,a,OUTCOME,IMPLEMENTED,公交,2023-01-01\n",
                "result_author": "district,result,member\n330109,a,li\n",
            },
            [
                "result_author.csv:2: member: several districts (330109, 330110) have a member with the key 'li':"
                " write 330109/li"
            ],
        ),
        (
            {"organization": ORGANIZATIONS.replace("DISTRICT,\n330110", "DISTRICT,group\n330110")},
            [
                "organization.csv:2: parent: the row would be its own ancestor: group → branch → group",
                "organization.csv:3: parent: the row would be its own ancestor: branch → group → branch",
            ],
        ),
        (
            {
                "membership": "district,key,member,platform,organization,role,starts_on,ends_on\n"
                "330109,a,li,hall,,LEAD,2022-01-01,2022-12-31\n330109,b,wang,hall,,LEAD,2022-12-31,\n"
                "330109,c,wang,hall,branch,MEMBER,,\n"
            },
            ["membership.csv:3: starts_on: a platform has one lead at a time, and the lead of line 2 has not ended"],
        ),
        (
            {
                "membership": "district,key,member,platform,organization,starts_on,ends_on\n"
                "330109,a,li,hall,branch,,\n330109,b,li,hall,,2022-02-01,2022-01-01\n"
            },
            [
                "membership.csv:2: this rule is broken: of a body or a platform",
                "membership.csv:3: this rule is broken: ends on after starts on",
            ],
        ),
    ],
)
async def test_what_is_wrong_is_told(
    empty_database: str, tmp_path: Path, files: Mapping[str, str | bytes], problems: list[str]
) -> None:
    told = await problems_of(empty_database, tmp_path, files)
    assert len(told) == len(problems)
    # Long lists of all names are cut short here.
    assert [line[: len(problem)] for line, problem in zip(told, problems, strict=True)] == problems


async def test_clashes_with_rows_in_no_file_change_nothing(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    first = "district,key,member,platform,role\n330109,a,li,hall,LEAD\n"
    await load(connection, folder_with(tmp_path, {**WORLD, "membership": first}))
    later = {
        "member": "district,key,name\n330109,zhao,赵敏\n",
        "membership": first.replace(",a,li", ",b,wang"),
    }
    with pytest.raises(LoadError) as refusal:
        await load(connection, folder_with(tmp_path / "later", later))
    same_name = ORGANIZATIONS.replace("330109,branch,", "330109,new,").replace(",branch\n", ",\n")
    with pytest.raises(LoadError) as second:
        await load(connection, folder_with(tmp_path / "again", {"organization": same_name}))
    members = await connection.fetchval("SELECT count(*) FROM member")
    await connection.close()
    assert str(refusal.value) == "membership.csv: this rule is broken: one lead per platform and day"
    assert str(second.value) == (
        "organization.csv: another row has these values:"
        " Key (district, kind, name)=(330109, PARTY_BRANCH, 临时党支部) already exists."
    )
    assert members == 2


async def test_a_row_cannot_leave_its_descendants_behind(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path, WORLD))
    header = ORGANIZATIONS.splitlines()[0]
    moved = f"{header}\n330109,branch,临时党支部,PARTY_BRANCH,DISTRICT,top\n330109,top,党组,PARTY_GROUP,DISTRICT,\n"
    with pytest.raises(LoadError) as refusal:
        await load(connection, folder_with(tmp_path / "later", {"organization": moved}))
    below = f"{header}\n330109,branch,临时党支部,PARTY_BRANCH,DISTRICT,group\n"
    with pytest.raises(LoadError) as circle:
        await load(connection, folder_with(tmp_path / "circle", {"organization": below}))
    await connection.close()
    assert str(refusal.value) == "organization.csv: a row that moves in its tree needs its descendants in the file too"
    assert str(circle.value) == ("organization.csv:2: parent: the row would be its own ancestor: branch → … → branch")


async def test_at_most_a_hundred_problems_are_told(empty_database: str, tmp_path: Path) -> None:
    rows = "".join(f"330109,m{n},\n" for n in range(150))
    told = await problems_of(empty_database, tmp_path, {"member": f"district,key,name\n{rows}"})
    assert len(told) == 100
    assert told[-1] == "member.csv:101: name: the value is required"


async def test_a_folder_must_be_there_and_hold_files(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    with pytest.raises(LoadError, match="there is no CSV file in this folder"):
        await load(connection, tmp_path)
    with pytest.raises(LoadError, match="there is no such folder"):
        await load(connection, tmp_path / "nowhere")
    await connection.close()
