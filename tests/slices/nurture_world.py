"""A lead with addresses and consent in a furnished office, for the tests of facts and nurture."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.content import install as templates
from rekindle.decide.words import Channel, MessageState
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db, Row
from rekindle.kit.ids import new_id
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker
from rekindle.sequences import install as sequences
from tests.conftest import NOON

BASE_URL = "https://lakeside.example"


@dataclass(frozen=True)
class World:
    """An office with sequences and templates, and what it takes to look at its leads."""

    db: Db
    office_id: UUID
    clock: HandClock
    keyring: Keyring
    means: Means = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "means", Means(self.keyring, BASE_URL))

    @property
    def key(self) -> bytes:
        return self.keyring.derive(f"address:{self.office_id}")

    def looker(self, **more: int) -> Looker:
        return Looker(self.db, self.clock, self.means, lambda: 0.5, **more)

    async def rows(self, table: str, lead_id: UUID | None = None) -> list[Row]:
        async with self.db.office(self.office_id) as conn:
            return await rows(conn, self.office_id, table, lead_id)


async def furnish(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    """Built-in templates and sequences for the office."""
    async with db.office(office_id) as conn:
        await templates.install_builtin(conn, office_id, at=NOON)
        await sequences.install_builtin(conn, office_id, at=NOON)
    return World(db, office_id, clock, keyring)


async def make_lead(
    conn: Conn,
    office_id: UUID,
    *,
    phone: str | None = "+13125550142",
    email: str | None = "ana@home.example",
    sms_consent: bool = True,
    email_consent: bool = True,
    kind: str = "buyer",
    stage: str = "new",
    at: datetime = NOON,
    enquired_at: datetime | None = NOON,
    first_name: str = "Ana",
    attributes: dict[str, str] | None = None,
) -> UUID:
    """A lead who asked at NOON."""
    made = new_id()
    await conn.execute(
        """
        insert into lead (office_id, id, created_at, updated_at, name, first_name, last_name, kind, stage, source,
          state, zip, city, attributes, enquiry, enquired_at)
        values (%s, %s, %s, %s, %s, %s, 'Garcia', %s, %s, 'form', 'IL', '60601', 'Chicago', %s, 'Is it still free?', %s)
        """,
        (
            office_id,
            made,
            at,
            at,
            f"{first_name} Garcia",
            first_name,
            kind,
            stage,
            Jsonb(attributes or {}),
            enquired_at,
        ),
    )
    for kind_, value, channel, granted, basis in (
        ("phone", phone, Channel.SMS, sms_consent, "written"),
        ("email", email, Channel.EMAIL, email_consent, "inquiry"),
    ):
        if value is None:
            continue
        await conn.execute(
            "insert into contact_point (office_id, kind, value, lead_id, raw, created_at)"
            " values (%s, %s, %s, %s, %s, %s)",
            (office_id, kind_, value, made, value, at),
        )
        if granted:
            await conn.execute(
                "insert into consent_state (office_id, channel, address, granted, basis, at, consent_id, evidence_hash)"
                " values (%s, %s, %s, true, %s, %s, %s, %s)",
                (office_id, channel.value, value, basis, at, new_id(), b"evidence"),
            )
    return made


async def write_in(
    conn: Conn, office_id: UUID, lead_id: UUID, body: str, *, at: datetime, address: str = "+13125550142"
) -> UUID:
    """Something the lead wrote, not read by anybody yet."""
    made = new_id()
    await conn.execute(
        """
        insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state, body, created_at)
        values (%s, %s, %s, 'in', 'sms', %s, 'conversational_reply', 1, %s, %s, %s)
        """,
        (office_id, made, lead_id, address, MessageState.RECEIVED, body, at),
    )
    return made


async def rows(conn: Conn, office_id: UUID, table: str, lead_id: UUID | None = None) -> list[Row]:
    """Every row of a table of leads' rows, of one lead or of all."""
    column = "id" if table == "lead" else "lead_id"
    query = f"select * from {table} where office_id = %s and (%s::uuid is null or {column} = %s)"
    cursor = await conn.execute(query, (office_id, lead_id, lead_id))  # type: ignore[arg-type]
    return await cursor.fetchall()
