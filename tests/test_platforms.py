"""Platforms: what stands where, who belongs to it, and what is held there."""

import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio


async def test_a_studio_leads_up_to_the_city_by_place_and_to_the_forum_by_deliberation(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "qiantang-xin-zhi-zao") {
            __typename name ancestors { name } area { name ancestors { level name } } } }"""
    )
    assert answer.data == {
        "platform": {
            "__typename": "MemberStudio",
            "name": "芯智造委员工作室",
            "ancestors": [{"name": "钱塘荟"}],
            "area": {
                "name": "钱塘芯谷",
                "ancestors": [
                    {"level": "DISTRICT", "name": "钱塘区"},
                    {"level": "CITY", "name": "杭州市"},
                    {"level": "PROVINCE", "name": "浙江省"},
                ],
            },
        }
    }
