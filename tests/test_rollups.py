"""Rollups count what a recount by hand counts, say how complete it is, and lead back to the rows they counted."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from conftest import Ask
from documents import key_of
from recounting import Recount, Row, bucket, recount

from resolvers.dimensions import DIMENSIONS, TIMES
from resolvers.entities import RollupSubject
from resolvers.measures import CHANGES, DEFINITIONS, SUBJECTS, RollupMeasure

pytestmark = pytest.mark.anyio

ROLLUPS = int(os.environ.get("ROLLUPS", "250"))
FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
COUNTED = tuple(subject for subject in RollupSubject if subject is not RollupSubject.OBSERVATIONS)
# Those that look at other groups are checked on their own.
RELATIVE = {RollupMeasure.RANK, RollupMeasure.PER_100_MEMBERS, *CHANGES}
ADDS_UP = {"COUNT", "PUBLIC_PARTICIPANTS"}
MANY = {"TOWNSHIP", "VILLAGE_OR_PARK", "PLATFORM", "PLATFORM_KIND", "TOPIC", "SPECIAL_COMMITTEE", "ADOPTING_BODY",
        "ENDORSEMENT_LEVEL"}  # fmt: skip

ROLLUP = """
query($of: RollupSubject!, $by: [RollupDimension!]!, $measures: [RollupMeasure!]!, $where: RollupFilter,
      $having: RollupHaving, $orderBy: [RollupOrder!], $first: Int) {
  rollup(of: $of, by: $by, measures: $measures, where: $where, having: $having, orderBy: $orderBy, first: $first) {
    rowCount
    rows {
      keys { dimension value label node { __typename ... on Organization { name district { code } } } }
      values { measure value precision }
      where
    }
    total { values { value } where }
  }
}
"""


@pytest.fixture(scope="module")
async def counted(hangzhou: str) -> Recount:
    return await recount(hangzhou)


def keys_of(row: Any) -> tuple[str, ...]:
    """The keys of a row as a recount has them: bodies by their names."""
    bodies = [(key["node"] or {}).get("district") and key["node"] for key in row["keys"]]
    return tuple(
        f"{body['district']['code']} {body['name']}" if body else key["value"]
        for key, body in zip(row["keys"], bodies, strict=True)
    )


def drawn(seed: int) -> tuple[dict[str, Any], Callable[[Row], bool]]:
    """A rollup at random, and whether it counts a row."""
    random = Random(seed)  # noqa: S311 (nothing is kept secret by it)
    subject = random.choice(COUNTED)
    dimensions = [str(each) for each in DIMENSIONS[subject]]
    measures = [str(each) for each in RollupMeasure if subject in SUBJECTS[each] and each not in RELATIVE]
    by = random.sample(dimensions, random.choice((0, 1, 1, 2, 2, 3)))
    by = [each for each in by if each not in TIMES or each == next(one for one in by if one in TIMES)]
    where: dict[str, Any] = {}
    tests: list[Callable[[Row], bool]] = []
    has_time = bool(set(TIMES) & set(DIMENSIONS[subject]))
    if any(each in TIMES for each in by) or (has_time and random.random() < 0.5):
        since = date(2022, 1, 1) + timedelta(days=random.randrange(500))
        until = since + timedelta(days=random.choice((0, 20, 100, 364)))
        if random.random() < 0.5:
            # What counters have: whole months.
            since, until = since.replace(day=1), until.replace(day=1) - timedelta(days=1)
            until = max(until, since.replace(day=28))
            until = (until.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        where["period"] = {"since": since.isoformat(), "until": until.isoformat()}
        tests.append(lambda row: since.isoformat() <= bucket(row["time"], "DAY") <= until.isoformat())
    if random.random() < 0.3:
        codes = random.choice((["3301"], ["330114"], ["330109", "330127"], ["33"], ["330108", "3301"]))
        where["area"] = codes
        tests.append(lambda row: row["district"].startswith(tuple(codes)))
    if random.random() < 0.3:
        where["isSample"] = is_sample = random.random() < 0.5
        tests.append(lambda row: row["is_sample"] == is_sample)
    if subject in (RollupSubject.EVENTS, RollupSubject.RESULTS) and random.random() < 0.3:
        kinds = ["HALL_SESSION", "RESEARCH"] if subject is RollupSubject.EVENTS else ["PROPOSAL", "RECOMMENDATION"]
        where[subject.lower()] = {"kind": kinds}
        tests.append(lambda row: row["kind"] in kinds)
    asked = {
        "of": str(subject),
        "by": by,
        "measures": random.sample(measures, random.randint(1, len(measures))),
        "where": where or None,
    }
    return asked, lambda row: all(test(row) for test in tests)


def nearly(value: float | None) -> Any:
    return value if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("part", range(5))
async def test_random_rollups_are_what_a_recount_is(ask: Ask, counted: Recount, part: int) -> None:
    lists = 0
    for seed in range(FIRST_SEED + part, FIRST_SEED + ROLLUPS, 5):
        asked, is_counted = drawn(seed)
        answer = await ask(ROLLUP, **asked)
        assert answer.errors == [], (seed, asked)
        rollup, subject, measures = answer.data["rollup"], asked["of"], asked["measures"]
        expected = counted.groups(subject, asked["by"], is_counted)
        total = counted.groups(subject, [], is_counted)[()]
        found = {keys_of(row): row for row in rollup["rows"]}
        context = (seed, asked)
        assert rollup["rowCount"] >= len(rollup["rows"]) == len(found), context
        if rollup["rowCount"] <= 1_000:
            time = next((each for each in asked["by"] if each in TIMES), None)
            if time is None:
                assert set(found) == set(expected) | ({()} if not asked["by"] else set()), context
            else:
                assert set(found) >= set(expected), context
        for key, row in found.items():
            group = expected[key]
            for measure, value in zip(measures, row["values"], strict=True):
                assert value["value"] == nearly(group.value(measure, len(total.rows))), (*context, key, measure)
        for measure, value in zip(measures, rollup["total"]["values"], strict=True):
            assert value["value"] == nearly(total.value(measure, len(total.rows))), (*context, measure)
            if measure in ADDS_UP and not MANY & set(asked["by"]) and rollup["rowCount"] <= 1_000:
                values = [row["values"][measures.index(measure)]["value"] for row in rollup["rows"]]
                assert sum(each or 0 for each in values) == (value["value"] or 0), (*context, measure)
        random = Random(seed)  # noqa: S311 (nothing is kept secret by it)
        for row in random.sample(rollup["rows"], min(3, len(rollup["rows"]))):
            listed = await listed_by(ask, subject, row["where"])
            rows = expected[keys_of(row)].rows
            assert listed[0] == len(rows), (*context, row)
            assert len(rows) > 100 or listed[1] == set(rows), (*context, row)
            lists += 1
    assert lists >= ROLLUPS // 5


async def listed_by(ask: Ask, subject: str, where: Any) -> tuple[int, set[int]]:
    """How many rows a filter lists, and the ids of the first hundred."""
    name, type_ = subject.lower(), f"{subject.title()[:-1]}Filter"
    query = f"query($where: {type_}) {{ {name}(first: 100, where: $where) {{ totalCount nodes {{ id }} }} }}"
    answer = await ask(query, where=where)
    assert answer.errors == [], where
    page = answer.data[name]
    return page["totalCount"], {int(key_of(node["id"]).rpartition(":")[2]) for node in page["nodes"]}


async def test_each_measure_has_one_definition_that_is_an_indicator(ask: Ask) -> None:
    keys = [measure.lower() for measure in RollupMeasure]
    query = """query($keys: [String!]) { indicators(keys: $keys) {
        key name nameEn unit formula numerator denominator } }"""
    answer = await ask(query, keys=keys)
    assert sorted(answer.data["indicators"], key=lambda each: keys.index(each["key"])) == [
        {
            "key": measure.lower(),
            "name": measure.zh,
            "nameEn": measure.en,
            "unit": definition.unit,
            "formula": definition.formula,
            "numerator": definition.numerator,
            "denominator": definition.denominator,
        }
        for measure, definition in DEFINITIONS.items()
    ]
    shown = await ask("{ rollup(of: EVENTS, by: [], measures: [COUNT]) { total { values { indicator { key } } } } }")
    assert shown.data == {"rollup": {"total": {"values": [{"indicator": {"key": "count"}}]}}}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a dimension the subject has not": (
        {"of": "MEMBERS", "by": ["TOWNSHIP"]},
        "MEMBERS cannot be grouped by TOWNSHIP; they can be by PROVINCE, CITY, DISTRICT, SECTOR, SPECIAL_COMMITTEE, "
        "IS_SAMPLE",
    ),
    "a measure the subject has not": (
        {"of": "MEMBERS", "measures": ["SUM"]},
        "MEMBERS cannot be measured by SUM; they can be by COUNT, PER_100_MEMBERS, SHARE_OF_TOTAL, RANK",
    ),
    "no measure": ({"measures": []}, "measures is an empty list; ask for at least one, such as COUNT"),
    "a measure twice": ({"measures": ["COUNT", "COUNT"]}, "measures names COUNT twice"),
    "two dimensions of time": (
        {"by": ["MONTH", "YEAR"], "where": {"period": {"since": "2023-01-01", "until": "2023-12-31"}}},
        "by names MONTH and YEAR; name one of them",
    ),
    "a bucket without a period": (
        {"by": ["MONTH"]}, "MONTH needs a period to fill; give where: {period: {since: …, until: …}}"
    ),
    "a bucket with half a period": (
        {"by": ["MONTH"], "where": {"period": {"since": "2023-01-01"}}},
        "MONTH needs both ends of the period; give since and until",
    ),
    "200 years by day": (
        {"by": ["DAY"], "where": {"period": {"since": "1900-01-01", "until": "2100-01-01"}}},
        "the period has some 73,050 times DAY, and at most 1,000 are filled; take a shorter period or a longer bucket",
    ),
    "a period upside down": (
        {"where": {"period": {"since": "2023-02-01", "until": "2023-01-01"}}},
        "period is upside down: since 2023-02-01 comes after until 2023-01-01",
    ),
    "a period of what has no time": (
        {"of": "MEMBERS", "where": {"period": {"since": "2023-02-01"}}},
        "MEMBERS have no time of their own; leave period out",
    ),
    "a change without time": (
        {"measures": ["CHANGE_ON_YEAR"]},
        "a change is that of a period against another; name DAY, MONTH, QUARTER or YEAR in by",
    ),
    "having what is not measured": (
        {"having": {"measure": "RANK", "atMost": 3}},
        "having asks for RANK, which is not measured; add it to measures",
    ),
    "having no bound": (
        {"having": {"measure": "COUNT"}}, "having names neither atLeast nor atMost; give at least one of them"
    ),
    "an order by what is not asked": (
        {"orderBy": [{"field": "RANK"}]},
        "orderBy names RANK, which is neither in by nor in measures; add it there",
    ),
    "the filter of another subject": (
        {"where": {"members": {"name": ["甲"]}}},
        "members cannot filter EVENTS; give conditions on them in events",
    ),
    "areas of two kinds": (
        {"where": {"area": ["330114", "330114001"]}},
        "area mixes districts with smaller areas; ask for them apart",
    ),
    "no code": (
        {"where": {"area": ["钱塘"]}},
        "an area's code has 2, 4, 6, 9 or 12 digits, or is like 330114-P01; got '钱塘'",
    ),
    "too many rows": ({"first": 1_001}, "first must be 1–1,000, got 1001"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_rolled_up_is_told(ask: Ask, name: str) -> None:
    given, message = REFUSED[name]
    usual: dict[str, Any] = {"of": "EVENTS", "by": [], "measures": ["COUNT"]}
    answer = await ask(ROLLUP, **(usual | given))
    assert answer.errors == [("BAD_ARGUMENT", ["rollup"], message)]


PUBLISHED = """query($keys: [String!]) {
  rollup(of: OBSERVATIONS, by: [INDICATOR], measures: [SUM, AVERAGE], where: {observations: {indicator: $keys}}) {
    rows { keys { value } values { value precision } completeness {
      reporting expected periodsMixed missing { name } } } } }"""


async def test_sums_of_figures_say_how_exact_and_how_complete_they_are(ask: Ask) -> None:
    answer = await ask(PUBLISHED, keys=["recommendations_made", "deliberation_halls", "forest_rank"])
    others = ["滨江区", "余杭区", "临平区", "钱塘区"]
    assert answer.data["rollup"]["rows"] == [
        {
            "keys": [{"value": "deliberation_halls"}],
            "values": [{"value": 29.0, "precision": "EXACT"}, {"value": 14.5, "precision": "EXACT"}],
            "completeness": {"reporting": 2, "expected": 6, "periodsMixed": False,
                             "missing": [{"name": name} for name in [*others[:3], "淳安县"]]},
        },
        {
            "keys": [{"value": "forest_rank"}],
            "values": [{"value": None, "precision": "EXACT"}, {"value": 1.0, "precision": "EXACT"}],
            "completeness": {"reporting": 1, "expected": 6, "periodsMixed": False,
                             "missing": [{"name": name} for name in ["滨江区", "萧山区", *others[1:]]]},
        },
        {
            "keys": [{"value": "recommendations_made"}],
            "values": [{"value": 1298.0, "precision": "AT_LEAST"}, {"value": 649.0, "precision": "AT_LEAST"}],
            "completeness": {"reporting": 2, "expected": 6, "periodsMixed": True,
                             "missing": [{"name": name} for name in others]},
        },
    ]  # fmt: skip


MONTHS = """query($by: [RollupDimension!]!, $measures: [RollupMeasure!]!) {
  rollup(of: EVENTS, by: $by, measures: $measures,
         where: {area: ["330114"], period: {since: "2023-03-01", until: "2023-05-31"}}) {
    rows { keys { value } values { value } } } }"""


RANKED = ["P90_DAYS_TO_CLOSE", "COUNT", "MEDIAN_DAYS_TO_CLOSE", "ADOPTION_RATE"]


@pytest.mark.parametrize("by", [["DEPARTMENT"], ["DISTRICT", "DEPARTMENT"], ["DEPARTMENT", "CITY"]])
async def test_departments_are_ranked_alone_and_so_is_what_has_none(ask: Ask, counted: Recount, by: list[str]) -> None:
    wholes: list[tuple[dict[str, Any], Callable[[Row], bool]]] = [
        ({}, lambda _: True),
        ({"area": ["330114"]}, lambda row: row["district"] == "330114"),
        ({"area": ["3301"], "isSample": False}, lambda row: row["district"][:4] == "3301" and not row["is_sample"]),
    ]
    for where, is_counted in wholes:
        answer = await ask(ROLLUP, of="RESULTS", by=by, measures=RANKED, where=where or None)
        expected = counted.groups("RESULTS", by, is_counted)
        found = {keys_of(row): [each["value"] for each in row["values"]] for row in answer.data["rollup"]["rows"]}
        assert found == {
            key: [nearly(group.value(measure, 0)) for measure in RANKED] for key, group in expected.items()
        }, where
        assert any("" in key for key in found), where


async def test_changes_look_at_the_period_before_and_the_year_before(ask: Ask, counted: Recount) -> None:
    groups = counted.groups("EVENTS", ["MONTH"], lambda row: row["district"] == "330114")
    counts = {key[0]: len(group.rows) for key, group in groups.items()}
    measures = ["COUNT", "CHANGE_ON_PREVIOUS", "CHANGE_ON_YEAR"]
    answer = await ask(MONTHS, by=["MONTH"], measures=measures)
    assert [(row["keys"][0]["value"], *(each["value"] for each in row["values"])) for row in
            answer.data["rollup"]["rows"]] == [
        (month, counts[month], nearly(counts[month] / counts[before] - 1), nearly(counts[month] / counts[last] - 1))
        for month, before, last in (
            ("2023-03", "2023-02", "2022-03"), ("2023-04", "2023-03", "2022-04"), ("2023-05", "2023-04", "2022-05")
        )
    ]  # fmt: skip


async def test_ranks_and_rates_look_at_other_rows(ask: Ask, counted: Recount) -> None:
    query = """{ rollup(of: RESULTS, by: [DISTRICT], measures: [COUNT, RANK, PER_100_MEMBERS]) {
        rows { keys { value } values { value } } } }"""
    rows = (await ask(query)).data["rollup"]["rows"]
    results = {key[0]: len(each.rows) for key, each in counted.groups("RESULTS", ["DISTRICT"], lambda _: True).items()}
    members = {key[0]: len(each.rows) for key, each in counted.groups("MEMBERS", ["DISTRICT"], lambda _: True).items()}
    assert [(row["keys"][0]["value"], *(each["value"] for each in row["values"])) for row in rows] == [
        (
            code,
            count,
            1 + sum(other > count for other in results.values()),
            nearly(100 * count / members[code]) if code in members else None,
        )
        for code, count in sorted(results.items())
    ]
