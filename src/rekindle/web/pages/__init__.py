"""Every page behind the login. One router, mounted by web/app.py."""

from fastapi import APIRouter

from rekindle.web.pages import dead, decisions, lead, lead_doings, leads, sandbox, static, theme, today, today_doings

router = APIRouter(include_in_schema=False)
for _page in (static, theme, today, today_doings, leads, lead_doings, lead, decisions, sandbox, dead):
    router.include_router(_page.router)
