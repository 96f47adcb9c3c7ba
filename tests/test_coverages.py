"""Coverage names its denominator, and comparisons set what is counted beside what was published."""

import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio

STATIONS = """query($at: Date, $denominator: CoverageDenominator) {
  coverage(area: "330114", kind: CONSULTATION_STATION, at: $at, denominator: $denominator) {
    covered eligible denominator vintage uncovered(first: 2) { totalCount nodes { name } } } }"""


async def covered(ask: Ask, **given: str) -> tuple[int, int, str, str, int, list[str]]:
    found = (await ask(STATIONS, **given)).data["coverage"]
    page = found["uncovered"]
    names = [node["name"] for node in page["nodes"]]
    return (*(found[key] for key in ("covered", "eligible", "denominator", "vintage")), page["totalCount"], names)


async def test_stations_of_qiantang_cover_the_villages_of_the_list_of_2021(ask: Ask) -> None:
    assert await covered(ask, at="2021-12-31") == (120, 120, "VILLAGES", "2021-10-31", 0, [])


async def test_of_the_newest_list_two_villages_are_uncovered(ask: Ask) -> None:
    assert await covered(ask) == (120, 122, "VILLAGES", "2023-06-30", 2, ["田城社区", "学府社区"])


async def test_quasi_units_are_five_more(ask: Ask) -> None:
    covered_, eligible, denominator, _, missing, _ = await covered(ask, denominator="VILLAGES_WITH_QUASI")
    assert (covered_, eligible, denominator, missing) == (120, 127, "VILLAGES_WITH_QUASI", 7)


async def test_halls_of_xiaoshan_cover_its_townships(ask: Ask) -> None:
    answer = await ask('{ coverage(area: "330109", kind: DELIBERATION_HALL) { covered eligible ratio denominator } }')
    assert answer.data["coverage"] == {"covered": 22, "eligible": 22, "ratio": 1.0, "denominator": "TOWNSHIPS"}


async def test_nothing_of_nothing_is_no_ratio(ask: Ask) -> None:
    answer = await ask('{ coverage(area: "330114001", kind: DISTRICT_FORUM) { covered eligible ratio } }')
    assert answer.data["coverage"] == {"covered": 0, "eligible": 0, "ratio": None}


@pytest.mark.parametrize("area", ["", "钱塘区", "33011", "330114' OR 1=1"])
async def test_what_is_no_code_is_told(ask: Ask, area: str) -> None:
    query = "query($area: String!) { coverage(area: $area, kind: DELIBERATION_HALL) { covered } }"
    message = f"an area's code has 2, 4, 6, 9 or 12 digits, or is like 330114-P01; got {area!r}"
    assert (await ask(query, area=area)).errors == [("BAD_ARGUMENT", ["coverage"], message)]


COMPARISON = """query($indicator: String!, $area: [String!]) { comparison(indicator: $indicator, area: $area) {
  indicator { name }
  rows { district { name } reported precision figures computed ofWhichSample difference } } }"""


async def compared(ask: Ask, indicator: str, *area: str) -> list[tuple[object, ...]]:
    answer = await ask(COMPARISON, indicator=indicator, area=list(area) or None)
    return [(row.pop("district")["name"], *row.values()) for row in answer.data["comparison"]["rows"]]


async def test_what_is_reported_stands_beside_what_is_counted(ask: Ask) -> None:
    assert await compared(ask, "deliberation_halls") == [
        ("上城区", None, None, 0, 0, 0, None),
        ("滨江区", None, None, 0, 0, 0, None),
        ("萧山区", 22, "EXACT", 1, 22, 0, 0),
        ("余杭区", None, None, 0, 0, 0, None),
        ("临平区", None, None, 0, 1, 0, None),
        ("钱塘区", 7, "EXACT", 1, 7, 0, 0),
        ("淳安县", None, None, 0, 1, 0, None),
    ]


async def test_several_figures_of_an_indicator_that_adds_up_are_summed(ask: Ask) -> None:
    assert await compared(ask, "supervision_items", "330127") == [("淳安县", 155, "AT_LEAST", 2, 159, 159, 4)]


async def test_what_rows_are_not_counted_for_is_only_reported(ask: Ask) -> None:
    assert await compared(ask, "universities", "330114") == [("钱塘区", 14, "EXACT", 1, None, None, None)]


async def test_an_indicator_nobody_has_is_told(ask: Ask) -> None:
    answer = await ask('{ comparison(indicator: "nobody") { indicator { name } } }')
    message = "no indicator has the key 'nobody'; ask indicators for all"
    assert answer.errors == [("UNKNOWN_CODE", ["comparison", "indicator"], message)]


async def test_a_day_before_the_oldest_list_is_counted_by_that_list(ask: Ask) -> None:
    query = (
        """query ($at: Date) { coverage(area: "330114", kind: CONSULTATION_STATION, at: $at) { vintage eligible } }"""
    )
    oldest = (await ask(query, at="2021-10-31")).data
    assert (await ask(query, at="2021-01-20")).data == oldest
    assert oldest["coverage"]["vintage"] == "2021-10-31"
