"""Who calls the API: a bearer key of one office."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from rekindle.office import keys
from rekindle.web.session import AnonymousError, engine_of


@dataclass(frozen=True)
class Caller:
    """The key that was shown, and whose it is."""

    office_id: UUID
    key_id: UUID


async def caller(request: Request) -> Caller:
    """The caller behind `Authorization: Bearer rk_…`; raises AnonymousError."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    found = await keys.by_api_key(engine_of(request).db, key.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise AnonymousError
    return Caller(*found)
