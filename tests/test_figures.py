"""Figures: every number the source states, as precisely as it was said, and what each is about."""

import csv

import asyncpg
import pytest
from conftest import HANGZHOU, Ask, asking

from resolvers.measures import RollupMeasure
from schema.graph import Graph

pytestmark = pytest.mark.anyio


async def test_all_sixty_figures_are_there_as_their_file_has_them(ask: Ask) -> None:
    answer = await ask(
        """{ observations(orderBy: [{field: CREATED}], first: 100) { totalCount nodes {
            number value lowerBound upperBound precision basis unit population quote isSample
            indicator { key unit } district { code } source { title } period { from to label } } } }"""
    )
    with (HANGZHOU / "observation.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def number(text: str) -> float | None:
        return float(text) if text else None

    nodes = answer.data["observations"]["nodes"]
    units = {node["number"]: node["indicator"].pop("unit") for node in nodes}
    assert answer.errors == []
    assert answer.data["observations"]["totalCount"] == 60
    assert [node["number"] for node in nodes] == [str(each) for each in range(1, 61)]
    assert nodes == [
        {
            "number": row["number"],
            "value": float(row["value"]),
            "lowerBound": number(row["lower_bound"]),
            "upperBound": number(row["upper_bound"]),
            "precision": row["precision"],
            "basis": "REPORTED",
            "unit": row["unit"] or units[row["number"]],
            "population": row["population"] or None,
            "quote": row["quote"],
            "isSample": False,
            "indicator": {"key": row["indicator"]},
            "district": {"code": row["district"]},
            "source": {"title": "政协奋进新征程(杭州篇)"},
            "period": {
                "from": row["period_from"] or None,
                "to": row["period_to"] or None,
                "label": row["period_label"] or None,
            }
            if row["period_from"] or row["period_to"] or row["period_label"]
            else None,
        }
        for row in rows
    ]


async def test_798_is_exact_and_500_a_lower_bound(ask: Ask) -> None:
    answer = await ask(
        """{ observations(where: {number: ["18", "48"]}) { nodes {
            value lowerBound precision basis unit population quote period { from to label }
            indicator { key } about { __typename ... on District { name } } source { locator } } } }"""
    )
    xiaoshan, chunan = answer.data["observations"]["nodes"]
    assert xiaoshan["indicator"] == chunan["indicator"]
    assert xiaoshan == {
        "value": 798.0,
        "lowerBound": None,
        "precision": "EXACT",
        "basis": "REPORTED",
        "unit": "ITEM",
        "population": "党员委员",
        "quote": "提出意见建议798条",
        "period": {"from": "2022-01-01", "to": "2023-12-31", "label": "去年以来"},
        "indicator": xiaoshan["indicator"],
        "about": {"__typename": "District", "name": "萧山区"},
        "source": {"locator": "萧山区政协, paragraph 5"},
    }
    assert chunan == {
        "value": 500.0,
        "lowerBound": 500.0,
        "precision": "AT_LEAST",
        "basis": "REPORTED",
        "unit": "ITEM",
        "population": "民生议事堂活动",
        "quote": "提出意见建议500余条",
        "period": {"from": None, "to": None, "label": "近年来"},
        "indicator": chunan["indicator"],
        "about": {"__typename": "District", "name": "淳安县"},
        "source": {"locator": "淳安县政协, paragraph 3"},
    }


async def test_figures_are_counted_by_how_exactly_they_are_known(ask: Ask) -> None:
    answer = await ask(
        """{ exact: observations(where: {precision: [EXACT]}) { totalCount }
            atLeast: observations(where: {precision: [AT_LEAST]}) { totalCount nodes { number } }
            about: observations(where: {precision: [ABOUT]}) { nodes { number value upperBound } }
            listed: observations(where: {precision: [COUNTED_FROM_LIST]}) { nodes { number } }
            computed: observations(where: {basis: COMPUTED}) { totalCount } }"""
    )
    assert answer.errors == []
    assert answer.data == {
        "exact": {"totalCount": 43},
        "atLeast": {
            "totalCount": 8,
            "nodes": [{"number": number} for number in ("11", "19", "20", "36", "44", "48", "51", "60")],
        },
        "about": {
            "nodes": [
                {"number": "3", "value": 0.7, "upperBound": 0.7},
                {"number": "35", "value": 250000.0, "upperBound": None},
            ]
        },
        "listed": {"nodes": [{"number": number} for number in ("8", "26", "28", "31", "46", "55", "58")]},
        "computed": {"totalCount": 0},
    }


async def test_each_kind_of_subject_is_found(graph: Graph, empty_database: str) -> None:
    subjects = ("area", "platform", "member", "organization", "event", "result")
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        """
        INSERT INTO area (id, code_system, code, vintage, name, level, district_kind, tenant)
            VALUES (1, 'NBS', '330109', '2023-06-30', '萧山区', 'DISTRICT', 'DISTRICT', '330109');
        INSERT INTO platform (district, id, slug, name, kind, level, area_id)
            VALUES ('330109', 2, 'hall', '议事堂', 'DELIBERATION_HALL', 'TOWNSHIP', 1);
        INSERT INTO member (district, id, name) VALUES ('330109', 3, '甲');
        INSERT INTO organization (district, id, name, kind, level)
            VALUES ('330109', 4, '党组', 'LEADING_PARTY_GROUP', 'DISTRICT');
        INSERT INTO event (district, id, title, kind, status, starts_at)
            VALUES ('330109', 5, '沙龙', 'SALON', 'HELD', '2023-05-01T01:00Z');
        INSERT INTO result (district, id, kind, status, title, raised_at)
            VALUES ('330109', 6, 'OUTCOME', 'IMPLEMENTED', '成效', '2023-05-02T01:00Z');
        INSERT INTO indicator (id, key, name, name_en, unit, aggregation, definition)
            VALUES (1007, 'things', '件数', 'Things', 'ITEM', 'SUM', 'Things.');
        """
    )
    for position, subject in enumerate(subjects, 1):
        await connection.execute(
            f"INSERT INTO observation (district, indicator_id, {subject}_id, value, precision, unit)"
            f" VALUES ('330109', 1007, {position}, {position}, 'EXACT', 'ITEM')"
        )
    await connection.close()
    async with asking(graph, empty_database) as ask:
        answer = await ask(
            """{ observations { nodes { value period { label } source { title } about { __typename
                ... on Area { observations { nodes { value } } } ... on Platform { observations { nodes { value } } }
                ... on Member { observations { nodes { value } } } ... on Event { observations { nodes { value } } }
                ... on Organization { observations { nodes { value } } }
                ... on Result { observations { nodes { value } } } } } } }"""
        )
    names = ("District", "DeliberationHall", "Member", "LeadingPartyGroup", "Event", "Outcome")
    assert answer.errors == []
    assert answer.data["observations"]["nodes"] == [
        {
            "value": float(position),
            "period": None,
            "source": None,
            "about": {"__typename": name, "observations": {"nodes": [{"value": float(position)}]}},
        }
        for position, name in enumerate(names, 1)
    ]


async def test_a_period_includes_its_days_and_an_unknown_end_is_open(ask: Ask) -> None:
    answer = await ask(
        """{ september: observations(where: {periodIncludes: "2023-09-15", number: ["5", "6", "18", "48"]}) {
                nodes { number } }
            october: observations(where: {periodIncludes: "2023-10-01", number: ["5", "6", "18", "48"]}) {
                nodes { number } } }"""
    )
    assert answer.data == {
        "september": {"nodes": [{"number": number} for number in ("5", "6", "18", "48")]},
        "october": {"nodes": [{"number": number} for number in ("6", "18", "48")]},
    }


async def test_an_indicator_is_defined_once_and_leads_to_its_figures(ask: Ask) -> None:
    answer = await ask(
        """{ indicators(keys: ["anniversary", "enterprise_member_share"]) {
                key name nameEn unit aggregation definition numerator denominator
                observations { nodes { number district { name } } } }
            all: indicators { key } none: indicators(keys: []) { key } }"""
    )
    keys = [each["key"] for each in answer.data.pop("all")]
    assert (len(keys), keys) == (53 + len(RollupMeasure), sorted(keys))
    assert answer.data == {
        "indicators": [
            {
                "key": "anniversary",
                "name": "周年",
                "nameEn": "Anniversary",
                "unit": "YEAR",
                "aggregation": "NONE",
                "definition": "Years since a policy or a programme was put forward.",
                "numerator": None,
                "denominator": None,
                "observations": {
                    "nodes": [
                        {"number": "1", "district": {"name": "滨江区"}},
                        {"number": "40", "district": {"name": "淳安县"}},
                    ]
                },
            },
            {
                "key": "enterprise_member_share",
                "name": "企业委员占比",
                "nameEn": "Share of members from enterprises",
                "unit": "RATIO",
                "aggregation": "RATIO",
                "definition": "Members who come from enterprises among all members of the district's committee.",
                "numerator": "members from enterprises",
                "denominator": "members",
                "observations": {"nodes": [{"number": "3", "district": {"name": "滨江区"}}]},
            },
        ],
        "none": [],
    }


async def test_an_unknown_key_is_said_so(ask: Ask) -> None:
    answer = await ask('{ indicators(keys: ["anniversary", "nobody"]) { key } }')
    message = "indicators has none with the key 'nobody'; ask without keys to see all"
    assert (answer.data, answer.errors) == (None, [("UNKNOWN_CODE", ["indicators"], message)])
