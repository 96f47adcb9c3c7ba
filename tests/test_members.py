"""Members: what they belong to, what they attended, what they wrote, and their duty reports."""

import asyncpg
import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio


async def test_a_duty_report_counts_a_year_by_kind(ask: Ask) -> None:
    answer = await ask(
        """fragment Report on DutyReport { year total byKind { kind count } results { kind count } }
        { members(where: {isSample: false, name: ["汪爱娟", "李丹", "李金龙"]}) { nodes {
            name now: dutyReport(year: 2023) { ...Report } before: dutyReport(year: 2022) { ...Report } } } }"""
    )

    def report(year: int, by_kind: dict[str, int], results: dict[str, int]) -> dict[str, object]:
        counted, written = (
            [{"kind": kind, "count": count} for kind, count in each.items()] for each in (by_kind, results)
        )
        return {"year": year, "total": sum(by_kind.values()), "byKind": counted, "results": written}

    # The source says 16 activities, of which 3 请你来协商 and 7 调查视察, and leaves the rest open.
    kinds = {"CONSULT_WITH_YOU": 3, "THEMED_CONSULTATION": 5, "RESEARCH": 4, "INSPECTION": 3, "STUDY": 1}
    assert answer.errors == []
    assert answer.data == {
        "members": {
            "nodes": [
                {"name": "李丹", "now": report(2023, {"OTHER": 1}, {}), "before": report(2022, {}, {})},
                {"name": "李金龙", "now": report(2023, {}, {"PROPOSAL": 1}), "before": report(2022, {}, {})},
                {"name": "汪爱娟", "now": report(2023, kinds, {}), "before": report(2022, {}, {})},
            ]
        }
    }


async def test_duty_reports_of_many_members_are_what_sql_counts(ask: Ask, hangzhou: str) -> None:
    answer = await ask(
        """{ members(where: {district: ["330113"]}, first: 50) {
            nodes { dutyCode dutyReport(year: 2022) { total } } } }"""
    )
    connection = await asyncpg.connect(hangzhou)
    rows = await connection.fetch(
        """SELECT m.duty_code, count(a.id) AS total FROM member m LEFT JOIN attendance a
            ON a.member_district = m.district AND a.member_id = m.id AND a.state = 'CHECKED_IN'
            AND a.starts_at >= '2022-01-01T00:00+08' AND a.starts_at < '2023-01-01T00:00+08'
        WHERE m.district = '330113' GROUP BY m.district, m.id, m.duty_code, m.sort_key
        ORDER BY m.sort_key, m.id LIMIT 50"""
    )
    await connection.close()
    assert answer.errors == []
    assert len(answer.statements) == 2
    assert answer.data["members"]["nodes"] == [
        {"dutyCode": row["duty_code"], "dutyReport": {"total": row["total"]}} for row in rows
    ]


@pytest.mark.parametrize("year", [-1, 0, 1948, 2101, 9999, 2147483647])
async def test_a_year_out_of_bounds_is_refused(ask: Ask, year: int) -> None:
    answer = await ask(
        "query ($year: Int!) { members(first: 1) { nodes { dutyReport(year: $year) { total } } } }", year=year
    )
    error = ("BAD_ARGUMENT", ["members", "nodes", 0, "dutyReport"], f"year must be 1949–2100, got {year}")
    assert (answer.data, answer.errors) == (None, [error])


async def test_the_first_and_the_last_year_are_answered(ask: Ask) -> None:
    answer = await ask(
        """{ members(first: 1) { nodes { a: dutyReport(year: 1949) { year total byKind { count } }
            b: dutyReport(year: 2100) { year total results { count } } } } }"""
    )
    assert answer.data == {
        "members": {
            "nodes": [{"a": {"year": 1949, "total": 0, "byKind": []}, "b": {"year": 2100, "total": 0, "results": []}}]
        }
    }


async def test_the_people_the_source_names_are_there(ask: Ask) -> None:
    answer = await ask(
        """{ members(where: {isSample: false}) { totalCount nodes { name district { name } post gender party
            memberships { nodes { role organization { name } platform { name } } }
            results { nodes { title } } attendances { totalCount } observations { totalCount } } } }"""
    )

    def person(name: str, district: str, role: str, **more: object) -> dict[str, object]:
        of = {"role": role, "organization": {"name": f"{district}政协"}, "platform": None}
        return {
            "name": name,
            "district": {"name": district},
            "post": None,
            "gender": None,
            "party": None,
            "memberships": {"nodes": [of]},
            "results": {"nodes": []},
            "attendances": {"totalCount": 0},
            "observations": {"totalCount": 0},
            **more,
        }

    parlor = {"role": "LEAD", "organization": None, "platform": {"name": "钱塘青年之家政协委员会客厅"}}
    assert answer.errors == []
    assert answer.data == {
        "members": {
            "totalCount": 6,
            "nodes": [
                person("金丹文", "临平区", "MEMBER"),
                person("李丹", "余杭区", "MEMBER", attendances={"totalCount": 1}),
                person("李金龙", "临平区", "MEMBER", results={"nodes": [{"title": "关于更改公交站名的提案"}]}),
                person("汪爱娟", "余杭区", "MEMBER", attendances={"totalCount": 16}, observations={"totalCount": 3}),
                person("俞婷薇", "钱塘区", "LEAD", memberships={"nodes": [parlor]}),
                person("张玮", "滨江区", "CHAIR", post="滨江区政协主席"),
            ],
        }
    }


async def test_linping_has_287_members_each_with_a_duty_code_unless_it_is_not_stated(ask: Ask, hangzhou: str) -> None:
    answer = await ask(
        """{ members(where: {district: ["330113"]}) { totalCount }
            named: members(where: {district: ["330113"], isSample: false}) { nodes { name dutyCode } } }"""
    )
    connection = await asyncpg.connect(hangzhou)
    codes = await connection.fetchval("SELECT count(DISTINCT duty_code) FROM member WHERE district = '330113'")
    await connection.close()
    assert codes == 285
    assert answer.data == {
        "members": {"totalCount": 287},
        "named": {"nodes": [{"name": "金丹文", "dutyCode": None}, {"name": "李金龙", "dutyCode": None}]},
    }


async def test_members_of_a_station_are_listed_by_sector_at_a_date(ask: Ask, hangzhou: str) -> None:
    answer = await ask(
        """{ platform(slug: "qiantang-touge-station") { members(activeOn: "2023-06-30", first: 100) {
            nodes { member { name sector { code } } } } } }"""
    )
    connection = await asyncpg.connect(hangzhou)
    rows = await connection.fetch(
        """SELECT m.name, s.code FROM membership o
            JOIN platform p ON p.district = o.district AND p.id = o.platform_id
            JOIN member m ON m.district = o.member_district AND m.id = o.member_id
            LEFT JOIN sector s ON s.id = m.sector_id
        WHERE p.slug = 'qiantang-touge-station' AND coalesce(o.starts_on, '-infinity') <= '2023-06-30'
            AND coalesce(o.ends_on, 'infinity') >= '2023-06-30' ORDER BY o.id"""
    )
    await connection.close()
    assert [node["member"] for node in answer.data["platform"]["members"]["nodes"]] == [
        {"name": row["name"], "sector": row["code"] and {"code": row["code"]}} for row in rows
    ]
    assert len(rows) == 5


async def test_memberships_of_a_member_hold_on_their_days(ask: Ask) -> None:
    answer = await ask(
        """query ($where: MembershipFilter) { members(where: {memberships: $where}) { nodes { name
            then: memberships(activeOn: "2022-12-31", where: $where) { nodes { endsOn platform { slug } } }
            now: memberships(activeOn: "2023-01-01", where: $where) { nodes { startsOn platform { slug } } } } } }""",
        where={"role": ["LEAD"], "platform": {"slug": ["qiantang-yi-qi-yi"]}},
    )
    studio = {"slug": "qiantang-yi-qi-yi"}
    assert answer.data == {
        "members": {
            "nodes": [
                {
                    "name": "高金红",
                    "then": {"nodes": []},
                    "now": {"nodes": [{"startsOn": "2023-01-01", "platform": studio}]},
                },
                {
                    "name": "黄志强",
                    "then": {"nodes": [{"endsOn": "2022-12-31", "platform": studio}]},
                    "now": {"nodes": []},
                },
            ]
        }
    }
