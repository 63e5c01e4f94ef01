"""The list of leads: filters, pages by key, search by the beginning of a name, address or number."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.reports.leads import store
from rekindle.reports.leads.types import After, Ask, Order, Reach
from tests.conftest import NOON, make_office

PEOPLE = [
    ("Maria", "Ortega", "+13125550101", "maria@mail.example", 78),
    ("Mario", "Becker", "+13125550102", "m.becker@mail.example", None),
    ("José", "de la Cruz", "+13035550103", "jose@mail.example", 40),
    ("Élodie", "Marsh", "+13035550104", "elodie@mail.example", 40),
    ("Mary Ann", "Osei", "+18135550105", "ann@mail.example", 12),
]


async def fill(db: Db, office_id: UUID) -> dict[str, UUID]:
    made = {}
    async with db.office(office_id) as conn:
        for number, (first, last, phone, email, score) in enumerate(PEOPLE):
            lead, at = new_id(), NOON - timedelta(minutes=number)
            made[first] = lead
            await conn.execute(
                "insert into lead (office_id, id, created_at, updated_at, name, first_name, last_name, kind, stage,"
                " source, score, temperature) values (%s, %s, %s, %s, %s, %s, %s, 'buyer', %s, 'form', %s, %s)",
                (office_id, lead, at, at, f"{first} {last}", first, last, ["new", "lost"][number % 2], score,
                 None if score is None else "hot" if score > 70 else "cold"),
            )  # fmt: skip
            for kind, value in (("phone", phone), ("email", email)):
                await conn.execute(
                    "insert into contact_point (office_id, kind, value, lead_id, raw, created_at)"
                    " values (%s, %s, %s, %s, '', %s)",
                    (office_id, kind, value, lead, at),
                )
        await conn.execute(
            "insert into lead_source (office_id, lead_id, source, external_id, seen_at)"
            " select office_id, id, case when score is null then 'portal' else 'form' end, id::text, created_at"
            " from lead"
        )
        await conn.execute(
            "insert into consent_state (office_id, channel, address, granted, basis, at, consent_id, evidence_hash)"
            " values (%s, 'sms', '+13125550101', true, 'written', %s, %s, ''),"
            " (%s, 'sms', '+13035550103', false, 'reply', %s, %s, '')",
            (office_id, NOON, new_id(), office_id, NOON, new_id()),
        )
    return made


async def names(db: Db, office_id: UUID, ask: Ask, after: After | None = None, limit: int = 50) -> list[str]:
    async with db.office(office_id) as conn:
        return [row["first_name"] for row in await store.page(conn, office_id, ask, after=after, limit=limit)]


async def test_newest_first_by_pages_without_gap_or_double(db: Db, office_id: UUID) -> None:
    await fill(db, office_id)
    seen: list[str] = []
    after = None
    for _ in range(4):
        async with db.office(office_id) as conn:
            rows = await store.page(conn, office_id, Ask(), after=after, limit=2)
        seen += [row["first_name"] for row in rows]
        if rows:
            after = After(rows[-1]["created_at"], rows[-1]["score"], rows[-1]["id"])
    assert seen == [person[0] for person in PEOPLE]


async def test_by_score_the_unscored_come_last_and_equal_scores_do_not_get_lost(db: Db, office_id: UUID) -> None:
    await fill(db, office_id)
    seen: list[str] = []
    after = None
    for _ in range(6):
        async with db.office(office_id) as conn:
            rows = await store.page(conn, office_id, Ask(order=Order.SCORE), after=after, limit=1)
        seen += [row["first_name"] for row in rows]
        if rows:
            after = After(rows[-1]["created_at"], rows[-1]["score"], rows[-1]["id"])
    assert seen[0] == "Maria"
    assert set(seen[1:3]) == {"José", "Élodie"}
    assert seen[3:] == ["Mary Ann", "Mario"]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (Ask(stage="lost"), {"Mario", "Élodie"}),
        (Ask(temperature="hot"), {"Maria"}),
        (Ask(kind="seller"), set()),
        (Ask(source="form", stage="new"), {"Maria", "José", "Mary Ann"}),
        (Ask(reach=Reach.SMS), {"Maria"}),
        (Ask(reach=Reach.NONE), {"Mario", "José", "Élodie", "Mary Ann"}),
        (Ask(unowned=True, stage="lost"), {"Mario", "Élodie"}),
    ],
)
async def test_filters(db: Db, office_id: UUID, ask: Ask, expected: set[str]) -> None:
    await fill(db, office_id)
    assert set(await names(db, office_id, ask)) == expected
    async with db.office(office_id) as conn:
        assert await store.about_how_many(conn, office_id, ask, most=100) == len(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mar", {"Maria", "Mario", "Mary Ann", "Élodie"}),
        ("MARIA", {"Maria"}),
        ("maria ort", {"Maria"}),
        ("mary ann", {"Mary Ann"}),
        ("mary ann os", {"Mary Ann"}),
        ("de la", {"José"}),
        ("José de la Cruz", {"José"}),
        ("élo", {"Élodie"}),
        ("m.becker@", {"Mario"}),
        ("312555", {"Maria", "Mario"}),
        ("(312) 555-0101", {"Maria"}),
        ("+1 303 555 0104", {"Élodie"}),
        ("zzz", set()),
        ("%", set()),
        ("_", set()),
        ("'; drop table lead; --", set()),
    ],
)
async def test_search(db: Db, office_id: UUID, words: str, expected: set[str]) -> None:
    await fill(db, office_id)
    async with db.office(office_id) as conn:
        rows = await store.find(conn, office_id, words, owner=None)
    assert {row["first_name"] for row in rows} == expected


async def test_sources_are_listed_once(db: Db, office_id: UUID) -> None:
    await fill(db, office_id)
    async with db.office(office_id) as conn:
        assert await store.sources(conn, office_id) == ["form", "portal"]


async def test_another_office_and_another_agent_see_nothing(db: Db, office_id: UUID) -> None:
    await fill(db, office_id)
    stranger = await make_office(db, "stranger")
    async with db.office(stranger) as conn:
        assert await store.page(conn, office_id, Ask(), after=None, limit=10) == []
        assert await store.find(conn, office_id, "maria", owner=None) == []
    async with db.office(office_id) as conn:
        assert await store.find(conn, office_id, "maria", owner=new_id()) == []
        assert await store.page(conn, office_id, Ask(owner=new_id()), after=None, limit=10) == []


async def test_list_and_search_walk_indexes_behind_the_wall(db: Db, office_id: UUID, database_url: str) -> None:
    """The plans at 30 000 leads: no scan of the whole table, although row security stands in the way."""
    async with db.office(office_id) as conn:
        await conn.execute(
            "insert into lead (office_id, id, created_at, updated_at, first_name, last_name, kind, stage, source)"
            " select %s, gen_random_uuid(), now() - i * interval '1 min', now(), 'First' || i, 'Last' || i, 'buyer',"
            " 'new', 'f' from generate_series(1, 30000) i",
            (office_id,),
        )
        await conn.execute(
            "insert into contact_point (office_id, kind, value, lead_id, raw, created_at)"
            " select office_id, 'email', lower(first_name) || '@mail.example', id, '', now() from lead"
        )
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("analyze")
    questions = {
        "lead_recent": "select id from lead where office_id = %s and merged_into is null"
        " order by created_at desc, id desc",
        "lead_first_name": "select id from lead where office_id = %s and merged_into is null"
        " and first_key >= 'first1234' and first_key < 'first1234' || chr(1114111)",
        "contact_point_pkey": "select lead_id from contact_point where office_id = %s and kind = 'email'"
        " and value >= 'first1234' and value < 'first1234' || chr(1114111)",
    }
    async with db.office(office_id) as conn:
        for index, question in questions.items():
            cursor = await conn.execute("explain " + question + " limit 50", (office_id,))
            plan = "\n".join([row["QUERY PLAN"] async for row in cursor])
            assert index in plan
            assert "Seq Scan" not in plan
