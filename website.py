"""The dashboard, as `web/` was built into `web/dist`; where it was not, a page that says so.

Every asset has its content's digest in its name and is kept by browsers for ever; the pages themselves never are.
"""

import json
from functools import partial
from pathlib import Path

from servestatic import ServeStaticASGI
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

BUILT = Path(__file__).parent / "web" / "dist"
# The addresses that are pages of the dashboard. What they show they ask of the graph.
PAGES = (
    "/", "/search", "/rows/{of}", "/districts/{code}", "/platforms/{slug}", "/members/{id}", "/events/{id}",
    "/results/{id}", "/schema",
)  # fmt: skip
COMMON = "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
POLICY = f"default-src 'none'; script-src 'self'; style-src 'self'; {COMMON}"
# The explorer's editor writes styles of its own and places every line by a style attribute; its icons are a font, and
# it reads documents in workers.
EXPLORER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; worker-src 'self'; "
    f"{COMMON}"
)
NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>驿站 Yizhan</title>
<h1>驿站 Yizhan</h1>
<p>仪表板尚未构建:缺少 Node 20 或更新版本,也未能安装一个。接口照常可用:<a href="/graphql">/graphql</a>。
装好 Node 后,再运行一次 <code>make run</code>。</p>
<p lang="en">The dashboard is not built: there is no Node 20 or newer, and none could be installed.
The API works all the same: <a href="/graphql">/graphql</a>. With Node there, <code>make run</code> builds it.</p>
</html>
"""


class Website:
    """What a browser is shown beside the answers of the graph."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder
        self.is_built = all((folder / name).exists() for name in ("index.html", "explorer.html", "persisted.json"))
        # The documents that the dashboard sends by their ids.
        self.documents: dict[str, str] = {}
        if self.is_built:
            self.documents = json.loads((folder / "persisted.json").read_text(encoding="utf-8"))
            self._dashboard = (folder / "index.html").read_text(encoding="utf-8")
            self._explorer = (folder / "explorer.html").read_text(encoding="utf-8")

    def routes(self) -> list[Route]:
        """Where the pages are."""
        if not self.is_built:
            return [Route("/", lambda _: HTMLResponse(NOT_BUILT, headers={"cache-control": "no-cache"}))]
        return [Route(path, partial(self._page, 200)) for path in PAGES]

    def explorer(self) -> Response:
        """The page to ask the graph from, where it is built."""
        return _html(self._explorer, EXPLORER_POLICY)

    def absent(self, request: Request) -> Response:
        """The answer where there is nothing: in a browser a page of the dashboard that says so."""
        if self.is_built and "text/html" in request.headers.get("accept", ""):
            return self._page(404, request)
        return PlainTextResponse("Not Found", 404)

    def with_assets(self, inner: ASGIApp) -> ASGIApp:
        """`inner`, and before it the files that the pages are made of."""
        if not self.is_built:
            return inner
        served: ASGIApp = ServeStaticASGI(
            inner,
            root=self._folder / "assets",
            prefix="assets/",
            allow_all_origins=False,
            immutable_file_test=lambda *_: True,
        )
        return served

    def _page(self, status: int, _: Request) -> Response:
        return _html(self._dashboard, POLICY, status)


def _html(text: str, policy: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers={"content-security-policy": policy, "cache-control": "no-cache"})
