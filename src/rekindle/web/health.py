"""Is it up, is it ready, do the providers answer, and how is it doing."""

import hmac
from datetime import datetime, timedelta

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from rekindle.invariants import ready, store
from rekindle.kit import migrate
from rekindle.web import body, metrics
from rekindle.web.engine import Engine
from rekindle.web.reach import reached
from rekindle.web.session import AnonymousError, engine_of
from rekindle.web.source import at_home

router = APIRouter(include_in_schema=False)

RETRY_SECONDS = 5
SCRAPE_KEPT = timedelta(seconds=5)


async def operator(request: Request) -> None:
    """Passes with REKINDLE_METRICS_TOKEN as bearer; without such a setting only from this very machine."""
    settings = engine_of(request).settings
    if settings.metrics_token:
        given = body.header(request.scope, b"authorization")
        if hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode()):
            return
        raise AnonymousError
    if settings.production or not at_home(request.scope):
        raise AnonymousError


@router.get("/health/live")
async def live() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def is_ready(request: Request) -> JSONResponse:
    """The engine can do its work; 503 names what keeps it from it."""
    engine = engine_of(request)
    checks = await ready.check(engine.db, revision=migrate.newest(), at=engine.clock.now())
    failing = [check.name for check in checks if not check.holds]
    return JSONResponse(
        {
            "status": "not ready" if failing else "ready",
            "failing": failing,
            "checks": {check.name: check.why or "ok" for check in checks},
        },
        status_code=503 if failing else 200,
        headers={"retry-after": str(RETRY_SECONDS)} if failing else None,
    )


@router.get("/health/deep", dependencies=[Depends(operator)])
async def deep(request: Request) -> JSONResponse:
    """Every provider that somebody is connected to answers a reading question; 503 names those that do not."""
    engine = engine_of(request)
    providers = await reached(engine)
    failing = sorted(name for name, found in providers.items() if not found.ok)
    return JSONResponse(
        {
            "status": "failing" if failing else "ok",
            "failing": failing,
            "providers": {name: {"answers": found.ok, "why": found.text} for name, found in providers.items()},
        },
        status_code=503 if failing else 200,
    )


@router.get("/metrics", dependencies=[Depends(operator)])
async def scrape(request: Request) -> Response:
    """Prometheus' page; the database is asked once in five seconds, however many scrape."""
    engine = engine_of(request)
    page = await _page(request, engine)
    return Response(page, media_type=CONTENT_TYPE_LATEST)


async def _page(request: Request, engine: Engine) -> bytes:
    at = engine.clock.now()
    kept: tuple[datetime, list[store.Gauge]] | None = getattr(request.app.state, "scraped", None)
    if kept is None or at - kept[0] >= SCRAPE_KEPT:
        async with engine.db.plain() as conn:
            kept = (at, await store.gauges(conn, at=at))
        request.app.state.scraped = kept
    return metrics.render(kept[1])
