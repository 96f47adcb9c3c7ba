"""A real browser on a real server: what it shows, what it asks for, and what it complains of."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import pytest
from chromium import path as chromium_path
from conftest import database, database_name
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from serving import issued
from test_server import served

AXE = Path(__file__).parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDE = (1280, 800)
PHONE = (390, 844)
# How long a page may load where the machine does much else.
SLOW_MS = 60_000
# Without these it asks its maker for news.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@dataclass
class Site:
    """A server with the network of Hangzhou, and somebody who may write there."""

    address: str
    dsn: str
    key: str
    log: Path

    def ask(self, query: str, **variables: Any) -> Any:
        """What the graph says, as whoever holds the key."""
        headers = {"authorization": f"Bearer {self.key}"}
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.address}/graphql", json=body, headers=headers, timeout=30).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def lines(self) -> list[Any]:
        """What the server has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def site(dsn: str, folder: Path, **settings: str) -> Iterator[Site]:
    """A server of a database. It has to begin before any browser does: a browser occupies its thread's event loop."""
    key = asyncio.run(issued(dsn))
    log = folder / "log"
    with log.open("wb") as file, served(file.fileno(), DATABASE_URL=dsn, **settings) as (address, _):
        yield Site(address, dsn, key, log)


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        # Who is root has no other choice; the pages are our own.
        own = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=chromium_path(), args=[*QUIET, *own])
        yield started
        started.close()


@dataclass
class Look:
    """One window, and what went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    # What the browser says when the server is away, which some tests want.
    is_offline: bool = False

    def at(self, path: str) -> Page:
        """The page of a path, once it has loaded all it asks for at first."""
        self.page.goto(path)
        self.page.wait_for_selector("main :is(.panel, p)")
        expect(self.page.locator(".skeleton, [aria-busy=true]")).to_have_count(0, timeout=SLOW_MS)
        assert self.is_offline or self.page.get_by_role("alert").all_inner_texts() == []
        return self.page

    def faults(self) -> list[str]:
        """What axe finds to be a serious fault, or worse."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['impact']} {each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]


@contextmanager
def looking(
    started: Browser,
    at: Site,
    size: tuple[int, int] = WIDE,
    scheme: Literal["dark", "light"] = "light",
    locale: str = "zh-CN",
) -> Iterator[Look]:
    """A window of its own, with nothing kept from others; that nothing went wrong in it is asserted at its end."""
    context: BrowserContext = started.new_context(
        base_url=at.address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale=locale,
        accept_downloads=True,
    )
    look = Look(context.new_page())
    own = urlsplit(at.address).netloc

    def asked(url: str) -> None:
        where = urlsplit(url)
        if where.scheme not in ("blob", "data") and where.netloc != own:
            look.problems.append(f"asked {url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            look.problems.append(message.text)

    look.page.on("console", said)
    look.page.on("pageerror", lambda error: look.problems.append(str(error)))
    look.page.on("request", lambda request: asked(request.url))
    yield look
    # What is still being answered need not be.
    look.page.unroute_all(behavior="ignoreErrors")
    context.close()
    assert look.is_offline or look.problems == []


@pytest.fixture(scope="module")
def at(
    request: pytest.FixtureRequest, postgres: str, hangzhou_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server of Hangzhou's network for the tests of a module, with the settings that it names."""
    settings: dict[str, str] = getattr(request.module, "SETTINGS", {})
    with (
        database(postgres, template=database_name(hangzhou_template)) as dsn,
        site(dsn, tmp_path_factory.mktemp("site"), BUDGETS="0", **settings) as at,
    ):
        yield at


@pytest.fixture(scope="module")
def chromium(at: Site) -> Iterator[Browser]:
    """A browser for the tests of a module; it starts after the server and ends before it."""
    with browser() as started:
        yield started


@pytest.fixture
def look(chromium: Browser, at: Site) -> Iterator[Look]:
    """A window."""
    with looking(chromium, at) as look:
        yield look
