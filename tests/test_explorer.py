"""The explorer in a real browser: the documented questions run in it, without anything from elsewhere."""

import json
from pathlib import Path

from browsing import Look, Site
from playwright.sync_api import Page, expect

EXAMPLES = Path(__file__).parents[1] / "examples"


def opened(look: Look) -> Page:
    """The explorer, ready to be asked."""
    look.page.goto("/graphql")
    expect(look.page.locator(".monaco-editor").first).to_be_visible()
    return look.page


def run(page: Page) -> None:
    page.get_by_role("button", name="Execute query").click()


def test_a_documented_question_is_answered_as_documented(look: Look) -> None:
    page = opened(look)
    with page.expect_response("**/graphql") as answered:
        run(page)
    expected = json.loads((EXAMPLES / "a-levels-of-qiantang.json").read_text(encoding="utf-8"))
    assert answered.value.json()["data"] == expected
    expect(page.locator(".result-window")).to_contain_text("钱塘")


def test_every_documented_question_can_be_opened(look: Look) -> None:
    page = opened(look)
    choice = page.locator("select").first
    titles = {
        path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in EXAMPLES.glob("*.graphql")
    }
    assert titles <= {option.strip() for option in choice.locator("option").all_inner_texts()}
    choice.select_option(
        label="哪些建议和提案谈到“公交”?" if "哪些建议和提案谈到“公交”?" in titles else sorted(titles)[0]
    )
    with page.expect_response("**/graphql") as answered:
        run(page)
    assert "errors" not in answered.value.json()


def test_the_key_is_sent_and_stays_in_the_tab(look: Look, at: Site) -> None:
    page = opened(look)
    page.get_by_placeholder("yz_").fill(at.key)
    with page.expect_request("**/graphql") as sent:
        run(page)
    assert sent.value.headers["authorization"] == f"Bearer {at.key}"
    assert at.key not in page.evaluate("JSON.stringify({...localStorage})")


def test_it_completes_from_the_contract(look: Look) -> None:
    page = opened(look)
    page.get_by_role("button", name="New tab").click()
    page.locator(".monaco-editor").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("{ distr")
    page.keyboard.press("Control+Space")
    expect(page.locator(".suggest-widget")).to_contain_text("districts")


def test_it_leads_back_to_the_dashboard_in_the_same_language(look: Look) -> None:
    page = opened(look)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Dashboard").click()
    expect(page.get_by_role("heading", name="The network of platforms")).to_be_visible()
