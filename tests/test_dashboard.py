"""The dashboard in a real browser: one goes through the network, sees what the graph says, and takes it away."""

import csv
import io
import json
import re
import socket
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from browsing import Look, Site, looking
from playwright.sync_api import Browser, expect
from test_server import served

import website

ROOT = Path(website.__file__).parent
SETTINGS = {"DOCUMENTS": "trusted+keys"}
RAISE = 'mutation { raiseRecommendation(input: {title: "园区路灯", district: "330114"}) { __typename } }'
WRITE = """([query, key]) => fetch("/graphql", {
  method: "POST",
  headers: {"content-type": "application/json", authorization: `Bearer ${key}`},
  body: JSON.stringify({query}),
}).then((told) => told.json())"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_one_goes_down_to_a_studio_and_back(look: Look) -> None:
    page = look.at("/")
    page.get_by_role("link", name="钱塘区", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("钱塘区")
    assert query_of(page.url) == {"at": "330114"}
    page.get_by_role("link", name="芯智造委员工作室", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("芯智造委员工作室")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("钱塘区")
    page.get_by_role("navigation", name="所在位置").get_by_role("link", name="杭州市").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("杭州市")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("杭州市")


def test_a_click_on_the_map_goes_down(look: Look) -> None:
    page = look.at("/")
    chart = page.locator(".chart[data-drawn]")
    chart.wait_for()
    page.wait_for_timeout(500)
    # The largest district begins at the left edge.
    chart.click(position={"x": 60, "y": 120})
    expect(page.get_by_role("heading", level=1)).to_have_text("钱塘区")


def test_figures_are_those_of_the_graph(look: Look, at: Site) -> None:
    page = look.at("/?at=330114")
    told = at.ask(
        """query ($of: RollupFilter) {
          events: rollup(of: EVENTS, by: [], measures: [COUNT, PUBLIC_PARTICIPANTS], where: $of) {
            total { values { value } }
          }
          results: rollup(of: RESULTS, by: [], measures: [COUNT, ADOPTION_RATE], where: $of) {
            total { values { value } }
          }
          platforms: rollup(of: PLATFORMS, by: [PLATFORM_KIND], measures: [COUNT], where: $of) {
            rows { keys { label } values { value } }
          }
        }""",
        of={"area": ["330114"]},
    )
    shown = dict(
        zip(
            page.locator(".kpis .figure-card:not(.reported) .name").all_inner_texts(),
            page.locator(".kpis .figure-card:not(.reported) .value").all_inner_texts(),
            strict=True,
        )
    )
    events, participants = (value["value"] for value in told["events"]["total"]["values"])
    results, adoption = (value["value"] for value in told["results"]["total"]["values"])
    assert shown["活动场次"] == f"{events:,.0f}"
    assert shown["群众参与人次"] == f"≥ {participants:,.0f}"
    assert shown["成果"] == f"{results:,.0f}"
    assert shown["采纳率"] == f"{adoption * 100:.1f}%"
    assert {name: shown[name] for name in ("民生议事堂", "协商驿站", "委员工作室")} == {
        "民生议事堂": "7", "协商驿站": "120", "委员工作室": "3"
    }  # fmt: skip


def test_published_figures_say_how_complete_they_are(look: Look) -> None:
    page = look.at("/")
    halls = page.locator(".reported", has=page.get_by_text("民生议事堂", exact=True))
    expect(halls.locator(".value")).to_have_text("29")
    expect(halls.locator(".completeness")).to_have_text("6 个区县中 2 个报告")
    advice = page.locator(".reported", has=page.get_by_text("提出的意见建议", exact=True))
    expect(advice.locator(".value")).to_have_text("≥ 1,298")
    expect(advice.locator(".completeness")).to_have_text("6 个区县中 2 个报告,期间不一")


def test_sample_data_are_announced_and_can_be_left_out(look: Look) -> None:
    page = look.at("/?at=330114")
    expect(page.get_by_role("note")).to_contain_text("示例数据")
    page.get_by_label("只看有出处的事实").check()
    expect(page.get_by_role("note")).to_have_count(0)
    assert query_of(page.url) == {"at": "330114", "facts": "1"}


def test_a_figure_leads_to_its_rows(look: Look) -> None:
    page = look.at("/?at=330114&year=2023")
    count = page.locator(".figure-card", has=page.get_by_text("活动场次", exact=True)).locator("a.value")
    told = count.inner_text()
    count.click()
    expect(page.get_by_role("heading", name="活动")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"^共 {told.replace(',', '')} 条"))).to_be_visible()


def test_search_finds_by_initials_and_by_keyboard(look: Look) -> None:
    page = look.at("/")
    page.keyboard.press("/")
    page.keyboard.type("xzz")
    expect(page.get_by_role("link", name="芯智造委员工作室", exact=True)).to_be_visible()
    assert query_of(page.url) == {"q": "xzz"}
    page.get_by_role("link", name="芯智造委员工作室", exact=True).focus()
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == page.locator(".list a").nth(1).inner_text()


def test_csv_has_the_rows_that_are_shown(look: Look) -> None:
    page = look.at("/rows/platforms?" + "where=" + json.dumps({"district": ["330114"], "kind": ["MEMBER_STUDIO"]}))
    page.get_by_label("取走数据").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert download.value.suggested_filename == "平台.csv"
    assert head == ["名称", "类型", "区县", "所在地", "状态"]
    shown = [cells[0] for cells in rows]
    assert shown == [name.removesuffix("示例") for name in page.locator("tbody tr td:first-child").all_inner_texts()]
    assert len(rows) == 3


def test_xlsx_has_the_rows_that_are_shown(look: Look) -> None:
    page = look.at("/?at=330114")
    page.locator(".map").get_by_label("取走数据").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="XLSX").click()
    with zipfile.ZipFile(download.value.path()) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else sheet
    assert "芯智造委员工作室" in texts
    page.locator(".map").get_by_role("button", name="表").click()
    assert sheet.count("<row ") == 1 + page.locator(".map tbody tr").count()


def test_a_chart_is_taken_away_as_a_picture(look: Look) -> None:
    page = look.at("/")
    page.locator(".chart[data-drawn]").wait_for()
    page.locator(".map").get_by_label("取走数据").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert Path(download.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_question_is_copied_so_that_it_runs_elsewhere(look: Look, at: Site) -> None:
    page = look.at("/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".map").get_by_label("取走数据").click()
    page.get_by_role("button", name="复制为 curl").click()
    expect(page.get_by_role("status").get_by_text("已复制")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith(f"curl {at.address}/graphql -H 'content-type: application/json'")
    body = json.loads(command.split("<<'QUESTION'\n")[1].split("\nQUESTION")[0])
    told = at.ask(body["query"], **body["variables"])
    page.locator(".map").get_by_role("button", name="表").click()
    assert len(told["sizes"]["rows"]) == page.locator(".map tbody tr").count()


def test_a_mutation_shows_in_another_window(chromium: Browser, at: Site) -> None:
    with looking(chromium, at) as first, looking(chromium, at) as second:
        page = first.at("/?at=330114")
        expect(page.locator(".ticker .state")).to_have_text("实时")
        card = page.locator(".figure-card", has=page.get_by_text("成果", exact=True)).locator(".value")
        before = int(card.inner_text().replace(",", ""))
        # The other window is the writer's.
        second.at("/").evaluate(WRITE, [RAISE, at.key])
        expect(page.locator(".ticker")).to_contain_text("园区路灯")
        expect(card).to_have_text(f"{before + 1:,}")
        expect(card).to_have_class(re.compile("flash"))
        expect(card).not_to_have_class(re.compile("flash"))


def test_it_says_when_it_is_cut_off_and_goes_on_afterwards(chromium: Browser, at: Site) -> None:
    settings = {"DATABASE_URL": at.dsn, "PORT": str(free_port()), "BUDGETS": "0"}
    with served(**settings) as (address, first), looking(chromium, replace(at, address=address)) as look:
        look.is_offline = True
        page = look.at("/")
        expect(page.locator(".ticker .state")).to_have_text("实时")
        first.kill()
        page.get_by_role("link", name="钱塘区", exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text("服务器没有回应")
        expect(page.locator(".ticker .state")).to_contain_text("连接中断")
        with served(**settings):
            for again in page.get_by_role("button", name="重试").all():
                again.click()
            expect(page.get_by_role("alert")).to_have_count(0)
            expect(page.locator(".ticker .state")).to_have_text("实时", timeout=30_000)


SEEN = """(state) => {
  Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_window_that_nobody_sees_holds_no_connection(look: Look, at: Site) -> None:
    """A browser opens six to a server in all, and there may be more windows."""
    page = look.at("/?at=330114")
    expect(page.locator(".ticker .state")).to_have_text("实时")
    card = page.locator(".figure-card", has=page.get_by_text("成果", exact=True)).locator(".value")
    before = int(card.inner_text().replace(",", ""))
    with page.expect_event("requestfailed", lambda request: request.headers["accept"] == "text/event-stream"):
        page.evaluate(SEEN, "hidden")
    at.ask(RAISE.replace("园区路灯", "园区班车"))
    page.wait_for_timeout(2_000)
    expect(card).to_have_text(f"{before:,}")
    page.evaluate(SEEN, "visible")
    expect(card).to_have_text(f"{before + 1:,}")


def test_an_error_is_told_with_the_number_of_its_request(look: Look) -> None:
    look.is_offline = True
    page = look.at("/rows/events?where=" + json.dumps({"district": ["999999"], "startsAt": {"since": "yesterday"}}))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("请求编号")
    expect(alert.get_by_role("button", name="重试")).to_be_visible()


def test_what_is_not_there_is_said_not_to_be(look: Look, at: Site) -> None:
    look.is_offline = True
    page = look.at("/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有这一页")
    assert httpx.get(f"{at.address}/nowhere", headers={"accept": "text/html"}).status_code == 404
    assert httpx.get(f"{at.address}/nowhere").text == "Not Found"


@pytest.mark.parametrize("path", ["/?at=000000", "/?at=abc", "/districts/330999", "/members/xyz", "/rows/nothing"])
def test_an_address_of_nothing_is_said_to_be_one(look: Look, path: str) -> None:
    look.is_offline = True
    expect(look.at(path).get_by_role("heading", level=1)).to_have_text("没有这一页")


def test_a_wrong_key_is_told_and_can_be_taken_back(look: Look) -> None:
    look.is_offline = True
    page = look.at("/")
    page.locator(".key summary").click()
    page.get_by_label("API 密钥").fill("yz_wrong")
    page.get_by_role("button", name="使用").click()
    expect(page.get_by_role("alert").first).to_contain_text("UNAUTHENTICATED")
    page.locator(".key summary").click()
    page.get_by_role("button", name="忘记").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("民生议事堂", exact=True).first).to_be_visible()


def test_both_languages_are_whole(look: Look) -> None:
    page = look.at("/?at=330114")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="The network of platforms")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    text = page.locator(".kpis").inner_text()
    # Only what the data themselves are called stays as it is.
    assert re.search(r"[\u4e00-\u9fff]", re.sub(r"Not reported:.*", "", text)) is None, text


def test_without_having_been_built_it_says_what_is_missing(tmp_path: Path) -> None:
    absent = website.Website(tmp_path)
    ((path, told),) = [(route.path, route.endpoint(None)) for route in absent.routes()]
    assert (path, absent.is_built, absent.documents, told.status_code) == ("/", False, {}, 200)
    assert "Node 20" in told.body.decode()


def test_the_server_knows_all_addresses_of_pages() -> None:
    routed = re.findall(r'<Route path="([^"]+)"', (ROOT / "web" / "src" / "App.tsx").read_text())
    assert {re.sub(r":(\w+)", r"{\1}", path) for path in routed} == set(website.PAGES)
