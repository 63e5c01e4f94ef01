"""What the browser is given: static files, the size of the style sheets, nothing inline in any template."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from rekindle.web.pages import static
from rekindle.web.pages.render import TEMPLATES

FOLDER = Path(static.__file__).parent.parent
SHEETS = sorted((FOLDER / "static" / "css").glob("*.css"))
PAGES = sorted((FOLDER / "templates").rglob("*.html"))


async def get(path: str) -> httpx.Response:
    app = FastAPI()
    app.include_router(static.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site.example") as client:
        return await client.get(path, follow_redirects=True)


async def test_a_static_file_is_kept_for_ever_under_todays_digest_only() -> None:
    today = await get(static.static_url("css/base.css"))
    assert (today.status_code, today.headers["cache-control"]) == (200, static.FOREVER)
    assert today.headers["content-type"] == "text/css; charset=utf-8"
    old = await get("/static/000000000000/css/base.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["../pages/static.py", "css/../../session.py", "nothing.css", "%2e%2e/app.py"])
async def test_no_path_leads_out(path: str) -> None:
    assert (await get(f"/static/{static.DIGEST}/{path}")).status_code == 404


def test_a_name_that_does_not_exist_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        static.static_url("css/forgotten.css")


def test_the_style_stays_small_and_layered() -> None:
    assert len(SHEETS) <= 10
    assert sum(len(sheet.read_text().splitlines()) for sheet in SHEETS) < 1500
    for sheet in SHEETS:
        assert f"@layer {sheet.stem} {{" in sheet.read_text()


def test_every_colour_used_is_a_token() -> None:
    known = set(re.findall(r"(--[\w-]+):", (FOLDER / "static" / "css" / "tokens.css").read_text()))
    for sheet in SHEETS:
        assert set(re.findall(r"var\((--[\w-]+)\)", sheet.read_text())) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(FOLDER / "templates").as_posix())
def test_no_template_holds_script_or_style_of_its_own(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|hx-on|\|\s*safe", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    TEMPLATES.get_template(page.relative_to(FOLDER / "templates").as_posix())


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (FOLDER / "static" / "icons.svg").read_text()))
    asked = {name for page in PAGES for name in re.findall(r'icon\("([\w-]+)"\)', page.read_text())}
    assert asked <= drawn


def test_htmx_comes_with_its_licence() -> None:
    assert "Zero-Clause BSD" in (FOLDER / "static" / "vendor" / "htmx.LICENSE.txt").read_text()
