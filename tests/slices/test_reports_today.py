"""What Today shows comes from rows, and from nothing else."""

from datetime import timedelta
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.reports.today import store
from tests.browser.rows import Rows
from tests.conftest import NOON

QUIET = "Outside contact hours."


def rows_of(database_url: str, office_id: UUID) -> Rows:
    return Rows(psycopg.connect(database_url, autocommit=True, row_factory=dict_row), office_id, NOON)


async def person(db: Db, office_id: UUID, name: str) -> UUID:
    made = new_id()
    async with db.office(office_id) as conn:
        await conn.execute(
            "insert into person (office_id, id, email, name, role, created_at) values (%s, %s, %s, %s, 'agent', %s)",
            (office_id, made, f"{name.lower()}@lakeside.example", name, NOON),
        )
    return made


async def test_an_empty_office_has_zeros_and_no_data(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        numbers = await store.messages_since(conn, office_id, owner=None, since=NOON)
        response = await store.first_response(conn, office_id, owner=None, since=NOON)
        assert set(numbers.values()) == {0}
        assert (response["n"], response["median"], response["p95"], response["slices"]) == (0, None, None, {})
        assert await store.open_handoffs(conn, office_id, owner=None, limit=9) == []
        assert await store.waiting(conn, office_id, owner=None, at=NOON, limit=9) == []
        assert set((await store.stuck(conn, office_id)).values()) == {0}
        assert not await store.anything(conn, office_id)


async def test_who_needs_a_person(db: Db, office_id: UUID, database_url: str) -> None:
    dana, marcus = await person(db, office_id, "Dana"), await person(db, office_id, "Marcus")
    rows = rows_of(database_url, office_id)
    with rows.conn:
        old, new, taken = (rows.lead(n, minutes=9) for n in ("Old Wait", "New Wait", "In Hand"))
        rows.message(new, "Call me", minutes=2, inbound=True)
        rows.handoff(new, "wants_person", "Wants a call.", dana, minutes=2)
        rows.handoff(old, "wants_person", "Wants a call.", marcus, minutes=8)
        rows.handoff(taken, "wants_person", "", marcus, minutes=9, acknowledged_at=NOON, acknowledged_by=marcus)
    async with db.office(office_id) as conn:
        seen = await store.open_handoffs(conn, office_id, owner=None, limit=9)
        assert [(row["name"], row["said"]) for row in seen] == [
            ("Old Wait", None), ("New Wait", "Call me"), ("In Hand", None),
        ]  # fmt: skip
        mine = await store.open_handoffs(conn, office_id, owner=dana, limit=9)
        assert [row["name"] for row in mine] == ["New Wait"]
        assert await store.count_open_handoffs(conn, office_id, owner=None) == 2
        assert await store.count_open_handoffs(conn, office_id, owner=dana) == 1


async def test_only_what_hours_hold_now_waits_for_hours(db: Db, office_id: UUID, database_url: str) -> None:
    rows = rows_of(database_url, office_id)
    opens = NOON + timedelta(hours=9)
    with rows.conn:
        held, passed, sent, step = (
            rows.lead(n, minutes=99) for n in ("Held Still", "Was Held", "Sent Since", "Next Step")
        )
        rows.decision(held, "wait", "hold", QUIET, minutes=5, until=opens)
        rows.decision(passed, "wait", "hold", QUIET, minutes=50, until=NOON - timedelta(minutes=1))
        rows.decision(sent, "wait", "hold", QUIET, minutes=50, until=opens)
        rows.decision(sent, "send", "allow", "", minutes=4)
        rows.decision(step, "wait", "hold", QUIET, minutes=50, until=opens)
    async with db.office(office_id) as conn:
        await conn.execute(
            "insert into decision (office_id, id, at, lead_id, phase, kind, verdict, reasons, facts, draw, policy,"
            " code, until) values (%s, %s, %s, %s, 'decide', 'wait', 'hold', %s, '{}', 0, '1', 'NOT_DUE', %s)",
            (office_id, new_id(), NOON, step, '[{"gate": "plan", "verdict": "hold", "text": "Not due yet."}]', opens),
        )
        found = await store.waiting(conn, office_id, owner=None, at=NOON, limit=9)
    assert [(row["name"], row["until"], row["total"]) for row in found] == [("Held Still", opens, 1)]


async def test_numbers_of_a_day_and_first_responses(db: Db, office_id: UUID, database_url: str) -> None:
    rows = rows_of(database_url, office_id)
    with rows.conn:
        for number, seconds in enumerate((2.0, 4.0, 20.0, 400.0)):
            lead = rows.lead(f"Lead {number}", minutes=10, first_response_seconds=seconds)
            rows.message(lead, "Hello", minutes=9)
        rows.message(lead, "Yes", minutes=3, inbound=True)
        rows.message(lead, "Really", minutes=2, inbound=True)
    async with db.office(office_id) as conn:
        day = await store.messages_since(conn, office_id, owner=None, since=NOON - timedelta(hours=1))
        assert (day["sent_sms"], day["replied_sms"], day["replied_leads"]) == (4, 2, 1)
        response = await store.first_response(conn, office_id, owner=None, since=NOON - timedelta(hours=1))
        assert (response["n"], response["median"], response["slices"]) == (4, 12.0, {"0": 2, "2": 1, "5": 1})
        nobody = await store.messages_since(conn, office_id, owner=new_id(), since=NOON - timedelta(hours=1))
        assert set(nobody.values()) == {0}
