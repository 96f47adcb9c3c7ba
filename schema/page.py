"""The page to ask from that a browser gets: it needs nothing from outside, and may run nothing but what is in it."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import HTMLResponse

PAGE = Path(__file__).with_name("page.html")


def page() -> HTMLResponse:
    """The page, with a policy that names its own script and style."""
    text, policy = _page()
    return HTMLResponse(text, headers={"content-security-policy": policy, "cache-control": "no-cache"})


@cache
def _page() -> tuple[str, str]:
    text = PAGE.read_text(encoding="utf-8")
    sources = {tag: " ".join(_hash(part) for part in _inside(tag, text)) for tag in ("script", "style")}
    policy = (
        f"default-src 'none'; script-src {sources['script']}; style-src {sources['style']}; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def _inside(tag: str, text: str) -> list[str]:
    return re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
