"""Every page behind the login. One router, mounted by web/app.py."""

from fastapi import APIRouter

from rekindle.web.pages import dead, decisions, errands, fresh, leads, static, theme
from rekindle.web.pages.connections import doings as connections_doings
from rekindle.web.pages.connections import page as connections
from rekindle.web.pages.lead import doings as lead_doings
from rekindle.web.pages.lead import page as lead
from rekindle.web.pages.sandbox import page as sandbox
from rekindle.web.pages.today import doings as today_doings
from rekindle.web.pages.today import page as today

router = APIRouter(include_in_schema=False)
# The order counts where one address is a case of another: a lead's gate before a lead's other pieces.
for _page in (
    static,
    theme,
    today,
    today_doings,
    leads,
    lead_doings,
    lead,
    decisions,
    sandbox,
    dead,
    errands,
    connections,
    connections_doings,
    fresh,
):
    router.include_router(_page.router)
