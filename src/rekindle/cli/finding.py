"""Which lead a person at the command line means."""

from uuid import UUID

from rekindle.cli.context import UsageProblemError
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.leads.find import by_address
from rekindle.leads.types import NoSuchLeadError


async def find(conn: Conn, office_id: UUID, wanted: str) -> UUID:
    """The lead meant by an id or an address, or who it was merged into; raises UsageProblemError."""
    return (await leads.get(conn, office_id, await named(conn, office_id, wanted))).id


async def named(conn: Conn, office_id: UUID, wanted: str) -> UUID:
    """The same without following merges: an id names that very lead, merged or not."""
    try:
        lead_id: UUID | None = UUID(wanted)
    except ValueError:
        lead_id = await by_address(conn, office_id, "email" if "@" in wanted else "phone", wanted)
    try:
        if lead_id is not None:
            await leads.get(conn, office_id, lead_id)
            return lead_id
    except NoSuchLeadError:
        pass
    raise UsageProblemError(f"no lead with the id, phone number or e-mail address {wanted!r} in this office")
