"""`/api/v1`: hand in a lead, ask after it, list leads."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import JSONResponse

from rekindle.reports.leads.types import Order
from rekindle.web.api import hand_in, read
from rekindle.web.api.key import Caller, caller
from rekindle.web.session import engine_of

router = APIRouter(prefix="/api/v1", tags=["leads"])

Called = Annotated[Caller, Depends(caller)]


@router.post("/leads", status_code=202)
async def post_lead(request: Request, who: Called, idempotency_key: Annotated[str, Header()] = "") -> JSONResponse:
    """Hand in an enquiry; it is durable when this answers. The same Idempotency-Key again gives the same id."""
    return await hand_in.hand_in(engine_of(request), who, await request.body(), key=idempotency_key)


@router.get("/leads/{lead_id}")
async def get_lead(request: Request, who: Called, lead_id: UUID) -> JSONResponse:
    """A lead by its own id, or by the id its enquiry was answered with.

    202 while that waits to be handled; 422, state "dead" with the reason, when it could not be.
    """
    return await read.one(engine_of(request), who.office_id, lead_id)


@router.get("/leads")
async def list_leads(
    request: Request,
    who: Called,
    *,
    order: Order = Order.NEWEST,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """A page of leads; `next` is the cursor of the page behind it, null on the last."""
    return await read.many(engine_of(request), who.office_id, order=order, cursor=cursor, limit=limit)


@router.get("/openapi.json", include_in_schema=False, dependencies=[Depends(caller)])
async def openapi(request: Request) -> dict[str, Any]:
    """This API's description in OpenAPI."""
    described: dict[str, Any] = request.app.openapi()
    return described
