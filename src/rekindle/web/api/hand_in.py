"""An enquiry through the API takes the same way as any other: raw into the inbox, understood later."""

import re
from dataclasses import asdict
from uuid import UUID

import orjson
from starlette.responses import JSONResponse

from rekindle.inbox.receive import Arrival, FullError
from rekindle.kit.ids import new_id
from rekindle.leads import stated
from rekindle.providers.form import fields
from rekindle.providers.ports import Enquiry
from rekindle.reports.arrival import store
from rekindle.web.api.key import Caller
from rekindle.web.engine import Engine

SOURCE = "api"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
RETRY_SECONDS = "5"


async def hand_in(engine: Engine, who: Caller, body: bytes, *, key: str) -> JSONResponse:
    """Checked field by field (422), stored once (202 with its id), or asked to come again (429)."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _refused(400, "", "the body must be JSON")
    if key and not KEY.fullmatch(key):
        return _refused(422, "Idempotency-Key", "must be 1 to 200 visible ASCII characters")
    # A key of one caller must not meet the same key of another.
    external_id = f"{who.key_id}:{key or new_id()}"
    if errors := _wrong(given):
        return JSONResponse({"errors": errors}, 422)
    arrival = Arrival(
        office_id=who.office_id,
        source=SOURCE,
        external_id=external_id,
        content_type="application/json",
        body=body,
    )
    try:
        stored = await engine.receiver.receive(arrival)
    except FullError:
        return JSONResponse(
            {"errors": [{"field": "", "why": "cannot store it now, send it again"}]},
            429,
            {"retry-after": RETRY_SECONDS},
        )
    if stored.duplicate and not await _same(engine, who, stored.event_id, given):
        # Answering with the old id would lose this lead without a word.
        return _refused(409, "Idempotency-Key", "was used for another enquiry; use a new one")
    found = {"id": str(stored.event_id), "duplicate": stored.duplicate, "url": f"/api/v1/leads/{stored.event_id}"}
    return JSONResponse(found, 202)


def _wrong(given: object) -> list[dict[str, str]]:
    """Every field that cannot be used: said now, to whoever can mend it, not found among the dead letters."""
    enquiry = fields.read(given, source=SOURCE)
    if not isinstance(enquiry, Enquiry):
        return [asdict(error) for error in enquiry]
    return [{"field": error.field, "why": error.text} for error in stated.unusable(enquiry)]


async def _same(engine: Engine, who: Caller, event_id: UUID, given: object) -> bool:
    async with engine.db.office(who.office_id) as conn:
        first = await store.body(conn, who.office_id, event_id)
    return first is not None and orjson.loads(first) == given


def _refused(status: int, field: str, why: str) -> JSONResponse:
    return JSONResponse({"errors": [{"field": field, "why": why}]}, status)
