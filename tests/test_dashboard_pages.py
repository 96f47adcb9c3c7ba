"""Each page of the dashboard in a real browser: without faults, on a phone, small, and of compiled statements."""

import re
from contextlib import suppress
from typing import Any, Literal
from urllib.parse import quote

import httpx
import pytest
from browsing import PHONE, Look, Site, looking
from playwright.sync_api import Browser, expect

import website
from resolvers.compiled import NotCompiled
from resolvers.errors import Fault
from resolvers.plans import KEPT_CHARACTERS, Documents
from schema.graph import Graph

SETTINGS = {"DOCUMENTS": "trusted+keys"}
# One of each page; an id is found by the question in its place.
PAGES = [
    "/", "/?at=330114&color=RESULTS.ADOPTION_RATE&year=2023", "/search?q=xzz", "/schema",
    "/districts/330114?day=2023-05-10",
    "/districts/330109?with=330114", "/platforms/qiantang-xin-zhi-zao", "/platforms/binjiang-iot-park-station",
    '/members/{members(first: 1, where: {name: ["汪爱娟"]}) { nodes { id } }}?year=2023',
    '/events/{events(first: 1, where: {isSample: false, participant: ["330127"]}) { nodes { id } }}',
    '/results/{results(first: 1, where: {kind: OUTCOME, isSample: false, text: "幼儿园"}) { nodes { id } }}',
    '/results/{results(first: 1, where: {kind: PROPOSAL, isSample: true, isClosed: true}) { nodes { id } }}',
    *(f"/rows/{of}" for of in ("attendances", "events", "members", "observations", "platforms", "results")),
]  # fmt: skip
NAMES = [f"{number} {path.split('{')[0]}" for number, path in enumerate(PAGES)]


def found(at: Site, path: str) -> str:
    """An address, with the id of what its question finds."""
    if not (question := re.search(r"{.*}", path)):
        return path
    ((rows),) = at.ask(question[0]).values()
    return path.replace(question[0], quote(rows["nodes"][0]["id"], safe=""))


def tile(place: int) -> dict[str, Any]:
    """A row of a rollup by township and platform, one of many."""
    return {
        "keys": [
            {"dimension": "TOWNSHIP", "value": f"33011400{place % 9}", "label": f"镇街{place % 9}", "node": None},
            {"dimension": "PLATFORM", "value": str(place), "label": f"驿站{place}", "node": None},
        ],
        "values": [{"value": 1 + place % 7, "indicator": {"unit": "ITEM"}}],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_axe_finds_no_serious_fault(chromium: Browser, at: Site, path: str, scheme: Literal["light", "dark"]) -> None:
    with looking(chromium, at, scheme=scheme) as look:
        page = look.at(found(at, path))
        assert look.faults() == []
        assert page.get_by_role("heading", level=1).count() == 1


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_a_phone_shows_all_without_scrolling_sideways(chromium: Browser, at: Site, path: str) -> None:
    with looking(chromium, at, PHONE) as look:
        page = look.at(found(at, path))
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("number", [3_500, 30_000])
def test_a_map_of_many_platforms_is_still_gone_through(chromium: Browser, at: Site, number: int) -> None:
    def many(route: Any) -> None:
        answer = route.fetch()
        told = answer.json()
        for part in ("sizes", "shades"):
            told["data"][part]["rows"] = [tile(place) for place in range(number)]
        route.fulfill(response=answer, json=told)

    with looking(chromium, at) as look:
        look.page.route(re.compile(r"sizeOf"), many)
        page = look.at("/?at=330114")
        page.locator(".chart[data-drawn]").wait_for()
        page.wait_for_timeout(500)
        page.locator(".chart").click(position={"x": 60, "y": 120})
        expect(page).to_have_url(re.compile(r"at=33011400\d"))


def test_the_first_view_is_small(look: Look) -> None:
    """What is loaded before the network is seen is less than 400 kB, compressed."""
    sizes: list[int] = []
    look.page.on("requestfinished", lambda asked: sizes.append(asked.sizes()["responseBodySize"]))
    look.at("/")
    look.page.locator(".chart[data-drawn]").wait_for()
    assert 50_000 < sum(sizes) < 400_000


def test_assets_are_kept_for_ever_and_pages_never(at: Site) -> None:
    page = httpx.get(f"{at.address}/")
    (script,) = re.findall(r'<script[^>]* src="(/assets/[^"]+)"', page.text)
    asset = httpx.get(f"{at.address}{script}", headers={"accept-encoding": "br"})
    assert page.headers["cache-control"] == "no-cache"
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert (asset.headers["content-encoding"], "immutable" in asset.headers["cache-control"]) == ("br", True)
    assert httpx.get(f"{at.address}/assets/../server.py").status_code == 404


def test_every_document_was_compiled(at: Site) -> None:
    """All pages were shown to get here, to someone without a key, to whom only these documents are answered."""
    known = set(re.findall(r"^(?:query) (\w+)", "\n".join(website.Website().documents.values()), re.MULTILINE))
    run = [line for line in at.lines() if line.get("kind") == "query" and line["viewer"] == "anonymous"]
    # What was refused, or given up, was not run either way.
    lines = [line for line in run if not line.get("codes")]
    assert [line for line in lines if line["way"] != "compiled"] == []
    assert known <= {line["name"] for line in lines}


def test_its_documents_and_their_plans_are_kept_all_at_once(graph: Graph) -> None:
    """Otherwise each page would plan its statements anew whenever it is shown."""
    documents, size = Documents(graph), 0
    texts = website.Website().documents.values()
    for text in texts:
        document = documents.read(text)
        for operation in document.operations.values():
            # Those that cannot do without variables have statements like the others.
            with suppress(NotCompiled, Fault):
                documents.plan(document, operation, {})
        size += document.size
    assert documents.kept[0] == len(texts)
    assert size < KEPT_CHARACTERS / 2
