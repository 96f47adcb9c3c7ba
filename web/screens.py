"""Pictures of each page, as they are in the README, and how soon the first view is there: `make screens`."""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from db.embedded import scratch_folder
from faults.serving import Serving

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screens"
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
# The chain that ends at a kindergarten, and who led it, found by what they are called.
FOUND = """{
  result: results(first: 1, where: {kind: OUTCOME, isSample: false, text: "幼儿园"}) { nodes { id } }
  event: events(first: 1, where: {isSample: false, participant: ["330127", "330102"]}) { nodes { id } }
  member: members(first: 1, where: {name: ["汪爱娟"]}) { nodes { id } }
}"""
# How often the first view is timed, each time by a browser that has kept nothing.
TIMES = 7
# Charts move for less than a second.
STILL_MS = 1200


def pages(address: str) -> dict[str, str]:
    """The address of each page, by the name of its picture."""
    told = httpx.post(f"{address}/graphql", json={"query": FOUND}, timeout=30).json()["data"]
    ids = {name: rows["nodes"][0]["id"] for name, rows in told.items()}
    return {
        "network": "/",
        "network-of-a-district": "/?at=330114&color=RESULTS.ADOPTION_RATE",
        "district": "/districts/330114",
        "platform": "/platforms/qiantang-xin-zhi-zao",
        "member": f"/members/{ids['member']}?year=2023",
        "event": f"/events/{ids['event']}",
        "result": f"/results/{ids['result']}",
        "search": "/search?q=xzz",
        "rows": "/rows/observations",
        "schema": "/schema",
        "explorer": "/graphql",
    }


def settled(page: Page) -> None:
    """Wait until a page shows all there is."""
    page.wait_for_load_state("networkidle" if "/graphql" in page.url else "load")
    page.locator(".skeleton, [aria-busy=true]").first.wait_for(state="detached")
    page.wait_for_timeout(STILL_MS)


def shoot(browser: Browser, address: str) -> None:
    """A picture of each page in each size and colour."""
    FOLDER.mkdir(exist_ok=True)
    addresses = pages(address)
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                base_url=address,
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                locale="zh-CN",
            )
            page = context.new_page()
            for name, path in addresses.items():
                page.goto(path)
                settled(page)
                page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png")
            context.close()


def ready(browser: Browser, address: str) -> float:
    """After how many seconds a browser that was never here shows the map and the figures."""
    context = browser.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    began = time.perf_counter()
    page.goto("/", wait_until="commit")
    page.locator(".chart[data-drawn]").wait_for()
    page.locator(".figure-card").first.wait_for()
    took = time.perf_counter() - began
    context.close()
    return took


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    import chromium

    with scratch_folder("screens") as folder, tempfile.TemporaryDirectory() as logs, sync_playwright() as playwright:
        serving = Serving(Path(logs) / "log", DATA_DIR=str(folder), BUDGETS="0")
        serving.start()
        try:
            browser = playwright.chromium.launch(executable_path=chromium.path(), args=["--no-sandbox"])
            times = [ready(browser, serving.address) for _ in range(TIMES)]
            median, most = statistics.median(times), max(times)
            print(f"First view ready after {median:.2f} s (median of {TIMES}; {most:.2f} s at most)")
            shoot(browser, serving.address)
            browser.close()
        finally:
            serving.end(10)
    print(f"Pictures in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
